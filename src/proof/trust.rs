//! The trust list: which keys are ours, what each may sign, and which addresses our papers name. A JSON
//! document that people can read, signed by the root key, versioned and expiring.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::codes;
use crate::kernel::certificate_number::BodyCode;
use crate::kernel::dates::{Timestamp, shanghai_date};
use crate::proof::data_integrity::{self, BadProof};
use crate::proof::keys::{KeyId, PrivateKey, PublicKey, Purpose};
use crate::proof::payload::{CertificateType, Environment};

codes! {
    /// Where a key stands in its life.
    pub enum KeyState("key-state") {
        /// 使用中
        Active = "active",
        /// 已停用: signs no more; what it signed stays good.
        Retired = "retired",
        /// 已冻结: suspected stolen or misused; what it signed needs other evidence.
        Halted = "halted",
    }
}

/// A public key and what the root certified of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedKey {
    pub id: KeyId,
    pub public_key: PublicKey,
    pub purpose: Purpose,
    /// 评价机构, for an issuing key: the one body whose certificates it signs.
    #[serde(with = "body_code", default)]
    pub body: Option<BodyCode>,
    #[serde(default)]
    pub body_name_zh: Option<String>,
    #[serde(default)]
    pub body_name_en: Option<String>,
    #[serde(default)]
    pub types: Vec<CertificateType>,
    /// First and last day, in Asia/Shanghai, that may stand as issue date on what it signs.
    pub valid_from: NaiveDate,
    pub valid_until: NaiveDate,
    /// Certificates a day; `None` without a limit. Kept by the signer, who alone can count.
    #[serde(default)]
    pub daily_cap: Option<u32>,
    pub state: KeyState,
    #[serde(default)]
    pub halted_at: Option<Timestamp>,
    /// Only certificates below this index of the transparency log are genuine.
    #[serde(default)]
    pub cutoff: Option<u64>,
}

impl TrustedKey {
    /// Whether `day` lies in the key's validity.
    #[must_use]
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && day <= self.valid_until
    }

    /// Whether what it signs at `now` may count, apart from what it signs.
    #[must_use]
    pub fn is_usable(&self, now: Timestamp) -> bool {
        self.state == KeyState::Active && self.covers(shanghai_date(now))
    }
}

/// What the root key signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustDocument {
    /// Counts up: a verifier keeps the highest that it has seen.
    pub version: u64,
    pub environment: Environment,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
    /// Hosts, with a port where they have one, that our papers name or once named, in lower case.
    pub verify_hosts: Vec<String>,
    pub keys: Vec<TrustedKey>,
}

/// A trust list whose contents were checked, ready for many verifications.
#[derive(Debug, Clone)]
pub struct TrustList {
    document: TrustDocument,
    by_id: HashMap<KeyId, usize>,
}

/// Why a trust list is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    #[error("the trust list is larger than {MAX_BYTES} bytes")]
    TooLarge,
    #[error("not a trust list: {0}")]
    Malformed(String),
    #[error("the trust list is not signed by a root key that it contains")]
    NoRoot,
    #[error("the trust list is signed by another root key than the expected one")]
    OtherRoot,
    #[error("the trust list's signature is wrong: {0}")]
    Proof(#[from] BadProof),
    #[error("the trust list expired at {0}")]
    Expired(Timestamp),
    #[error("key {0} stands twice in the trust list")]
    DuplicateKey(KeyId),
    #[error("key {0} is not the id of its public key in this environment")]
    WrongId(KeyId),
    #[error("key {0} contradicts itself: purpose, body, dates or state")]
    Inconsistent(KeyId),
}

const MAX_BYTES: usize = 4 << 20;
const KIND: &str = "huzheng-trust-list";

impl TrustDocument {
    /// The document as published: readable JSON with the root key's proof.
    ///
    /// # Errors
    /// [`TrustError`] where [`TrustList::read`] would refuse what came out.
    pub fn sign(&self, root: &PrivateKey) -> Result<String, TrustError> {
        let mut value = serde_json::to_value(self).map_err(|error| malformed(&error))?;
        value["type"] = KIND.into();
        let method = root.public().did_key_method();
        let signed = data_integrity::sign(value, &method, self.issued_at, root)?;
        let text = serde_json::to_string_pretty(&signed).map_err(|error| malformed(&error))?;
        TrustList::read(&text, Some(&root.public()), self.issued_at)?;
        Ok(text)
    }
}

