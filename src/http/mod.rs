//! What a browser or another system sees. Handlers extract, call one operation and render.
//!
//! Absent: decisions (they are in `registry`, `flows` and `proof`), SQL and the clock.

pub mod assets;
mod helpers;
pub mod texts;
pub mod view;
