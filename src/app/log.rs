//! The transparency log of this registry: entries of the database become tiles on disk under a signed checkpoint.
//!
//! One publisher at a time, held by the lock, and never behind it: a database that lost what was published, or is
//! another one, can neither publish nor sign. `docs/decisions/0009-transparency-log.md` has the order of the steps and
//! what becomes of a stop after each.

mod documents;
pub mod folder;
pub mod lock;
pub mod publisher;
pub mod walk;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use chrono::TimeDelta;

use crate::app::log::folder::Folder;
use crate::app::log::lock::{Lock, Locked};
use crate::app::trust::public_host;
use crate::config::{Config, ConfigError};
use crate::db::{Conn, Database, DbError};
use crate::kernel::dates::Timestamp;
use crate::proof::log::Leaf;
use crate::proof::log::checkpoint::{BadCheckpoint, Checkpoint};
use crate::proof::log::edge::Edge;
use crate::proof::log::inclusion::{InclusionProof, origin};
use crate::proof::log::tree::{LogError, Tree};
use crate::proof::log::witness::Witness;
use crate::proof::payload::Environment;
use crate::registry::log::store;

/// The log and the means to publish it.
pub struct Log {
    database: Database,
    pub folder: Folder,
    pub lock: Lock,
    /// Of a log that begins; one that has begun keeps its own.
    origin: String,
    pub witnesses: Vec<Witness>,
    /// The checkpoint that everybody may see.
    published: RwLock<Option<Arc<Checkpoint>>>,
    /// Whether this process has compared every entry of the database with the lock.
    compared: AtomicBool,
    /// Proofs that were made. One stays good for ever, whatever the log grows to.
    proofs: RwLock<HashMap<[u8; 32], Arc<InclusionProof>>>,
    /// Documents that this process has entered, or found entered.
    told: Mutex<HashSet<[u8; 32]>>,
}

/// Proofs kept in memory, at some 1.5 KB each.
const PROOFS: usize = 20_000;
/// By how much the clocks of several servers may differ.
const SKEW: TimeDelta = TimeDelta::seconds(5);
/// Entries read from the database at a time.
const CHUNK: u64 = 10_000;

/// Why nothing is published, or nothing may be signed.
#[derive(Debug, thiserror::Error)]
pub enum LogFault {
    #[error(transparent)]
    Database(#[from] DbError),
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Checkpoint(#[from] BadCheckpoint),
    #[error(
        "the clock stands at {now}, before the log's last checkpoint of {last}: nothing is signed until it is right"
    )]
    ClockBehind { now: Timestamp, last: Timestamp },
    #[error(
        "the database holds {held} of the {size} entries that the log has published: it was restored from before, or is \
         another registry's; nothing is signed until it agrees with the log (see docs/operations.md)"
    )]
    DatabaseBehind { held: u64, size: u64 },
    #[error(
        "the database's entries are not those that the log has published up to {size}: it is a copy that went its own \
         way, or another registry's; nothing is signed until it agrees with the log (see docs/operations.md)"
    )]
    OtherDatabase { size: u64 },
    #[error(
        "the log's lock in {0} is missing, though entries were published: put it back (see docs/operations.md)"
    )]
    NoLock(PathBuf),
    #[error("{0} is not the log's lock: {1}")]
    BrokenLock(PathBuf, String),
    #[error("the log's lock in {0} is older than the published checkpoint: put the newer one back")]
    LockBehind(PathBuf),
    #[error("nothing was published yet")]
    NothingPublished,
    #[error("another server has moved the log's lock in the meantime")]
    Moved,
}

impl Log {
    /// # Errors
    /// [`ConfigError`] for a witness that can't be read.
    pub fn new(config: &Config, database: Database, environment: Environment) -> Result<Self, ConfigError> {
        let witness = |text: &String| {
            let setting = |why: String| ConfigError::Setting { name: "HUZHENG_LOG_WITNESSES", why };
            text.trim().parse::<Witness>().map_err(|error| setting(format!("{text}: {error}")))
        };
        Ok(Self {
            database,
            folder: Folder::new(&folder(config)),
            lock: Lock::new(&lock_folder(config)),
            origin: origin(&public_host(config), environment),
            witnesses: config.log_witnesses.iter().map(witness).collect::<Result<_, _>>()?,
            published: RwLock::default(),
            compared: AtomicBool::new(false),
            proofs: RwLock::default(),
            told: Mutex::default(),
        })
    }

