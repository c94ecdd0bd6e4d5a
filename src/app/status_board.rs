//! The standing of every certificate, kept in memory so that a verification asks no database.
//!
//! Whatever is not valid is known here; the rest is valid for as long as the board is fresh. It is refreshed after
//! every change made by this process, and every two seconds for those made by another. When no refresh succeeds it
//! goes stale after the lists' lifetime, and every answer that rests on it becomes `status_unknown`.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use chrono::TimeDelta;

use crate::app::trust::{NotSigning, did, write_whole};
use crate::config::Config;
use crate::db::{Database, DbError};
use crate::kernel::dates::Timestamp;
use crate::proof::keys::{KeyId, Signer};
use crate::proof::status::{BadStatusList, Ending, StatusList, StatusPurpose, StatusSnapshot, Successor};
use crate::proof::status_jwt::{self, BadStatusJwt, Publisher, StatusBundle};
use crate::proof::trust::TrustedKey;
use crate::registry::certificates::store::{self, Mark};
use crate::registry::certificates::{CertificateState, Standing};

/// A transaction sets its time before it commits, and its row may be seen only so much later.
const OVERLAP: TimeDelta = TimeDelta::minutes(2);

/// What is known at one moment.
#[derive(Debug, Default)]
pub struct Board {
    pub snapshot: StatusSnapshot,
    /// When the database was last read; `None` before the first time.
    pub as_of: Option<Timestamp>,
}

/// The signed lists of one moment, by number.
#[derive(Debug, Default)]
pub struct SignedLists {
    pub bundles: BTreeMap<u32, StatusBundle>,
    /// Of the bits of each list, for the transparency log.
    pub digests: Vec<[u8; 32]>,
    valid_from: Option<Timestamp>,
    signed_by: Option<KeyId>,
}

/// The board and the means to keep it current.
pub struct StatusBoard {
    database: Database,
    folder: PathBuf,
    lifetime: TimeDelta,
    did: String,
    base: String,
    board: RwLock<Arc<Board>>,
    signed: RwLock<Arc<SignedLists>>,
    /// Held by whoever refreshes, so that an older reading never takes a newer one's place.
    marks: Mutex<Marks>,
    /// When a refresh was last tried on behalf of a caller, in seconds.
    tried: AtomicI64,
}

#[derive(Default)]
struct Marks {
    known: HashMap<(u32, u32), Mark>,
    highest_list: u32,
    /// Changes before this moment have been read.
    seen: Option<Timestamp>,
}

/// Whoever signs the lists, asked for when there is something to sign.
pub type StatusSigner<'a> = dyn Fn() -> Result<(Arc<dyn Signer>, TrustedKey), NotSigning> + 'a;

