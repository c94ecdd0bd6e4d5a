//! The examination of a verifiable credential, up to where `verify` judges it: who signed it, and whether they had the
//! right to. Our own shape takes the short way; what others made goes through JSON-LD and RDFC.

use chrono::DateTime;
use serde_json::Value;

use crate::kernel::dates::Timestamp;
use crate::proof::content::CredentialForm;
use crate::proof::credential::{self, Method, Ours};
use crate::proof::data_integrity::{self, BadProof, Suite};
use crate::proof::jsonld::{BadJsonLd, contexts};
use crate::proof::jwt::VcJwt;
use crate::proof::keys::{KeyId, Purpose};
use crate::proof::payload::Payload;
use crate::proof::report::{CheckName, CheckResult, Checks, Verdict};
use crate::proof::trust::{TrustList, TrustedKey};
use crate::proof::verify::{End, check_host, check_right, forged};

/// A credential with a good signature by a key of the trust list that may sign it.
pub enum Examined<'t> {
    Ours(Box<Payload>, &'t TrustedKey),
    Theirs(Foreign<'t>),
}

/// What counts in a credential of another issuer. Nothing of it is shown: its words are not ours.
pub struct Foreign<'t> {
    pub key: &'t TrustedKey,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    has_status: bool,
}

pub fn examine<'t>(
    form: CredentialForm,
    text: &str,
    trust: &'t TrustList,
    checks: &mut Checks,
) -> Result<Examined<'t>, End> {
    match form {
        CredentialForm::Jwt => examine_jwt(text, trust, checks),
        CredentialForm::JsonLd => match Ours::read(text) {
            Some(ours) => examine_ours(&ours, trust, checks),
            None => examine_general(text, trust, checks),
        },
    }
}

fn examine_ours<'t>(ours: &Ours<'_>, trust: &'t TrustList, checks: &mut Checks) -> Result<Examined<'t>, End> {
    let content = ours.content();
    let (payload, base) = content.ok_or_else(|| unsupported(checks, "malformed"))?;
    checks.pass(CheckName::Decoded);
    check_host(host(base), trust, checks)?;
    let Method::Own(id) = ours.method() else { return Err(forged(checks, CheckName::Key, "unknown-key")) };
    let key = find(id, trust, checks)?;
    if !ours.is_signed_by(&key.public_key) {
        return Err(forged(checks, CheckName::Signature, "mismatch"));
    }
    checks.pass(CheckName::Signature);
    check_right(&payload, key, trust, checks)?;
    Ok(Examined::Ours(Box::new(payload), key))
}

fn examine_jwt<'t>(text: &str, trust: &'t TrustList, checks: &mut Checks) -> Result<Examined<'t>, End> {
    let jwt = VcJwt::read(text).map_err(|_| unsupported(checks, "malformed"))?;
    checks.pass(CheckName::Decoded);
    let signer = Signer::of(&jwt.kid, trust).ok_or_else(|| forged(checks, CheckName::Key, "unknown-key"))?;
    if !jwt.is_signed_by(&signer.key().public_key) {
        return Err(forged(checks, CheckName::Signature, "mismatch"));
    }
    checks.pass(CheckName::Signature);
    let text = std::str::from_utf8(&jwt.payload).map_err(|_| unsupported(checks, "malformed"))?;
    match signer {
        Signer::Ours(id, key) => {
            let content = credential::read_document(text);
            let (payload, base) = content.ok_or_else(|| unsupported(checks, "malformed"))?;
            check_host(host(&base), trust, checks)?;
            if credential::own_method(&base, id).as_ref() != Some(&jwt.kid) {
                return Err(forged(checks, CheckName::Key, "unknown-key"));
            }
            check_right(&payload, key, trust, checks)?;
            Ok(Examined::Ours(Box::new(payload), key))
        }
        Signer::Theirs(key) => {
            let document = serde_json::from_str(text).map_err(|_| unsupported(checks, "malformed"))?;
            foreign(&document, key, checks)
        }
    }
}

/// Any other shape: the first proof that a key of the trust list may have made.
fn examine_general<'t>(text: &str, trust: &'t TrustList, checks: &mut Checks) -> Result<Examined<'t>, End> {
    let document: Value = serde_json::from_str(text).map_err(|_| unsupported(checks, "malformed"))?;
    let proofs = data_integrity::proofs(&document);
    if proofs.is_empty() {
        return Err(unsupported(checks, "unknown-algorithm"));
    }
    let known = proofs.into_iter().find_map(|(suite, proof)| {
        Some((suite, Signer::of(proof.get("verificationMethod")?.as_str()?, trust)?))
    });
    let (suite, signer) = known.ok_or_else(|| {
        checks.pass(CheckName::Decoded);
        forged(checks, CheckName::Key, "unknown-key")
    })?;
    check_proof(&document, suite, &signer, checks)?;
    match signer {
        // Genuine, but not a certificate as we write them.
        Signer::Ours(..) => Err(unsupported(checks, "malformed")),
        Signer::Theirs(key) => foreign(&document, key, checks),
    }
}

