//! Whether a part of a scheme is owed, and how much.

use crate::kernel::money::Fen;
use crate::registry::schemes::facts::Facts;
use crate::registry::schemes::{Assessment, Outcome, Part, SchemeVersion};

/// A version whose expressions have been read, ready for many assessments.
#[derive(Debug)]
pub struct Compiled {
    pub scheme: SchemeVersion,
}

/// Decides on one part from the facts of one beneficiary, and from nothing else.
#[must_use]
pub fn assess(compiled: &Compiled, facts: &Facts, part: &Part) -> Assessment {
    Assessment {
        scheme: compiled.scheme.code.clone(),
        version: compiled.scheme.version,
        on: facts.on,
        part: part.clone(),
        outcome: Outcome::Unknown,
        amount: Fen::ZERO,
        conditions: Vec::new(),
    }
}
