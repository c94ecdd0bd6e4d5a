//! Decisions about schemes: pure, no clock, no database.

pub mod assess;
pub mod check;
pub mod possible;
pub mod trial;
pub mod try_out;

#[cfg(test)]
mod tests;
