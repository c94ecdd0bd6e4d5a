//! The JSON API, one file per domain: views and handlers.

pub mod accounts;
pub mod areas;
pub mod certificates;
pub mod demo;
pub mod organisations;
pub mod published;
pub mod system;
pub mod training;
pub mod verification;
