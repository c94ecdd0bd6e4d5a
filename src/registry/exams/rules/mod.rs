//! The decisions of assessment, over plain facts: no connection, no clock.

pub mod eligibility;
pub mod notice;
pub mod scoring;
pub mod session;
