//! What a class, its lessons, their attendance and its results must fulfil, and who may see which class.

pub mod completion;
pub mod state;

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};

use crate::kernel::area::AreaCode;
use crate::kernel::calendar::{CalendarMissing, WorkingDays};
use crate::kernel::context::{Actor, Role};
use crate::kernel::dates::shanghai_date;
use crate::kernel::ids::{EnrolmentId, OrganisationId};
use crate::kernel::invalid::{FieldError, Invalid};
use crate::registry::organisations::rules::{NotAccredited, Undertaking, accredited};
use crate::registry::organisations::{Accreditation, Scope as AccreditationScope};
use crate::registry::training::{
    Attendance, Class, Enrolment, EnrolmentState, Filing, Lesson, ModuleResult, NewClass, NewLesson, Phase,
    Programme,
};
use crate::seeds;

/// The local rules of training (办事规则) in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalRules {
    /// Trainees in one class.
    pub class_size_max: i32,
    /// Class hours in one day.
    pub hours_per_day_max: i32,
    /// Calendar days between the filing and the first day.
    pub filing_days_ahead: u32,
    pub review_working_days: u32,
    /// Share of a mandatory module's hours that must be attended, in percent.
    pub attendance_percent_min: i32,
}

impl From<&seeds::Rules> for LocalRules {
    fn from(rules: &seeds::Rules) -> Self {
        let whole = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
        Self {
            class_size_max: whole(rules.class_size_max.value),
            hours_per_day_max: whole(rules.hours_per_day_max.value),
            filing_days_ahead: rules.filing_days_ahead.value,
            review_working_days: rules.filing_review_working_days.value,
            attendance_percent_min: whole(rules.attendance_percent_min.value),
        }
    }
}

/// The classes that an account may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    All,
    Area(AreaCode),
    School(OrganisationId),
}

/// A bureau without an area of its own acts for the whole registry. `None`: no class at all.
#[must_use]
pub fn scope(actor: &Actor) -> Option<Scope> {
    match actor.role {
        Role::Administrator => Some(Scope::All),
        Role::Bureau => Some(actor.area.clone().map_or(Scope::All, Scope::Area)),
        Role::Town => actor.area.clone().map(Scope::Area),
        Role::School => actor.organisation.map(Scope::School),
        Role::Finance | Role::Assessor | Role::FirstAidIssuer | Role::Institution | Role::Caregiver => None,
    }
}

impl Scope {
    #[must_use]
    pub fn admits(&self, class: &Class) -> bool {
        match self {
            Self::All => true,
            Self::Area(area) => class.area_code.is_within(area),
            Self::School(school) => class.school == *school,
        }
    }
}

/// Whether `actor` runs this class: only its own school does.
#[must_use]
pub fn runs(actor: &Actor, class: &Class) -> bool {
    actor.role == Role::School && actor.organisation == Some(class.school)
}

/// Whether `actor` decides on this class's filing.
#[must_use]
pub fn reviews(actor: &Actor, class: &Class) -> bool {
    actor.role == Role::Bureau && scope(actor).is_some_and(|scope| scope.admits(class))
}

#[must_use]
pub fn phase(class: &Class, today: NaiveDate) -> Phase {
    if today < class.starts_on {
        Phase::Upcoming
    } else if today <= class.ends_on {
        Phase::Running
    } else {
        Phase::Ended
    }
}

/// The day by which a filing is to be decided on (审核时限).
pub fn review_due(
    filing: Filing,
    calendar: &WorkingDays,
    rules: &LocalRules,
) -> Result<NaiveDate, CalendarMissing> {
    calendar.after(shanghai_date(filing.at), rules.review_working_days)
}

/// Checks a class as its school enters it: dates, size, programme, and the school's accreditation on its first
/// and last day.
pub fn check_class(
    new: &NewClass,
    programme: &Programme,
    held: &[Accreditation],
    rules: &LocalRules,
) -> Result<(), Invalid> {
    let mut errors = Vec::new();
    if new.ends_on < new.starts_on {
        errors.push(FieldError::new("ends_on", "date-order"));
    }
    if new.capacity > rules.class_size_max {
        errors.push(FieldError::new("capacity", "class-too-large").with("max", rules.class_size_max));
    }
    let in_force =
        programme.valid_from <= new.starts_on && programme.valid_to.is_none_or(|last| new.starts_on <= last);
    if !in_force {
        errors.push(FieldError::new("programme_id", "programme-not-in-force"));
    }
    errors.extend(accreditation_errors(new, programme, held));
    Invalid::if_any(errors)
}

fn accreditation_errors(new: &NewClass, programme: &Programme, held: &[Accreditation]) -> Vec<FieldError> {
    let on = |on| Undertaking {
        scope: AccreditationScope::Training,
        occupation: programme.occupation,
        level: programme.level,
        on,
    };
    let mut errors = Vec::new();
    for (field, day) in [("starts_on", new.starts_on), ("ends_on", new.ends_on)] {
        match accredited(held, on(day)) {
            Ok(()) => {}
            // The dates are not what is wrong then.
            Err(NotAccredited::Never) => {
                return vec![FieldError::new("programme_id", NotAccredited::Never.code())];
            }
            Err(why) => errors.push(FieldError::new(field, why.code())),
        }
    }
    errors
}

