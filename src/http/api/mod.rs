//! The JSON API, one file per domain: views and handlers.

pub mod accounts;
pub mod areas;
pub mod certificates;
pub mod credentials;
pub mod credit;
pub mod demo;
pub mod employment;
pub mod exams;
pub mod firstaid;
pub mod indicators;
pub mod log;
pub mod organisations;
pub mod people;
pub mod prints;
pub mod published;
pub mod recorded;
pub mod revocations;
pub mod schemes;
pub mod statements;
pub mod subsidies;
pub mod system;
pub mod training;
pub mod vc_api;
pub mod verification;
pub mod watch;
