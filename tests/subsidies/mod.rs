//! Claims and money, over the API of a running registry: filed, decided, paid, asked back.

mod after;
pub mod desk;
mod monthly;
pub mod pages;
mod path;
mod projects;
mod races;
mod refusals;
mod revoked;
