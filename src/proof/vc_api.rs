//! The operations of the W3C VC-API on a test issuer, so that the public conformance suites can be pointed at us:
//! credentials of any shape are issued, and checked against the rules of the VC data model 2.0 and their proofs.
//!
//! Absent on purpose: everything of ours. No certificate is made or believed here; see `verify`.

use std::collections::HashSet;

use chrono::DateTime;
use oxrdf::NamedNode;
use serde_json::{Map, Value};

use crate::kernel::dates::Timestamp;
use crate::proof::data_integrity::{self, BadProof, Purpose, Suite};
use crate::proof::jsonld::{self, BadJsonLd, contexts};
use crate::proof::keys::{PrivateKey, PublicKey};

/// Why a credential or presentation is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("{0}")]
    Rule(&'static str),
    #[error(transparent)]
    Proof(#[from] BadProof),
    #[error("the proof's verificationMethod is not a did:key of Ed25519")]
    Method,
    #[error("the proof is not for this challenge and domain")]
    Challenge,
    #[error("the credential is not valid yet, or no longer")]
    Dates,
}

impl From<BadJsonLd> for Refused {
    fn from(error: BadJsonLd) -> Self {
        Self::Proof(error.into())
    }
}

/// `credential` with our test issuer and its proof.
///
/// # Errors
/// [`Refused`] where it breaks a rule of the data model.
pub fn issue(
    mut credential: Value,
    suite: Suite,
    key: &PrivateKey,
    now: Timestamp,
) -> Result<Value, Refused> {
    let method = key.public().did_key_method();
    let did = method.split_once('#').map_or(method.as_str(), |(did, _)| did);
    match credential.get_mut("issuer") {
        Some(Value::Object(issuer)) => drop(issuer.insert("id".to_owned(), did.into())),
        Some(issuer @ Value::String(_)) => *issuer = did.into(),
        Some(_) => return Err(Refused::Rule("issuer is an address or an object with one as its id")),
        None => {
            let fields = credential.as_object_mut().ok_or(Refused::Rule("a credential is an object"))?;
            fields.insert("issuer".to_owned(), did.into());
        }
    }
    check_credential_rules(&credential)?;
    jsonld::canonical(&credential)?;
    Ok(data_integrity::sign(credential, suite, &method, now, key)?)
}

/// # Errors
/// [`Refused`] with the first rule that the credential breaks.
pub fn verify_credential(credential: &Value, now: Timestamp) -> Result<(), Refused> {
    check_credential_rules(credential)?;
    check_proof(credential, Purpose::Assertion, &Map::new())?;
    let at = |name: &str| credential.get(name).and_then(Value::as_str).and_then(instant);
    if at("validFrom").is_some_and(|from| from > now) || at("validUntil").is_some_and(|until| until < now) {
        return Err(Refused::Dates);
    }
    Ok(())
}

/// A presentation with its own proof, for the `challenge` and `domain` of `options` where they stand there, and each
/// credential in it.
///
/// # Errors
/// [`Refused`].
pub fn verify_presentation(
    presentation: &Value,
    options: &Map<String, Value>,
    now: Timestamp,
) -> Result<(), Refused> {
    let fields = presentation.as_object().ok_or(Refused::Rule("a presentation is an object"))?;
    check_frame(fields, "VerifiablePresentation")?;
    check_proof(presentation, Purpose::Authentication, options)?;
    for credential in values(fields.get("verifiableCredential")) {
        verify_credential(credential, now)?;
    }
    Ok(())
}

fn check_proof(document: &Value, purpose: Purpose, options: &Map<String, Value>) -> Result<(), Refused> {
    let proofs = data_integrity::proofs(document);
    let (suite, proof) = proofs.first().ok_or(Refused::Proof(BadProof::Missing))?;
    let method = proof.get("verificationMethod").and_then(Value::as_str).ok_or(Refused::Method)?;
    let key: PublicKey =
        method.rsplit_once('#').and_then(|(_, key)| key.parse().ok()).ok_or(Refused::Method)?;
    if key.did_key_method() != method {
        return Err(Refused::Method);
    }
    for name in ["challenge", "domain"] {
        if options.get(name).is_some_and(|asked| proof.get(name) != Some(asked)) {
            return Err(Refused::Challenge);
        }
    }
    // Whatever the suite signs, the document has to be JSON-LD that means something.
    let mut unsecured = document.clone();
    unsecured.as_object_mut().map(|fields| fields.remove("proof"));
    jsonld::canonical(&unsecured)?;
    Ok(data_integrity::verify_for(document, *suite, purpose, &key)?)
}

/// Rules of the VC data model 2.0, §4.
fn check_credential_rules(credential: &Value) -> Result<(), Refused> {
    let rule = |holds: bool, rule: &'static str| if holds { Ok(()) } else { Err(Refused::Rule(rule)) };
    let fields = credential.as_object().ok_or(Refused::Rule("a credential is an object"))?;
    check_frame(fields, "VerifiableCredential")?;
    let issuer = fields.get("issuer").and_then(|issuer| issuer.get("id").unwrap_or(issuer).as_str());
    rule(issuer.is_some_and(is_address), "issuer is an address or an object with one as its id")?;

    let subjects: Vec<_> = values(fields.get("credentialSubject")).collect();
    let is_subject = |subject: &&Value| subject.as_object().is_some_and(|claims| !claims.is_empty());
    rule(!subjects.is_empty() && subjects.iter().all(is_subject), "credentialSubject makes claims")?;
    rule(subjects.iter().all(|subject| has_address_or_none(subject)), "a subject's id is an address")?;

    for name in ["validFrom", "validUntil"] {
        let good =
            fields.get(name).is_none_or(|value| value.as_str().is_some_and(|at| instant(at).is_some()));
        rule(good, "validFrom and validUntil are instants with a zone")?;
    }
    let at = |name: &str| fields.get(name).and_then(Value::as_str).and_then(instant);
    let in_order = at("validFrom").zip(at("validUntil")).is_none_or(|(from, until)| from <= until);
    rule(in_order, "validFrom is not after validUntil")?;

    for name in ["credentialStatus", "credentialSchema", "termsOfUse", "evidence", "refreshService"] {
        for value in values(fields.get(name)) {
            rule(value.get("type").is_some_and(are_texts), "status, schema, terms and evidence have a type")?;
            rule(has_address_or_none(value), "an id is an address")?;
        }
    }
    let schemas = || values(fields.get("credentialSchema"));
    rule(schemas().all(|schema| schema.get("id").is_some()), "credentialSchema has an id")?;

    let mut seen = HashSet::new();
    for resource in values(fields.get("relatedResource")) {
        let id = resource.get("id").and_then(Value::as_str).filter(|id| is_address(id));
        rule(id.is_some_and(|id| seen.insert(id)), "each relatedResource has an address of its own")?;
        let digest = ["digestSRI", "digestMultibase"].iter().any(|name| resource.get(name).is_some());
        rule(digest, "relatedResource has a digest")?;
    }
    for name in ["name", "description"] {
        let good = values(fields.get(name)).all(|text| text.is_string() || text.get("@value").is_some());
        rule(good, "name and description are texts")?;
    }
    Ok(())
}

/// What credentials and presentations have in common: `@context`, `type`, `id`.
fn check_frame(fields: &Map<String, Value>, kind: &str) -> Result<(), Refused> {
    let first = values(fields.get("@context")).next();
    if first.and_then(Value::as_str) != Some(contexts::CREDENTIALS) {
        return Err(Refused::Rule("@context begins with the context of the data model 2.0"));
    }
    let kinds = fields.get("type").filter(|kinds| are_texts(kinds));
    if !kinds.is_some_and(|kinds| values(Some(kinds)).any(|found| found == kind)) {
        return Err(Refused::Rule("type names what the document is"));
    }
    let has_id = fields.get("id").is_none_or(|id| id.as_str().is_some_and(is_address));
    if has_id { Ok(()) } else { Err(Refused::Rule("an id is an address")) }
}

/// The items of an array, or the one value; nothing where there is none.
fn values(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    match value {
        Some(Value::Array(items)) => items.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    }
    .iter()
}

fn are_texts(value: &Value) -> bool {
    let mut texts = values(Some(value)).peekable();
    texts.peek().is_some() && texts.all(|text| text.as_str().is_some_and(|text| !text.is_empty()))
}

fn has_address_or_none(value: &Value) -> bool {
    value.get("id").is_none_or(|id| id.as_str().is_some_and(is_address))
}

fn is_address(text: &str) -> bool {
    NamedNode::new(text).is_ok()
}

fn instant(text: &str) -> Option<Timestamp> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kernel::codes::Code;
    use crate::proof::fixture::{NOON, at};

    fn key() -> PrivateKey {
        PrivateKey::from_random(&mut [5; 32])
    }

    fn credential() -> Value {
        json!({
            "@context": [contexts::CREDENTIALS, "https://www.w3.org/ns/credentials/examples/v2"],
            "type": ["VerifiableCredential", "CourseCredential"],
            "issuer": "did:example:anybody",
            "credentialSubject": { "id": "did:example:holder", "course": "Care" },
        })
    }

    #[test]
    fn what_is_issued_is_verified() {
        for suite in Suite::ALL {
            let signed = issue(credential(), *suite, &key(), at(NOON)).expect("issued");
            assert_eq!(verify_credential(&signed, at(NOON)), Ok(()));
            let mut changed = signed.clone();
            changed["credentialSubject"]["course"] = "Other".into();
            assert_eq!(verify_credential(&changed, at(NOON)), Err(BadProof::Signature.into()));
            changed["proof"]["verificationMethod"] = "did:example:x#y".into();
            assert_eq!(verify_credential(&changed, at(NOON)), Err(Refused::Method));
        }
    }

    #[test]
    fn the_rules_of_the_data_model() {
        let check = |name: &str, value: Value| {
            let mut broken = credential();
            broken[name] = value;
            assert!(issue(broken.clone(), Suite::Rdfc, &key(), at(NOON)).is_err(), "{broken}");
        };
        check("@context", json!(["https://www.w3.org/ns/credentials/examples/v2", contexts::CREDENTIALS]));
        check("@context", json!("https://a.example/unknown"));
        check("type", json!("CourseCredential"));
        check("type", json!(["VerifiableCredential", 4]));
        check("type", json!([]));
        check("id", json!("not an address"));
        check("id", json!(["did:example:a", "did:example:b"]));
        check("issuer", json!(4));
        check("issuer", json!([]));
        check("credentialSubject", json!({}));
        check("credentialSubject", json!([]));
        check("credentialSubject", json!("did:example:x"));
        check("credentialSubject", json!({ "id": "x y", "course": "Care" }));
        check("validFrom", json!("2026-01-01"));
        check("validFrom", json!("2026-01-01T00:00:00"));
        check("validUntil", json!(5));
        check("credentialStatus", json!({ "id": "https://a.example/1" }));
        check("credentialSchema", json!({ "type": "JsonSchema" }));
        check("termsOfUse", json!({ "id": "https://a.example/1" }));
        check("relatedResource", json!([{ "id": "https://a.example/1" }]));
        check("name", json!(5));
        let twice = json!({ "id": "https://a.example/1", "digestSRI": "sha256-x" });
        check("relatedResource", json!([twice, twice]));
        let mut reversed = credential();
        reversed["validFrom"] = "2026-02-01T00:00:00Z".into();
        reversed["validUntil"] = "2026-01-01T00:00:00Z".into();
        assert!(issue(reversed, Suite::Rdfc, &key(), at(NOON)).is_err());
        let mut later = credential();
        later["validFrom"] = "2027-01-01T00:00:00Z".into();
        let later = issue(later, Suite::Rdfc, &key(), at(NOON)).expect("issued");
        assert_eq!(verify_credential(&later, at(NOON)), Err(Refused::Dates));
    }

    #[test]
    fn a_presentation_is_for_its_challenge() {
        let signed = issue(credential(), Suite::Rdfc, &key(), at(NOON)).expect("issued");
        let presentation = json!({
            "@context": [contexts::CREDENTIALS],
            "type": ["VerifiablePresentation"],
            "verifiableCredential": [signed],
        });
        let method = key().public().did_key_method();
        let present = |presentation: Value| {
            data_integrity::present(presentation, Suite::Rdfc, &method, "123", at(NOON), &key())
                .expect("signed")
        };
        let verify = |presentation: &Value, challenge: &str| {
            let options = json!({ "challenge": challenge }).as_object().expect("an object").clone();
            verify_presentation(presentation, &options, at(NOON))
        };
        let presented = present(presentation.clone());
        assert_eq!(verify(&presented, "123"), Ok(()));
        assert_eq!(verify(&presented, "124"), Err(Refused::Challenge));
        assert_eq!(verify(&presentation, "123"), Err(BadProof::Missing.into()));
        let mut inner = presentation.clone();
        inner["verifiableCredential"][0]["credentialSubject"]["course"] = "Other".into();
        assert_eq!(verify(&present(inner), "123"), Err(BadProof::Signature.into()));
        let mut outer = presented;
        outer["holder"] = "did:example:other".into();
        assert_eq!(verify(&outer, "123"), Err(BadProof::Signature.into()));
    }
}