impl TrustList {
    /// Reads a published list: signature, then contents, then expiry at `now`.
    ///
    /// Without `pinned_root` any root key is believed that the list itself contains: good for a first
    /// look, not for a second.
    ///
    /// # Errors
    /// [`TrustError`].
    pub fn read(text: &str, pinned_root: Option<&PublicKey>, now: Timestamp) -> Result<Self, TrustError> {
        let list = Self::read_even_expired(text, pinned_root)?;
        if list.is_expired(now) { Err(TrustError::Expired(list.document.expires_at)) } else { Ok(list) }
    }

    /// [`TrustList::read`] for whoever can use a list that expired: to renew it, or to tell a forgery or a
    /// revocation. Nothing is green by it.
    ///
    /// # Errors
    /// [`TrustError`].
    pub fn read_even_expired(text: &str, pinned_root: Option<&PublicKey>) -> Result<Self, TrustError> {
        if text.len() > MAX_BYTES {
            return Err(TrustError::TooLarge);
        }
        let mut value: Value = serde_json::from_str(text).map_err(|error| malformed(&error))?;
        let signer = signer(&value).ok_or(TrustError::NoRoot)?;
        if pinned_root.is_some_and(|pinned| *pinned != signer) {
            return Err(TrustError::OtherRoot);
        }
        data_integrity::verify(&value, &signer)?;

        if let Some(object) = value.as_object_mut() {
            object.remove("proof");
            if object.remove("type").as_ref().and_then(Value::as_str) != Some(KIND) {
                return Err(TrustError::Malformed("another type of document".to_owned()));
            }
        }
        // From the value that was verified, not from the text: a field that stands twice can't differ.
        let document: TrustDocument = serde_json::from_value(value).map_err(|error| malformed(&error))?;
        let list = Self::new(document)?;
        let issued_at = list.document.issued_at;
        let is_root = |key: &TrustedKey| {
            key.purpose == Purpose::Root && key.public_key == signer && key.is_usable(issued_at)
        };
        if list.document.keys.iter().any(is_root) { Ok(list) } else { Err(TrustError::NoRoot) }
    }

    /// A list that needs no signature because it comes from our own hands.
    ///
    /// # Errors
    /// [`TrustError`] where the contents contradict themselves.
    pub fn new(document: TrustDocument) -> Result<Self, TrustError> {
        let mut by_id = HashMap::with_capacity(document.keys.len());
        for (place, key) in document.keys.iter().enumerate() {
            if KeyId::of(&key.public_key, document.environment) != key.id {
                return Err(TrustError::WrongId(key.id));
            }
            if !is_consistent(key) {
                return Err(TrustError::Inconsistent(key.id));
            }
            if by_id.insert(key.id, place).is_some() {
                return Err(TrustError::DuplicateKey(key.id));
            }
        }
        Ok(Self { document, by_id })
    }

    #[must_use]
    pub fn key(&self, id: KeyId) -> Option<&TrustedKey> {
        self.by_id.get(&id).and_then(|place| self.document.keys.get(*place))
    }

    /// The key that signs for one of the registry's own purposes at `now`: the last one certified.
    #[must_use]
    pub fn in_force(&self, purpose: Purpose, now: Timestamp) -> Option<&TrustedKey> {
        self.document.keys.iter().rev().find(|key| key.purpose == purpose && key.is_usable(now))
    }

    /// The key that signs the certificates of `body`: its active one, else the last that it had, which the
    /// signer then refuses with the reason.
    #[must_use]
    pub fn issuing(&self, body: &BodyCode) -> Option<&TrustedKey> {
        let of_body = || self.document.keys.iter().rev().filter(|key| key.body.as_ref() == Some(body));
        of_body().find(|key| key.state == KeyState::Active).or_else(|| of_body().next())
    }

    pub const fn environment(&self) -> Environment {
        self.document.environment
    }

    pub const fn document(&self) -> &TrustDocument {
        &self.document
    }

    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.document.expires_at
    }

    /// Whether our papers name `host`, or once did.
    #[must_use]
    pub fn is_our_host(&self, host: &str) -> bool {
        self.document.verify_hosts.iter().any(|known| known.eq_ignore_ascii_case(host))
    }
}

/// The key whose `did:key` method the proof names.
fn signer(document: &Value) -> Option<PublicKey> {
    let method = data_integrity::verification_method(document)?;
    let key: PublicKey = method.rsplit_once('#')?.1.parse().ok()?;
    (key.did_key_method() == method).then_some(key)
}

fn is_consistent(key: &TrustedKey) -> bool {
    let issues = key.purpose == Purpose::Issuing;
    let named = key.body.is_some() && key.body_name_zh.is_some() && key.body_name_en.is_some();
    let nameless = key.body.is_none() && key.body_name_zh.is_none() && key.body_name_en.is_none();
    (if issues { named } else { nameless })
        && issues != key.types.is_empty()
        && key.valid_from <= key.valid_until
        && (key.state == KeyState::Halted) == key.halted_at.is_some()
}

