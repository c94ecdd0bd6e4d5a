//! The pages, one file per domain: each gathers what its template shows.

pub mod accounts;
pub mod certificates;
pub mod help;
pub mod home;
pub mod training;
pub mod verify;
