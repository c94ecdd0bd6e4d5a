//! The whole suite in one binary: it links once, and starts one PostgreSQL for all.

#![expect(clippy::expect_used, reason = "a test that cannot go on says what it expected")]

mod support;

mod architecture;
mod areas;
mod authz;
mod browser;
mod certificates;
mod cli;
mod credit;
mod exams;
mod indicators;
mod input;
mod keys;
mod life;
mod log;
mod mail;
mod offline;
mod people;
mod schema;
mod schemes;
mod subsidies;
mod talent;
mod training;
mod types;
mod vc_api;
mod verifiers;
mod watch;
