//! The published trust list: `DATA_DIR/trust-list.json`, signed by the root key. The server reads it and reads it
//! again when it changes.
//!
//! Absent: what a trust list says and who believes it (`proof::trust`), and who writes new versions (`app::ceremony`).

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use chrono::{NaiveDate, TimeDelta};

use crate::app::ceremony;
use crate::app::keyring::{Keyring, KeyringError};
use crate::app::seen::{self, Lock};
use crate::config::Config;
use crate::kernel::dates::{Timestamp, shanghai_date};
use crate::proof::keys::{Purpose, Signer};
use crate::proof::trust::{TrustError, TrustList, TrustedKey};

/// In the data folder.
pub const FILE: &str = "trust-list.json";
/// How long before its expiry a list is to be renewed.
const RENEW_BEFORE: TimeDelta = TimeDelta::days(30);
/// By how much the clocks of the root's machine and of this one may differ.
const SKEW: TimeDelta = TimeDelta::minutes(1);

/// One version of the list, as published and as read.
#[derive(Debug)]
pub struct Trust {
    pub text: String,
    pub list: TrustList,
}

/// The version in force, exchanged while the server runs.
#[derive(Debug)]
pub struct Published {
    file: PathBuf,
    current: RwLock<Arc<Trust>>,
    /// Which file was looked at last, taken up or not.
    looked_at: Mutex<Option<FileMark>>,
    /// The last day on which the coming expiry was told.
    told_on: Mutex<Option<NaiveDate>>,
}

/// A file's inode and the time of its last change: another version is another file.
type FileMark = (u64, i64, i64);

#[derive(Debug, thiserror::Error)]
pub enum TrustFileError {
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    #[error("{0}: {1}")]
    List(PathBuf, TrustError),
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    #[error("{0} is version {1}, and version {2} was in force here already: put the newer one back")]
    RolledBack(PathBuf, u64, u64),
    #[error("{0} is another version {1} than the one that was in force here: the root key signed two")]
    Forked(PathBuf, u64),
    #[error(transparent)]
    NotSigning(#[from] NotSigning),
    /// What was asked of the root key contradicts the list.
    #[error("{0}")]
    Rejected(String),
}

/// Why this registry signs nothing at the moment.
#[derive(Debug, thiserror::Error)]
pub enum NotSigning {
    #[error("the clock is behind: it says {now}, and the trust list was issued at {issued_at}")]
    ClockBehind { now: Timestamp, issued_at: Timestamp },
    #[error("the trust list expired at {0}: renew it with `huzheng keys renew`")]
    Expired(Timestamp),
    #[error("the trust list has no {0} key in force")]
    NoKey(Purpose),
    #[error(transparent)]
    Keyring(#[from] KeyringError),
}

impl Trust {
    /// Whether what is signed at `now` can be believed: by a list that is in force, and a clock that is not behind
    /// it.
    pub fn may_sign(&self, now: Timestamp) -> Result<(), NotSigning> {
        let document = self.list.document();
        if document.issued_at > now + SKEW {
            return Err(NotSigning::ClockBehind { now, issued_at: document.issued_at });
        }
        if self.list.is_expired(now) {
            return Err(NotSigning::Expired(document.expires_at));
        }
        Ok(())
    }

    /// Whoever signs for one of the registry's own purposes, and what the root certified of the key.
    pub fn signer(
        &self,
        keyring: &Keyring,
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<(Arc<dyn Signer>, TrustedKey), NotSigning> {
        self.may_sign(now)?;
        let certified = self.list.in_force(purpose, now).ok_or(NotSigning::NoKey(purpose))?;
        Ok((keyring.signer(certified)?, certified.clone()))
    }
}

impl Published {
    /// Reads the list of the data folder. Where there is none yet, or it lacks a key or a host that it should name,
    /// the root key makes a version that fits; without a root key at hand that is told and left to its holder.
    pub fn open(config: &Config, keyring: &Keyring, now: Timestamp) -> Result<Self, TrustFileError> {
        let file = config.data_dir.join(FILE);
        if !file.exists() {
            ceremony::write_first(config, keyring, now)?;
        }
        let mut trust = read(config, keyring)?;
        let missing = ceremony::Missing::of(&trust.list, config, now);
        if !missing.is_empty() {
            match ceremony::complete(config, keyring, now) {
                Ok(()) => trust = read(config, keyring)?,
                Err(error) => {
                    tracing::error!(%error, %missing, "run `huzheng keys renew` where the root key is");
                }
            }
        }
        let looked_at = Mutex::new(mark(&file));
        Ok(Self { file, current: RwLock::new(Arc::new(trust)), looked_at, told_on: Mutex::default() })
    }

