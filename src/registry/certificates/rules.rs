//! Who may be issued a certificate, which change follows on which state, who may make it, and what the public
//! sees of a holder's name.

pub mod term;

use chrono::NaiveDate;

use crate::kernel::area::AreaCode;
use crate::kernel::certificate_number::{BodyCode, Series};
use crate::kernel::context::{Actor, Role};
use crate::kernel::ids::{CertificateId, OrganisationId, PersonId};
use crate::kernel::skill::{Occupation, SkillLevel, Specialty};
use crate::kernel::vocabulary::TrainingKind;
use crate::proof::frozen::{Attested, FirstAid, FrozenRecord, PartResult, Training, Words};
use crate::proof::payload::CertificateType;
use crate::registry::certificates::held::Held;
use crate::registry::certificates::rules::term::Term;
use crate::registry::certificates::{Certificate, CertificateState, Change, ReasonCode, Standing};
use crate::registry::contests::{Contest, ContestResult};
use crate::registry::exams::clearance::Cleared;
use crate::registry::firstaid::{self, FirstAidKind, FirstAidState};
use crate::registry::organisations::rules::{Undertaking, accredited};
use crate::registry::organisations::{Accreditation, Organisation, OrganisationStatus, Scope};
use crate::registry::training::{Class, Enrolment, EnrolmentState, Programme};

/// What a certificate is to attest, before it is put into the words of the day.
#[derive(Debug, Clone)]
pub enum Merit {
    /// An assessment that was passed, or a contest's rank that earns its level.
    Skill {
        occupation: Occupation,
        specialty: Specialty,
        level: SkillLevel,
        results: Vec<PartResult>,
        /// What the holder had to show for it, where that is not an assessment of today.
        criteria: Option<Words>,
    },
    /// A class that was completed.
    Training {
        kind: TrainingKind,
        course: Words,
        hours: u32,
        from: NaiveDate,
        until: NaiveDate,
        completed_on: NaiveDate,
    },
    /// A first-aid certificate that is on record.
    FirstAid { original_issuer: Words, original_number: String, original_issued_on: NaiveDate },
}

impl Merit {
    fn of(record: &FrozenRecord) -> Self {
        match record.attested.clone() {
            Attested::Skill(skill) => Self::Skill {
                criteria: Some(record.criteria.clone()),
                occupation: skill.occupation.code,
                specialty: skill.specialty.map_or(Specialty::General, |specialty| specialty.code),
                level: skill.level.code,
                results: skill.results,
            },
            Attested::Training(Training { kind, course, hours, from, until, completed_on, .. }) => {
                Self::Training { kind, course, hours, from, until, completed_on }
            }
            Attested::FirstAid(FirstAid { original_issuer, original_number, original_issued_on, .. }) => {
                Self::FirstAid { original_issuer, original_number, original_issued_on }
            }
        }
    }

    #[must_use]
    pub fn kind(&self) -> CertificateType {
        match self {
            Self::Skill { .. } => CertificateType::Skill,
            Self::Training { kind, .. } => (*kind).into(),
            Self::FirstAid { .. } => CertificateType::FirstAid,
        }
    }

    /// Where its number is counted.
    #[must_use]
    pub fn series(&self) -> Option<Series> {
        match self {
            Self::Skill { level, .. } => Some(Series::of_level(*level)),
            Self::Training { .. } | Self::FirstAid { .. } => self.kind().series(),
        }
    }

    /// What its body must be accredited for.
    const fn scope(&self) -> Scope {
        match self {
            Self::Skill { .. } => Scope::Assessment,
            Self::Training { .. } => Scope::Training,
            Self::FirstAid { .. } => Scope::FirstAid,
        }
    }
}

/// Why somebody deserves a certificate: an exam that was passed and published, a class that was completed, a first-aid
/// certificate on record, a rank in a contest, or a certificate to be replaced or renewed.
#[derive(Debug, Clone)]
pub struct Grounds {
    person: PersonId,
    body: OrganisationId,
    merit: Merit,
    /// What the accreditation must be for, as far as that is known.
    occupation: Option<Occupation>,
    level: Option<SkillLevel>,
    term: Term,
}

