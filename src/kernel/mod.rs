//! The words that everyone shares: identifiers, dates, codes with their checks, and who acts when.
//!
//! Everything here is pure: no clock, no randomness, no database, no HTTP. What a word *means* for a
//! decision (who is eligible, who counts) belongs to the domain that decides, in its `rules.rs`.

pub mod area;
pub mod calendar;
pub mod certificate_number;
pub mod codes;
pub mod context;
pub mod credit_code;
pub mod dates;
pub mod form;
pub mod identity;
pub mod ids;
pub mod invalid;
pub mod money;
pub mod month;
pub mod ratio;
pub mod skill;
pub mod vocabulary;
