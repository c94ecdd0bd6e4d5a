//! What is told to the log beside certificates, where it is published and no transaction is at hand: each version of
//! the trust list with what it says of each key, and the bits of each status list.

use std::sync::PoisonError;

use sha2::{Digest, Sha256};

use crate::app::log::{Log, LogFault};
use crate::app::status_board::SignedLists;
use crate::app::trust::Trust;
use crate::kernel::context::Context;
use crate::proof::log::{Leaf, LeafKind};
use crate::proof::trust::TrustedKey;
use crate::registry::log::store;

impl Log {
    /// What this process has not told the log yet. The same document makes the same entry, once.
    #[must_use]
    pub fn untold(&self, trust: &Trust, lists: &SignedLists) -> Vec<Leaf> {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let list = Leaf { kind: LeafKind::TrustList, digest: Sha256::digest(&trust.text).into() };
        let mut leaves = Vec::new();
        if !told.contains(&list.digest) {
            leaves.extend(trust.list.document().keys.iter().filter_map(key_event));
            leaves.push(list);
        }
        let bits = |digest: &[u8; 32]| Leaf { kind: LeafKind::StatusList, digest: *digest };
        leaves.extend(lists.digests.iter().map(bits));
        leaves.retain(|leaf| !told.contains(&leaf.digest));
        leaves
    }

    /// Enters what another process has not entered already.
    pub fn tell(&self, context: &Context, leaves: &[Leaf]) -> Result<(), LogFault> {
        self.database.write(|tx| leaves.iter().try_for_each(|leaf| store::append_new(tx, context, *leaf)))?;
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.extend(leaves.iter().map(|leaf| leaf.digest));
        Ok(())
    }
}

/// An entry of the trust list as one event of the key's life: SHA-256 of its canonical JSON (RFC 8785).
fn key_event(key: &TrustedKey) -> Option<Leaf> {
    let bytes = serde_json_canonicalizer::to_vec(key).ok()?;
    Some(Leaf { kind: LeafKind::KeyEvent, digest: Sha256::digest(bytes).into() })
}