fn check_proof(document: &Value, suite: Suite, signer: &Signer<'_>, checks: &mut Checks) -> Result<(), End> {
    checks.pass(CheckName::Decoded);
    data_integrity::verify(document, suite, &signer.key().public_key).map_err(|error| match error {
        BadProof::Signature => forged(checks, CheckName::Signature, "mismatch"),
        // Nothing is signed here.
        BadProof::Missing | BadProof::Signing(_) => unsupported(checks, "malformed"),
        BadProof::Document(error) => unsupported(
            checks,
            match error {
                BadJsonLd::TooLarge => "too-large",
                BadJsonLd::UnknownContext(_) => "unknown-context",
                BadJsonLd::Undefined(_) => "undefined-term",
                BadJsonLd::Malformed(_) => "malformed",
                BadJsonLd::Poisoned => "poisoned",
            },
        ),
    })?;
    checks.pass(CheckName::Signature);
    Ok(())
}

/// Whose key a proof or a JWT names.
enum Signer<'t> {
    Ours(KeyId, &'t TrustedKey),
    Theirs(&'t TrustedKey),
}

impl<'t> Signer<'t> {
    fn of(method: &str, trust: &'t TrustList) -> Option<Self> {
        if let Some(key) = trust.external(method) {
            return Some(Self::Theirs(key));
        }
        let id: KeyId = method.rsplit_once('#')?.1.parse().ok()?;
        let key = trust.key(id).filter(|key| key.purpose != Purpose::ExternalIssuer)?;
        Some(Self::Ours(id, key))
    }

    const fn key(&self) -> &'t TrustedKey {
        match self {
            Self::Ours(_, key) | Self::Theirs(key) => key,
        }
    }
}

/// A credential that another issuer signed: it must name that issuer, and be one.
fn foreign<'t>(document: &Value, key: &'t TrustedKey, checks: &mut Checks) -> Result<Examined<'t>, End> {
    let issuer = document.get("issuer").and_then(|issuer| issuer.get("id").unwrap_or(issuer).as_str());
    let did = key.method.as_deref().and_then(|method| method.split_once('#')).map(|(did, _)| did);
    if issuer.is_none() || issuer != did {
        return Err(forged(checks, CheckName::Key, "key-body"));
    }
    let has = |name: &str, value: &str| match document.get(name) {
        Some(Value::Array(values)) => values.iter().any(|found| found == value),
        Some(found) => found == value,
        None => false,
    };
    let is_credential = has("@context", contexts::CREDENTIALS) && has("type", "VerifiableCredential");
    let from = instant(document.get("validFrom"));
    let until = instant(document.get("validUntil"));
    let (true, Ok(from), Ok(until)) = (is_credential, from, until) else {
        return Err(unsupported(checks, "malformed"));
    };
    checks.pass(CheckName::Environment);
    checks.set(CheckName::Address, CheckResult::Unknown, "no-address");
    let covered = from.is_none_or(|from| key.covers(crate::kernel::dates::shanghai_date(from)));
    if !covered {
        return Err(forged(checks, CheckName::Key, "key-validity"));
    }
    Ok(Examined::Theirs(Foreign { key, from, until, has_status: document.get("credentialStatus").is_some() }))
}

/// `Ok(None)` where there is none.
fn instant(value: Option<&Value>) -> Result<Option<Timestamp>, ()> {
    let Some(value) = value else { return Ok(None) };
    let text = value.as_str().ok_or(())?;
    DateTime::parse_from_rfc3339(text).map(|at| Some(at.to_utc())).map_err(|_| ())
}

impl Foreign<'_> {
    pub fn check_dates(&self, now: Timestamp, checks: &mut Checks) -> Verdict {
        if self.until.is_some_and(|until| until < now) {
            checks.set(CheckName::Dates, CheckResult::Failed, "expired");
            return Verdict::Expired;
        }
        if self.from.is_some_and(|from| from > now) {
            checks.set(CheckName::Dates, CheckResult::Unknown, "issued-in-future");
            return Verdict::StatusUnknown;
        }
        checks.pass(CheckName::Dates);
        Verdict::Valid
    }

    /// Another issuer's status list is not fetched: what it could say is not known.
    pub fn check_status(&self, checks: &mut Checks) -> Verdict {
        if self.has_status {
            checks.set(CheckName::Status, CheckResult::Unknown, "status-missing");
            return Verdict::StatusUnknown;
        }
        checks.set(CheckName::Status, CheckResult::Passed, "no-status");
        Verdict::Valid
    }
}

fn find<'t>(id: KeyId, trust: &'t TrustList, checks: &mut Checks) -> Result<&'t TrustedKey, End> {
    trust.key(id).ok_or_else(|| forged(checks, CheckName::Key, "unknown-key"))
}

fn host(base: &str) -> &str {
    base.split_once("://").map_or(base, |(_, host)| host)
}

fn unsupported(checks: &mut Checks, detail: &'static str) -> End {
    checks.set(CheckName::Decoded, CheckResult::Failed, detail);
    End::Unsupported
}
