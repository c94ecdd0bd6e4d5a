//! The verdicts on credentials, of our own shape and of others.

use serde_json::{Value, json};

use crate::kernel::codes::Code;
use crate::proof::content::{Content, CredentialForm};
use crate::proof::credential::{self, Signatures};
use crate::proof::data_integrity::{self, Suite};
use crate::proof::fixture::{Fixture, NOON, at, day, frozen, id, record};
use crate::proof::frozen::FrozenRecord;
use crate::proof::keys::{KeyId, PrivateKey, Purpose};
use crate::proof::payload::Environment;
use crate::proof::report::{CheckName, Report, Verdict};
use crate::proof::status::StatusSnapshot;
use crate::proof::trust::{KeyState, TrustDocument, TrustList, TrustedKey};
use crate::proof::verify::{unreadable, verify};

/// A record with its signatures, and what may be wrong around it.
struct Case {
    record: FrozenRecord,
    document: TrustDocument,
    key: PrivateKey,
    status: Option<StatusSnapshot>,
    now: &'static str,
}

impl Case {
    fn good() -> Self {
        let fixture = Fixture::new();
        let (document, status) = (fixture.document(), Some(fixture.snapshot(&[], &[])));
        Self { record: frozen(), document, key: fixture.issuing, status, now: NOON }
    }

    fn forms(&self) -> [String; 3] {
        let record = self.record.clone().seal().expect("a record");
        let signatures = credential::sign_all(&record, &self.key, id(&self.key)).expect("signed");
        let jsonld = |suite| credential::write_jsonld(&record, &signatures, suite).expect("written");
        let jwt = credential::write_jwt(&record, &signatures).expect("written");
        [jsonld(Suite::Rdfc), jsonld(Suite::Jcs), jwt]
    }

    fn report(&self, text: &str) -> Report {
        let trust = TrustList::new(self.document.clone()).expect("consistent");
        match Content::read(text.as_bytes()) {
            Ok(content) => verify(&content, &trust, self.status.as_ref(), at(self.now)),
            Err(reason) => unreadable(reason),
        }
    }
}

fn detail(report: &Report, name: CheckName) -> &'static str {
    report.checks.iter().find(|check| check.name == name).map_or("", |check| check.detail)
}

fn check(change: impl FnOnce(&mut Case), verdict: Verdict, name: CheckName, expected: &str) {
    let mut case = Case::good();
    change(&mut case);
    for form in case.forms() {
        let report = case.report(&form);
        assert_eq!((report.verdict, detail(&report, name)), (verdict, expected), "{report:?} on {form}");
        assert_eq!(report.certificate.is_none(), matches!(verdict, Verdict::Forged | Verdict::Unsupported));
    }
}