/// Checks that a change leaves out no lesson that is planned and no trainee who is enrolled.
pub fn check_change(class: &Class, new: &NewClass, lessons: &[Lesson], enrolled: i64) -> Result<(), Invalid> {
    let mut errors = Vec::new();
    if new.programme != class.programme && !lessons.is_empty() {
        errors.push(FieldError::new("programme_id", "lessons-planned"));
    }
    if lessons.iter().any(|lesson| lesson.held_on < new.starts_on) {
        errors.push(FieldError::new("starts_on", "lessons-planned"));
    }
    if lessons.iter().any(|lesson| new.ends_on < lesson.held_on) {
        errors.push(FieldError::new("ends_on", "lessons-planned"));
    }
    if i64::from(new.capacity) < enrolled {
        errors.push(FieldError::new("capacity", "fewer-than-enrolled").with("enrolled", enrolled));
    }
    Invalid::if_any(errors)
}

/// Checks that a class is filed early enough (提前备案).
pub fn check_filing(starts_on: NaiveDate, today: NaiveDate, rules: &LocalRules) -> Result<(), Invalid> {
    let earliest = today + Days::new(u64::from(rules.filing_days_ahead));
    if starts_on < earliest {
        let error = FieldError::new("starts_on", "filed-too-late")
            .with("days", rules.filing_days_ahead)
            .with("earliest", earliest);
        return Err(error.into());
    }
    Ok(())
}

/// Checks a lesson against its class, the programme and the hours already planned for that day.
pub fn check_lesson(
    new: &NewLesson,
    class: &Class,
    programme: &Programme,
    hours_that_day: i32,
    rules: &LocalRules,
) -> Result<(), Invalid> {
    let mut errors = Vec::new();
    if !programme.modules.iter().any(|module| module.id == new.module) {
        errors.push(FieldError::new("module_id", "unknown-module"));
    }
    if new.held_on < class.starts_on || class.ends_on < new.held_on {
        let error = FieldError::new("held_on", "outside-class-period");
        errors.push(error.with("from", class.starts_on).with("to", class.ends_on));
    }
    if hours_that_day + new.hours > rules.hours_per_day_max {
        let error = FieldError::new("hours", "too-many-hours-a-day");
        errors.push(error.with("max", rules.hours_per_day_max).with("planned", hours_that_day));
    }
    Invalid::if_any(errors)
}

/// Checks that an attendance list names every trainee who is enrolled, each once, and nobody else.
pub fn check_attendance(lines: &[Attendance], enrolments: &[Enrolment]) -> Result<(), Invalid> {
    let mut errors = Vec::new();
    let mut named = BTreeSet::new();
    for (index, line) in lines.iter().enumerate() {
        let field = format!("presences[{index}].enrolment_id");
        if !is_open(enrolments, line.enrolment) {
            errors.push(FieldError::new(field, "unknown-enrolment"));
        } else if !named.insert(line.enrolment) {
            errors.push(FieldError::new(field, "named-twice"));
        }
    }
    let open = enrolments.iter().filter(|enrolment| enrolment.state == EnrolmentState::Enrolled);
    let missing = open.filter(|enrolment| !named.contains(&enrolment.id)).count();
    if missing > 0 {
        errors.push(FieldError::new("presences", "trainees-missing").with("count", missing));
    }
    Invalid::if_any(errors)
}

/// Checks that results are of this class's trainees and modules, each pair once.
pub fn check_results(
    lines: &[ModuleResult],
    enrolments: &[Enrolment],
    programme: &Programme,
) -> Result<(), Invalid> {
    let mut errors = Vec::new();
    let mut named = BTreeSet::new();
    if lines.is_empty() {
        errors.push(FieldError::new("results", "required"));
    }
    for (index, line) in lines.iter().enumerate() {
        let at = |field: &str| format!("results[{index}].{field}");
        if !is_open(enrolments, line.enrolment) {
            errors.push(FieldError::new(at("enrolment_id"), "unknown-enrolment"));
        }
        if !programme.modules.iter().any(|module| module.id == line.module) {
            errors.push(FieldError::new(at("module_id"), "unknown-module"));
        }
        if !named.insert((line.enrolment, line.module)) {
            errors.push(FieldError::new(at("module_id"), "named-twice"));
        }
    }
    Invalid::if_any(errors)
}

fn is_open(enrolments: &[Enrolment], id: EnrolmentId) -> bool {
    enrolments.iter().any(|enrolment| enrolment.id == id && enrolment.state == EnrolmentState::Enrolled)
}

#[cfg(test)]
mod tests;