    /// The version in force.
    #[must_use]
    pub fn current(&self) -> Arc<Trust> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Renews a list that expires soon where the root key is at hand; elsewhere its holder is told, once a day.
    pub fn renew_if_due(
        &self,
        config: &Config,
        keyring: &Keyring,
        now: Timestamp,
    ) -> Result<(), TrustFileError> {
        let expires_at = self.current().list.document().expires_at;
        if now + RENEW_BEFORE < expires_at {
            return Ok(());
        }
        if keyring.has_root() {
            return ceremony::complete(config, keyring, now);
        }
        let today = Some(shanghai_date(now));
        if std::mem::replace(&mut *self.told_on.lock().unwrap_or_else(PoisonError::into_inner), today)
            != today
        {
            tracing::warn!(%expires_at, "the trust list expires: run `huzheng keys renew` where the root key is");
        }
        Ok(())
    }

    /// Takes up the file if it changed since; whether it did. An older version, another root's or a broken one is
    /// refused, and the version in force stays.
    pub fn reload(&self, config: &Config, keyring: &Keyring) -> Result<bool, TrustFileError> {
        let mut looked_at = self.looked_at.lock().unwrap_or_else(PoisonError::into_inner);
        let found = mark(&self.file);
        if found == *looked_at {
            return Ok(false);
        }
        *looked_at = found;
        let read = read(config, keyring)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(read);
        Ok(true)
    }
}

/// Reads the data folder's list and remembers its version. One that expired is read too: nothing is green by it and
/// nothing is signed, but a forgery and a revocation are still told.
pub fn read(config: &Config, keyring: &Keyring) -> Result<Trust, TrustFileError> {
    read_locked(config, keyring, &seen::lock(config)?)
}

/// [`read`] for whoever holds the lock already.
pub fn read_locked(config: &Config, keyring: &Keyring, lock: &Lock) -> Result<Trust, TrustFileError> {
    let file = config.data_dir.join(FILE);
    let text = std::fs::read_to_string(&file).map_err(|error| TrustFileError::File(file.clone(), error))?;
    let list = TrustList::read_even_expired(&text, Some(&keyring.root_public))
        .map_err(|error| TrustFileError::List(file.clone(), error))?;
    seen::remember(config, &text, list.document().version, lock)?;
    Ok(Trust { text, list })
}

/// Writes a file so that nobody ever reads half of it.
pub fn write_whole(file: &Path, content: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    let mut name = file.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    let mut written = std::fs::File::create(&new)?;
    written.write_all(content)?;
    written.sync_all()?;
    std::fs::rename(&new, file)
}

/// The hosts of our verify addresses: the public address's, then the former ones.
#[must_use]
pub fn hosts(config: &Config) -> Vec<String> {
    let mut hosts = vec![public_host(config)];
    for host in &config.former_hosts {
        let host = host.trim().to_ascii_lowercase();
        if !host.is_empty() && !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    hosts
}

/// Host and, where it has one, port of the public address.
#[must_use]
pub fn public_host(config: &Config) -> String {
    let url = config.public_url();
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default().to_ascii_lowercase()
}

/// The registry as an issuer: `did:web` of its public address.
#[must_use]
pub fn did(config: &Config) -> String {
    format!("did:web:{}", public_host(config).replace(':', "%3A"))
}

fn mark(file: &Path) -> Option<FileMark> {
    std::fs::metadata(file).ok().map(|about| (about.ino(), about.mtime(), about.mtime_nsec()))
}
