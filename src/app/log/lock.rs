//! The log's lock: the last checkpoint that was signed, in `DATA_DIR/log-lock/`, outside every backup of the database.
//! A database that was restored can't take the log back behind it.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::app::log::LogFault;
use crate::app::log::folder::write_synced;
use crate::kernel::dates::Timestamp;
use crate::proof::log::checkpoint::Checkpoint;
use crate::proof::log::tree::TreeHead;

/// What the lock holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// The last entry's bytes in hexadecimal; empty for a log without entries.
    pub last: String,
    /// When the checkpoint was signed.
    pub at: Timestamp,
    /// The checkpoint as it was signed, with origin, size and root.
    pub checkpoint: String,
}

impl Locked {
    pub fn checkpoint(&self) -> Result<Checkpoint, LogFault> {
        Ok(Checkpoint::read(&self.checkpoint)?)
    }

    pub fn head(&self) -> Result<TreeHead, LogFault> {
        Ok(self.checkpoint()?.head)
    }
}

#[derive(Debug, Clone)]
pub struct Lock {
    folder: PathBuf,
}

/// The right to move the lock, for as long as it is kept: no other process has it.
#[derive(Debug)]
pub struct Held<'a> {
    lock: &'a Lock,
    _file: File,
}

impl Lock {
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the lock holds; `None` before the log's first day.
    pub fn read(&self) -> Result<Option<Locked>, LogFault> {
        let file = self.file();
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(LogFault::File(file, error)),
        };
        let locked = serde_json::from_str(&text);
        locked.map(Some).map_err(|error| LogFault::BrokenLock(file, error.to_string()))
    }

    /// Waits until no other process moves the lock.
    pub fn hold(&self) -> Result<Held<'_>, LogFault> {
        let path = self.folder.join("lock");
        let in_file = |error| LogFault::File(path.clone(), error);
        std::fs::create_dir_all(&self.folder).map_err(in_file)?;
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(in_file)?;
        file.lock().map_err(in_file)?;
        Ok(Held { lock: self, _file: file })
    }

    fn file(&self) -> PathBuf {
        self.folder.join("checkpoint.json")
    }
}

impl Held<'_> {
    /// Compares and swaps: puts `next` in the place of `before`, and nothing where the lock holds something else.
    pub fn exchange(&self, before: Option<&Locked>, next: &Locked) -> Result<(), LogFault> {
        if self.lock.read()?.as_ref() != before {
            return Err(LogFault::Moved);
        }
        let text = serde_json::to_string_pretty(next)
            .map_err(|error| LogFault::File(self.lock.file(), error.into()))?;
        write_synced(&self.lock.file(), text.as_bytes())
    }
}
