//! Whether an organisation may do a thing on a day, and what an entry must fulfil.

use chrono::NaiveDate;

use crate::kernel::certificate_number::BodyKind;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::skill::{Occupation, SkillLevel};
use crate::kernel::vocabulary::OrganisationKind;
use crate::registry::organisations::{
    Accreditation, AccreditationStatus, NewAccreditation, NewOrganisation, Scope,
};

/// Why an organisation may not do a thing. The order is from the least to the most that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotAccredited {
    /// It has no accreditation of this scope, occupation and level.
    Never,
    /// It has one, but not on that day.
    NotOnThatDay,
    /// It has one for that day, but it is suspended or withdrawn.
    Halted,
}

impl NotAccredited {
    /// The code of the message that people read.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Never => "not-accredited",
            Self::NotOnThatDay => "not-accredited-on-that-day",
            Self::Halted => "accreditation-halted",
        }
    }
}

/// What is to be done, and when.
#[derive(Debug, Clone, Copy)]
pub struct Undertaking {
    pub scope: Scope,
    pub occupation: Option<Occupation>,
    pub level: Option<SkillLevel>,
    pub on: NaiveDate,
}

/// Whether one of `held` covers `undertaking`; otherwise the reason that is closest to a yes.
pub fn accredited(held: &[Accreditation], undertaking: Undertaking) -> Result<(), NotAccredited> {
    let Undertaking { scope, occupation, level, on } = undertaking;
    let fits = |a: &&Accreditation| {
        a.scope == scope
            && (occupation.is_none() || a.occupation == occupation)
            && level.is_none_or(|level| a.levels.contains(&level))
    };
    let mut reason = NotAccredited::Never;
    for accreditation in held.iter().filter(fits) {
        let on_that_day = accreditation.valid_from <= on && on <= accreditation.valid_to;
        let halted = accreditation.status != AccreditationStatus::Active && accreditation.status_since <= on;
        if on_that_day && !halted {
            return Ok(());
        }
        reason = reason.max(if on_that_day { NotAccredited::Halted } else { NotAccredited::NotOnThatDay });
    }
    Err(reason)
}

/// Checks what an organisation's entry can be checked for by itself.
pub fn check(new: &NewOrganisation) -> Result<(), Invalid> {
    let mut errors = Vec::new();
    let due = match new.kind {
        OrganisationKind::AssessmentBody => Some(BodyKind::Assessment),
        OrganisationKind::TrainingSchool => Some(BodyKind::Training),
        OrganisationKind::FirstAidIssuer => Some(BodyKind::FirstAid),
        _ => None,
    };
    match &new.body_code {
        None if new.kind == OrganisationKind::AssessmentBody => {
            errors.push(FieldError::new("body_code", "required"));
        }
        Some(code) if due != Some(code.kind()) => {
            errors.push(FieldError::new("body_code", "not-for-this-kind"));
        }
        _ => {}
    }
    if (new.kind == OrganisationKind::CareInstitution) != new.institution_kind.is_some() {
        let code = if new.institution_kind.is_some() { "not-for-this-kind" } else { "required" };
        errors.push(FieldError::new("institution_kind", code));
    }
    Invalid::if_any(errors)
}

/// Checks an accreditation's entry.
pub fn check_accreditation(new: &NewAccreditation) -> Result<(), Invalid> {
    let mut errors = Vec::new();
    if new.valid_to < new.valid_from {
        errors.push(FieldError::new("valid_to", "date-order"));
    }
    let by_level = new.scope != Scope::FirstAid;
    if by_level && new.levels.is_empty() {
        errors.push(FieldError::new("levels", "required"));
    }
    if by_level && new.occupation.is_none() {
        errors.push(FieldError::new("occupation", "required"));
    }
    Invalid::if_any(errors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::ids::{AccreditationId, OrganisationId};
    use crate::registry::organisations::AccreditationStatus::{Active, Suspended};

    fn held(from: &str, to: &str, status: AccreditationStatus, since: &str) -> Accreditation {
        Accreditation {
            id: AccreditationId::from_uuid(uuid::Uuid::nil()),
            organisation: OrganisationId::from_uuid(uuid::Uuid::nil()),
            scope: Scope::Assessment,
            occupation: Some(Occupation::ElderlyCareWorker),
            levels: vec![SkillLevel::Five, SkillLevel::Four],
            valid_from: from.parse().expect("a date"),
            valid_to: to.parse().expect("a date"),
            status,
            status_since: since.parse().expect("a date"),
            document: String::new(),
            version: 1,
        }
    }

    fn check(held: &[Accreditation], level: SkillLevel, on: &str, expected: Result<(), NotAccredited>) {
        let undertaking = Undertaking {
            scope: Scope::Assessment,
            occupation: Some(Occupation::ElderlyCareWorker),
            level: Some(level),
            on: on.parse().expect("a date"),
        };
        assert_eq!(accredited(held, undertaking), expected, "{level} on {on}");
    }

    #[test]
    fn scope_level_day_and_status() {
        let one = [held("2025-01-01", "2026-12-31", Active, "2025-01-01")];
        check(&one, SkillLevel::Five, "2026-12-31", Ok(()));
        check(&one, SkillLevel::Five, "2027-01-01", Err(NotAccredited::NotOnThatDay));
        check(&one, SkillLevel::Three, "2026-01-01", Err(NotAccredited::Never));
        let suspended = [held("2025-01-01", "2026-12-31", Suspended, "2026-06-01")];
        check(&suspended, SkillLevel::Five, "2026-05-31", Ok(()));
        check(&suspended, SkillLevel::Five, "2026-06-01", Err(NotAccredited::Halted));
        check(&[], SkillLevel::Five, "2026-06-01", Err(NotAccredited::Never));
    }
}
