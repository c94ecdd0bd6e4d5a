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
use crate::proof::credential::{self, Signatures, Unwritable};
use crate::proof::frozen::SealedRecord;
use crate::proof::keys::{KeyId, Purpose, Remembering, Signer, SigningError};
use crate::proof::payload::{CertificateType, Particulars, Payload};
use crate::proof::status::MAX_ENTRIES;
use crate::proof::trust::{KeyState, TrustedKey};

/// A certificate in all its forms, each signature checked again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCertificate {
    /// What goes into the QR.
    pub cwt: Vec<u8>,
    pub proofs: Signatures,
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

/// Signs each of `records` in all its forms with `key`, which the root certified as `certified`; each in its place.
/// What was signed is checked before it is given out, all at once.
pub fn issue_all<'a>(
    records: impl Iterator<Item = &'a SealedRecord> + Clone,
    key: &dyn Signer,
    certified: &TrustedKey,
    now: Timestamp,
) -> Vec<Result<SignedCertificate, NotSigned>> {
    let together = Remembering::new(key);
    let signed: Vec<_> = records.clone().map(|record| sign(record, &together, certified, now)).collect();
    if together.has_signed_well() {
        return signed;
    }
    // One of them is wrong: each for itself, which gives the same again.
    records.map(|record| issue(record, key, certified, now)).collect()
}

/// Signs one record.
///
/// # Errors
/// [`NotSigned`].
pub fn issue(
    record: &SealedRecord,
    key: &dyn Signer,
    certified: &TrustedKey,
    now: Timestamp,
) -> Result<SignedCertificate, NotSigned> {
    let alone = Remembering::new(key);
    let signed = sign(record, &alone, certified, now)?;
    if alone.has_signed_well() { Ok(signed) } else { Err(Refused(vec![Refusal::SelfCheck]).into()) }
}

fn sign(
    record: &SealedRecord,
    key: &dyn Signer,
    certified: &TrustedKey,
    now: Timestamp,
) -> Result<SignedCertificate, NotSigned> {
    let payload = record.payload();
    let mut reasons = refusals(&payload, certified, shanghai_date(now));
    if key.public() != certified.public_key {
        reasons.push(Refusal::KeyMismatch);
    }
    if !reasons.is_empty() {
        return Err(Refused(reasons).into());
    }
    let cwt = cose::sign(&payload.encode(), key, certified.id)?;
    let reads = Envelope::parse(&cwt)
        .is_ok_and(|envelope| Payload::decode(envelope.payload).as_ref() == Ok(&payload));
    if !reads {
        return Err(Refused(vec![Refusal::SelfCheck]).into());
    }
    Ok(SignedCertificate { cwt, proofs: credential::sign_all(record, key, certified.id)? })
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
    use crate::kernel::skill::SkillLevel;
    use crate::proof::fixture::{Fixture, NOON, at, day, frozen, others, record, skill};
    use crate::proof::frozen::{Attested, FrozenRecord};
    use crate::proof::keys::{PrivateKey, PublicKey};
    use crate::proof::payload::Environment;

    #[test]
    fn a_payload_that_contradicts_itself_is_refused() {
        fn check(change: impl FnOnce(&mut FrozenRecord), expected: &[Refusal]) {
            let fixture = Fixture::new();
            let mut record = frozen();
            change(&mut record);
            let record = record.seal().expect("a record");
            let result = issue(&record, &fixture.issuing, fixture.certified(), at(NOON));
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
        let mut one = skill();
        one.level.code = SkillLevel::One;
        check(|p| p.attested = Attested::Skill(one), &[Refusal::NumberLevel]);
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
            |p| p.body.code = "S000033009999".parse().expect("a body"),
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
        let refused = |record: FrozenRecord, certified: &TrustedKey| {
            let record = record.seal().expect("sealed");
            issue(&record, &fixture.issuing, certified, at(NOON)).map(|_| ()).err()
        };
        for record in others() {
            let kind = record.attested.kind();
            certified.body = Some(record.body.code.clone());
            assert_eq!(refused(record.clone(), &certified), None, "{kind}");
            let check = |change: &dyn Fn(&mut FrozenRecord), expected: Refusal| {
                let mut changed = record.clone();
                change(&mut changed);
                assert_eq!(refused(changed, &certified), Some(Refused(vec![expected]).into()), "{kind}");
            };
            let number = |text: &str| text.parse().expect("a number");
            let of_no_type = format!("{}269000042", record.body.code);
            check(&|p| p.number = number(&of_no_type), Refusal::NumberType);
            check(&|p| p.number = number("浙养护2019第0042号"), Refusal::NumberType);
            let of_another = record.number.as_str().replace("33048199", "33048188");
            check(&|p| p.number = number(&of_another), Refusal::NumberBody);
            check(&|p| spoil(&mut p.attested, ""), Refusal::ParticularsForm);
            check(&|p| spoil(&mut p.attested, "课\n"), Refusal::ParticularsForm);
            check(&|p| spoil(&mut p.attested, &"课".repeat(81)), Refusal::ParticularsForm);
            let mut of_skill = certified.clone();
            of_skill.types = vec![CertificateType::Skill];
            assert_eq!(refused(record.clone(), &of_skill), Some(Refused(vec![Refusal::KeyType]).into()));
        }
    }

    fn spoil(attested: &mut Attested, text: &str) {
        match attested {
            Attested::Skill(_) => {}
            Attested::Training(training) => text.clone_into(&mut training.course.zh),
            Attested::FirstAid(seen) => text.clone_into(&mut seen.original_number),
        }
    }

    #[test]
    fn a_key_signs_only_what_it_is_certified_for() {
        fn check(change: impl FnOnce(&mut TrustedKey), expected: &[Refusal]) {
            let fixture = Fixture::new();
            let mut certified = fixture.certified().clone();
            change(&mut certified);
            let result = issue(&record(), &fixture.issuing, &certified, at(NOON));
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

    #[test]
    fn one_that_is_refused_holds_up_no_other() {
        let fixture = Fixture::new();
        let nameless = FrozenRecord { holder: String::new(), ..frozen() }.seal().expect("a record");
        let all = [record(), nameless, record()];
        let issued = issue_all(all.iter(), &fixture.issuing, fixture.certified(), at(NOON));
        assert_eq!(issued[1], Err(Refused(vec![Refusal::HolderEmpty]).into()));
        let alone = issue(&record(), &fixture.issuing, fixture.certified(), at(NOON));
        assert!(alone.is_ok() && issued[0] == alone && issued[2] == alone);
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
            let token = Token(fixture.issuing.public(), answer);
            let all = [record(), record()];
            let mut issued = issue_all(all.iter(), &token, fixture.certified(), at(NOON));
            assert_eq!(issued.pop(), issued.pop());
            issue(&record(), &token, fixture.certified(), at(NOON))
        };
        let gone = SigningError("no token".to_owned());
        assert_eq!(issue(Err(gone.clone())), Err(NotSigned::Signing(gone)));
        assert_eq!(issue(Ok([7; 64])), Err(Refused(vec![Refusal::SelfCheck]).into()));
    }
}
