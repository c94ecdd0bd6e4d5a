//! The classes of the four schools, one at every state, and who learns in them.

use chrono::{Datelike, NaiveDate, Weekday};

use crate::flows::demo::dice::{Dice, shifted};
use crate::flows::demo::skills::{Fate, Sitting};
use crate::kernel::skill::SkillLevel;

pub struct Course {
    /// Which of the four schools.
    pub school: usize,
    /// A code of the seeds' programmes.
    pub programme: &'static str,
    pub starts_on: NaiveDate,
    /// Class days of eight hours at most, as many as the programme needs; the last one ends the class.
    pub days: Vec<NaiveDate>,
    pub filed_on: NaiveDate,
    pub capacity: i64,
    pub stage: Stage,
    /// Indices of workers.
    pub trainees: Vec<usize>,
}

impl Course {
    #[must_use]
    pub fn ends_on(&self) -> NaiveDate {
        self.days.last().copied().unwrap_or(self.starts_on)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Draft,
    Returned,
    Filed,
    Refused,
    /// Approved, with lessons and attendance up to today; without that of yesterday where the teacher forgot it.
    Approved {
        forgotten: usize,
    },
    /// Over, with attendance, without results.
    Ended,
    Closed,
}

/// The classes in the order of their first days. `free` are people whom a class can be filled with.
pub fn courses(
    dice: &Dice<'_>,
    sittings: &[Sitting],
    free: &[usize],
    hours: impl Fn(&str) -> i64,
    today: NaiveDate,
) -> Vec<Course> {
    let mut free = free.to_vec();
    dice.shuffle(&mut free);
    let mut courses = former(sittings, &hours);
    let mut add = |school, programme: &'static str, start: i64, filed: i64, stage, count: usize| {
        let starts_on = class_day(shifted(today, start));
        let days = class_days(starts_on, hours(programme));
        let trainees = free.split_off(free.len().saturating_sub(count));
        let filed_on = shifted(today, filed);
        let capacity = if count == 0 { 30 } else { i64::try_from(count).unwrap_or(0) / 5 * 5 + 10 };
        courses.push(Course { school, programme, starts_on, days, filed_on, capacity, stage, trainees });
    };
    add(0, FIVE, 41, -1, Stage::Draft, 0);
    add(0, "caregiver-3", 33, -4, Stage::Returned, 0);
    add(0, FIVE, 19, -2, Stage::Filed, 0);
    add(1, FIVE, 13, -12, Stage::Filed, 0);
    add(2, "caregiver-4", 24, -1, Stage::Filed, 0);
    add(0, "caregiver-4", 9, -11, Stage::Approved { forgotten: 0 }, 22);
    add(0, FIVE, -13, -30, Stage::Approved { forgotten: 1 }, 32);
    add(2, FIVE, -8, -24, Stage::Approved { forgotten: 0 }, 26);
    add(0, "first-aid-16", -9, -25, Stage::Ended, 24);
    add(1, FIVE, -37, -55, Stage::Ended, 28);
    add(3, "family-carer-16", -60, -78, Stage::Closed, 21);
    add(3, "caregiver-4", 20, -6, Stage::Refused, 0);
    let further = [("care-manager-60", -48, 1, 9), ("device-fitter-40", -34, 2, 8)];
    for (programme, start, sitting, count) in further {
        let starts_on = class_day(shifted(today, start));
        courses.push(Course {
            school: 0,
            programme,
            starts_on,
            days: class_days(starts_on, hours(programme)),
            filed_on: shifted(starts_on, -18),
            capacity: 15,
            stage: Stage::Closed,
            trainees: passed(&sittings[sitting], count),
        });
    }
    courses.sort_by_key(|course| course.starts_on);
    courses
}

/// Some who passed an exam, and go on to learn more.
fn passed(sitting: &Sitting, count: usize) -> Vec<usize> {
    let passed = sitting.candidates.iter().filter(|candidate| candidate.fate == Fate::Passes);
    passed.map(|candidate| candidate.who).take(count).collect()
}

const FIVE: &str = "caregiver-5";

/// The classes from which people went to the exams that are over.
fn former(sittings: &[Sitting], hours: &impl Fn(&str) -> i64) -> Vec<Course> {
    const SOURCES: [(usize, usize); 7] = [(3, 0), (6, 1), (7, 2), (10, 0), (11, 2), (12, 1), (14, 3)];
    let course = |(index, school): (usize, usize)| {
        let sitting = sittings.get(index)?;
        let programme = if sitting.level == SkillLevel::Five { FIVE } else { "caregiver-4" };
        let starts_on = class_day(shifted(sitting.held_on, -54));
        let admitted = sitting.candidates.iter().filter(|candidate| candidate.fate != Fate::TooEarly);
        let trainees: Vec<usize> = admitted.map(|candidate| candidate.who).collect();
        Some(Course {
            school,
            programme,
            starts_on,
            days: class_days(starts_on, hours(programme)),
            filed_on: shifted(starts_on, -18),
            capacity: 30,
            stage: Stage::Closed,
            trainees,
        })
    };
    SOURCES.into_iter().filter_map(course).collect()
}

/// Days of class from `start`: every day but Sundays.
fn class_days(start: NaiveDate, hours: i64) -> Vec<NaiveDate> {
    let days = usize::try_from((hours + 7) / 8).unwrap_or(0);
    start.iter_days().filter(|day| day.weekday() != Weekday::Sun).take(days).collect()
}

fn class_day(day: NaiveDate) -> NaiveDate {
    if day.weekday() == Weekday::Sun { shifted(day, 1) } else { day }
}
