//! The pages, one file per domain: each gathers what its template shows.

pub mod accounts;
pub mod applications;
pub mod exams;
pub mod help;
pub mod home;
pub mod notices;
pub mod scores;
pub mod training;
pub mod employment;
pub mod organisations;
pub mod areas;
pub mod firstaid;
pub mod imports;
pub mod indicators;
pub mod recorded;
