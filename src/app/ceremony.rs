//! What the root key does: it certifies keys and ends them, each time by a new version of the trust list.
//!
//! Absent: where private keys are kept (`app::keyring`), and who believes a list (`proof::trust`).

use std::fmt;
use std::path::Path;

use chrono::NaiveDate;

use crate::app::keyring::{KeyPlace, Keyring};
use crate::app::seen::{self, Lock};
use crate::app::trust::{FILE, NotSigning, Trust, TrustFileError, hosts, read, read_locked, write_whole};
use crate::config::Config;
use crate::kernel::certificate_number::BodyCode;
use crate::kernel::dates::{Timestamp, shanghai_date, years_after};
use crate::proof::keys::{KeyId, PrivateKey, PublicKey, Purpose};
use crate::proof::payload::CertificateType;
use crate::proof::trust::{KeyState, TrustDocument, TrustList, TrustedKey};

/// Every version that was published, in the data folder: `<version>.json`.
pub const VERSIONS: &str = "trust-lists";
/// How long a trust list counts without a newer version.
const LIST_YEARS: u32 = 1;
/// How long the registry's own keys are certified for.
const KEY_YEARS: u32 = 10;
/// The keys of the registry itself that stand in the trust list.
const OWN: [Purpose; 2] = [Purpose::Status, Purpose::Log];

/// Who is certified, and for what.
#[derive(Debug, Clone)]
pub struct Certification {
    pub body: BodyCode,
    pub name_zh: String,
    pub name_en: String,
    pub types: Vec<CertificateType>,
    /// The first day that may stand as issue date.
    pub from: NaiveDate,
    /// The last day that may stand as issue date.
    pub until: NaiveDate,
    /// Certificates a day.
    pub daily_cap: Option<u32>,
    pub place: KeyPlace,
}

/// What a trust list should have and has not: a key of the registry itself, or a host of our papers.
#[derive(Debug, PartialEq, Eq)]
pub struct Missing {
    keys: Vec<Purpose>,
    hosts: Vec<String>,
}

impl Missing {
    #[must_use]
    pub fn of(list: &TrustList, config: &Config, now: Timestamp) -> Self {
        let keys = OWN.into_iter().filter(|purpose| list.in_force(*purpose, now).is_none()).collect();
        let hosts = hosts(config).into_iter().filter(|host| !list.is_our_host(host)).collect();
        Self { keys, hosts }
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.hosts.is_empty()
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.keys.iter().map(|purpose| format!("the {purpose} key"));
        let all: Vec<_> = keys.chain(self.hosts.iter().map(|host| format!("the host {host}"))).collect();
        write!(f, "the trust list lacks {}", all.join(", "))
    }
}

/// Writes version 1, with the root's and the server's own keys.
pub fn write_first(config: &Config, keyring: &Keyring, now: Timestamp) -> Result<(), TrustFileError> {
    let root = keyring.root()?;
    let mut keys = vec![own(keyring, root.public(), Purpose::Root, now)];
    for purpose in OWN {
        keys.push(own(keyring, keyring.make(purpose, None, KeyPlace::File)?, purpose, now));
    }
    let document = TrustDocument {
        version: 1,
        environment: keyring.environment,
        issued_at: now,
        expires_at: now,
        verify_hosts: hosts(config),
        keys,
    };
    publish(config, document, &root, now, &seen::lock(config)?)
}

/// Publishes the list anew, with a later expiry and with whatever it lacks.
pub fn complete(config: &Config, keyring: &Keyring, now: Timestamp) -> Result<(), TrustFileError> {
    revise(config, keyring, &keyring.root()?, now, |document| {
        let list = TrustList::new(document.clone())
            .map_err(|error| TrustFileError::List(config.data_dir.join(FILE), error))?;
        let missing = Missing::of(&list, config, now);
        for purpose in missing.keys {
            document.keys.push(own(keyring, keyring.make(purpose, None, KeyPlace::File)?, purpose, now));
        }
        document.verify_hosts.extend(missing.hosts);
        Ok(())
    })
}

