//! Who may be issued a certificate, which change follows on which state, who may make it, and what the public
//! sees of a holder's name.

use chrono::NaiveDate;

use crate::kernel::area::AreaCode;
use crate::kernel::certificate_number::BodyCode;
use crate::kernel::context::{Actor, Role};
use crate::kernel::ids::{CertificateId, OrganisationId, PersonId};
use crate::kernel::skill::{Occupation, SkillLevel, Specialty};
use crate::proof::frozen::PartResult;
use crate::registry::certificates::{Certificate, CertificateState, Change, ReasonCode, Standing};
use crate::registry::exams::clearance::Cleared;
use crate::registry::organisations::rules::{Undertaking, accredited};
use crate::registry::organisations::{Accreditation, Organisation, OrganisationStatus, Scope};

/// Why somebody deserves a certificate: an exam that was passed and published, or a certificate to be replaced.
#[derive(Debug, Clone)]
pub struct Grounds {
    person: PersonId,
    body: OrganisationId,
    occupation: Occupation,
    specialty: Specialty,
    level: SkillLevel,
    results: Vec<PartResult>,
}

impl Grounds {
    #[must_use]
    pub fn passed(cleared: &Cleared) -> Self {
        Self {
            person: cleared.person(),
            body: cleared.body(),
            occupation: cleared.occupation(),
            specialty: cleared.specialty(),
            level: cleared.level(),
            results: cleared.results().to_vec(),
        }
    }

    /// 换发: whoever holds a valid certificate was cleared for it once.
    pub fn held(old: &Certificate, today: NaiveDate) -> Result<Self, NotAllowed> {
        old.state.replace(today, old.id)?;
        Ok(Self {
            person: old.person,
            body: old.body,
            occupation: old.occupation,
            specialty: old.specialty,
            level: old.level,
            results: old.record.results.clone(),
        })
    }

    #[must_use]
    pub const fn body(&self) -> OrganisationId {
        self.body
    }
}

/// Proof that a certificate may be issued: only [`issuable`] makes one.
#[derive(Debug, Clone)]
pub struct Issuable {
    grounds: Grounds,
    body_code: BodyCode,
}

impl Issuable {
    #[must_use]
    pub const fn person(&self) -> PersonId {
        self.grounds.person
    }

    #[must_use]
    pub const fn occupation(&self) -> Occupation {
        self.grounds.occupation
    }

    #[must_use]
    pub const fn specialty(&self) -> Specialty {
        self.grounds.specialty
    }

    #[must_use]
    pub const fn level(&self) -> SkillLevel {
        self.grounds.level
    }

    #[must_use]
    pub fn results(&self) -> &[PartResult] {
        &self.grounds.results
    }

    #[must_use]
    pub const fn body_code(&self) -> &BodyCode {
        &self.body_code
    }
}

/// Why none may be issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotIssuable {
    /// The body is closed, or no assessment body with a code of its own.
    Body,
    /// It is not accredited for this occupation and level today: never was, no more, or halted.
    Accreditation(&'static str),
}

/// Whether `body` may today issue on these grounds.
pub fn issuable(
    grounds: Grounds,
    body: &Organisation,
    held: &[Accreditation],
    today: NaiveDate,
) -> Result<Issuable, NotIssuable> {
    let open = body.status == OrganisationStatus::Active && body.id == grounds.body;
    let body_code = body.body_code.clone().filter(|_| open).ok_or(NotIssuable::Body)?;
    let undertaking = Undertaking {
        scope: Scope::Assessment,
        occupation: Some(grounds.occupation),
        level: Some(grounds.level),
        on: today,
    };
    accredited(held, undertaking).map_err(|why| NotIssuable::Accreditation(why.code()))?;
    Ok(Issuable { grounds, body_code })
}

/// Why a change does not follow on a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAllowed {
    /// Only a valid certificate is suspended or replaced.
    NotValid,
    /// Only a suspended one is reinstated.
    NotSuspended,
    /// Revoked or replaced is for ever.
    Ended,
}

impl CertificateState {
    #[must_use]
    pub const fn standing(self) -> Standing {
        match self {
            Self::Valid { .. } => Standing::Valid,
            Self::Suspended { .. } => Standing::Suspended,
            Self::Revoked { .. } => Standing::Revoked,
            Self::Replaced { .. } => Standing::Replaced,
        }
    }

