//! What the API shows of training. Trainees appear by name, gender and birth year, never with a number.

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::flows::view_class::ClassSheet;
use crate::http::texts::Texts;
use crate::kernel::codes::Code;
use crate::kernel::invalid::FieldError;
use crate::registry::people::Person;
use crate::registry::training::rules::completion::{Shortfall, hours_needed};
use crate::registry::training::rules::{self, LocalRules};
use crate::registry::training::service::records::Completions;
use crate::registry::training::{Class, ClassStatus, Enrolment, EnrolmentState, Lesson, Module, Programme};

#[derive(Debug, Serialize, ToSchema)]
pub struct ProgrammeView {
    pub id: String,
    pub code: String,
    pub title: String,
    pub title_en: String,
    pub occupation: Option<&'static str>,
    pub level: Option<&'static str>,
    pub audience: &'static str,
    pub standard_version: String,
    pub valid_from: String,
    pub valid_to: Option<String>,
    /// Class hours of all modules.
    pub hours: i32,
    pub modules: Vec<ModuleView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ModuleView {
    pub id: String,
    pub code: String,
    pub title: String,
    pub title_en: String,
    /// Class hours.
    pub hours: i32,
    pub theme: &'static str,
    pub mandatory: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ClassView {
    pub id: String,
    pub code: String,
    pub school_id: String,
    pub programme_id: String,
    pub title: String,
    pub area_code: String,
    pub place: String,
    pub starts_on: String,
    pub ends_on: String,
    pub capacity: i32,
    /// Trainees who have not withdrawn.
    pub enrolled: i64,
    pub status: &'static str,
    /// `upcoming`, `running` or `ended`, by today's date.
    pub phase: &'static str,
    /// Why it was returned or refused.
    pub reason: Option<String>,
    pub filed_at: Option<String>,
    /// The day by which the bureau decides; null unless filed.
    pub review_due: Option<String>,
    pub version: i32,
}

/// A class with its trainees and lessons.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClassSheetView {
    #[serde(flatten)]
    pub class: ClassView,
    pub programme: ProgrammeView,
    pub enrolments: Vec<EnrolmentView>,
    pub lessons: Vec<LessonView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TraineeView {
    pub id: String,
    pub name: String,
    pub gender: &'static str,
    pub birth_year: i32,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct EnrolmentView {
    pub id: String,
    /// The trainee's number in the class.
    pub number: i32,
    pub person: TraineeView,
    pub state: &'static str,
    pub enrolled_at: String,
    pub completed_on: Option<String>,
    pub modules: Vec<ProgressView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ProgressView {
    pub module_id: String,
    /// Class hours attended.
    pub attended: i32,
    /// Class hours that must be attended.
    pub needed: i32,
    pub outcome: Option<&'static str>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LessonView {
    pub id: String,
    pub class_id: String,
    pub module_id: String,
    pub held_on: String,
    /// Class hours.
    pub hours: i32,
    pub place: String,
    pub teacher: String,
    /// Whether its attendance has been recorded.
    pub recorded: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct EnrolmentMade {
    pub id: String,
    pub class_id: String,
    pub state: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RosterView {
    /// Whether the roster can be, or was, taken over.
    pub ready: bool,
    pub rows: usize,
    /// Those who are registered already.
    pub registered: usize,
    pub errors: Vec<WrongCell>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WrongCell {
    /// The row as the file's user counts: the heading is row 1.
    pub row: Option<u32>,
    /// The column's key, or `file`.
    pub field: String,
    pub code: String,
    pub message: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CompletionsView {
    /// The enrolments that were completed.
    pub completed: Vec<String>,
    pub short: Vec<ShortView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ShortView {
    pub enrolment_id: String,
    pub shortfalls: Vec<ShortfallView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ShortfallView {
    pub module_id: String,
    /// `hours-short`, `result-missing` or `module-failed`.
    pub code: &'static str,
    pub attended: i32,
    pub needed: i32,
    pub message: String,
}

impl From<&Programme> for ProgrammeView {
    fn from(programme: &Programme) -> Self {
        Self {
            id: programme.id.to_string(),
            code: programme.code.clone(),
            title: programme.title.clone(),
            title_en: programme.title_en.clone(),
            occupation: programme.occupation.map(Code::code),
            level: programme.level.map(Code::code),
            audience: programme.audience.code(),
            standard_version: programme.standard_version.clone(),
            valid_from: programme.valid_from.to_string(),
            valid_to: programme.valid_to.map(|day| day.to_string()),
            hours: programme.hours(),
            modules: programme.modules.iter().map(ModuleView::from).collect(),
        }
    }
}

impl From<&Module> for ModuleView {
    fn from(module: &Module) -> Self {
        Self {
            id: module.id.to_string(),
            code: module.code.clone(),
            title: module.title.clone(),
            title_en: module.title_en.clone(),
            hours: module.hours,
            theme: module.theme.code(),
            mandatory: module.mandatory,
        }
    }
}

impl ClassView {
    /// `app` knows the calendar by which a review is due.
    #[must_use]
    pub fn new(app: &App, rules: &LocalRules, class: &Class, enrolled: i64, today: NaiveDate) -> Self {
        let filing = class.state.filing();
        let waiting = filing.filter(|_| class.state.status() == ClassStatus::Filed);
        let calendar = app.seeds.calendar.working_days();
        let due = waiting.and_then(|filing| rules::review_due(filing, &calendar, rules).ok());
        Self {
            id: class.id.to_string(),
            code: class.code.clone(),
            school_id: class.school.to_string(),
            programme_id: class.programme.to_string(),
            title: class.title.clone(),
            area_code: class.area_code.to_string(),
            place: class.place.clone(),
            starts_on: class.starts_on.to_string(),
            ends_on: class.ends_on.to_string(),
            capacity: class.capacity,
            enrolled,
            status: class.state.status().code(),
            phase: rules::phase(class, today).code(),
            reason: class.state.reason().map(str::to_owned),
            filed_at: filing.map(|filing| filing.at.to_rfc3339()),
            review_due: due.map(|day| day.to_string()),
            version: class.version,
        }
    }
}

impl ClassSheetView {
    #[must_use]
    pub fn new(app: &App, rules: &LocalRules, sheet: &ClassSheet, today: NaiveDate) -> Self {
        let there = sheet.trainees.iter().filter(|(e, _)| e.state != EnrolmentState::Withdrawn).count();
        let enrolled = i64::try_from(there).unwrap_or(i64::MAX);
        let trainees = sheet.trainees.iter();
        let lessons = sheet.lessons.iter();
        Self {
            class: ClassView::new(app, rules, &sheet.class, enrolled, today),
            programme: ProgrammeView::from(&sheet.programme),
            enrolments: trainees.map(|(e, person)| EnrolmentView::new(sheet, rules, e, person)).collect(),
            lessons: lessons
                .map(|lesson| LessonView::new(lesson, sheet.recorded.contains(&lesson.id)))
                .collect(),
        }
    }
}

impl From<&Person> for TraineeView {
    fn from(person: &Person) -> Self {
        Self {
            id: person.id.to_string(),
            name: person.name.clone(),
            gender: person.gender.code(),
            birth_year: person.birth_date.year(),
        }
    }
}

impl EnrolmentView {
    fn new(sheet: &ClassSheet, rules: &LocalRules, enrolment: &Enrolment, person: &Person) -> Self {
        let progress = |module: &Module| ProgressView {
            module_id: module.id.to_string(),
            attended: sheet.records.hours(enrolment.id, module),
            needed: hours_needed(module, rules.attendance_percent_min),
            outcome: sheet.records.outcome(enrolment.id, module).map(Code::code),
        };
        Self {
            id: enrolment.id.to_string(),
            number: enrolment.number,
            person: TraineeView::from(person),
            state: enrolment.state.code(),
            enrolled_at: enrolment.enrolled_at.to_rfc3339(),
            completed_on: enrolment.completed_on.map(|day| day.to_string()),
            modules: sheet.programme.modules.iter().map(progress).collect(),
        }
    }
}

impl LessonView {
    #[must_use]
    pub fn new(lesson: &Lesson, recorded: bool) -> Self {
        Self {
            id: lesson.id.to_string(),
            class_id: lesson.class_id.to_string(),
            module_id: lesson.module_id.to_string(),
            held_on: lesson.held_on.to_string(),
            hours: lesson.hours,
            place: lesson.place.clone(),
            teacher: lesson.teacher.clone(),
            recorded,
        }
    }
}

impl WrongCell {
    #[must_use]
    pub fn new(error: &FieldError, texts: &Texts) -> Self {
        Self {
            row: error.row,
            field: error.field.clone(),
            code: error.code.to_owned(),
            message: texts.field_error(error).unwrap_or_else(|_| error.code.to_owned()),
        }
    }
}

impl CompletionsView {
    #[must_use]
    pub fn new(completions: &Completions, texts: &Texts) -> Self {
        let shortfall = |found: &Shortfall| ShortfallView {
            module_id: found.module.id.to_string(),
            code: found.lack.code(),
            attended: found.attended,
            needed: found.needed,
            message: texts.field_error(&FieldError::from(found)).unwrap_or_default(),
        };
        let short = completions.short.iter().map(|(id, found)| ShortView {
            enrolment_id: id.to_string(),
            shortfalls: found.iter().map(shortfall).collect(),
        });
        Self {
            completed: completions.completed.iter().map(ToString::to_string).collect(),
            short: short.collect(),
        }
    }
}
