//! Decisions about claims and payments: pure, no clock, no database.

pub mod account;
pub mod plan;
pub mod review;
pub mod state;
