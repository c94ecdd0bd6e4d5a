//! What is told to the log beside certificates, where it is published and no transaction is at hand: each version of
//! the trust list with what it changed about which key, and the bits of each status list.

use std::path::Path;
use std::sync::PoisonError;

use sha2::{Digest, Sha256};

use crate::app::ceremony::VERSIONS;
use crate::app::log::{Log, LogFault};
use crate::app::status_board::SignedLists;
use crate::app::trust::Trust;
use crate::config::Config;
use crate::kernel::context::Context;
use crate::proof::key_events::changes;
use crate::proof::log::{Leaf, LeafKind};
use crate::proof::trust::{TrustDocument, TrustList};
use crate::registry::log::store;

impl Log {
    /// What this process has not told the log yet. The same document makes the same entry, once.
    pub fn untold(&self, config: &Config, trust: &Trust, lists: &SignedLists) -> Result<Vec<Leaf>, LogFault> {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let mut leaves = Vec::new();
        if !told.contains(&of_list(&trust.text).digest) {
            leaves = of_versions(&config.data_dir.join(VERSIONS), trust)?;
        }
        let bits = |digest: &[u8; 32]| Leaf { kind: LeafKind::StatusList, digest: *digest };
        leaves.extend(lists.digests.iter().map(bits));
        leaves.retain(|leaf| !told.contains(&leaf.digest));
        Ok(leaves)
    }

    /// Enters what another process has not entered already.
    pub fn tell(&self, context: &Context, leaves: &[Leaf]) -> Result<(), LogFault> {
        self.database.write(|tx| leaves.iter().try_for_each(|leaf| store::append_new(tx, context, *leaf)))?;
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.extend(leaves.iter().map(|leaf| leaf.digest));
        Ok(())
    }
}

fn of_list(text: &str) -> Leaf {
    Leaf { kind: LeafKind::TrustList, digest: Sha256::digest(text).into() }
}

/// The entries of every version up to the one in force, each after the key events that it brought. A version that is
/// no longer in the folder is passed over: its changes then count to the next one.
fn of_versions(folder: &Path, trust: &Trust) -> Result<Vec<Leaf>, LogFault> {
    let last = trust.list.document();
    let mut leaves = Vec::new();
    let mut before: Option<TrustDocument> = None;
    for version in 1..=last.version {
        let file = folder.join(format!("{version}.json"));
        let (text, document) = if version == last.version {
            (trust.text.clone(), last.clone())
        } else if file.exists() {
            let text = std::fs::read_to_string(&file).map_err(|error| LogFault::File(file.clone(), error))?;
            let unread = |error| LogFault::File(file.clone(), std::io::Error::other(error));
            let list = TrustList::read_even_expired(&text, None).map_err(unread)?;
            (text, list.document().clone())
        } else {
            continue;
        };
        for event in changes(before.as_ref(), &document) {
            let digest = event.digest().map_err(|error| LogFault::File(file.clone(), error.into()))?;
            leaves.push(Leaf { kind: LeafKind::KeyEvent, digest });
        }
        leaves.push(of_list(&text));
        before = Some(document);
    }
    Ok(leaves)
}