/// Makes an issuing key for a body and certifies it. A key that the body has already is retired by it.
pub fn certify(
    config: &Config,
    keyring: &Keyring,
    now: Timestamp,
    asked: &Certification,
) -> Result<KeyId, TrustFileError> {
    let certified = TrustedKey {
        body: Some(asked.body.clone()),
        body_name_zh: Some(asked.name_zh.clone()),
        body_name_en: Some(asked.name_en.clone()),
        types: asked.types.clone(),
        valid_from: asked.from,
        valid_until: asked.until,
        daily_cap: asked.daily_cap,
        ..own(keyring, keyring.root_public, Purpose::Issuing, now)
    };
    certify_key(config, keyring, now, certified, asked.place)
}

/// What is to get a new key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotation {
    /// A body, with what its last key was certified for, until another day where one is given.
    Body { body: BodyCode, until: Option<NaiveDate> },
    /// The registry's own status or log key.
    Own(Purpose),
}

/// Makes a new key in place of the one in force, which is retired by it: what it signed stays good. A halted key stays
/// halted.
pub fn rotate(
    config: &Config,
    keyring: &Keyring,
    now: Timestamp,
    what: &Rotation,
    place: KeyPlace,
) -> Result<KeyId, TrustFileError> {
    let last = read(config, keyring)?;
    let (former, until) = match what {
        Rotation::Body { body, until } => (last.list.issuing(body), *until),
        Rotation::Own(purpose) => {
            (last.list.document().keys.iter().rev().find(|key| key.purpose == *purpose), None)
        }
    };
    let former = former.ok_or_else(|| match what {
        Rotation::Body { body, .. } => rejected(format!("{body} has no key yet: certify one")),
        Rotation::Own(purpose) => rejected(format!("the trust list has no {purpose} key")),
    })?;
    let fresh = own(keyring, former.public_key, former.purpose, now);
    let certified = match what {
        Rotation::Body { .. } => TrustedKey {
            valid_until: until.unwrap_or(former.valid_until),
            state: KeyState::Active,
            halted_at: None,
            cutoff: None,
            valid_from: fresh.valid_from,
            ..former.clone()
        },
        Rotation::Own(_) => fresh,
    };
    certify_key(config, keyring, now, certified, place)
}

/// Makes a key for what `certified` says, and certifies it in place of the active one of the same purpose and body.
fn certify_key(
    config: &Config,
    keyring: &Keyring,
    now: Timestamp,
    mut certified: TrustedKey,
    place: KeyPlace,
) -> Result<KeyId, TrustFileError> {
    check_certification(&certified, now)?;
    // Before a key is made that nobody could certify.
    let root = keyring.root()?;
    certified.public_key = keyring.make(certified.purpose, certified.body.as_ref(), place)?;
    certified.id = KeyId::of(&certified.public_key, keyring.environment);
    let id = certified.id;
    revise(config, keyring, &root, now, |document| {
        for key in &mut document.keys {
            let same = key.purpose == certified.purpose && key.body == certified.body;
            if same && key.state == KeyState::Active {
                key.state = KeyState::Retired;
            }
        }
        document.keys.push(certified);
        Ok(())
    })?;
    Ok(id)
}

fn check_certification(certified: &TrustedKey, now: Timestamp) -> Result<(), TrustFileError> {
    let named = |name: &Option<String>| name.as_ref().is_none_or(|name| !name.trim().is_empty());
    if !named(&certified.body_name_zh) {
        return Err(rejected("--name-zh: empty"));
    }
    if !named(&certified.body_name_en) {
        return Err(rejected("--name-en: empty"));
    }
    if certified.purpose == Purpose::Issuing && certified.types.is_empty() {
        return Err(rejected("--type: at least one"));
    }
    if certified.valid_until < certified.valid_from {
        return Err(rejected(format!("--until: before {}, the first day", certified.valid_from)));
    }
    if certified.valid_until < shanghai_date(now) {
        return Err(rejected(format!("--until: {} is past", certified.valid_until)));
    }
    if certified.daily_cap == Some(0) {
        return Err(rejected("--cap: at least 1"));
    }
    Ok(())
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
    revise(config, keyring, &keyring.root()?, now, |document| {
        let is_meant = meant(named);
        for key in document.keys.iter_mut().filter(|key| is_meant(key, KeyState::Active)) {
            match (end, key.purpose, key.state) {
                (_, Purpose::Root, _) => return Err(rejected("the root key ends only with its registry")),
                (KeyEnd::Retire, Purpose::Status | Purpose::Log, _) => {
                    return Err(rejected(format!("the registry needs one: rotate the {} key", key.purpose)));
                }
                (KeyEnd::Retire, _, KeyState::Active) => key.state = KeyState::Retired,
                (KeyEnd::Halt, _, KeyState::Active | KeyState::Retired) => {
                    (key.state, key.halted_at) = (KeyState::Halted, Some(now));
                }
                (..) => return Err(rejected(format!("key {} is {} already", key.id, key.state))),
            }
            ended.push(key.id);
        }
        if ended.is_empty() { Err(no_such(named, "active")) } else { Ok(()) }
    })?;
    Ok(ended)
}