#[derive(Debug, thiserror::Error)]
pub enum BoardError {
    #[error(transparent)]
    Database(#[from] DbError),
    #[error(transparent)]
    List(#[from] BadStatusList),
    #[error(transparent)]
    Signing(#[from] BadStatusJwt),
    #[error(transparent)]
    NotSigning(#[from] NotSigning),
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
}

impl StatusBoard {
    #[must_use]
    pub fn new(config: &Config, database: Database) -> Self {
        Self {
            database,
            folder: config.data_dir.join("status"),
            lifetime: TimeDelta::seconds(i64::from(config.status_lifetime)),
            did: did(config),
            base: config.public_url(),
            board: RwLock::default(),
            signed: RwLock::default(),
            marks: Mutex::default(),
            tried: AtomicI64::new(i64::MIN),
        }
    }

    /// What is known now.
    #[must_use]
    pub fn current(&self) -> Arc<Board> {
        Arc::clone(&self.board.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The lists as signed for others.
    #[must_use]
    pub fn signed(&self) -> Arc<SignedLists> {
        Arc::clone(&self.signed.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether a caller should try a refresh before it trusts the board: it is stale, as after the demo's clock
    /// moved, and nobody has tried this second.
    #[must_use]
    pub fn wants_refresh(&self, now: Timestamp) -> bool {
        let fresh = self.current().snapshot.fresh_until().is_some_and(|until| now < until);
        !fresh && self.tried.swap(now.timestamp(), Ordering::SeqCst) != now.timestamp()
    }

    /// Reads what changed and publishes it: at once in memory, and as signed lists where they changed or grow old.
    pub fn refresh(&self, signer: &StatusSigner<'_>, now: Timestamp) -> Result<(), BoardError> {
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        let since = marks.seen.map(|seen| seen - OVERLAP);
        let (changed, highest) = self
            .database
            .read(|conn| Ok::<_, DbError>((store::marks(conn, since)?, store::highest_list(conn)?)))?;
        let mut differs = marks.highest_list != highest;
        marks.highest_list = highest;
        for mark in changed {
            differs |= marks.take(mark);
        }
        marks.seen = marks.seen.max(Some(now));
        let lists = marks.lists(now, now + self.lifetime)?;
        let snapshot = marks.snapshot(&lists);
        let board = Arc::new(Board { snapshot, as_of: Some(now) });
        *self.board.write().unwrap_or_else(PoisonError::into_inner) = board;
        let grown_old =
            self.signed().valid_from.is_none_or(|from| now >= from + self.lifetime / 2 || now < from);
        // A key that was rotated signs no more.
        let rotated = signer().is_ok_and(|(_, key)| self.signed().signed_by != Some(key.id));
        if differs || grown_old || rotated {
            self.sign(&lists, signer, now)?;
        }
        Ok(())
    }

    fn sign(
        &self,
        lists: &[[StatusList; 2]],
        signer: &StatusSigner<'_>,
        now: Timestamp,
    ) -> Result<(), BoardError> {
        let publisher = Publisher { did: &self.did, base: &self.base };
        let (signer, certified) = signer()?;
        let mut bundles = BTreeMap::new();
        for [revocation, suspension] in lists {
            let write = |list| status_jwt::write(list, publisher, &*signer, certified.id);
            let bundle = StatusBundle {
                list: revocation.list,
                revocation: write(revocation)?,
                suspension: write(suspension)?,
            };
            bundles.insert(revocation.list, bundle);
        }
        let in_file = |error| BoardError::File(self.folder.clone(), error);
        std::fs::create_dir_all(&self.folder).map_err(in_file)?;
        for (list, bundle) in &bundles {
            let file = self.folder.join(format!("{list}.json"));
            write_whole(&file, bundle.to_json().as_bytes()).map_err(in_file)?;
        }
        let digests = lists.iter().flatten().map(StatusList::digest).collect();
        let signed =
            Arc::new(SignedLists { bundles, digests, valid_from: Some(now), signed_by: Some(certified.id) });
        *self.signed.write().unwrap_or_else(PoisonError::into_inner) = signed;
        Ok(())
    }
}

impl Marks {
    /// Takes a mark up; whether it says something new.
    fn take(&mut self, mark: Mark) -> bool {
        let place = (mark.place.list, mark.place.index);
        let before = self.known.get(&place).map(|known| known.state);
        if mark.state.standing() == Standing::Valid {
            return self.known.remove(&place).is_some();
        }
        let differs = before != Some(mark.state);
        self.known.insert(place, mark);
        differs
    }

    /// Both lists of every number in use.
    fn lists(&self, from: Timestamp, until: Timestamp) -> Result<Vec<[StatusList; 2]>, BadStatusList> {
        let empty = |number, purpose| StatusList::empty(number, purpose, 0, from, until);
        let mut lists = Vec::new();
        for number in 1..=self.highest_list {
            lists
                .push([empty(number, StatusPurpose::Revocation)?, empty(number, StatusPurpose::Suspension)?]);
        }
        for ((number, index), mark) in &self.known {
            let place = (*number as usize).checked_sub(1).and_then(|place| lists.get_mut(place));
            let [revocation, suspension] = place.ok_or(BadStatusList::Size)?;
            let marked = match mark.state {
                CertificateState::Revoked { .. } | CertificateState::Replaced { .. } => {
                    revocation.mark(*index)
                }
                CertificateState::Suspended { .. } => suspension.mark(*index),
                CertificateState::Valid { .. } => true,
            };
            if !marked {
                return Err(BadStatusList::Size);
            }
        }
        Ok(lists)
    }

    fn snapshot(&self, lists: &[[StatusList; 2]]) -> StatusSnapshot {
        let mut snapshot = StatusSnapshot::default();
        for list in lists.iter().flatten() {
            snapshot.put(list.clone());
        }
        for mark in self.known.values() {
            let replaced_by = mark.successor.clone().map(|(code, number)| Successor { code, number });
            match mark.state {
                CertificateState::Revoked { since } | CertificateState::Replaced { since, .. } => {
                    snapshot.put_ending(mark.code, Ending { on: since, replaced_by });
                }
                CertificateState::Valid { .. } | CertificateState::Suspended { .. } => {}
            }
        }
        snapshot
    }
}
