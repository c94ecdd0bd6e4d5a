//! One code base over SQLite and PostgreSQL: the only code that knows there are two databases.
//!
//! [`Database::read`] lends a [`Conn`], [`Database::write`] opens the one transaction of an operation and lends
//! a [`Tx`]. A store's writes ask for a `Tx`, its reads for a `Conn`, and a `Tx` serves as a `Conn`. What SQL
//! there is, is in each domain's `store.rs`; here is none but the helpers that both databases need.

pub mod error;
pub mod migrations;
pub mod schema;
pub mod types;

mod both;
mod connection;

pub use both::{Both, Locked, columns};
pub use connection::{Conn, Database, DatabaseUrl, MultiBackend, Tx};
pub use error::DbError;