impl Grounds {
    #[must_use]
    pub fn passed(cleared: &Cleared) -> Self {
        Self {
            person: cleared.person(),
            body: cleared.body(),
            merit: Merit::Skill {
                occupation: cleared.occupation(),
                specialty: cleared.specialty(),
                level: cleared.level(),
                results: cleared.results().to_vec(),
                criteria: None,
            },
            occupation: Some(cleared.occupation()),
            level: Some(cleared.level()),
            term: Term::FromIssue,
        }
    }

    /// 结业: what a training teaches does not run out. `kind` is what the programme's completion earns.
    pub fn trained(
        enrolment: &Enrolment,
        class: &Class,
        programme: &Programme,
        kind: Option<TrainingKind>,
    ) -> Result<Self, NotIssuable> {
        let completed_on = enrolment.completed_on.filter(|_| enrolment.state == EnrolmentState::Completed);
        let completed_on = completed_on.ok_or(NotIssuable::NotCompleted)?;
        Ok(Self {
            person: enrolment.person,
            body: class.school,
            merit: Merit::Training {
                kind: kind.ok_or(NotIssuable::NoCertificate)?,
                course: Words { zh: programme.title.clone(), en: programme.title_en.clone() },
                hours: u32::try_from(programme.hours()).unwrap_or(0),
                from: class.starts_on,
                until: class.ends_on,
                completed_on,
            },
            occupation: programme.occupation,
            level: programme.level,
            term: Term::Kept(None),
        })
    }

    /// 救护员证登记: `issuer` says that it gave out what is on record, for as long as that is valid.
    pub fn on_record(
        seen: &firstaid::FirstAid,
        issuer: &Organisation,
        today: NaiveDate,
    ) -> Result<Self, NotIssuable> {
        let is_rescuer = seen.kind == FirstAidKind::Rescuer;
        if !is_rescuer || firstaid::rules::state_on(seen, today) != FirstAidState::Valid {
            return Err(NotIssuable::NotOnRecord);
        }
        Ok(Self {
            person: seen.person,
            body: issuer.id,
            merit: Merit::FirstAid {
                original_issuer: Words { zh: issuer.name.clone(), en: issuer.name_en.clone() },
                original_number: seen.number.clone(),
                original_issued_on: seen.issued_on,
            },
            occupation: None,
            level: None,
            term: Term::Kept(Some(seen.expires_on)),
        })
    }

    /// 竞赛晋升: a confirmed rank among those that earn the contest's level, unless `held` has that level or a higher
    /// one.
    pub fn awarded(contest: &Contest, result: &ContestResult, held: &[Held]) -> Result<Self, NotIssuable> {
        let award = result.earns(contest).filter(|_| result.counts()).ok_or(NotIssuable::NotAwarded)?;
        let has = |one: &Held| one.occupation == contest.occupation && one.level.at_least(award.level);
        if held.iter().any(has) {
            return Err(NotIssuable::LevelHeld);
        }
        let rank = result.rank.unwrap_or_default();
        let criteria = Words {
            zh: format!("在{}中获得第{rank}名，按{}晋升", contest.name, award.document),
            en: format!("Ranked {rank} in the contest {}; advanced by {}", contest.name, award.document),
        };
        Ok(Self {
            person: result.person,
            body: award.body,
            merit: Merit::Skill {
                occupation: contest.occupation,
                specialty: Specialty::General,
                level: award.level,
                results: Vec::new(),
                criteria: Some(criteria),
            },
            occupation: Some(contest.occupation),
            level: Some(award.level),
            term: Term::FromIssue,
        })
    }

    /// 换发: whoever holds a valid certificate was cleared for it once. The new one ends when the old one would.
    pub fn replacing(old: &Certificate, today: NaiveDate) -> Result<Self, NotAllowed> {
        if old.expires_on.is_some_and(|last| last < today) {
            return Err(NotAllowed::Expired);
        }
        Self::of(old, today, Term::Kept(old.expires_on))
    }

