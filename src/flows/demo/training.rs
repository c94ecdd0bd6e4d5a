//! Enters the classes: filed, decided on, taught, completed, each step on its day by whoever does it.

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::db::Tx;
use crate::flows::demo::classes::{Course, Stage};
use crate::flows::demo::dice::{Dice, shifted};
use crate::flows::demo::{Books, LoadError};
use crate::kernel::context::{Actor, Context};
use crate::kernel::ids::{ClassId, EnrolmentId, LessonId, PersonId};
use crate::registry::training::rules::LocalRules;
use crate::registry::training::service::records::{
    attendance_record, class_complete, lesson_create, results_record,
};
use crate::registry::training::service::{
    Decision, class_close, class_create, class_file, class_review, enrolment_create,
};
use crate::registry::training::{
    Attendance, Class, Module, ModuleResult, NewClass, NewLesson, Outcome, Presence, Presences, Programme,
    Results, store,
};

/// What all classes have in common.
pub struct School<'a, 'b> {
    pub books: &'a Books<'b>,
    pub rules: LocalRules,
    pub programmes: Vec<Programme>,
    pub people: &'a [PersonId],
    pub dice: &'a Dice<'a>,
}

/// A class that was completed.
pub struct Graduated {
    pub class: ClassId,
    /// Whose account acts for its school.
    pub school: &'static str,
    pub ended_on: NaiveDate,
}

/// Whose accounts act for the four schools.
const SCHOOLS: [&str; 4] = ["school", "school2", "school3", "school4"];

impl School<'_, '_> {
    /// The classes that are over, each with its school's account.
    pub fn enter(&self, tx: &mut Tx, courses: &[Course]) -> Result<Vec<Graduated>, LoadError> {
        let mut terms: HashMap<(usize, String), usize> = HashMap::new();
        let mut graduated = Vec::new();
        for course in courses {
            let year = course.starts_on.format("%Y").to_string();
            let term = terms.entry((course.school, year)).or_default();
            *term += 1;
            let class = self.enter_one(tx, course, *term)?;
            if course.stage == Stage::Closed {
                graduated.push(Graduated {
                    class,
                    school: SCHOOLS[course.school],
                    ended_on: course.ends_on(),
                });
            }
        }
        Ok(graduated)
    }

    fn enter_one(&self, tx: &mut Tx, course: &Course, term: usize) -> Result<ClassId, LoadError> {
        let actor = self.books.actor(SCHOOLS[course.school])?;
        let programme = self.programmes.iter().find(|known| known.code == course.programme);
        let programme = programme.ok_or(LoadError::Incomplete("programmes"))?;
        let new = new_class(course, programme, term);
        let created = self.at(shifted(course.filed_on, -3), 580, &actor);
        let class = class_create(tx, &created, &self.rules, &new)?;
        let id = class.id;
        if course.stage == Stage::Draft {
            return Ok(id);
        }
        let filed = self.at(course.filed_on, 615, &actor);
        let class = class_file(tx, &filed, &self.rules, class.id, class.version)?;
        let class = match decision(course.stage) {
            None => class,
            Some(decision) => {
                let reviewed = self.at(shifted(course.filed_on, 2), 885, &self.books.actor("bureau")?);
                class_review(tx, &reviewed, class.id, class.version, decision)?
            }
        };
        if matches!(course.stage, Stage::Approved { .. } | Stage::Ended | Stage::Closed) {
            self.teach(tx, course, programme, class, &actor)?;
        }
        Ok(id)
    }

    /// Enrols, teaches up to today, and completes what is over.
    fn teach(
        &self,
        tx: &mut Tx,
        course: &Course,
        programme: &Programme,
        class: Class,
        actor: &Actor,
    ) -> Result<(), LoadError> {
        let enrolled = self.at(shifted(course.filed_on, 4), 540, actor);
        let mut trainees: Vec<EnrolmentId> = Vec::new();
        for who in &course.trainees {
            // The school had their documents before it; here they are registered already.
            trainees.push(enrolment_create(tx, &enrolled, &class, self.people[*who])?);
        }
        let lessons = self.plan_lessons(tx, course, programme, &class, &enrolled)?;
        self.take_attendance(tx, course, &trainees, &lessons, actor)?;
        if course.stage != Stage::Closed {
            return Ok(());
        }
        let last = course.ends_on();
        let recorded = self.at(shifted(last, 1), 600, actor);
        let failing = self.dice.below(trainees.len().max(1));
        results_record(tx, &recorded, class.id, &results(programme, &trainees, failing))?;
        class_complete(tx, &self.at(shifted(last, 2), 610, actor), &self.rules, class.id)?;
        let class = store::find_class(tx, class.id)?.ok_or(LoadError::Incomplete("classes"))?;
        class_close(tx, &self.at(shifted(last, 3), 620, actor), class.id, class.version)?;
        Ok(())
    }

