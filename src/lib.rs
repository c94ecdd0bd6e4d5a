//! 护证 (huzheng): the registry in which a city trains, examines and certifies the people who care for its
//! elders. `ARCHITECTURE.md` has the map; `app.rs` wires the parts together.

pub mod app;
pub mod cli;
pub mod config;
pub mod db;
pub mod flows;
pub mod http;
pub mod jobs;
pub mod kernel;
pub mod proof;
pub mod registry;
pub mod render;
pub mod seeds;