    /// 期满换证: from `days` before the last day, for a term that begins where the old one's ends.
    pub fn renewing(old: &Certificate, today: NaiveDate, days: u32) -> Result<Self, NotAllowed> {
        if old.kind() == CertificateType::FirstAid {
            return Err(NotAllowed::RecordedAnew);
        }
        let last_day = term::renewable(old.expires_on, today, days)?;
        Self::of(old, today, Term::After(last_day))
    }

    fn of(old: &Certificate, today: NaiveDate, term: Term) -> Result<Self, NotAllowed> {
        old.state.replace(today, old.id)?;
        Ok(Self {
            person: old.person,
            body: old.body,
            merit: Merit::of(&old.record),
            occupation: old.skill().map(|skill| skill.occupation.code),
            level: old.skill().map(|skill| skill.level.code),
            term,
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
    pub const fn merit(&self) -> &Merit {
        &self.grounds.merit
    }

    /// The last day, where the rule in force gives a certificate `years` or no end.
    #[must_use]
    pub fn last_day(&self, issued_on: NaiveDate, years: Option<u32>) -> Option<NaiveDate> {
        self.grounds.term.last_day(issued_on, years)
    }

    #[must_use]
    pub const fn body_code(&self) -> &BodyCode {
        &self.body_code
    }
}

/// Why none may be issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotIssuable {
    /// The body is closed, or has no code of its own.
    Body,
    /// It is not accredited for this today: never was, no more, or halted.
    Accreditation(&'static str),
    /// The trainee has not completed the class.
    NotCompleted,
    /// The programme's completion earns none.
    NoCertificate,
    /// Not a 救护员证, or not valid today.
    NotOnRecord,
    /// The rank earns no level, or the result doesn't count.
    NotAwarded,
    /// The winner holds the level, or a higher one.
    LevelHeld,
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
        scope: grounds.merit.scope(),
        occupation: grounds.occupation,
        level: grounds.level,
        on: today,
    };
    accredited(held, undertaking).map_err(|why| NotIssuable::Accreditation(why.code()))?;
    Ok(Issuable { grounds, body_code })
}

/// Why a change does not follow on a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAllowed {
    /// Only a valid certificate is suspended, replaced or renewed.
    NotValid,
    /// Only a suspended one is reinstated.
    NotSuspended,
    /// Revoked or replaced is for ever.
    Ended,
    /// Past its last day.
    Expired,
    /// It has no last day, so there is nothing to renew.
    NoLastDay,
    /// Its last day is still far.
    TooEarly,
    /// It was renewed before.
    Renewed,
    /// A request to revoke it waits: a new paper would escape it.
    RevocationWaits,
    /// It says what is on record; the next one is recorded, not renewed.
    RecordedAnew,
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
            Change::Issue => matches!(self, Self::Passed | Self::OnRecord | Self::ContestWon),
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
            Change::Renew => matches!(self, Self::TermEnding | Self::Other),
        }
    }

    /// 自始无效: whether a certificate revoked for it should never have been issued, so that what was paid for it was
    /// paid without ground. One revoked for another reason counted until its last day.
    #[must_use]
    pub const fn voids(self) -> bool {
        matches!(self, Self::Fraud | Self::IssuedInError | Self::BodyMisconduct)
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
        Role::Assessor | Role::School | Role::FirstAidIssuer => actor.organisation == Some(whose.body),
        Role::Caregiver => actor.person == Some(whose.person),
        Role::Finance | Role::Town | Role::Institution => false,
    }
}

/// Whether `actor`, who may see it, may change it.
#[must_use]
pub const fn may_change(actor: &Actor) -> bool {
    matches!(actor.role, Role::Bureau | Role::Assessor | Role::School | Role::FirstAidIssuer)
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
    /// The bureau decides; an issuing body only asks.
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

/// 撤销: where the jurisdiction asks for two persons, the first call waits; an issuing body's always does.
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
mod tests;
