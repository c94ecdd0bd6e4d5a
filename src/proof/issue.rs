//! Signing: what contradicts itself or its key is refused, with all the reasons at once.
//!
//! Whether the holder has earned the certificate was decided before; see `registry::certificates`.

use chrono::{Datelike, NaiveDate};
use icu_normalizer::ComposingNormalizerBorrowed;

use crate::codes;
use crate::kernel::certificate_number::Series;
use crate::kernel::codes::Code;
use crate::kernel::dates::{Timestamp, shanghai_date};
use crate::proof::cose::{self, Envelope};
use crate::proof::credential::Unwritable;
use crate::proof::keys::{KeyId, Purpose, Signer, SigningError};
use crate::proof::payload::{CertificateType, Particulars, Payload};
use crate::proof::status::MAX_ENTRIES;
use crate::proof::trust::{KeyState, TrustedKey};

/// A certificate that was signed and whose signature was checked again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCertificate {
    pub cwt: Vec<u8>,
}

codes! {
    /// One reason not to sign.
    pub enum Refusal("refusal") {
        /// The code of the verify address was never drawn.
        CodeEmpty = "code-empty",
        /// A number of the national form names another body.
        NumberBody = "number-body",
        /// A number of the national form names another level.
        NumberLevel = "number-level",
        /// The number is not of the series of this type of certificate.
        NumberType = "number-type",
        HolderEmpty = "holder-empty",
        /// Longer than 50 characters.
        HolderLength = "holder-length",
        /// Not in the normal form NFC, with control characters, or with blanks around it.
        HolderForm = "holder-form",
        /// A text of this type of certificate is empty, longer than 80 characters, or as the name must not be.
        ParticularsForm = "particulars-form",
        IssuedInFuture = "issued-in-future",
        /// Before 2000: nothing of ours was issued then.
        IssuedTooEarly = "issued-too-early",
        ExpiresBeforeIssue = "expires-before-issue",
        /// Past the year 9999.
        ExpiresTooLate = "expires-too-late",
        /// Past the end of the largest status list.
        StatusIndex = "status-index",
        KeyPurpose = "key-purpose",
        /// The key belongs to another body.
        KeyBody = "key-body",
        KeyType = "key-type",
        KeyEnvironment = "key-environment",
        /// The issue date, or today, lies outside the key's validity.
        KeyValidity = "key-validity",
        /// Retired or halted.
        KeyState = "key-state",
        /// The private key is not the half of the certified one.
        KeyMismatch = "key-mismatch",
        /// The frozen record can't be written as a credential, e.g. for a control character in a text.
        RecordForm = "record-form",
        /// What was signed did not check or read back: a fault of the machine.
        SelfCheck = "self-check",
    }
}

/// All the reasons not to sign. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not signed: {}", .0.iter().map(|reason| reason.code()).collect::<Vec<_>>().join(", "))]
pub struct Refused(pub Vec<Refusal>);

/// Why nothing was signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSigned {
    /// It will not be signed later either.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The same call may succeed later.
    #[error(transparent)]
    Signing(#[from] SigningError),
}

impl From<Unwritable> for NotSigned {
    fn from(_: Unwritable) -> Self {
        Self::Refused(Refused(vec![Refusal::RecordForm]))
    }
}

/// Signs `payload` with `key`, which the root certified as `certified`.
///
/// # Errors
/// [`NotSigned`].
pub fn issue(
    payload: &Payload,
    key: &dyn Signer,
    certified: &TrustedKey,
    now: Timestamp,
) -> Result<SignedCertificate, NotSigned> {
    let mut reasons = refusals(payload, certified, shanghai_date(now));
    if key.public() != certified.public_key {
        reasons.push(Refusal::KeyMismatch);
    }
    if !reasons.is_empty() {
        return Err(Refused(reasons).into());
    }
    let cwt = cose::sign(&payload.encode(), key, certified.id)?;
    let checks = Envelope::parse(&cwt).is_ok_and(|envelope| {
        envelope.is_signed_by(&certified.public_key)
            && Payload::decode(envelope.payload).as_ref() == Ok(payload)
    });
    if checks { Ok(SignedCertificate { cwt }) } else { Err(Refused(vec![Refusal::SelfCheck]).into()) }
}

