//! The one function that says what a certificate is worth, wherever it is asked: the server, the command
//! line, a test. Everything that is not shown to be good is not green.

use std::cmp::Ordering;

use crate::kernel::codes::Code;
use crate::kernel::dates::{Timestamp, shanghai_date};
use crate::proof::content::{Address, Content, Unreadable};
use crate::proof::cose::{BadEnvelope, Envelope};
use crate::proof::credential;
use crate::proof::credential_check::{self, Examined};
use crate::proof::frozen::SealedRecord;
use crate::proof::keys::Purpose;
use crate::proof::log::inclusion::InclusionProof;
use crate::proof::payload::{BadPayload, Payload};
use crate::proof::report::{CertificateFacts, CheckName, CheckResult, Checks, Report, Verdict};
use crate::proof::status::{Standing, StatusSnapshot, UnknownStatus};
use crate::proof::trust::{KeyState, TrustList, TrustedKey};

/// Checks `content` against the keys in `trust` and the lists in `status`, at `now`.
///
/// An address alone can't be checked here: the registry looks it up, and elsewhere it is `unsupported`.
#[must_use]
pub fn verify(
    content: &Content,
    trust: &TrustList,
    status: Option<&StatusSnapshot>,
    now: Timestamp,
) -> Report {
    verify_logged(content, trust, status, Evidence::None, now)
}

/// [`verify`] with what is at hand to show that the certificate stands in the transparency log. Only a key with a
/// cutoff (the root has said that it was stolen) demands it: then a certificate without proof is not believed, and one
/// from behind the cutoff is a forgery.
#[must_use]
pub fn verify_logged(
    content: &Content,
    trust: &TrustList,
    status: Option<&StatusSnapshot>,
    log: Evidence<'_>,
    now: Timestamp,
) -> Report {
    let mut checks = Checks::default();
    match content {
        Content::Signed { address, cwt } => match examine(cwt, address.as_ref(), trust, &mut checks) {
            Err(end) => checks.report(end.verdict(), None),
            Ok((payload, key)) => {
                let logged = logged(log, content, &payload, trust);
                judge(payload, key, trust, status, logged, now, checks)
            }
        },
        Content::Address(address) => {
            checks.pass(CheckName::Decoded);
            checks.set(CheckName::Signature, CheckResult::Unknown, "address-only");
            match check_host(&address.host, trust, &mut checks) {
                Ok(()) => checks.report(Verdict::Unsupported, None),
                Err(end) => checks.report(end.verdict(), None),
            }
        }
        Content::Credential { form, text } => {
            match credential_check::examine(*form, text, trust, &mut checks) {
                Err(end) => checks.report(end.verdict(), None),
                Ok(Examined::Ours(payload, key)) => {
                    let logged = logged(log, content, &payload, trust);
                    judge(*payload, key, trust, status, logged, now, checks)
                }
                Ok(Examined::Theirs(credential)) => {
                    // What others have issued stands in no log of ours.
                    let in_log = match check_log(credential.key, Logged::NotAsked, &mut checks) {
                        Ok(verdict) => verdict,
                        Err(end) => return checks.report(end.verdict(), None),
                    };
                    let found = [
                        in_log,
                        check_key(credential.key, trust, now, &mut checks),
                        credential.check_dates(now, &mut checks),
                        credential.check_status(&mut checks),
                    ];
                    checks.report(found.into_iter().fold(Verdict::Valid, worse), None)
                }
            }
        }
    }
}

/// The report on something that could not be read.
#[must_use]
pub fn unreadable(reason: Unreadable) -> Report {
    Report::without_content(Verdict::Unsupported, CheckResult::Failed, reason.code())
}

/// What is at hand to show that a certificate stands in the log.
#[derive(Debug, Clone, Copy)]
pub enum Evidence<'a> {
    None,
    /// Handed over by anybody. It counts only with the frozen record, whose content must be what was signed.
    Proof(&'a InclusionProof),
    /// From the register's own hands: a certificate that it has issued, with its frozen record and its proof, which was
    /// checked. It counts for the same bytes, and for a credential that says what the record says.
    Register {
        cwt: &'a [u8],
        record: &'a str,
        proof: &'a InclusionProof,
    },
}

/// Where a certificate stands in the log.
#[derive(Debug, Clone, Copy)]
enum Logged {
    NotAsked,
    /// A good proof of its digest, without the record that says whose digest it is.
    Unbound,
    Wrong,
    At(u64),
}

/// An examination that ends before there is a certificate to speak of.
pub(super) enum End {
    Unsupported,
    Forged,
}

impl End {
    const fn verdict(self) -> Verdict {
        match self {
            Self::Unsupported => Verdict::Unsupported,
            Self::Forged => Verdict::Forged,
        }
    }
}