#[test]
fn the_same_verdicts_as_on_the_code() {
    use CheckName::{Address, Dates, Environment as Place, Key, Signature, Status};
    let fixture = Fixture::new();
    check(|_| {}, Verdict::Valid, Status, "ok");
    check(|c| c.record.base = "https://old.haining.example:8443".to_owned(), Verdict::Valid, Address, "ok");
    check(|c| c.record.expires_on = Some(day("2026-11-20")), Verdict::Expired, Dates, "expired");
    check(|c| c.status = None, Verdict::StatusUnknown, Status, "status-missing");
    check(|c| c.now = "2026-11-21T05:00:00Z", Verdict::StatusUnknown, Status, "status-stale");
    let marked = |revoked: &[u32], suspended: &[u32]| Some(fixture.snapshot(revoked, suspended));
    check(|c| c.status = marked(&[100_042], &[]), Verdict::Revoked, Status, "revoked");
    check(|c| c.status = marked(&[], &[100_042]), Verdict::Suspended, Status, "suspended");
    check(
        |c| c.document.keys[1].cutoff = Some(7),
        Verdict::StatusUnknown,
        CheckName::Log,
        "log-proof-needed",
    );

    check(|c| c.record.base = "https://a.example".to_owned(), Verdict::Forged, Address, "foreign-host");
    check(|c| c.record.environment = Environment::Production, Verdict::Forged, Place, "other-environment");
    check(|c| c.key = PrivateKey::from_random(&mut [9; 32]), Verdict::Forged, Key, "unknown-key");
    check(|c| c.key = Fixture::new().status, Verdict::Forged, Key, "key-purpose");
    check(|c| c.record.issued_on = day("2025-12-31"), Verdict::Forged, Key, "key-validity");
    let other = "S000033009999";
    check(|c| c.record.body.code = other.parse().expect("a body"), Verdict::Forged, Key, "key-body");
    let halt = |c: &mut Case| {
        c.document.keys[1].state = KeyState::Halted;
        c.document.keys[1].halted_at = Some(at("2026-11-18T00:00:00Z"));
    };
    check(halt, Verdict::Forged, Key, "key-halted");
    // Another's signature under our key's name.
    let case = Case::good();
    let thief = PrivateKey::from_random(&mut [9; 32]);
    let signatures = credential::sign_all(&record(), &thief, id(&case.key)).expect("signed");
    let jsonld = |suite| credential::write_jsonld(&record(), &signatures, suite).expect("written");
    let jwt = credential::write_jwt(&record(), &signatures).expect("written");
    for form in [jsonld(Suite::Rdfc), jsonld(Suite::Jcs), jwt] {
        let report = case.report(&form);
        assert_eq!((report.verdict, detail(&report, Signature)), (Verdict::Forged, "mismatch"));
    }
}

/// Every part of every form counts, except that JSON may be spelled in more than one way.
#[test]
fn no_changed_byte_is_believed() {
    let case = Case::good();
    for form in case.forms() {
        let plain: Option<Value> = serde_json::from_str(&form).ok();
        // The general path, to which a changed word of the form leads, takes its time.
        for place in (0..form.len()).step_by(7) {
            let mut changed = form.clone().into_bytes();
            changed[place] ^= 1 << (place % 7);
            let Ok(changed) = String::from_utf8(changed) else { continue };
            let report = case.report(&changed);
            let same = plain.is_some() && serde_json::from_str(&changed).ok() == plain;
            if !same {
                assert!(
                    matches!(report.verdict, Verdict::Forged | Verdict::Unsupported),
                    "{place}: {changed}"
                );
                assert_eq!(report.certificate, None);
            }
        }
        for length in (0..form.len()).step_by(17) {
            let Some(cut) = form.get(..length) else { continue };
            assert_eq!(case.report(cut).verdict, Verdict::Unsupported);
        }
    }
}

#[test]
fn a_genuine_signature_over_another_shape_is_no_certificate() {
    let case = Case::good();
    let method = credential::own_method(&case.record.base, id(&case.key)).expect("a method");
    let [text, ..] = case.forms();
    for suite in Suite::ALL {
        let mut document: Value = serde_json::from_str(&text).expect("JSON");
        document["credentialSubject"]["role"] = "mayor".into();
        let signed = data_integrity::sign(document, *suite, &method, at(NOON), &case.key).expect("signed");
        let report = case.report(&signed.to_string());
        assert_eq!((report.verdict, detail(&report, CheckName::Signature)), (Verdict::Unsupported, "ok"));
        assert_eq!(report.certificate, None);
    }
    // Two proofs of one suite, or one of an unknown suite.
    let mut twice: Value = serde_json::from_str(&text).expect("JSON");
    let proof = twice["proof"][0].clone();
    twice["proof"] = json!([proof, proof]);
    assert_eq!(case.report(&twice.to_string()).verdict, Verdict::Unsupported);
    twice["proof"] = json!([{ "type": "DataIntegrityProof", "cryptosuite": "ecdsa-rdfc-2019" }]);
    assert_eq!(detail(&case.report(&twice.to_string()), CheckName::Decoded), "unknown-algorithm");
}

const THEIRS: &str = "did:web:university.example";