    /// The day since which it holds.
    #[must_use]
    pub const fn since(self) -> NaiveDate {
        match self {
            Self::Valid { since }
            | Self::Suspended { since }
            | Self::Revoked { since }
            | Self::Replaced { since, .. } => since,
        }
    }

    /// The certificate that took this one's place.
    #[must_use]
    pub const fn successor(self) -> Option<CertificateId> {
        match self {
            Self::Replaced { by, .. } => Some(by),
            Self::Valid { .. } | Self::Suspended { .. } | Self::Revoked { .. } => None,
        }
    }

    pub const fn suspend(self, since: NaiveDate) -> Result<Self, NotAllowed> {
        match self {
            Self::Valid { .. } => Ok(Self::Suspended { since }),
            Self::Suspended { .. } => Err(NotAllowed::NotValid),
            Self::Revoked { .. } | Self::Replaced { .. } => Err(NotAllowed::Ended),
        }
    }

    pub const fn reinstate(self, since: NaiveDate) -> Result<Self, NotAllowed> {
        match self {
            Self::Suspended { .. } => Ok(Self::Valid { since }),
            Self::Valid { .. } => Err(NotAllowed::NotSuspended),
            Self::Revoked { .. } | Self::Replaced { .. } => Err(NotAllowed::Ended),
        }
    }

    pub const fn revoke(self, since: NaiveDate) -> Result<Self, NotAllowed> {
        match self {
            Self::Valid { .. } | Self::Suspended { .. } => Ok(Self::Revoked { since }),
            Self::Revoked { .. } | Self::Replaced { .. } => Err(NotAllowed::Ended),
        }
    }

    /// A suspended certificate is not replaced: a clean paper would hide the suspension.
    pub const fn replace(self, since: NaiveDate, by: CertificateId) -> Result<Self, NotAllowed> {
        match self {
            Self::Valid { .. } => Ok(Self::Replaced { since, by }),
            Self::Suspended { .. } => Err(NotAllowed::NotValid),
            Self::Revoked { .. } | Self::Replaced { .. } => Err(NotAllowed::Ended),
        }
    }
}

impl ReasonCode {
    /// Whether the reason belongs to `change`.
    #[must_use]
    pub const fn fits(self, change: Change) -> bool {
        match change {
            Change::Issue => matches!(self, Self::Passed),
            Change::Suspend => matches!(self, Self::Investigation | Self::HolderRequest | Self::Other),
            Change::Reinstate => matches!(self, Self::Cleared | Self::HolderRequest | Self::Other),
            Change::Revoke => matches!(
                self,
                Self::Fraud
                    | Self::IssuedInError
                    | Self::BodyMisconduct
                    | Self::LentOut
                    | Self::HolderRequest
                    | Self::Other
            ),
            Change::Replace => {
                matches!(self, Self::NameCorrected | Self::Damaged | Self::Lost | Self::Other)
            }
        }
    }
}

/// Whose a certificate is, as far as access to it goes.
#[derive(Debug, Clone, Copy)]
pub struct Whose<'a> {
    pub person: PersonId,
    pub body: OrganisationId,
    /// Where the body is.
    pub area: &'a AreaCode,
}

/// Whether `actor` may see a certificate with its history and print it: the holder, the issuing body, and the
/// bureau of the area.
#[must_use]
pub fn may_see(actor: &Actor, whose: Whose<'_>) -> bool {
    match actor.role {
        Role::Bureau | Role::Administrator => {
            actor.area.as_ref().is_none_or(|area| whose.area.is_within(area))
        }
        Role::Assessor => actor.organisation == Some(whose.body),
        Role::Caregiver => actor.person == Some(whose.person),
        Role::Finance | Role::Town | Role::School | Role::FirstAidIssuer | Role::Institution => false,
    }
}

/// Whether `actor`, who may see it, may change it.
#[must_use]
pub const fn may_change(actor: &Actor) -> bool {
    matches!(actor.role, Role::Bureau | Role::Assessor)
}

/// What a call to revoke comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevocationStep {
    /// It is noted and waits for a second person.
    Wait,
    /// It takes effect.
    Revoke,
}

/// Why a call to revoke is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotSecond {
    /// The first person again, or another reason than the first person's.
    SamePerson,
    OtherReason,
    /// The bureau decides; an assessment body only asks.
    NotBureau,
}

/// A request to revoke that waits, as seen by whoever calls now.
#[derive(Debug, Clone, Copy)]
pub struct Waiting {
    pub by_caller: Caller,
    pub reason: ReasonCode,
}

