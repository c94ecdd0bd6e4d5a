//! Signed certificates by their public code, so that a second scan of a paper asks no database. What was signed never
//! changes; what became of it since is the status board's to say.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::kernel::ids::{PersonId, PublicCode};
use crate::proof::log::inclusion::InclusionProof;
use crate::proof::verify::Evidence;

/// At some 3 KB each.
const CAPACITY: usize = 30_000;

/// A certificate as the public address leads to it.
#[derive(Debug)]
pub struct Known {
    pub person: PersonId,
    /// As printed.
    pub holder: String,
    pub cwt: Vec<u8>,
    /// The frozen record in its canonical form.
    pub record: String,
    /// That the log has released it.
    pub proof: Arc<InclusionProof>,
}

impl Known {
    /// That the register has issued exactly this.
    #[must_use]
    pub fn evidence(&self) -> Evidence<'_> {
        Evidence::Register { cwt: &self.cwt, record: &self.record, proof: &self.proof }
    }
}

#[derive(Debug, Default)]
pub struct CodeCache {
    known: RwLock<HashMap<PublicCode, Arc<Known>>>,
}

impl CodeCache {
    #[must_use]
    pub fn find(&self, code: &PublicCode) -> Option<Arc<Known>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(code).cloned()
    }

    /// Keeps one. A full cache begins anew: what is asked for comes back at its next scan.
    pub fn keep(&self, code: PublicCode, known: Arc<Known>) {
        let mut kept = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= CAPACITY {
            kept.clear();
        }
        kept.insert(code, known);
    }
}
