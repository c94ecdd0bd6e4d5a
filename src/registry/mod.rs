//! The registry's domains, one folder each, with the same rooms in each: types in `mod.rs`, decisions in
//! `rules.rs`, SQL in `store.rs`, load–decide–save in `service.rs`. What crosses domains is in `crate::flows`.

pub mod accounts;
pub mod areas;
pub mod audit;
pub mod certificates;
pub mod certified_lists;
pub mod contests;
pub mod credit;
pub mod employment;
pub mod exams;
pub mod firstaid;
pub mod indicators;
pub mod ledger;
pub mod log;
pub mod organisations;
pub mod outbox;
pub mod people;
pub mod recorded;
pub mod schemes;
pub mod statements;
pub mod subsidies;
pub mod training;
pub mod wages;
pub mod watch;
