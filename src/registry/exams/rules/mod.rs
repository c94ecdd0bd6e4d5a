//! The decisions of assessment, over plain facts: no connection, no clock.

pub mod eligibility;
pub mod notice;
pub mod scoring;
pub mod session;

use crate::kernel::area::AreaCode;
use crate::seeds::{Jurisdiction, Seeds};

/// The jurisdiction that `area` is or lies in; of several, the smallest.
#[must_use]
pub fn jurisdiction<'a>(seeds: &'a Seeds, area: &AreaCode) -> Option<&'a Jurisdiction> {
    let around = seeds.jurisdictions.iter().filter(|found| area.is_within(&found.area));
    around.max_by_key(|found| found.area.as_str().len())
}
