//! Decisions about schemes: pure, no clock, no database.

pub mod assess;
