//! Chance from a seed: the same seed throws the same.

use std::cell::RefCell;

use chrono::{Days, NaiveDate};

use crate::kernel::context::Randomness;

pub struct Dice<'a> {
    random: &'a dyn Randomness,
    // A throw takes two bytes; whole blocks are drawn, for each costs a hash.
    block: RefCell<Vec<u8>>,
}

impl<'a> Dice<'a> {
    #[must_use]
    pub fn new(random: &'a dyn Randomness) -> Self {
        Self { random, block: RefCell::new(Vec::new()) }
    }

    /// A number below `bound`, which is 1 at least.
    pub fn below(&self, bound: usize) -> usize {
        // Two draws of 16 bits: the bounds here are small, so the remainder's unevenness doesn't show.
        let drawn = (usize::from(self.draw()) << 16) | usize::from(self.draw());
        drawn % bound.max(1)
    }

    /// A number from `from` to `to`, both included.
    pub fn between(&self, from: i64, to: i64) -> i64 {
        let width = usize::try_from(to - from + 1).unwrap_or(1);
        from + i64::try_from(self.below(width)).unwrap_or(0)
    }

    /// True in `percent` of 100 throws.
    pub fn chance(&self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// From 0 to 1.
    pub fn share(&self) -> f64 {
        f64::from(self.draw()) / f64::from(u16::MAX)
    }

    pub fn pick<'t, T>(&self, all: &'t [T]) -> Option<&'t T> {
        all.get(self.below(all.len()))
    }

    /// One of `all` by weight.
    pub fn weighted<'t, T>(&self, all: &'t [(T, u32)]) -> Option<&'t T> {
        let whole: u32 = all.iter().map(|(_, weight)| weight).sum();
        let mut left = self.below(usize::try_from(whole).unwrap_or(1));
        for (value, weight) in all {
            let weight = usize::try_from(*weight).unwrap_or(0);
            if left < weight {
                return Some(value);
            }
            left -= weight;
        }
        None
    }

    pub fn shuffle<T>(&self, all: &mut [T]) {
        for place in (1..all.len()).rev() {
            all.swap(place, self.below(place + 1));
        }
    }

    fn draw(&self) -> u16 {
        let mut block = self.block.borrow_mut();
        if block.len() < 2 {
            let mut bytes = [0; 32];
            self.random.fill(&mut bytes);
            *block = bytes.to_vec();
        }
        let (high, low) = (block.pop().unwrap_or(0), block.pop().unwrap_or(0));
        u16::from_be_bytes([high, low])
    }
}

/// `day`, `count` days later, or earlier where it is negative.
#[must_use]
pub fn shifted(day: NaiveDate, count: i64) -> NaiveDate {
    let days = Days::new(count.unsigned_abs());
    if count < 0 { day - days } else { day + days }
}
