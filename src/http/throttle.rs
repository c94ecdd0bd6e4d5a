//! How often a caller may be wrong. Allowances refill with time; only misses spend them, so that a thousand
//! genuine scans behind one carrier's address pass.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::http::problem::Problem;

/// An allowance per key: `burst` misses at once, one more each `refill`.
#[derive(Debug)]
pub struct Throttle<K> {
    burst: f64,
    refill: Duration,
    spent: Mutex<HashMap<K, Spent>>,
}

#[derive(Debug, Clone, Copy)]
struct Spent {
    /// Misses not yet forgotten, at `at`.
    misses: f64,
    at: Instant,
}

/// Keys remembered at most; past it those that have refilled are forgotten.
const KEYS: usize = 100_000;

impl<K: Eq + Hash + Clone> Throttle<K> {
    #[must_use]
    pub fn new(burst: u32, refill: Duration) -> Self {
        Self { burst: f64::from(burst), refill, spent: Mutex::new(HashMap::new()) }
    }

    /// Refuses a key whose allowance is spent, before any work is done for it.
    pub fn admit(&self, key: &K, now: Instant) -> Result<(), Problem> {
        let spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let misses = spent.get(key).map_or(0.0, |spent| self.left_of(*spent, now));
        if misses + 1.0 <= self.burst {
            return Ok(());
        }
        let wait = (misses + 1.0 - self.burst) * self.refill.as_secs_f64();
        Err(Problem::TooMany(Duration::from_secs_f64(wait).as_secs().try_into().unwrap_or(u32::MAX).max(1)))
    }

    /// Counts a miss.
    pub fn miss(&self, key: &K, now: Instant) {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.len() >= KEYS {
            spent.retain(|_, spent| self.left_of(*spent, now) > 0.0);
        }
        let misses = spent.get(key).map_or(0.0, |spent| self.left_of(*spent, now));
        spent.insert(key.clone(), Spent { misses: misses + 1.0, at: now });
    }

    fn left_of(&self, spent: Spent, now: Instant) -> f64 {
        let forgotten = now.saturating_duration_since(spent.at).as_secs_f64() / self.refill.as_secs_f64();
        (spent.misses - forgotten).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misses_spend_and_time_refills() {
        let throttle = Throttle::new(2, Duration::from_secs(10));
        let start = Instant::now();
        let admitted = |after: u64| throttle.admit(&"a", start + Duration::from_secs(after)).is_ok();
        assert!(admitted(0));
        throttle.miss(&"a", start);
        assert!(admitted(0));
        throttle.miss(&"a", start);
        assert!(!admitted(0));
        assert!(throttle.admit(&"b", start).is_ok());
        assert!(!admitted(9));
        assert!(admitted(10));
    }
}