fn malformed(error: &serde_json::Error) -> TrustError {
    TrustError::Malformed(error.to_string())
}

mod body_code {
    use super::BodyCode;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
    pub fn serialize<S: Serializer>(body: &Option<BodyCode>, serializer: S) -> Result<S::Ok, S::Error> {
        match body {
            Some(body) => serializer.collect_str(body),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<BodyCode>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::fixture::{Fixture, at};

    #[test]
    fn a_published_list_reads_back() {
        let fixture = Fixture::new();
        let text = fixture.document().sign(&fixture.root).expect("signed");
        let root = fixture.root.public();
        for pinned in [Some(&root), None] {
            let list = TrustList::read(&text, pinned, at("2026-11-21T04:00:00Z")).expect("believed");
            assert_eq!(list.document(), &fixture.document());
        }
        let other = fixture.issuing.public();
        let read = |text: &str, now| TrustList::read(text, Some(&root), at(now)).err();
        let error = TrustList::read(&text, Some(&other), at("2026-11-21T04:00:00Z")).err();
        assert_eq!(error, Some(TrustError::OtherRoot));
        let expiry = fixture.document().expires_at;
        assert_eq!(read(&text, "2027-06-01T00:00:00Z"), Some(TrustError::Expired(expiry)));
        let changed = text.replace("haining", "hainlng");
        assert_eq!(read(&changed, "2026-11-21T04:00:00Z"), Some(BadProof::Signature.into()));
        assert_eq!(read("{}", "2026-11-21T04:00:00Z"), Some(TrustError::NoRoot));
        assert!(matches!(read("[", "2026-11-21T04:00:00Z"), Some(TrustError::Malformed(_))));
    }

    #[test]
    fn a_list_signed_by_a_key_that_is_no_root_is_refused() {
        let fixture = Fixture::new();
        assert_eq!(fixture.document().sign(&fixture.issuing), Err(TrustError::NoRoot));
        assert_eq!(fixture.document().sign(&PrivateKey::from_random(&mut [9; 32])), Err(TrustError::NoRoot));
    }

    #[test]
    fn contents_that_contradict_themselves_are_refused() {
        fn check(change: impl FnOnce(&mut TrustDocument), expected: fn(KeyId) -> TrustError) {
            let mut document = Fixture::new().document();
            let id = document.keys[1].id;
            change(&mut document);
            assert_eq!(TrustList::new(document).err(), Some(expected(id)));
        }
        check(|d| d.keys.push(d.keys[1].clone()), TrustError::DuplicateKey);
        check(|d| d.keys[1].public_key = d.keys[0].public_key, TrustError::WrongId);
        check(|d| d.keys[1].body = None, TrustError::Inconsistent);
        check(|d| d.keys[1].types.clear(), TrustError::Inconsistent);
        check(|d| d.keys[1].state = KeyState::Halted, TrustError::Inconsistent);
        check(|d| d.keys[1].valid_until = NaiveDate::MIN, TrustError::Inconsistent);
        check(|d| d.keys[1].purpose = Purpose::Status, TrustError::Inconsistent);
        let mut document = Fixture::new().document();
        document.environment = Environment::Production;
        assert!(matches!(TrustList::new(document), Err(TrustError::WrongId(_))));
    }

    #[test]
    fn no_changed_byte_changes_what_is_believed() {
        let fixture = Fixture::new();
        let text = fixture.document().sign(&fixture.root).expect("signed").into_bytes();
        for place in 0..text.len() {
            let mut changed = text.clone();
            changed[place] ^= 1;
            let Ok(changed) = String::from_utf8(changed) else { continue };
            if let Ok(list) = TrustList::read(&changed, None, at("2026-11-21T04:00:00Z")) {
                // Blanks between fields are not signed.
                assert_eq!(list.document(), &fixture.document(), "byte {place}");
            }
        }
    }

    #[test]
    fn a_weak_key_is_refused_at_the_door() {
        let fixture = Fixture::new();
        let mut value = serde_json::to_value(fixture.document()).expect("JSON");
        let mut neutral = vec![0xed, 1, 1];
        neutral.resize(34, 0);
        value["keys"][1]["public_key"] = format!("z{}", crate::proof::base58::encode(&neutral)).into();
        let error = serde_json::from_value::<TrustDocument>(value).expect_err("refused");
        assert!(error.to_string().contains("weak"), "{error}");
    }
}