/// What speaks against `payload` under a key certified as `certified`, on `today` in Asia/Shanghai.
#[must_use]
pub fn refusals(payload: &Payload, certified: &TrustedKey, today: NaiveDate) -> Vec<Refusal> {
    let (body, series) = payload.number.named().unzip();
    let is_skill = payload.kind() == CertificateType::Skill;
    let due = match &payload.particulars {
        Particulars::Skill { level, .. } => Some(Series::of_level(*level)),
        Particulars::Training { .. } | Particulars::FirstAid { .. } => payload.kind().series(),
    };
    let holder = &payload.holder;
    let environment_fits = KeyId::of(&certified.public_key, payload.environment) == certified.id;
    let far = |day: NaiveDate| day.year() > 9998;
    let found = [
        (payload.code.bytes() == &[0; 16], Refusal::CodeEmpty),
        (body.is_some_and(|body| body != payload.body.as_str()), Refusal::NumberBody),
        (is_skill && series.is_some() && series != due, Refusal::NumberLevel),
        (!is_skill && series != due, Refusal::NumberType),
        (holder.trim().is_empty(), Refusal::HolderEmpty),
        (holder.chars().count() > 50, Refusal::HolderLength),
        (!is_plain(holder), Refusal::HolderForm),
        (!is_sound(&payload.particulars), Refusal::ParticularsForm),
        (payload.issued_on > today, Refusal::IssuedInFuture),
        (payload.issued_on.year() < 2000, Refusal::IssuedTooEarly),
        (payload.expires_on.is_some_and(|last| last < payload.issued_on), Refusal::ExpiresBeforeIssue),
        (payload.expires_on.is_some_and(far), Refusal::ExpiresTooLate),
        (payload.status.index >= MAX_ENTRIES, Refusal::StatusIndex),
        (certified.purpose != Purpose::Issuing, Refusal::KeyPurpose),
        (certified.body.as_ref() != Some(&payload.body), Refusal::KeyBody),
        (!certified.types.contains(&payload.kind()), Refusal::KeyType),
        (!environment_fits, Refusal::KeyEnvironment),
        (!certified.covers(payload.issued_on) || !certified.covers(today), Refusal::KeyValidity),
        (certified.state != KeyState::Active, Refusal::KeyState),
    ];
    found.into_iter().filter_map(|(holds, reason)| holds.then_some(reason)).collect()
}

/// Whether the texts of a type can stand in a QR and on paper.
fn is_sound(particulars: &Particulars) -> bool {
    const LONGEST: usize = 80;
    let fits = |text: &str| !text.is_empty() && text.chars().count() <= LONGEST && is_plain(text);
    match particulars {
        Particulars::Skill { .. } => true,
        Particulars::Training { course, .. } => fits(course),
        Particulars::FirstAid { original_issuer, original_number, .. } => {
            fits(original_issuer) && fits(original_number)
        }
    }
}

