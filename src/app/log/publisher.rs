//! The steps of publishing, each of which may be the last one before a stop:
//!
//! 1. entries that wait get their indexes (one transaction);
//! 2. the tree is grown from the published tiles by what the database then holds, and its checkpoint signed;
//! 3. the lock is moved from the last checkpoint to this one;
//! 4. the tiles are written;
//! 5. the checkpoint is published.
//!
//! After a stop the next call goes on: entries keep the indexes that they were given, and what the lock holds and the
//! folder doesn't is written from the database once more, the same to the byte.

use crate::app::log::lock::{Held, Locked};
use crate::app::log::{CHUNK, Log, LogFault, check_clock};
use crate::db::Conn;
use crate::kernel::dates::Timestamp;
use crate::proof::keys::Signer;
use crate::proof::log::checkpoint::Checkpoint;
use crate::proof::log::edge::Edge;
use crate::proof::log::tiles::File;
use crate::proof::log::tree::TreeHead;
use crate::registry::log::store;

/// A step of publishing, for tests that stop after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Indexed,
    Locked,
    TilesWritten,
}

/// What the growing of the tree came to.
struct Grown {
    head: TreeHead,
    files: Vec<File>,
    last: String,
}

impl Log {
    /// Publishes every entry that waits; the checkpoint that stands then.
    pub fn publish(&self, key: &dyn Signer, now: Timestamp) -> Result<Checkpoint, LogFault> {
        self.publish_until(key, now, None)
    }

    /// [`Log::publish`], given up after `stop` as by a killed process.
    pub fn publish_until(
        &self,
        key: &dyn Signer,
        now: Timestamp,
        stop: Option<Step>,
    ) -> Result<Checkpoint, LogFault> {
        let held = self.lock.hold()?;
        let mut locked = match self.lock.read()? {
            Some(locked) => locked,
            None => self.begin(&held, key, now)?,
        };
        check_clock(&locked, now)?;
        self.database.read(|conn| self.check_database(conn, &locked))?;
        let published = self.catch_up(&locked)?;
        self.index()?;
        if stop == Some(Step::Indexed) {
            return Ok(published);
        }
        let grown = self.database.read(|conn| self.grow(conn, published.head, None))?;
        if grown.head.size == published.head.size {
            self.take_up(published.clone());
            return Ok(published);
        }
        let checkpoint = Checkpoint::sign(&published.origin, grown.head, key)?;
        let at = now.max(locked.at);
        let next = Locked { last: grown.last.clone(), at, checkpoint: checkpoint.text().to_owned() };
        held.exchange(Some(&locked), &next)?;
        locked = next;
        if stop == Some(Step::Locked) {
            return Ok(published);
        }
        self.folder.write_tiles(&grown.files)?;
        if stop == Some(Step::TilesWritten) {
            return Ok(published);
        }
        let checkpoint = locked.checkpoint()?;
        self.release(&checkpoint, &grown.files)?;
        Ok(checkpoint)
    }

    /// Takes over the lines of configured witnesses from `copy`, a copy of the published checkpoint.
    pub fn take_cosignatures(&self, copy: &Checkpoint) -> Result<Checkpoint, LogFault> {
        let _held = self.lock.hold()?;
        let published = self.folder.checkpoint()?.ok_or(LogFault::NothingPublished)?;
        let cosigned = published.with_cosignatures(copy, &self.witnesses)?;
        self.folder.write_checkpoint(&cosigned)?;
        self.take_up(cosigned.clone());
        Ok(cosigned)
    }

    /// The first day of a log: an empty tree is signed and locked, before any entry has an index.
    fn begin(&self, held: &Held<'_>, key: &dyn Signer, now: Timestamp) -> Result<Locked, LogFault> {
        self.database.read(|conn| self.check_untouched(conn))?;
        let checkpoint = Checkpoint::sign(&self.origin, TreeHead::EMPTY, key)?;
        let first = Locked { last: String::new(), at: now, checkpoint: checkpoint.text().to_owned() };
        held.exchange(None, &first)?;
        Ok(first)
    }

    /// Brings the folder up to the lock, where an earlier call was stopped in between.
    fn catch_up(&self, locked: &Locked) -> Result<Checkpoint, LogFault> {
        let wanted = locked.checkpoint()?;
        let found = self.folder.checkpoint()?;
        let published = found.as_ref().map_or(TreeHead::EMPTY, |found| found.head);
        if let Some(found) = found
            && published == wanted.head
        {
            return Ok(found);
        }
        if published.size > wanted.head.size {
            return Err(LogFault::LockBehind(self.lock.folder().to_owned()));
        }
        let grown = self.database.read(|conn| self.grow(conn, published, Some(wanted.head.size)))?;
        if grown.head != wanted.head {
            return Err(LogFault::OtherDatabase { size: wanted.head.size });
        }
        self.folder.write_tiles(&grown.files)?;
        self.release(&wanted, &grown.files)?;
        Ok(wanted)
    }

    /// Gives indexes to what waits.
    fn index(&self) -> Result<(), LogFault> {
        if self.database.read(store::waiting)? == 0 {
            return Ok(());
        }
        Ok(self.database.write(|tx| {
            let from = store::size(tx)?;
            store::give_indexes(tx, from)
        })?)
    }

    /// Grows the tree at `from`, whose tiles are in the folder, by the database's entries up to `to` or all of them.
    fn grow(&self, conn: &mut Conn, from: TreeHead, to: Option<u64>) -> Result<Grown, LogFault> {
        let to = match to {
            Some(to) => to,
            None => store::size(conn)?,
        };
        let mut edge = Edge::read(from, &self.folder)?;
        let (mut files, mut last) = (Vec::new(), String::new());
        let mut next = from.size;
        while next < to {
            let leaves = store::range(conn, next, to.min(next + CHUNK))?;
            if leaves.len() as u64 != to.min(next + CHUNK) - next {
                return Err(LogFault::OtherDatabase { size: to });
            }
            for leaf in leaves {
                edge.append(leaf, &mut files)?;
                last = hex::encode(leaf.bytes());
                next += 1;
            }
        }
        files.extend(edge.partial_files());
        Ok(Grown { head: edge.head(), files, last })
    }

    fn release(&self, checkpoint: &Checkpoint, files: &[File]) -> Result<(), LogFault> {
        self.folder.write_checkpoint(checkpoint)?;
        self.folder.drop_partials(files);
        self.take_up(checkpoint.clone());
        Ok(())
    }
}
