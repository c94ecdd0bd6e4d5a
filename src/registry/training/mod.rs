//! Training (培训): programmes and their modules, the classes of a school, who is enrolled, lessons with their
//! attendance, module results and completion. Whether somebody may sit an exam is `exams`', who a person is
//! `people`'s; taking people into a class crosses domains and is in `crate::flows`.

pub mod error;
pub mod rules;
pub mod service;
pub mod store;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::codes;
use crate::kernel::area::AreaCode;
use crate::kernel::dates::Timestamp;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::{
    AccountId, ClassId, EnrolmentId, LessonId, ModuleId, OrganisationId, PersonId, ProgrammeId,
};
use crate::kernel::skill::{Occupation, SkillLevel};
use crate::kernel::vocabulary::{Audience, ModuleTheme};

codes! {
    /// 培训班状态. That a class is running is not among them: it follows from its dates.
    pub enum ClassStatus("class-status") {
        /// 草稿
        Draft = "draft",
        /// 已备案待审
        Filed = "filed",
        /// 退回补正
        Returned = "returned",
        /// 同意开班
        Approved = "approved",
        /// 不予备案
        Refused = "refused",
        /// 已结班
        Closed = "closed",
    }
}

codes! {
    /// Where a day stands in a class's period.
    pub enum Phase("class-phase") {
        Upcoming = "upcoming",
        Running = "running",
        Ended = "ended",
    }
}

codes! {
    /// 学员状态
    pub enum EnrolmentState("enrolment-state") {
        /// 在读
        Enrolled = "enrolled",
        /// 退班
        Withdrawn = "withdrawn",
        /// 结业
        Completed = "completed",
    }
}

codes! {
    /// 考勤
    pub enum Presence("presence") {
        /// 出勤
        Present = "present",
        /// 缺勤
        Absent = "absent",
        /// 请假, which counts as no attendance.
        Leave = "leave",
    }
}

codes! {
    /// 模块考核结果
    pub enum Outcome("module-outcome") {
        /// 合格
        Passed = "passed",
        /// 不合格
        Failed = "failed",
    }
}

/// 培训项目 with its modules in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programme {
    pub id: ProgrammeId,
    pub code: String,
    pub title: String,
    pub title_en: String,
    /// `None` where the programme leads to no skill level, as first aid.
    pub occupation: Option<Occupation>,
    pub level: Option<SkillLevel>,
    pub audience: Audience,
    pub standard_version: String,
    pub valid_from: NaiveDate,
    pub valid_to: Option<NaiveDate>,
    pub modules: Vec<Module>,
}

impl Programme {
    /// Class hours of all modules.
    #[must_use]
    pub fn hours(&self) -> i32 {
        self.modules.iter().map(|module| module.hours).sum()
    }
}

/// 培训模块
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::db::schema::modules)]
pub struct Module {
    pub id: ModuleId,
    pub programme_id: ProgrammeId,
    pub code: String,
    pub title: String,
    pub title_en: String,
    /// Class hours (学时).
    pub hours: i32,
    pub theme: ModuleTheme,
    pub mandatory: bool,
}

/// 培训班 of a school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    pub id: ClassId,
    /// `2026-330481-0007`: year, county and running number.
    pub code: String,
    pub school: OrganisationId,
    pub programme: ProgrammeId,
    pub title: String,
    pub area_code: AreaCode,
    /// Where it is held.
    pub place: String,
    pub starts_on: NaiveDate,
    /// Its last day.
    pub ends_on: NaiveDate,
    /// Trainees at most.
    pub capacity: i32,
    pub state: ClassState,
    pub version: i32,
}

/// 开班备案: when a class was last filed, and by whom (`None`: by the system itself).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filing {
    pub at: Timestamp,
    pub by: Option<AccountId>,
}

/// What has become of a class. Its changes are in `rules::state` and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClassState {
    Draft,
    Filed(Filing),
    Returned { filing: Filing, reason: String },
    Approved(Filing),
    Refused { filing: Filing, reason: String },
    Closed(Filing),
}

