//! Skill certificates: ours and those recorded from elsewhere.

pub mod held;