/// Whether somebody with the right to do so signed exactly this, for this address. Nothing of the payload
/// is looked at before its signature holds.
fn examine<'t>(
    cwt: &[u8],
    address: Option<&Address>,
    trust: &'t TrustList,
    checks: &mut Checks,
) -> Result<(Payload, &'t TrustedKey), End> {
    let envelope = Envelope::parse(cwt).map_err(|error| {
        let detail = match error {
            BadEnvelope::Malformed => "malformed",
            BadEnvelope::Algorithm => "unknown-algorithm",
        };
        checks.set(CheckName::Decoded, CheckResult::Failed, detail);
        End::Unsupported
    })?;
    checks.pass(CheckName::Decoded);
    match address {
        Some(address) => check_host(&address.host, trust, checks)?,
        None => checks.set(CheckName::Address, CheckResult::Unknown, "no-address"),
    }
    let Some(key) = trust.key(envelope.key) else {
        return Err(forged(checks, CheckName::Key, "unknown-key"));
    };
    if !envelope.is_signed_by(&key.public_key) {
        return Err(forged(checks, CheckName::Signature, "mismatch"));
    }
    checks.pass(CheckName::Signature);
    let payload = Payload::decode(envelope.payload).map_err(|error| {
        let detail = match error {
            BadPayload::UnknownVersion => "unknown-version",
            BadPayload::Malformed => "malformed",
        };
        checks.set(CheckName::Decoded, CheckResult::Failed, detail);
        End::Unsupported
    })?;
    check_right(&payload, key, trust, checks)?;
    if address.is_some_and(|address| address.code != payload.code) {
        return Err(forged(checks, CheckName::Address, "other-certificate"));
    }
    Ok((payload, key))
}

/// Whether `key` had the right to sign this, here.
pub(super) fn check_right(
    payload: &Payload,
    key: &TrustedKey,
    trust: &TrustList,
    checks: &mut Checks,
) -> Result<(), End> {
    if payload.environment != trust.environment() {
        return Err(forged(checks, CheckName::Environment, "other-environment"));
    }
    checks.pass(CheckName::Environment);
    overstep(payload, key).map_or(Ok(()), |detail| Err(forged(checks, CheckName::Key, detail)))
}

/// A genuine signature behind a stranger's address is no QR of ours: whoever made it wants people to open
/// a page that only looks like ours.
pub(super) fn check_host(host: &str, trust: &TrustList, checks: &mut Checks) -> Result<(), End> {
    if trust.is_our_host(host) {
        checks.pass(CheckName::Address);
        Ok(())
    } else {
        Err(forged(checks, CheckName::Address, "foreign-host"))
    }
}

pub(super) fn forged(checks: &mut Checks, name: CheckName, detail: &'static str) -> End {
    checks.set(name, CheckResult::Failed, detail);
    End::Forged
}

/// How `key` signed what it had no right to sign.
fn overstep(payload: &Payload, key: &TrustedKey) -> Option<&'static str> {
    let after_halt = key.halted_at.is_some_and(|halted| payload.issued_on > shanghai_date(halted));
    if key.purpose != Purpose::Issuing {
        Some("key-purpose")
    } else if key.body.as_ref() != Some(&payload.body) {
        Some("key-body")
    } else if !key.types.contains(&payload.kind()) {
        Some("key-type")
    } else if !key.covers(payload.issued_on) {
        Some("key-validity")
    } else if after_halt {
        Some("key-halted")
    } else {
        None
    }
}

/// What a genuine certificate is worth at `now`. Each finding may only make the verdict worse.
fn judge(
    payload: Payload,
    key: &TrustedKey,
    trust: &TrustList,
    status: Option<&StatusSnapshot>,
    logged: Logged,
    now: Timestamp,
    mut checks: Checks,
) -> Report {
    let in_log = match check_log(key, logged, &mut checks) {
        Ok(verdict) => verdict,
        Err(end) => return checks.report(end.verdict(), None),
    };
    let standing = status.map_or(Standing::Unknown(UnknownStatus::NoList), |lists| {
        lists.lookup(&payload.code, payload.status, now)
    });
    let found = [
        check_key(key, trust, now, &mut checks),
        check_dates(&payload, now, &mut checks),
        check_status(&standing, &mut checks),
        in_log,
    ];
    let verdict = found.into_iter().fold(Verdict::Valid, worse);
    let facts = facts(payload, key, standing);
    checks.report(verdict, Some(facts))
}

fn check_key(key: &TrustedKey, trust: &TrustList, now: Timestamp, checks: &mut Checks) -> Verdict {
    // What a key with a cutoff has signed, the log vouches for.
    let doubt = if key.state == KeyState::Halted && key.cutoff.is_none() {
        Some("key-halted")
    } else if trust.is_expired(now) {
        Some("trust-list-expired")
    } else {
        None
    };
    if let Some(detail) = doubt {
        checks.set(CheckName::Key, CheckResult::Unknown, detail);
        return Verdict::StatusUnknown;
    }
    checks.pass(CheckName::Key);
    Verdict::Valid
}