/// Whether the caller made the waiting request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    First,
    Another,
}

/// 撤销: where the jurisdiction asks for two persons, the first call waits; an assessment body's always does.
pub fn revocation_step(
    role: Role,
    persons: Persons,
    reason: ReasonCode,
    waiting: Option<Waiting>,
) -> Result<RevocationStep, NotSecond> {
    match waiting {
        None if role == Role::Bureau && persons == Persons::One => Ok(RevocationStep::Revoke),
        None => Ok(RevocationStep::Wait),
        Some(Waiting { by_caller: Caller::First, .. }) => Err(NotSecond::SamePerson),
        Some(_) if role != Role::Bureau => Err(NotSecond::NotBureau),
        Some(waiting) if waiting.reason != reason => Err(NotSecond::OtherReason),
        Some(_) => Ok(RevocationStep::Revoke),
    }
}

/// How many persons a revocation takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Persons {
    One,
    Two,
}

/// 王*兰: the first and last character, with a star for each between; of two characters the first.
#[must_use]
pub fn masked(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    match letters.as_slice() {
        [] => String::new(),
        [_] => "*".to_owned(),
        [first, _] => format!("{first}*"),
        [first, middle @ .., last] => format!("{first}{}{last}", "*".repeat(middle.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::codes::Code;
    use crate::kernel::ids::AccountId;
    use crate::kernel::vocabulary::OrganisationKind;
    use crate::registry::organisations::AccreditationStatus;
    use uuid::Uuid;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn state(standing: Standing) -> CertificateState {
        let since = day("2026-01-01");
        match standing {
            Standing::Valid => CertificateState::Valid { since },
            Standing::Suspended => CertificateState::Suspended { since },
            Standing::Revoked => CertificateState::Revoked { since },
            Standing::Replaced => CertificateState::Replaced { since, by: successor() },
        }
    }

    fn successor() -> CertificateId {
        CertificateId::from_uuid(Uuid::from_u128(2))
    }

    #[test]
    fn every_change_on_every_state() {
        use NotAllowed::{Ended, NotSuspended, NotValid};
        use Standing::{Replaced, Revoked, Suspended, Valid};
        let on = day("2026-11-21");
        let table = [
            (Valid, [Ok(Suspended), Err(NotSuspended), Ok(Revoked), Ok(Replaced)]),
            (Suspended, [Err(NotValid), Ok(Valid), Ok(Revoked), Err(NotValid)]),
            (Revoked, [Err(Ended); 4]),
            (Replaced, [Err(Ended); 4]),
        ];
        for (before, expected) in table {
            let found = [
                state(before).suspend(on),
                state(before).reinstate(on),
                state(before).revoke(on),
                state(before).replace(on, successor()),
            ];
            for after in found.iter().flatten() {
                assert_eq!(after.since(), on);
                assert_eq!(after.successor().is_some(), after.standing() == Replaced);
            }
            assert_eq!(found.map(|after| after.map(CertificateState::standing)), expected, "{before}");
        }
    }

    #[test]
    fn every_reason_has_its_change() {
        for reason in ReasonCode::ALL {
            assert!(Change::ALL.iter().any(|change| reason.fits(*change)), "{reason}");
        }
        assert!(!ReasonCode::Damaged.fits(Change::Revoke));
        assert!(!ReasonCode::Fraud.fits(Change::Suspend));
        assert!(!ReasonCode::Other.fits(Change::Issue));
    }

    #[test]
    fn a_revocation_takes_two_persons_and_the_bureau() {
        use Caller::{Another, First};
        use ReasonCode::{Fraud, LentOut};
        use RevocationStep::{Revoke, Wait};
        let check = |role, persons, waiting: Option<Caller>, expected| {
            let waiting = waiting.map(|by_caller| Waiting { by_caller, reason: Fraud });
            assert_eq!(revocation_step(role, persons, Fraud, waiting), expected, "{role} {persons:?}");
        };
        check(Role::Bureau, Persons::One, None, Ok(Revoke));
        check(Role::Assessor, Persons::One, None, Ok(Wait));
        check(Role::Bureau, Persons::Two, None, Ok(Wait));
        check(Role::Bureau, Persons::Two, Some(First), Err(NotSecond::SamePerson));
        check(Role::Bureau, Persons::Two, Some(Another), Ok(Revoke));
        check(Role::Assessor, Persons::Two, Some(Another), Err(NotSecond::NotBureau));
        let other = Waiting { by_caller: Another, reason: LentOut };
        let step = revocation_step(Role::Bureau, Persons::Two, Fraud, Some(other));
        assert_eq!(step, Err(NotSecond::OtherReason));
    }

    #[test]
    fn names_are_masked() {
        for (name, expected) in [
            ("王秀兰", "王*兰"),
            ("王兰", "王*"),
            ("欧阳秀兰", "欧**兰"),
            ("王", "*"),
            ("", ""),
            ("阿卜杜拉·买买提", "阿******提"),
        ] {
            assert_eq!(masked(name), expected);
        }
    }

    fn actor(role: Role, organisation: u128, area: Option<&str>, person: u128) -> Actor {
        Actor {
            account: AccountId::from_uuid(Uuid::nil()),
            name: String::new(),
            role,
            organisation: Some(OrganisationId::from_uuid(Uuid::from_u128(organisation))),
            area: area.map(|area| area.parse().expect("an area")),
            person: Some(PersonId::from_uuid(Uuid::from_u128(person))),
        }
    }

    #[test]
    fn who_may_see_one() {
        let area: AreaCode = "330481002".parse().expect("an area");
        let whose = Whose {
            person: PersonId::from_uuid(Uuid::from_u128(7)),
            body: OrganisationId::from_uuid(Uuid::from_u128(1)),
            area: &area,
        };
        let check = |role, organisation, area, person, expected| {
            assert_eq!(may_see(&actor(role, organisation, area, person), whose), expected, "{role} {area:?}");
        };
        check(Role::Bureau, 9, Some("330481"), 0, true);
        check(Role::Bureau, 9, Some("330482"), 0, false);
        check(Role::Bureau, 9, None, 0, true);
        check(Role::Assessor, 1, None, 0, true);
        check(Role::Assessor, 2, None, 0, false);
        check(Role::Caregiver, 0, None, 7, true);
        check(Role::Caregiver, 0, None, 8, false);
        for role in [Role::School, Role::Institution, Role::Finance, Role::Town, Role::FirstAidIssuer] {
            check(role, 1, Some("330481"), 7, false);
        }
    }

    fn grounds() -> Grounds {
        Grounds {
            person: PersonId::from_uuid(Uuid::from_u128(7)),
            body: OrganisationId::from_uuid(Uuid::from_u128(1)),
            occupation: Occupation::ElderlyCareWorker,
            specialty: Specialty::General,
            level: SkillLevel::Five,
            results: Vec::new(),
        }
    }

    #[test]
    fn only_an_open_and_accredited_body_issues() {
        let body = Organisation {
            id: grounds().body,
            kind: OrganisationKind::AssessmentBody,
            name: String::new(),
            name_en: String::new(),
            credit_code: None,
            area_code: "330481".parse().expect("an area"),
            body_code: Some("S000033990001".parse().expect("a body")),
            institution_kind: None,
            beds: None,
            status: OrganisationStatus::Active,
            version: 1,
        };
        let held = |status| {
            vec![Accreditation {
                id: crate::kernel::ids::AccreditationId::from_uuid(Uuid::nil()),
                organisation: grounds().body,
                scope: Scope::Assessment,
                occupation: Some(Occupation::ElderlyCareWorker),
                levels: vec![SkillLevel::Five],
                valid_from: day("2026-01-01"),
                valid_to: day("2026-12-31"),
                status,
                status_since: day("2026-06-01"),
                document: String::new(),
                version: 1,
            }]
        };
        let active = held(AccreditationStatus::Active);
        let check = |body: &Organisation, held: &[Accreditation], on, expected: Result<(), NotIssuable>| {
            assert_eq!(issuable(grounds(), body, held, day(on)).map(|_| ()), expected, "{on}");
        };
        check(&body, &active, "2026-11-21", Ok(()));
        let halted = NotIssuable::Accreditation("accreditation-halted");
        check(&body, &held(AccreditationStatus::Suspended), "2026-11-21", Err(halted));
        let over = NotIssuable::Accreditation("not-accredited-on-that-day");
        check(&body, &active, "2027-01-01", Err(over));
        check(&body, &[], "2026-11-21", Err(NotIssuable::Accreditation("not-accredited")));
        let closed = Organisation { status: OrganisationStatus::Closed, ..body.clone() };
        check(&closed, &active, "2026-11-21", Err(NotIssuable::Body));
        let nameless = Organisation { body_code: None, ..body };
        check(&nameless, &active, "2026-11-21", Err(NotIssuable::Body));
    }
}
