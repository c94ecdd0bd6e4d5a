//! 护证 (huzheng): the registry in which a city trains, examines and certifies the people who care for its
//! elders. `ARCHITECTURE.md` has the map; `app.rs` wires the parts together.

pub mod kernel;
pub mod render;
