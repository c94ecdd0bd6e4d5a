//! 密钥变更: what became of which key between two versions of the trust list, one event each, for the transparency
//! log. Whoever watches the log sees every key that the root ever certified.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::codes;
use crate::proof::keys::KeyId;
use crate::proof::payload::Environment;
use crate::proof::trust::{KeyState, TrustDocument, TrustedKey};

codes! {
    /// What became of a key.
    pub enum KeyChange("key-change") {
        /// The first of its purpose and body, or one beside others.
        Certified = "certified",
        /// Certified in place of the one that the same version retired.
        Rotated = "rotated",
        Retired = "retired",
        Halted = "halted",
        /// Got another cutoff in the log, or lost it.
        CutOff = "cut-off",
        /// Anything else: validity, types, cap, names, or a state that came back.
        Amended = "amended",
        /// No longer in the list, which `huzheng keys` never does.
        Removed = "removed",
    }
}

/// One change, as the log has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyEvent {
    /// The version of the trust list that brought it.
    pub version: u64,
    pub environment: Environment,
    pub event: KeyChange,
    /// As it stands after the change; a removed key as it was.
    pub key: TrustedKey,
    /// The key in whose place a rotated one came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub former: Option<KeyId>,
}

impl KeyEvent {
    /// The canonical form (RFC 8785).
    ///
    /// # Errors
    /// Where it can't be written as JSON, which nothing known causes.
    pub fn bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json_canonicalizer::to_vec(self)
    }

    /// SHA-256 of [`KeyEvent::bytes`].
    ///
    /// # Errors
    /// As [`KeyEvent::bytes`].
    pub fn digest(&self) -> Result<[u8; 32], serde_json::Error> {
        Ok(Sha256::digest(self.bytes()?).into())
    }
}

/// What `new` changed, key by key in its order; everything where there was no list before.
#[must_use]
pub fn changes(old: Option<&TrustDocument>, new: &TrustDocument) -> Vec<KeyEvent> {
    let before = old.map_or(&[][..], |old| &old.keys);
    let event = |event, key: &TrustedKey, former| KeyEvent {
        version: new.version,
        environment: new.environment,
        event,
        key: key.clone(),
        former,
    };
    let mut found = Vec::new();
    for key in &new.keys {
        match before.iter().find(|known| known.id == key.id) {
            None => {
                let former = before.iter().find(|known| is_succeeded(known, key, new)).map(|known| known.id);
                let change = if former.is_some() { KeyChange::Rotated } else { KeyChange::Certified };
                found.push(event(change, key, former));
            }
            Some(known) => found.extend(changed(known, key).map(|change| event(change, key, None))),
        }
    }
    let removed = before.iter().filter(|known| !new.keys.iter().any(|key| key.id == known.id));
    found.extend(removed.map(|known| event(KeyChange::Removed, known, None)));
    found
}

/// Whether `key` came in the place of `known`, which `new` retired.
fn is_succeeded(known: &TrustedKey, key: &TrustedKey, new: &TrustDocument) -> bool {
    let retired = |now: &TrustedKey| now.id == known.id && now.state == KeyState::Retired;
    known.state == KeyState::Active
        && (known.purpose, &known.body) == (key.purpose, &key.body)
        && new.keys.iter().any(retired)
}

/// What happened to a key that was there before; several things may have at once.
fn changed(old: &TrustedKey, new: &TrustedKey) -> impl Iterator<Item = KeyChange> {
    let moved = old.state != new.state;
    let same_but =
        TrustedKey { state: new.state, halted_at: new.halted_at, cutoff: new.cutoff, ..old.clone() };
    let found = [
        (moved && new.state == KeyState::Retired, KeyChange::Retired),
        (moved && new.state == KeyState::Halted, KeyChange::Halted),
        (old.cutoff != new.cutoff, KeyChange::CutOff),
        (
            same_but != *new
                || (moved && new.state == KeyState::Active)
                || (!moved && old.halted_at != new.halted_at),
            KeyChange::Amended,
        ),
    ];
    found.into_iter().filter_map(|(holds, change)| holds.then_some(change))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::fixture::{Fixture, NOON, at, day};
    use crate::proof::keys::PrivateKey;

    #[test]
    fn each_change_is_one_event_and_nothing_changed_is_none() {
        fn check(change: impl FnOnce(&mut TrustDocument), expected: &[(KeyChange, usize)]) {
            let old = Fixture::new().document();
            let mut new = old.clone();
            new.version += 1;
            change(&mut new);
            let all: Vec<_> = new.keys.iter().chain(&old.keys).collect();
            let place = |id| all.iter().position(|key| key.id == id).expect("a key");
            let found: Vec<_> =
                changes(Some(&old), &new).iter().map(|event| (event.event, place(event.key.id))).collect();
            assert_eq!(found, expected);
        }
        fn halt(key: &mut TrustedKey) {
            (key.state, key.halted_at) = (KeyState::Halted, Some(at(NOON)));
        }
        fn successor(document: &TrustDocument) -> TrustedKey {
            let public_key = PrivateKey::from_random(&mut [9; 32]).public();
            let id = KeyId::of(&public_key, document.environment);
            TrustedKey { id, public_key, ..document.keys[1].clone() }
        }
        use KeyChange::{Amended, Certified, CutOff, Halted, Removed, Retired, Rotated};
        check(|_| {}, &[]);
        check(|d| d.keys[1].state = KeyState::Retired, &[(Retired, 1)]);
        check(|d| halt(&mut d.keys[1]), &[(Halted, 1)]);
        check(|d| d.keys[1].cutoff = Some(7), &[(CutOff, 1)]);
        check(|d| d.keys[1].daily_cap = None, &[(Amended, 1)]);
        check(|d| d.keys[1].valid_until = day("2027-01-01"), &[(Amended, 1)]);
        check(|d| d.keys.push(successor(d)), &[(Certified, 4)]);
        check(
            |d| {
                d.keys.push(successor(d));
                d.keys[1].state = KeyState::Retired;
            },
            &[(Retired, 1), (Rotated, 4)],
        );
        check(
            |d| {
                halt(&mut d.keys[1]);
                d.keys[1].cutoff = Some(7);
            },
            &[(Halted, 1), (CutOff, 1)],
        );
        check(
            |d| {
                d.keys.pop();
            },
            &[(Removed, 3 + 3)],
        );
    }

    #[test]
    fn the_first_list_certifies_everything_in_it() {
        let document = Fixture::new().document();
        let events = changes(None, &document);
        assert!(events.iter().all(|event| event.event == KeyChange::Certified));
        assert_eq!(events.len(), document.keys.len());
    }

    #[test]
    fn an_event_has_one_form_and_a_digest_of_its_own() {
        let events = changes(None, &Fixture::new().document());
        let text = String::from_utf8(events[1].bytes().expect("bytes")).expect("text");
        assert!(
            text.starts_with(r#"{"environment":"test","event":"certified","key":{"body":"S000033001032","#)
        );
        let digests: std::collections::BTreeSet<_> =
            events.iter().map(|event| event.digest().expect("a digest")).collect();
        assert_eq!(digests.len(), events.len());
    }
}
