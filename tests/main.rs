//! The whole suite in one binary: it links once, and starts one PostgreSQL for all.

mod support;

mod architecture;
mod areas;
mod authz;
mod browser;
<<<<<<< HEAD
mod exams;
=======
mod indicators;
>>>>>>> d-indic
mod input;
mod people;
mod schema;
mod training;
