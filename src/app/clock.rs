//! The one place that reads the machine's clock and its random source.

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;

use crate::kernel::context::Randomness;
use crate::kernel::dates::{Timestamp, whole_micros};

/// The registry's time: the machine's, moved forward by an offset in the demo, or standing still in tests.
#[derive(Debug)]
pub struct Clock {
    fixed: Option<Timestamp>,
    offset_seconds: AtomicI64,
}

impl Clock {
    #[must_use]
    pub fn machine(offset_seconds: i64) -> Self {
        Self { fixed: None, offset_seconds: AtomicI64::new(offset_seconds) }
    }

    /// Stands at `at` until it is advanced.
    #[must_use]
    pub fn standing(at: Timestamp) -> Self {
        Self { fixed: Some(at), offset_seconds: AtomicI64::new(0) }
    }

    /// The time by which the registry decides.
    pub fn now(&self) -> Timestamp {
        let offset = TimeDelta::seconds(self.offset_seconds.load(Ordering::SeqCst));
        whole_micros(self.fixed.unwrap_or_else(machine_now) + offset)
    }

    /// Moves the registry's time forward and returns the whole offset, in seconds.
    pub fn advance(&self, seconds: u32) -> i64 {
        let seconds = i64::from(seconds);
        self.offset_seconds.fetch_add(seconds, Ordering::SeqCst) + seconds
    }
}

/// Where the demonstration keeps how far its clock was moved, so that it holds over a restart.
const OFFSET_FILE: &str = "demo-clock.json";

/// The offset that was kept in `data_dir`, in seconds; 0 where there is none.
#[must_use]
pub fn kept_offset(data_dir: &Path) -> i64 {
    let text = std::fs::read_to_string(data_dir.join(OFFSET_FILE)).unwrap_or_default();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    value["offset_seconds"].as_i64().unwrap_or(0)
}

/// Keeps the offset in `data_dir`.
pub fn keep_offset(data_dir: &Path, offset_seconds: i64) -> std::io::Result<()> {
    let kept = serde_json::json!({ "offset_seconds": offset_seconds });
    std::fs::write(data_dir.join(OFFSET_FILE), kept.to_string())
}

/// The machine's own time, by which sign-ins expire: moving the demo's clock signs nobody out.
#[expect(clippy::disallowed_methods, reason = "this is the place that may")]
pub fn machine_now() -> Timestamp {
    whole_micros(chrono::Utc::now())
}

/// The machine's random source.
#[derive(Debug)]
pub struct MachineRandom;

impl Randomness for MachineRandom {
    #[expect(clippy::disallowed_methods, reason = "this is the place that may")]
    #[expect(clippy::expect_used, reason = "a machine without a random source can issue nothing safely")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the machine's random source answers");
    }
}

/// Random bytes that are the same in every run, for demo data and tests: SHA-256 over a seed and a counter.
#[derive(Debug)]
pub struct SeededRandom {
    seed: String,
    count: AtomicI64,
}

impl SeededRandom {
    #[must_use]
    pub fn new(seed: impl Into<String>) -> Self {
        Self { seed: seed.into(), count: AtomicI64::new(0) }
    }
}

impl Randomness for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        use sha2::{Digest, Sha256};
        for chunk in bytes.chunks_mut(32) {
            let count = self.count.fetch_add(1, Ordering::SeqCst);
            let block = Sha256::digest(format!("{}/{count}", self.seed));
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}
