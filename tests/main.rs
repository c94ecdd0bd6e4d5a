//! The whole suite in one binary: it links once, and starts one PostgreSQL for all.

mod support;

mod areas;
