//! The pages, one file per domain: each gathers what its template shows.

pub mod accounts;
pub mod applications;
pub mod areas;
pub mod certificates;
pub mod credit;
pub mod employment;
pub mod exams;
pub mod firstaid;
pub mod help;
pub mod home;
pub mod imports;
pub mod indicators;
pub mod notices;
pub mod offline;
pub mod organisations;
pub mod recorded;
pub mod revocations;
pub mod schemes;
pub mod scores;
pub mod statements;
pub mod subsidies;
pub mod talent;
pub mod training;
pub mod verify;
pub mod watch;
