//! The whole suite in one binary: it links once, and starts one PostgreSQL for all.

mod support;

mod architecture;
mod areas;
mod authz;
mod browser;
mod input;
mod schema;
mod training;