/// A credential of another issuer, whose key is in the trust list.
fn foreign(change: impl FnOnce(&mut Value), suite: Suite) -> (Case, Value) {
    let mut case = Case::good();
    let key = PrivateKey::from_random(&mut [21; 32]);
    case.document.keys.push(TrustedKey {
        id: KeyId::of(&key.public(), Environment::Test),
        public_key: key.public(),
        purpose: Purpose::ExternalIssuer,
        method: Some(format!("{THEIRS}#key-1")),
        ..case.document.keys[2].clone()
    });
    let mut document = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
        "type": ["VerifiableCredential", "CourseCredential"],
        "issuer": { "id": THEIRS, "name": "A university" },
        "validFrom": "2026-03-01T00:00:00Z",
        "credentialSubject": { "course": { "title": "Nursing of elders", "hours": 120 } },
    });
    change(&mut document);
    let method = format!("{THEIRS}#key-1");
    let signed = data_integrity::sign(document, suite, &method, at(NOON), &key).expect("signed");
    (case, signed)
}

#[test]
fn credentials_of_issuers_that_the_trust_list_names() {
    let check = |change: fn(&mut Value), verdict: Verdict, name: CheckName, expected: &str| {
        for suite in Suite::ALL {
            let (case, signed) = foreign(change, *suite);
            let report = case.report(&signed.to_string());
            assert_eq!((report.verdict, detail(&report, name)), (verdict, expected), "{suite} {report:?}");
            assert_eq!(report.certificate, None);
            let mut changed = signed;
            changed["credentialSubject"]["course"]["title"] = "Nursing".into();
            assert_eq!(case.report(&changed.to_string()).verdict, Verdict::Forged);
        }
    };
    check(|_| {}, Verdict::Valid, CheckName::Status, "no-status");
    check(
        |c| {
            c["credentialStatus"] = json!({ "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
                "statusListIndex": "5", "statusListCredential": "https://university.example/status" });
        },
        Verdict::StatusUnknown,
        CheckName::Status,
        "status-missing",
    );
    check(|c| c["validUntil"] = "2026-04-01T00:00:00Z".into(), Verdict::Expired, CheckName::Dates, "expired");
    check(
        |c| c["validFrom"] = "2027-01-01T00:00:00+08:00".into(),
        Verdict::StatusUnknown,
        CheckName::Dates,
        "issued-in-future",
    );
    check(|c| c["issuer"] = "did:web:a.example".into(), Verdict::Forged, CheckName::Key, "key-body");
    check(|c| c["validFrom"] = "yesterday".into(), Verdict::Unsupported, CheckName::Decoded, "malformed");
}

#[test]
fn what_can_not_be_canonicalised_is_unsupported() {
    let (case, signed) = foreign(|_| {}, Suite::Rdfc);
    let check = |name: &str, value: Value, expected: &str| {
        let mut changed = signed.clone();
        changed[name] = value;
        let report = case.report(&changed.to_string());
        assert_eq!((report.verdict, detail(&report, CheckName::Decoded)), (Verdict::Unsupported, expected));
    };
    check(
        "@context",
        json!(["https://www.w3.org/ns/credentials/v2", "https://a.example/c"]),
        "unknown-context",
    );
    check("@context", json!(["https://www.w3.org/ns/credentials/v2"]), "undefined-term");
    check("credentialSubject", (0..60).fold(json!({}), |inner, _| json!({ "x": inner })), "too-large");
    let long = "a".repeat(200_000);
    assert_eq!(case.report(&format!("{{\"a\":\"{long}\"}}")).verdict, Verdict::Unsupported);
}

#[test]
fn a_stored_form_is_the_same_for_ever() {
    let case = Case::good();
    let signatures = credential::sign_all(&record(), &case.key, id(&case.key)).expect("signed");
    let kept = Signatures::from_bytes(&signatures.to_bytes()).expect("signatures");
    assert_eq!(credential::write_jwt(&record(), &kept).as_ref(), Ok(&case.forms()[2]));
    let form = Content::read(case.forms()[2].as_bytes());
    assert!(matches!(form, Ok(Content::Credential { form: CredentialForm::Jwt, .. })));
}
