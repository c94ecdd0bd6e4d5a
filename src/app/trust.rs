//! The published trust list: `DATA_DIR/trust-list.json`, signed by the root key. The server reads it and reads it
//! again when it changes; `huzheng keys` writes new versions.
//!
//! Absent: what a trust list says and who believes it (`proof::trust`).

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use chrono::NaiveDate;

use crate::app::keyring::{Keyring, KeyringError};
use crate::config::Config;
use crate::kernel::certificate_number::BodyCode;
use crate::kernel::dates::{Timestamp, shanghai_date, years_after};
use crate::proof::keys::{KeyId, PrivateKey, PublicKey, Purpose};
use crate::proof::payload::CertificateType;
use crate::proof::trust::{KeyState, TrustDocument, TrustError, TrustList, TrustedKey};

/// In the data folder.
pub const FILE: &str = "trust-list.json";
/// How long a trust list counts without a newer version.
const LIST_YEARS: u32 = 1;
/// How long the registry's own keys are certified for.
const KEY_YEARS: u32 = 10;

/// One version of the list, as published and as read.
#[derive(Debug)]
pub struct Trust {
    pub text: String,
    pub list: TrustList,
    changed: Option<SystemTime>,
}

/// The version in force, exchanged while the server runs.
#[derive(Debug)]
pub struct Published {
    file: PathBuf,
    current: RwLock<Arc<Trust>>,
}

#[derive(Debug, thiserror::Error)]
pub enum TrustFileError {
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    #[error("{0}: {1}")]
    List(PathBuf, TrustError),
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    #[error("there is no key {0} in the trust list")]
    NoSuchKey(String),
}

/// Who is certified, and for what.
#[derive(Debug, Clone)]
pub struct Certification {
    pub body: BodyCode,
    pub name_zh: String,
    pub name_en: String,
    /// The first day that may stand as issue date.
    pub from: NaiveDate,
    /// The last day that may stand as issue date.
    pub until: NaiveDate,
    /// Certificates a day.
    pub daily_cap: Option<u32>,
}

impl Published {
    /// Reads the list of the data folder. Where there is none yet, or it lacks a host that the configuration names,
    /// the root key makes a version that fits; without a root key at hand that is told and left to its holder.
    pub fn open(config: &Config, keyring: &Keyring, now: Timestamp) -> Result<Self, TrustFileError> {
        let file = config.data_dir.join(FILE);
        if !file.exists() {
            write_first(config, keyring, now)?;
        }
        let mut trust = read(&file, keyring.root_public.as_ref(), now)?;
        let unnamed: Vec<_> =
            hosts(config).into_iter().filter(|host| !trust.list.is_our_host(host)).collect();
        if !unnamed.is_empty() {
            let revised = revise(config, keyring, now, |document| {
                document.verify_hosts.extend(unnamed.iter().cloned());
                Ok(())
            });
            match revised {
                Ok(()) => trust = read(&file, keyring.root_public.as_ref(), now)?,
                Err(error) => tracing::warn!(%error, ?unnamed, "hosts are missing in the trust list"),
            }
        }
        Ok(Self { file, current: RwLock::new(Arc::new(trust)) })
    }

    /// The version in force.
    #[must_use]
    pub fn current(&self) -> Arc<Trust> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes up the file if it changed since; whether it did. An older version, another root's or a broken one is
    /// refused, and the version in force stays.
    pub fn reload(&self, keyring: &Keyring, now: Timestamp) -> Result<bool, TrustFileError> {
        let before = self.current();
        if changed_at(&self.file) == before.changed {
            return Ok(false);
        }
        let read = read(&self.file, keyring.root_public.as_ref(), now)?;
        if read.list.document().version < before.list.document().version {
            return Ok(false);
        }
        keyring.reread_issuing();
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(read);
        Ok(true)
    }
}

/// Reads a trust list's file.
pub fn read(file: &Path, root: Option<&PublicKey>, now: Timestamp) -> Result<Trust, TrustFileError> {
    let changed = changed_at(file);
    let text = std::fs::read_to_string(file).map_err(|error| TrustFileError::File(file.to_owned(), error))?;
    let list =
        TrustList::read(&text, root, now).map_err(|error| TrustFileError::List(file.to_owned(), error))?;
    Ok(Trust { text, list, changed })
}

