//! Decisions about schemes: pure, no clock, no database.

pub mod assess;
pub mod check;
mod trial;

#[cfg(test)]
mod tests;
