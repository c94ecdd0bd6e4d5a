//! What a browser or another system sees. Handlers extract, call one operation and render.
//!
//! `routes` is the whole table, by section: address, who may call it, and what it takes. Absent: decisions (they are in
//! `registry`, `flows` and `proof`), SQL and the clock.

pub mod access;
pub mod api;
pub mod assets;
pub mod call;
pub mod decision;
pub mod download;
pub mod figures;
mod helpers;
pub mod import;
pub mod input;
pub mod openapi;
pub mod page;
pub mod pages;
pub mod person_columns;
pub mod problem;
pub mod routes;
pub mod said;
pub mod server;
pub mod texts;
pub mod throttle;
pub mod tokens;
pub mod view;
