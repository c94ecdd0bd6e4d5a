//! The whole log looked over, and brought back into agreement with a database that was restored.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::app::log::lock::Locked;
use crate::app::log::{CHUNK, Log, LogFault, database_edge};
use crate::db::{Conn, Database};
use crate::kernel::codes::Code;
use crate::kernel::context::Context;
use crate::kernel::dates::Timestamp;
use crate::proof::log::checkpoint::Checkpoint;
use crate::proof::log::inclusion::check_origin;
use crate::proof::log::tiles::TileSource;
use crate::proof::log::tree::{Tree, TreeHead};
use crate::proof::log::witness::{Cosignature, Witness};
use crate::proof::log::{Leaf, LeafKind};
use crate::proof::trust::TrustList;
use crate::registry::{audit, log::store};

/// What a walk through the log has found. Without faults all of it holds.
#[derive(Debug, Serialize)]
pub struct Walk {
    pub origin: String,
    #[serde(flatten)]
    pub head: TreeHead,
    /// Entries by kind.
    pub entries: BTreeMap<&'static str, u64>,
    pub cosignatures: Vec<Cosignature>,
    /// Entries of the database that are not published yet, where there is a database.
    pub waiting: Option<i64>,
    pub faults: Vec<String>,
}

/// Faults told of one walk.
const MAX_FAULTS: usize = 20;

impl Walk {
    fn fault(&mut self, what: impl ToString) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(what.to_string());
        }
    }
}

/// Reads every tile and every entry that `checkpoint` covers, and checks its signature by the trust list. With a
/// database every entry is compared with its rows.
pub fn walk(
    source: &dyn TileSource,
    checkpoint: &Checkpoint,
    trust: &TrustList,
    witnesses: &[Witness],
    database: Option<&Database>,
) -> Result<Walk, LogFault> {
    let mut walk = Walk {
        origin: checkpoint.origin.clone(),
        head: checkpoint.head,
        entries: LeafKind::ALL.iter().map(|kind| (kind.code(), 0)).collect(),
        cosignatures: checkpoint.cosignatures(witnesses),
        waiting: None,
        faults: Vec::new(),
    };
    if let Err(error) = check_origin(checkpoint, trust) {
        walk.fault(error);
    }
    let mut leaves = Vec::new();
    if let Err(error) = Tree::new(checkpoint.head, source)?.walk(|_, leaf| leaves.push(*leaf)) {
        walk.fault(error);
    }
    for leaf in &leaves {
        *walk.entries.entry(leaf.kind.code()).or_default() += 1;
    }
    if let Some(database) = database {
        database.read(|conn| compare(conn, &leaves, &mut walk))?;
    }
    Ok(walk)
}

fn compare(conn: &mut Conn, leaves: &[Leaf], walk: &mut Walk) -> Result<(), LogFault> {
    let (held, size) = (store::size(conn)?, leaves.len() as u64);
    walk.waiting = Some(store::waiting(conn)?);
    if held < size {
        walk.fault(LogFault::DatabaseBehind { held, size });
    }
    let mut from = 0;
    for chunk in leaves.chunks(usize::try_from(CHUNK).unwrap_or(usize::MAX)) {
        let rows = store::range(conn, from, from + chunk.len() as u64)?;
        for (place, (row, leaf)) in rows.iter().zip(chunk).enumerate() {
            if row != leaf {
                walk.fault(format!("entry {} of the database is not the published one", from + place as u64));
            }
        }
        from += chunk.len() as u64;
    }
    Ok(())
}

/// What became of the entries that a restored database had lost.
#[derive(Debug, Default, Serialize)]
pub struct Recovered {
    /// Rows that were there and had lost their index only.
    pub linked: u64,
    /// Entries written anew. The certificates among them are not in the database.
    pub written: u64,
    pub lost_certificates: u64,
    /// Whether the lock was written anew from the published checkpoint.
    pub lock: bool,
}