/// What the evidence comes to for this certificate. That its digest stands in the log is not enough: whoever has
/// stolen the key can sign another name beside a genuine digest.
fn logged(log: Evidence<'_>, content: &Content, payload: &Payload, trust: &TrustList) -> Logged {
    let says = |record: &str| {
        SealedRecord::read(record).is_ok_and(|record| match content {
            Content::Credential { form, text } => credential::says(&record, *form, text),
            Content::Signed { .. } | Content::Address(_) => record.payload() == *payload,
        })
    };
    match log {
        Evidence::None => Logged::NotAsked,
        Evidence::Register { cwt, record, proof } => {
            let same = match content {
                Content::Signed { cwt: given, .. } => given == cwt,
                Content::Credential { .. } | Content::Address(_) => says(record),
            };
            if same { Logged::At(proof.index) } else { Logged::Unbound }
        }
        Evidence::Proof(proof) if proof.check(&payload.record.leaf(), trust).is_err() => Logged::Wrong,
        Evidence::Proof(proof) => match &proof.record {
            None => Logged::Unbound,
            Some(record) if says(record) => Logged::At(proof.index),
            Some(_) => Logged::Wrong,
        },
    }
}

/// Only the log can tell what was signed before a theft.
fn check_log(key: &TrustedKey, logged: Logged, checks: &mut Checks) -> Result<Verdict, End> {
    match (logged, key.cutoff) {
        (Logged::NotAsked, None) => Ok(Verdict::Valid),
        (Logged::NotAsked | Logged::Unbound, cutoff) => {
            checks.set(CheckName::Log, CheckResult::Unknown, "log-proof-needed");
            Ok(if cutoff.is_some() { Verdict::StatusUnknown } else { Verdict::Valid })
        }
        (Logged::Wrong, _) => {
            checks.set(CheckName::Log, CheckResult::Failed, "log-proof-wrong");
            Ok(Verdict::StatusUnknown)
        }
        (Logged::At(index), Some(cutoff)) if index >= cutoff => {
            Err(forged(checks, CheckName::Log, "log-after-cutoff"))
        }
        (Logged::At(_), _) => {
            checks.pass(CheckName::Log);
            Ok(Verdict::Valid)
        }
    }
}

fn check_dates(payload: &Payload, now: Timestamp, checks: &mut Checks) -> Verdict {
    let today = shanghai_date(now);
    if payload.expires_on.is_some_and(|last_day| last_day < today) {
        checks.set(CheckName::Dates, CheckResult::Failed, "expired");
        return Verdict::Expired;
    }
    if payload.issued_on > today {
        // One of two clocks is wrong, and it may be ours.
        checks.set(CheckName::Dates, CheckResult::Unknown, "issued-in-future");
        return Verdict::StatusUnknown;
    }
    checks.pass(CheckName::Dates);
    Verdict::Valid
}

fn check_status(standing: &Standing<'_>, checks: &mut Checks) -> Verdict {
    let (verdict, result, detail) = match standing {
        Standing::Valid => (Verdict::Valid, CheckResult::Passed, "ok"),
        Standing::Suspended => (Verdict::Suspended, CheckResult::Failed, "suspended"),
        Standing::Revoked { .. } => (Verdict::Revoked, CheckResult::Failed, "revoked"),
        Standing::Replaced { .. } => (Verdict::Replaced, CheckResult::Failed, "replaced"),
        Standing::Unknown(reason) => (Verdict::StatusUnknown, CheckResult::Unknown, reason.code()),
    };
    checks.set(CheckName::Status, result, detail);
    verdict
}

/// The graver of two findings: revoked > replaced > suspended > expired > status unknown > valid.
fn worse(one: Verdict, other: Verdict) -> Verdict {
    const GRAVITY: [Verdict; 6] = [
        Verdict::Valid,
        Verdict::StatusUnknown,
        Verdict::Expired,
        Verdict::Suspended,
        Verdict::Replaced,
        Verdict::Revoked,
    ];
    let gravity = |verdict| GRAVITY.iter().position(|known| *known == verdict);
    match gravity(one).cmp(&gravity(other)) {
        Ordering::Less => other,
        Ordering::Equal | Ordering::Greater => one,
    }
}

fn facts(payload: Payload, key: &TrustedKey, standing: Standing<'_>) -> CertificateFacts {
    let (ended_on, replaced_by) = match standing {
        Standing::Revoked { on } => (on, None),
        Standing::Replaced { on, by } => (Some(on), Some(by.clone())),
        Standing::Valid | Standing::Suspended | Standing::Unknown(_) => (None, None),
    };
    let kind = payload.kind();
    CertificateFacts {
        code: payload.code,
        number: payload.number,
        holder: payload.holder,
        kind,
        particulars: payload.particulars,
        body: payload.body.to_string(),
        body_name_zh: key.body_name_zh.clone().unwrap_or_default(),
        body_name_en: key.body_name_en.clone().unwrap_or_default(),
        environment: payload.environment,
        issued_on: payload.issued_on,
        expires_on: payload.expires_on,
        ended_on,
        replaced_by,
    }
}