    /// The checkpoint that everybody may see, as far as this process knows; [`Log::look`] learns of another's.
    #[must_use]
    pub fn published(&self) -> Option<Arc<Checkpoint>> {
        self.published.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes up the checkpoint that another process may have published.
    pub fn look(&self) -> Result<(), LogFault> {
        if let Some(checkpoint) = self.folder.checkpoint()? {
            self.take_up(checkpoint);
        }
        Ok(())
    }

    fn take_up(&self, checkpoint: Checkpoint) {
        let mut published = self.published.write().unwrap_or_else(PoisonError::into_inner);
        if published.as_ref().is_none_or(|known| known.head.size <= checkpoint.head.size) {
            *published = Some(Arc::new(checkpoint));
        }
    }

    /// The proof that an entry stands in the published log; `None` while it doesn't.
    pub fn proof(&self, conn: &mut Conn, leaf: &Leaf) -> Result<Option<Arc<InclusionProof>>, LogFault> {
        if let Some(known) = self.known_proof(leaf) {
            return Ok(Some(known));
        }
        let Some(index) = store::index_of(conn, leaf)? else { return Ok(None) };
        let Some(checkpoint) = self.published_above(index)? else { return Ok(None) };
        let hashes = Tree::new(checkpoint.head, &self.folder)?.prove_leaf(index)?;
        crate::proof::log::tree::check_leaf(checkpoint.head, index, leaf, &hashes)?;
        let proof = Arc::new(InclusionProof {
            index,
            hashes,
            checkpoint: Checkpoint::clone(&checkpoint),
            record: None,
        });
        let mut proofs = self.proofs.write().unwrap_or_else(PoisonError::into_inner);
        if proofs.len() >= PROOFS {
            proofs.clear();
        }
        proofs.insert(leaf.digest, Arc::clone(&proof));
        Ok(Some(proof))
    }

    /// Whether an entry stands in the published log.
    pub fn is_published(&self, conn: &mut Conn, leaf: &Leaf) -> Result<bool, LogFault> {
        if self.known_proof(leaf).is_some() {
            return Ok(true);
        }
        let Some(index) = store::index_of(conn, leaf)? else { return Ok(false) };
        Ok(self.published_above(index)?.is_some())
    }

    /// The published checkpoint, if it covers the entry at `index`.
    fn published_above(&self, index: u64) -> Result<Option<Arc<Checkpoint>>, LogFault> {
        let covers = |checkpoint: &Arc<Checkpoint>| index < checkpoint.head.size;
        if !self.published().as_ref().is_some_and(covers) {
            self.look()?;
        }
        Ok(self.published().filter(covers))
    }

    /// A proof that was made before, without asking the database.
    #[must_use]
    pub fn known_proof(&self, leaf: &Leaf) -> Option<Arc<InclusionProof>> {
        self.proofs.read().unwrap_or_else(PoisonError::into_inner).get(&leaf.digest).cloned()
    }

    /// Whether a certificate may be signed: the clock has not gone back behind the last checkpoint, and the database
    /// holds what the log has published. To be asked in the transaction that takes the number, so that the answer is
    /// about the same database.
    pub fn may_sign(&self, conn: &mut Conn, now: Timestamp) -> Result<(), LogFault> {
        match self.lock.read()? {
            Some(locked) => {
                check_clock(&locked, now)?;
                self.check_database(conn, &locked)
            }
            None => self.check_untouched(conn),
        }
    }

    /// A log that has no lock yet must have nothing else either.
    fn check_untouched(&self, conn: &mut Conn) -> Result<(), LogFault> {
        if store::size(conn)? > 0 || self.folder.checkpoint()?.is_some() {
            return Err(LogFault::NoLock(self.lock.folder().to_owned()));
        }
        Ok(())
    }

    /// Whether the database holds what the lock's checkpoint says: every entry the first time, then the last one.
    fn check_database(&self, conn: &mut Conn, locked: &Locked) -> Result<(), LogFault> {
        use std::sync::atomic::Ordering;
        let head = locked.head()?;
        let (held, size) = (store::size(conn)?, head.size);
        if held < size {
            return Err(LogFault::DatabaseBehind { held, size });
        }
        let last = match size.checked_sub(1) {
            Some(index) => store::find(conn, index)?.map(|leaf| hex::encode(leaf.bytes())),
            None => Some(String::new()),
        };
        if last.as_ref() != Some(&locked.last) {
            return Err(LogFault::OtherDatabase { size });
        }
        if !self.compared.load(Ordering::SeqCst) {
            if database_edge(conn, size)?.head() != head {
                return Err(LogFault::OtherDatabase { size });
            }
            self.compared.store(true, Ordering::SeqCst);
        }
        Ok(())
    }
}

fn check_clock(locked: &Locked, now: Timestamp) -> Result<(), LogFault> {
    if now + SKEW < locked.at { Err(LogFault::ClockBehind { now, last: locked.at }) } else { Ok(()) }
}

/// The tree of the database's first `size` entries.
fn database_edge(conn: &mut Conn, size: u64) -> Result<Edge, LogFault> {
    let mut edge = Edge::default();
    let mut from = 0;
    while from < size {
        let to = size.min(from + CHUNK);
        let leaves = store::range(conn, from, to)?;
        if leaves.len() as u64 != to - from {
            return Err(LogFault::OtherDatabase { size });
        }
        for leaf in leaves {
            edge.append(leaf, &mut Vec::new())?;
        }
        from = to;
    }
    Ok(edge)
}

/// Where the published log lies.
#[must_use]
pub fn folder(config: &Config) -> PathBuf {
    config.data_dir.join("log")
}

/// Where its lock lies.
#[must_use]
pub fn lock_folder(config: &Config) -> PathBuf {
    config.data_dir.join("log-lock")
}
