//! The highest version of the trust list that was in force in this data folder: `DATA_DIR/trust-seen.json`. An older
//! one that is put in its place, even over a restart, is refused: it would bring a halted key back to life.

use std::fs::File;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::app::trust::{FILE, TrustFileError, write_whole};
use crate::config::Config;

const SEEN: &str = "trust-seen.json";
const LOCK: &str = "trust-list.lock";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seen {
    version: u64,
    /// SHA-256 of the file, in hex.
    sha256: String,
}

/// Held by whoever reads or writes the list of a data folder, until it is dropped: two processes at once would make
/// one version twice.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the lock ends when the file is closed")] File);

/// Waits for the lock of the data folder's trust list.
pub fn lock(config: &Config) -> Result<Lock, TrustFileError> {
    let path = config.data_dir.join(LOCK);
    // Opened for reading where it is there: another user may have made it.
    let opened = File::open(&path).or_else(|_| File::create(&path));
    let locked = opened.and_then(|file| file.lock().map(|()| file));
    locked.map(Lock).map_err(|error| TrustFileError::File(path, error))
}

/// Notes that `text`, of `version`, is in force, unless a newer or another one was.
pub fn remember(config: &Config, text: &str, version: u64, _lock: &Lock) -> Result<(), TrustFileError> {
    let sha256 = hex::encode(Sha256::digest(text));
    let refused = |seen: &Seen| {
        let list = config.data_dir.join(FILE);
        if version < seen.version {
            Err(TrustFileError::RolledBack(list, version, seen.version))
        } else if version == seen.version && sha256 != seen.sha256 {
            Err(TrustFileError::Forked(list, version))
        } else {
            Ok(version > seen.version)
        }
    };
    let newer = |seen: Option<Seen>| seen.as_ref().map_or(Ok(true), refused);
    if !newer(known(config)?)? {
        return Ok(());
    }
    let path = path(config);
    let text = serde_json::json!(Seen { version, sha256: sha256.clone() }).to_string();
    write_whole(&path, text.as_bytes()).map_err(|error| TrustFileError::File(path, error))
}

fn known(config: &Config) -> Result<Option<Seen>, TrustFileError> {
    let path = path(config);
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(TrustFileError::File(path, error)),
    };
    let seen = serde_json::from_slice(&text);
    seen.map(Some).map_err(|error| TrustFileError::File(path, error.into()))
}

fn path(config: &Config) -> PathBuf {
    config.data_dir.join(SEEN)
}
