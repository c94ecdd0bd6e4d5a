//! The pages, one file per domain: each gathers what its template shows.

pub mod accounts;
pub mod areas;
pub mod firstaid;
pub mod help;
pub mod home;
pub mod imports;
pub mod indicators;
pub mod recorded;
pub mod training;