fn is_plain(text: &str) -> bool {
    text.trim() == text
        && !text.chars().any(char::is_control)
        && ComposingNormalizerBorrowed::new_nfc().is_normalized(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::ids::PublicCode;
    use crate::kernel::skill::{Occupation, SkillLevel, Specialty};
    use crate::proof::fixture::{Fixture, NOON, at, day, others, payload};
    use crate::proof::keys::{PrivateKey, PublicKey};
    use crate::proof::payload::Environment;

    #[test]
    fn a_payload_that_contradicts_itself_is_refused() {
        fn check(change: impl FnOnce(&mut Payload), expected: &[Refusal]) {
            let fixture = Fixture::new();
            let mut payload = payload();
            change(&mut payload);
            let result = issue(&payload, &fixture.issuing, fixture.certified(), at(NOON));
            assert_eq!(
                result.map(|_| ()),
                match expected {
                    [] => Ok(()),
                    reasons => Err(Refused(reasons.to_vec()).into()),
                }
            );
        }
        check(|_| {}, &[]);
        check(|p| p.code = PublicCode::from_bytes([0; 16]), &[Refusal::CodeEmpty]);
        let one = Particulars::Skill {
            occupation: Occupation::ElderlyCareWorker,
            specialty: Specialty::General,
            level: SkillLevel::One,
        };
        check(|p| p.particulars = one, &[Refusal::NumberLevel]);
        check(|p| p.number = "浙养护2019第0042号".parse().expect("a number"), &[]);
        let other = "S000033009999265000042";
        check(|p| p.number = other.parse().expect("a number"), &[Refusal::NumberBody]);
        check(|p| p.holder.clear(), &[Refusal::HolderEmpty]);
        check(|p| p.holder = " 王桂兰".to_owned(), &[Refusal::HolderForm]);
        check(|p| p.holder = "王\u{0}".to_owned(), &[Refusal::HolderForm]);
        check(|p| p.holder = "Jose\u{301}".to_owned(), &[Refusal::HolderForm]);
        check(|p| p.holder = "José".to_owned(), &[]);
        check(|p| p.holder = "买买提·阿不都热合曼".to_owned(), &[]);
        check(|p| p.holder = "王".repeat(51), &[Refusal::HolderLength]);
        check(|p| p.issued_on = day("2026-11-22"), &[Refusal::IssuedInFuture]);
        check(|p| p.expires_on = Some(day("2026-11-19")), &[Refusal::ExpiresBeforeIssue]);
        check(|p| p.expires_on = Some(NaiveDate::MAX), &[Refusal::ExpiresTooLate]);
        check(|p| p.status.index = MAX_ENTRIES, &[Refusal::StatusIndex]);
        check(
            |p| p.body = "S000033009999".parse().expect("a body"),
            &[Refusal::NumberBody, Refusal::KeyBody],
        );
        check(|p| p.environment = Environment::Production, &[Refusal::KeyEnvironment]);
        check(|p| p.issued_on = day("2025-12-31"), &[Refusal::KeyValidity]);
        check(|p| p.issued_on = day("1999-12-31"), &[Refusal::IssuedTooEarly, Refusal::KeyValidity]);
    }

    #[test]
    fn every_other_type_has_a_number_of_its_series_and_a_key_for_it() {
        let fixture = Fixture::new();
        let mut certified = fixture.certified().clone();
        certified.types = CertificateType::ALL[1..].to_vec();
        let refused = |payload: &Payload, certified: &TrustedKey| {
            issue(payload, &fixture.issuing, certified, at(NOON)).map(|_| ()).err()
        };
        for record in others() {
            let payload = record.seal().expect("sealed").payload();
            certified.body = Some(payload.body.clone());
            assert_eq!(refused(&payload, &certified), None, "{}", payload.kind());
            let check = |change: &dyn Fn(&mut Payload), expected: Refusal| {
                let mut changed = payload.clone();
                change(&mut changed);
                let found = refused(&changed, &certified);
                assert_eq!(found, Some(Refused(vec![expected]).into()), "{}", payload.kind());
            };
            let number = |text: &str| text.parse().expect("a number");
            let of_no_type = format!("{}269000042", payload.body);
            check(&|p| p.number = number(&of_no_type), Refusal::NumberType);
            check(&|p| p.number = number("浙养护2019第0042号"), Refusal::NumberType);
            let of_another = payload.number.as_str().replace("33048199", "33048188");
            check(&|p| p.number = number(&of_another), Refusal::NumberBody);
            check(&|p| spoil(&mut p.particulars, String::new()), Refusal::ParticularsForm);
            check(&|p| spoil(&mut p.particulars, "课\n".to_owned()), Refusal::ParticularsForm);
            check(&|p| spoil(&mut p.particulars, "课".repeat(81)), Refusal::ParticularsForm);
            let mut of_a_body = certified.clone();
            of_a_body.types = vec![CertificateType::Skill];
            assert_eq!(refused(&payload, &of_a_body), Some(Refused(vec![Refusal::KeyType]).into()));
        }
    }

    fn spoil(particulars: &mut Particulars, text: String) {
        match particulars {
            Particulars::Skill { .. } => {}
            Particulars::Training { course, .. } => *course = text,
            Particulars::FirstAid { original_number, .. } => *original_number = text,
        }
    }

    #[test]
    fn a_key_signs_only_what_it_is_certified_for() {
        fn check(change: impl FnOnce(&mut TrustedKey), expected: &[Refusal]) {
            let fixture = Fixture::new();
            let mut certified = fixture.certified().clone();
            change(&mut certified);
            let result = issue(&payload(), &fixture.issuing, &certified, at(NOON));
            assert_eq!(result, Err(Refused(expected.to_vec()).into()));
        }
        check(|k| k.purpose = Purpose::Status, &[Refusal::KeyPurpose]);
        check(|k| k.body = None, &[Refusal::KeyBody]);
        check(|k| k.types.clear(), &[Refusal::KeyType]);
        check(|k| k.valid_until = day("2026-11-20"), &[Refusal::KeyValidity]);
        check(|k| k.state = KeyState::Halted, &[Refusal::KeyState]);
        check(|k| k.state = KeyState::Retired, &[Refusal::KeyState]);
        let other = PrivateKey::from_random(&mut [77; 32]).public();
        check(|k| k.public_key = other, &[Refusal::KeyEnvironment, Refusal::KeyMismatch]);
    }
    /// A token that was pulled out, or one that signs something else.
    struct Token(PublicKey, Result<[u8; 64], SigningError>);

    impl Signer for Token {
        fn public(&self) -> PublicKey {
            self.0
        }
        fn sign(&self, _message: &[u8]) -> Result<[u8; 64], SigningError> {
            self.1.clone()
        }
    }

    #[test]
    fn a_token_that_does_not_sign_is_no_refusal_and_one_that_signs_wrongly_is_caught() {
        let fixture = Fixture::new();
        let issue = |answer: Result<[u8; 64], SigningError>| {
            issue(&payload(), &Token(fixture.issuing.public(), answer), fixture.certified(), at(NOON))
        };
        let gone = SigningError("no token".to_owned());
        assert_eq!(issue(Err(gone.clone())), Err(NotSigned::Signing(gone)));
        assert_eq!(issue(Ok([7; 64])), Err(Refused(vec![Refusal::SelfCheck]).into()));
    }
}
