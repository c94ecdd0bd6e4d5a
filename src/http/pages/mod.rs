//! The pages, one file per domain: each gathers what its template shows.

pub mod accounts;
pub mod employment;
pub mod help;
pub mod home;
pub mod organisations;