    /// Every module in turn, in days of eight hours at most.
    fn plan_lessons(
        &self,
        tx: &mut Tx,
        course: &Course,
        programme: &Programme,
        class: &Class,
        context: &Context,
    ) -> Result<Vec<(NaiveDate, LessonId)>, LoadError> {
        let most = self.rules.hours_per_day_max;
        let mut days = course.days.iter();
        let (mut day, mut left) = (days.next().copied().unwrap_or(course.starts_on), most);
        let mut lessons = Vec::new();
        for module in &programme.modules {
            let mut hours = module.hours;
            while hours > 0 {
                if left == 0 {
                    (day, left) = (days.next().copied().unwrap_or(day), most);
                }
                let now = hours.min(left);
                let new = NewLesson {
                    module: module.id,
                    held_on: day,
                    hours: now,
                    place: ROOMS[course.school].to_owned(),
                    teacher: teacher(module, course.school),
                };
                let lesson = lesson_create(tx, context, &self.rules, class.id, &new)?;
                lessons.push((day, lesson.id));
                (hours, left) = (hours - now, left - now);
            }
        }
        Ok(lessons)
    }

    fn take_attendance(
        &self,
        tx: &mut Tx,
        course: &Course,
        trainees: &[EnrolmentId],
        lessons: &[(NaiveDate, LessonId)],
        actor: &Actor,
    ) -> Result<(), LoadError> {
        let today = self.books.calendar.today;
        let held: Vec<_> = lessons.iter().filter(|(day, _)| *day < today).collect();
        let forgotten = match course.stage {
            Stage::Approved { forgotten } => forgotten,
            _ => 0,
        };
        for (day, lesson) in &held[..held.len().saturating_sub(forgotten)] {
            let lines = trainees.iter().map(|&enrolment| Attendance { enrolment, presence: self.presence() });
            let presences = Presences(lines.collect());
            attendance_record(tx, &self.at(*day, 1_010, actor), *lesson, &presences)?;
        }
        Ok(())
    }

    fn presence(&self) -> Presence {
        const USUAL: [(Presence, u32); 3] =
            [(Presence::Present, 955), (Presence::Leave, 30), (Presence::Absent, 15)];
        self.dice.weighted(&USUAL).copied().unwrap_or(Presence::Present)
    }

    fn at(&self, day: NaiveDate, minutes: i64, actor: &Actor) -> Context {
        self.books.calendar.context(day, minutes, Some(actor))
    }
}

/// What the bureau makes of a class.
fn decision(stage: Stage) -> Option<Decision> {
    match stage {
        Stage::Draft | Stage::Filed => None,
        Stage::Returned => {
            Some(Decision::SendBack { reason: "请补充实训场地的消防验收材料".to_owned() })
        }
        Stage::Refused => Some(Decision::Refuse {
            reason: "培训资质在开班期间到期，请续期后重新备案".to_owned(),
        }),
        Stage::Approved { .. } | Stage::Ended | Stage::Closed => Some(Decision::Approve),
    }
}

/// All pass, but one fails the last module.
fn results(programme: &Programme, trainees: &[EnrolmentId], failing: usize) -> Results {
    let last = programme.modules.last().map(|module| module.id);
    let mut lines = Vec::with_capacity(trainees.len() * programme.modules.len());
    for (place, enrolment) in trainees.iter().enumerate() {
        for module in &programme.modules {
            let fails = place == failing && Some(module.id) == last;
            let outcome = if fails { Outcome::Failed } else { Outcome::Passed };
            lines.push(ModuleResult { enrolment: *enrolment, module: module.id, outcome });
        }
    }
    Results(lines)
}

fn new_class(course: &Course, programme: &Programme, term: usize) -> NewClass {
    let kind = programme.title.trim_end_matches("培训");
    NewClass {
        programme: programme.id,
        title: format!("{}年第{term}期{kind}班", course.starts_on.format("%Y")),
        area_code: None,
        place: ROOMS[course.school].to_owned(),
        starts_on: course.starts_on,
        ends_on: course.ends_on(),
        capacity: i32::try_from(course.capacity).unwrap_or(30),
    }
}

const ROOMS: [&str; 4] =
    ["晴川校区实训楼201教室", "桑榆中心三楼多功能厅", "知暖学校东楼护理实训室", "禾光学校一楼阶梯教室"];

fn teacher(module: &Module, school: usize) -> String {
    const TEACHERS: [[&str; 3]; 4] = [
        ["沈文娟", "朱海燕", "陆建平"],
        ["徐丽萍", "金玉琴", "顾国强"],
        ["周晓芬", "许雪英", "钱志明"],
        ["吴桂芳", "俞春燕", "曹永良"],
    ];
    TEACHERS[school][module.code.len() % 3].to_owned()
}