/// Says that of what a halted issuing key signed only certificates below index `below` of the log are genuine. The
/// last word counts.
pub fn cutoff(
    config: &Config,
    keyring: &Keyring,
    now: Timestamp,
    named: &str,
    below: u64,
) -> Result<KeyId, TrustFileError> {
    let mut cut = None;
    revise(config, keyring, &keyring.root()?, now, |document| {
        let is_meant = meant(named);
        let mut found = document.keys.iter_mut().filter(|key| is_meant(key, KeyState::Halted));
        let key = found.next().ok_or_else(|| no_such(named, "halted"))?;
        if found.next().is_some() {
            return Err(rejected(format!("{named} has several halted keys: name one by its id")));
        }
        if key.purpose != Purpose::Issuing || key.state != KeyState::Halted {
            return Err(rejected(format!("key {} is no halted issuing key: halt it first", key.id)));
        }
        key.cutoff = Some(below);
        cut = Some(key.id);
        Ok(())
    })?;
    cut.ok_or_else(|| no_such(named, "halted"))
}

/// Which keys a name means: the one of this id, or those of this body in this state.
fn meant(named: &str) -> impl Fn(&TrustedKey, KeyState) -> bool + '_ {
    move |key, state| {
        let is_body = key.body.as_ref().is_some_and(|body| body.as_str() == named);
        key.id.to_string() == named || (is_body && key.state == state)
    }
}

fn no_such(named: &str, state: &str) -> TrustFileError {
    rejected(format!("{named} is neither a key's id nor a body with an {state} key in the trust list"))
}

fn rejected(why: impl Into<String>) -> TrustFileError {
    TrustFileError::Rejected(why.into())
}

/// A key of the registry itself, or the beginnings of a body's.
fn own(keyring: &Keyring, public_key: PublicKey, purpose: Purpose, now: Timestamp) -> TrustedKey {
    TrustedKey {
        id: KeyId::of(&public_key, keyring.environment),
        public_key,
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
    }
}

/// Publishes the next version: the last one with `change` made to it.
fn revise(
    config: &Config,
    keyring: &Keyring,
    root: &PrivateKey,
    now: Timestamp,
    change: impl FnOnce(&mut TrustDocument) -> Result<(), TrustFileError>,
) -> Result<(), TrustFileError> {
    let lock = seen::lock(config)?;
    let last: Trust = read_locked(config, keyring, &lock)?;
    match last.may_sign(now) {
        // A list that expired is what a new version is for.
        Ok(()) | Err(NotSigning::Expired(_)) => {}
        Err(why) => return Err(why.into()),
    }
    let mut document = last.list.document().clone();
    change(&mut document)?;
    document.version += 1;
    publish(config, document, root, now, &lock)
}

fn publish(
    config: &Config,
    mut document: TrustDocument,
    root: &PrivateKey,
    now: Timestamp,
    lock: &Lock,
) -> Result<(), TrustFileError> {
    let file = config.data_dir.join(FILE);
    let today = shanghai_date(now);
    document.issued_at = now;
    document.expires_at = now + (years_after(today, LIST_YEARS) - today);
    let text = document.sign(root).map_err(|error| TrustFileError::List(file.clone(), error))?;
    let versions = config.data_dir.join(VERSIONS);
    let in_file = |path: &Path| {
        let path = path.to_owned();
        |error| TrustFileError::File(path, error)
    };
    std::fs::create_dir_all(&versions).map_err(in_file(&versions))?;
    let archived = versions.join(format!("{}.json", document.version));
    write_whole(&archived, text.as_bytes()).map_err(in_file(&archived))?;
    write_whole(&file, text.as_bytes()).map_err(in_file(&file))?;
    seen::remember(config, &text, document.version, lock)
}