/// Writes version 1, with the root's and the server's own keys.
pub fn write_first(config: &Config, keyring: &Keyring, now: Timestamp) -> Result<(), TrustFileError> {
    let root = keyring.root()?;
    let own = |key: &PrivateKey, purpose| TrustedKey {
        id: KeyId::of(&key.public(), keyring.environment),
        public_key: key.public(),
        purpose,
        body: None,
        body_name_zh: None,
        body_name_en: None,
        types: Vec::new(),
        valid_from: shanghai_date(now),
        valid_until: years_after(shanghai_date(now), KEY_YEARS),
        daily_cap: None,
        state: KeyState::Active,
        halted_at: None,
        cutoff: None,
    };
    let document = TrustDocument {
        version: 1,
        environment: keyring.environment,
        issued_at: now,
        expires_at: now,
        verify_hosts: hosts(config),
        keys: vec![
            own(&root, Purpose::Root),
            own(&keyring.status, Purpose::Status),
            own(&keyring.log, Purpose::Log),
        ],
    };
    publish(&config.data_dir.join(FILE), document, &root, now)
}

/// Makes an issuing key for a body and certifies it. A key that the body has already is retired by it.
pub fn certify(
    config: &Config,
    keyring: &Keyring,
    now: Timestamp,
    asked: &Certification,
) -> Result<KeyId, TrustFileError> {
    let key = keyring.make_issuing(&asked.body)?;
    let id = KeyId::of(&key.public(), keyring.environment);
    let entry = TrustedKey {
        id,
        public_key: key.public(),
        purpose: Purpose::Issuing,
        body: Some(asked.body.clone()),
        body_name_zh: Some(asked.name_zh.clone()),
        body_name_en: Some(asked.name_en.clone()),
        types: vec![CertificateType::Skill],
        valid_from: asked.from,
        valid_until: asked.until,
        daily_cap: asked.daily_cap,
        state: KeyState::Active,
        halted_at: None,
        cutoff: None,
    };
    revise(config, keyring, now, |document| {
        let former = document.keys.iter_mut().filter(|key| key.body.as_ref() == Some(&asked.body));
        former.filter(|key| key.state == KeyState::Active).for_each(|key| key.state = KeyState::Retired);
        document.keys.push(entry.clone());
        Ok(())
    })?;
    Ok(id)
}

/// What becomes of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyEnd {
    /// 停用: it signs no more, and what it signed stays good.
    Retire,
    /// 冻结: suspected stolen or misused.
    Halt,
}

/// Ends a key by its id, or a body's active keys by its code; returns the ids.
pub fn end_key(
    config: &Config,
    keyring: &Keyring,
    now: Timestamp,
    named: &str,
    end: KeyEnd,
) -> Result<Vec<KeyId>, TrustFileError> {
    let mut ended = Vec::new();
    revise(config, keyring, now, |document| {
        let by_id = |key: &TrustedKey| key.id.to_string() == named;
        let by_body = |key: &TrustedKey| key.body.as_ref().is_some_and(|body| body.as_str() == named);
        for key in &mut document.keys {
            let meant = by_id(key) || (by_body(key) && key.state == KeyState::Active);
            if !meant || key.purpose == Purpose::Root {
                continue;
            }
            ended.push(key.id);
            match end {
                KeyEnd::Retire => (key.state, key.halted_at) = (KeyState::Retired, None),
                KeyEnd::Halt => (key.state, key.halted_at) = (KeyState::Halted, Some(now)),
            }
        }
        if ended.is_empty() { Err(TrustFileError::NoSuchKey(named.to_owned())) } else { Ok(()) }
    })?;
    Ok(ended)
}

/// Publishes the next version: the last one with `change` made to it.
fn revise(
    config: &Config,
    keyring: &Keyring,
    now: Timestamp,
    change: impl FnOnce(&mut TrustDocument) -> Result<(), TrustFileError>,
) -> Result<(), TrustFileError> {
    let file = config.data_dir.join(FILE);
    let root = keyring.root()?;
    let mut document = read(&file, Some(&root.public()), now)?.list.document().clone();
    change(&mut document)?;
    document.version += 1;
    publish(&file, document, &root, now)
}

fn publish(
    file: &Path,
    mut document: TrustDocument,
    root: &PrivateKey,
    now: Timestamp,
) -> Result<(), TrustFileError> {
    document.issued_at = now;
    document.expires_at = now + (years_after(shanghai_date(now), LIST_YEARS) - shanghai_date(now));
    let text = document.sign(root).map_err(|error| TrustFileError::List(file.to_owned(), error))?;
    write_whole(file, text.as_bytes()).map_err(|error| TrustFileError::File(file.to_owned(), error))
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

/// The registry as an issuer of status lists: `did:web` of its public address.
#[must_use]
pub fn did(config: &Config) -> String {
    format!("did:web:{}", public_host(config).replace(':', "%3A"))
}

fn changed_at(file: &Path) -> Option<SystemTime> {
    std::fs::metadata(file).and_then(|about| about.modified()).ok()
}