/// Why a recovery was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum NotRecovered {
    #[error(transparent)]
    Fault(#[from] LogFault),
    #[error("the published log is not whole: {0}")]
    Log(String),
    #[error("nothing was published yet")]
    Nothing,
    #[error(
        "{lost} certificates of the log are not in the database: accept the loss with --accept-lost {lost}"
    )]
    Loss { lost: u64 },
}

impl From<crate::db::DbError> for NotRecovered {
    fn from(error: crate::db::DbError) -> Self {
        Self::Fault(error.into())
    }
}

impl Log {
    /// [`walk`] of this registry's own log, with its database and its lock.
    pub fn walk(&self, trust: &TrustList) -> Result<Walk, LogFault> {
        let Some(checkpoint) = self.folder.checkpoint()? else {
            self.database.read(|conn| self.check_untouched(conn))?;
            return Err(LogFault::NothingPublished);
        };
        let mut walk = walk(&self.folder, &checkpoint, trust, &self.witnesses, Some(&self.database))?;
        match self.lock.read()? {
            None => walk.fault(LogFault::NoLock(self.lock.folder().to_owned())),
            Some(locked) => {
                let head = locked.head()?;
                if head.size < checkpoint.head.size {
                    walk.fault(LogFault::LockBehind(self.lock.folder().to_owned()));
                } else if head != checkpoint.head {
                    walk.fault(format!(
                        "the lock stands at {} entries, the published checkpoint at {}: publish",
                        head.size, checkpoint.head.size
                    ));
                }
            }
        }
        Ok(walk)
    }

    /// Takes back into the database what the log has published and a restore has lost, once the whole log was walked
    /// and everything that the database does hold is in its place. A lock that was lost is written anew.
    pub fn recover(
        &self,
        context: &Context,
        trust: &TrustList,
        accepted: u64,
    ) -> Result<Recovered, NotRecovered> {
        let held = self.lock.hold()?;
        let checkpoint = self.folder.checkpoint()?.ok_or(NotRecovered::Nothing)?;
        let found = walk(&self.folder, &checkpoint, trust, &[], None)?;
        if let Some(fault) = found.faults.first() {
            return Err(NotRecovered::Log(fault.clone()));
        }
        let locked = self.lock.read()?;
        if let Some(locked) = &locked
            && locked.head()? != checkpoint.head
        {
            return Err(NotRecovered::Log(
                "the lock and the published checkpoint differ: publish first".to_owned(),
            ));
        }
        let mut leaves = Vec::new();
        let tree = Tree::new(checkpoint.head, &self.folder).map_err(LogFault::from)?;
        tree.walk(|_, leaf| leaves.push(*leaf)).map_err(LogFault::from)?;
        let mut recovered = self.database.write(|tx| {
            let have = store::size(tx)?.min(checkpoint.head.size);
            if database_edge(tx, have)?.head() != tree.head_at(have).map_err(LogFault::from)? {
                return Err(LogFault::OtherDatabase { size: have }.into());
            }
            let mut recovered = Recovered::default();
            for (index, leaf) in (0_u64..).zip(&leaves).skip(usize::try_from(have).unwrap_or(usize::MAX)) {
                if store::adopt(tx, context, index, leaf)? {
                    recovered.linked += 1;
                } else {
                    recovered.written += 1;
                    recovered.lost_certificates += u64::from(leaf.kind == LeafKind::Certificate);
                }
            }
            if recovered.lost_certificates > accepted {
                return Err(NotRecovered::Loss { lost: recovered.lost_certificates });
            }
            let details = serde_json::json!(recovered);
            audit::store::record(tx, context, "log_recover", ("log", &checkpoint.origin), details)?;
            Ok(recovered)
        })?;
        if locked.is_none() {
            held.exchange(None, &relocked(&checkpoint, leaves.last(), context.now))?;
            recovered.lock = true;
        }
        Ok(recovered)
    }
}

fn relocked(checkpoint: &Checkpoint, last: Option<&Leaf>, at: Timestamp) -> Locked {
    let last = last.map(|leaf| hex::encode(leaf.bytes())).unwrap_or_default();
    Locked { last, at, checkpoint: checkpoint.text().to_owned() }
}
