//! What every flow test stands on: a fresh database of each kind, the real server on it, and a client.

pub mod client;
pub mod databases;
pub mod mails;
pub mod passed;
pub mod path;
pub mod people;
pub mod trained;
pub mod world;

pub use client::Answer;
pub use world::{World, on_both, on_both_with_term};
