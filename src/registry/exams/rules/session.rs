//! 考次: what an announcement must fulfil, who may see or run a session, and when it admits another candidate.

use chrono::NaiveDate;

use crate::codes;
use crate::kernel::context::{Actor, Role};
use crate::kernel::dates::Timestamp;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::skill::SkillLevel;
use crate::registry::exams::error::Refused;
use crate::registry::exams::{Application, Decision, NewSession, Session};
use crate::registry::organisations::rules::NotAccredited;

/// Checks an announcement; `accredited` tells whether the body may assess the level on the day of the exam.
pub fn check(
    new: &NewSession,
    today: NaiveDate,
    accredited: Result<(), NotAccredited>,
) -> Result<(), Invalid> {
    let mut errors = Vec::new();
    if new.registration_closes_on > new.held_on {
        errors.push(FieldError::new("registration_closes_on", "after-exam-day"));
    }
    for (field, day) in [("registration_closes_on", new.registration_closes_on), ("held_on", new.held_on)] {
        if day < today {
            errors.push(FieldError::new(field, "past-date"));
        }
    }
    match accredited {
        Ok(()) => {}
        Err(NotAccredited::Never) => errors.push(FieldError::new("level", NotAccredited::Never.code())),
        Err(reason) => errors.push(FieldError::new("held_on", reason.code())),
    }
    Invalid::if_any(errors)
}

/// Whether `actor` may enter, confirm and publish: only the body that holds the session.
#[must_use]
pub fn may_run(session: &Session, actor: &Actor) -> bool {
    actor.role == Role::Assessor && actor.organisation == Some(session.body)
}

/// Whether `actor` may know of a session. Whoever sends candidates sees them all, to choose one.
#[must_use]
pub fn may_see(session: &Session, actor: &Actor) -> bool {
    match actor.role {
        Role::Administrator | Role::School | Role::Institution | Role::Caregiver => true,
        Role::Bureau => actor.area.as_ref().is_none_or(|area| session.area.is_within(area)),
        Role::Assessor => may_run(session, actor),
        Role::Finance | Role::Town | Role::FirstAidIssuer => false,
    }
}

/// Whether `actor` may see an application for `session`: who runs or oversees it sees all, others their own.
#[must_use]
pub fn may_see_application(session: &Session, application: &Application, actor: &Actor) -> bool {
    match actor.role {
        Role::School | Role::Institution => {
            actor.organisation.is_some() && application.submitted_by == actor.organisation
        }
        Role::Caregiver => actor.person == Some(application.person),
        _ => may_see(session, actor),
    }
}

/// Whether `actor` may see scores that nobody has confirmed.
#[must_use]
pub fn may_see_unconfirmed(session: &Session, actor: &Actor) -> bool {
    may_run(session, actor) || (actor.role == Role::Bureau && may_see(session, actor))
}

/// Whether a session takes another application today. `admitted` counts those it has admitted, `earlier` is the
/// same person's, `held` the levels that the person holds.
pub fn may_apply(
    session: &Session,
    today: NaiveDate,
    admitted: i64,
    earlier: Option<&Application>,
    held: &[SkillLevel],
) -> Result<(), Refused> {
    if today > session.registration_closes_on {
        return Err(Refused::RegistrationClosed);
    }
    if earlier.is_some_and(|earlier| earlier.decision == Decision::Eligible) {
        return Err(Refused::AlreadyAdmitted);
    }
    if held.iter().any(|level| level.at_least(session.level)) {
        return Err(Refused::LevelHeld);
    }
    if admitted >= i64::from(session.capacity) {
        return Err(Refused::Full);
    }
    Ok(())
}

/// 考次代码: the exam day, the level, and four letters or digits that are hard to confuse.
#[must_use]
pub fn session_code(held_on: NaiveDate, level: SkillLevel, random: [u8; 4]) -> String {
    const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let tail: String = random.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    format!("{}{}{tail}", held_on.format("%y%m%d"), level.number())
}

/// 准考证号: the session's code and a running number.
#[must_use]
pub fn admission_number(session: &Session, admitted_before: i64) -> String {
    format!("{}{:04}", session.code, admitted_before + 1)
}

codes! {
    /// Where a session stands, in the order of its work.
    pub enum Stage("exam-stage") {
        /// 报名
        Registration = "registration",
        /// 准考
        Admission = "admission",
        /// 成绩录入
        Scores = "scores",
        /// 成绩复核
        Confirmation = "confirmation",
        /// 公示
        Notice = "notice",
        /// 发证
        Certificates = "certificates",
    }
}

/// What a session's stage depends on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Progress {
    /// Parts of candidates without a score of the attempt that is open.
    pub open: usize,
    /// Scores that wait for a second person.
    pub waiting: usize,
    /// Candidates who have passed and aren't on notice.
    pub passed: usize,
    /// The end of the last notice.
    pub notice_ends_at: Option<Timestamp>,
}

impl Stage {
    #[must_use]
    pub fn of(session: &Session, progress: Progress, today: NaiveDate, now: Timestamp) -> Self {
        if today <= session.registration_closes_on && today < session.held_on {
            Self::Registration
        } else if today < session.held_on {
            Self::Admission
        } else if progress.waiting > 0 {
            Self::Confirmation
        } else if progress.passed > 0 {
            Self::Notice
        } else {
            match progress.notice_ends_at {
                Some(end) if now >= end => Self::Certificates,
                Some(_) => Self::Notice,
                None => Self::Scores,
            }
        }
    }
}
