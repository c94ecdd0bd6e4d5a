//! Claims and money, over the API of a running registry: filed, decided, paid, asked back.

pub mod desk;
mod monthly;
mod pages;
mod path;
mod projects;
mod races;
mod refusals;
mod revoked;
