//! The whole suite in one binary: it links once, and starts one PostgreSQL for all.

mod support;

mod architecture;
mod areas;
mod authz;
mod browser;
mod certificates;
mod exams;
mod indicators;
mod input;
mod mail;
mod people;
mod schema;
mod training;