/// What a school enters of a class.
#[derive(Debug, Clone)]
pub struct NewClass {
    pub programme: ProgrammeId,
    pub title: String,
    /// The school's own area unless another is given.
    pub area_code: Option<AreaCode>,
    pub place: String,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub capacity: i32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    pub id: EnrolmentId,
    pub class: ClassId,
    /// 学号 in the class, from 1, in the order of enrolment.
    pub number: i32,
    pub person: PersonId,
    pub state: EnrolmentState,
    pub enrolled_at: Timestamp,
    pub completed_on: Option<NaiveDate>,
}

/// 课次: one meeting of a class.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::db::schema::lessons)]
pub struct Lesson {
    pub id: LessonId,
    pub class_id: ClassId,
    pub module_id: ModuleId,
    pub held_on: NaiveDate,
    /// Class hours (学时).
    pub hours: i32,
    pub place: String,
    pub teacher: String,
}

#[derive(Debug, Clone)]
pub struct NewLesson {
    pub module: ModuleId,
    pub held_on: NaiveDate,
    pub hours: i32,
    pub place: String,
    pub teacher: String,
}

/// One line of a lesson's attendance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attendance {
    pub enrolment: EnrolmentId,
    pub presence: Presence,
}

/// A lesson's attendance, as it is handed in.
#[derive(Debug, Clone)]
pub struct Presences(pub Vec<Attendance>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModuleResult {
    pub enrolment: EnrolmentId,
    pub module: ModuleId,
    pub outcome: Outcome,
}

/// Results of modules, as they are handed in.
#[derive(Debug, Clone)]
pub struct Results(pub Vec<ModuleResult>);

/// What one trainee has done in one module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attended {
    pub enrolment: EnrolmentId,
    pub module: ModuleId,
    /// Class hours of the lessons at which the trainee was present.
    pub hours: i32,
}

impl Form for NewClass {
    fn read(f: &mut Fields) -> Option<Self> {
        let programme = f.required("programme_id");
        let title = f.text("title", 80);
        let area_code = f.optional("area_code");
        let place = f.text("place", 120);
        let starts_on = f.required("starts_on");
        let ends_on = f.required("ends_on");
        let capacity = f.integer("capacity", 1..=1_000);
        Some(Self {
            programme: programme?,
            title: title?,
            area_code: area_code?,
            place: place?,
            starts_on: starts_on?,
            ends_on: ends_on?,
            capacity: i32::try_from(capacity?).ok()?,
        })
    }
}

impl Form for NewLesson {
    fn read(f: &mut Fields) -> Option<Self> {
        let module = f.required("module_id");
        let held_on = f.required("held_on");
        let hours = f.integer("hours", 1..=24);
        let place = f.text("place", 120);
        let teacher = f.text("teacher", 40);
        Some(Self {
            module: module?,
            held_on: held_on?,
            hours: i32::try_from(hours?).ok()?,
            place: place?,
            teacher: teacher?,
        })
    }
}

/// Lines of one attendance or result list at most; a class has far fewer trainees.
const MOST_LINES: usize = 5_000;

impl Form for Presences {
    fn read(f: &mut Fields) -> Option<Self> {
        let lines = f.list("presences", MOST_LINES, |f| {
            let enrolment = f.required("enrolment_id");
            let presence = f.required("presence");
            Some(Attendance { enrolment: enrolment?, presence: presence? })
        });
        Some(Self(lines?))
    }
}

impl Form for Results {
    fn read(f: &mut Fields) -> Option<Self> {
        let lines = f.list("results", MOST_LINES, |f| {
            let enrolment = f.required("enrolment_id");
            let module = f.required("module_id");
            let outcome = f.required("outcome");
            Some(ModuleResult { enrolment: enrolment?, module: module?, outcome: outcome? })
        });
        Some(Self(lines?))
    }
}
