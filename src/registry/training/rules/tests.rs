use super::*;
use crate::kernel::ids::{AccountId, AccreditationId, ClassId, LessonId, ModuleId, PersonId, ProgrammeId};
use crate::kernel::skill::{Occupation, SkillLevel};
use crate::kernel::vocabulary::{Audience, ModuleTheme};
use crate::registry::organisations::AccreditationStatus;
use crate::registry::training::{ClassState, Module, Outcome, Presence};
use uuid::Uuid;

use super::completion::{Lack, Records, completion};
use crate::registry::training::Attended;

const RULES: LocalRules = LocalRules {
    class_size_max: 50,
    hours_per_day_max: 8,
    filing_days_ahead: 7,
    review_working_days: 5,
    attendance_percent_min: 80,
};

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

const fn id<E>(number: u128) -> crate::kernel::ids::Id<E> {
    crate::kernel::ids::Id::from_uuid(Uuid::from_u128(number))
}

fn module(number: u128, hours: i32, mandatory: bool) -> Module {
    Module {
        id: id(number),
        programme_id: id(1),
        code: format!("m{number}"),
        title: "康复服务".into(),
        title_en: "Rehabilitation".into(),
        hours,
        theme: ModuleTheme::Rehabilitation,
        mandatory,
    }
}

fn programme() -> Programme {
    Programme {
        id: ProgrammeId::from_uuid(Uuid::from_u128(1)),
        code: "caregiver-5".into(),
        title: String::new(),
        title_en: String::new(),
        occupation: Some(Occupation::ElderlyCareWorker),
        level: Some(SkillLevel::Five),
        audience: Audience::Caregiver,
        standard_version: "2019".into(),
        valid_from: day("2021-01-01"),
        valid_to: Some(day("2028-12-31")),
        modules: vec![module(1, 24, true), module(2, 16, true), module(3, 8, false)],
    }
}

fn held(levels: Vec<SkillLevel>, from: &str, to: &str) -> Accreditation {
    Accreditation {
        id: AccreditationId::from_uuid(Uuid::nil()),
        organisation: id(7),
        scope: AccreditationScope::Training,
        occupation: Some(Occupation::ElderlyCareWorker),
        levels,
        valid_from: day(from),
        valid_to: day(to),
        status: AccreditationStatus::Active,
        status_since: day(from),
        document: String::new(),
        version: 1,
    }
}

fn entry(starts_on: &str, ends_on: &str, capacity: i32) -> NewClass {
    NewClass {
        programme: id(1),
        title: "第 7 期".into(),
        area_code: None,
        place: "海宁".into(),
        starts_on: day(starts_on),
        ends_on: day(ends_on),
        capacity,
    }
}

fn class() -> Class {
    Class {
        id: ClassId::from_uuid(Uuid::from_u128(9)),
        code: "2026-330481-0001".into(),
        school: id(7),
        programme: id(1),
        title: "第 7 期".into(),
        area_code: "330481001".parse().expect("an area"),
        place: "海宁".into(),
        starts_on: day("2026-12-01"),
        ends_on: day("2026-12-31"),
        capacity: 3,
        state: ClassState::Draft,
        version: 1,
    }
}

fn enrolment(number: u128, state: EnrolmentState) -> Enrolment {
    Enrolment {
        id: id(number),
        class: id(9),
        number: 1,
        person: PersonId::from_uuid(Uuid::from_u128(number)),
        state,
        enrolled_at: "2026-11-01T00:00:00Z".parse().expect("a time"),
        completed_on: None,
    }
}

fn told(result: Result<(), Invalid>) -> Vec<(String, &'static str)> {
    let errors = result.err().map(|Invalid(errors)| errors).unwrap_or_default();
    errors.into_iter().map(|error| (error.field, error.code)).collect()
}

fn expect(result: Result<(), Invalid>, expected: &[(&str, &str)]) {
    let told = told(result);
    let told: Vec<_> = told.iter().map(|(field, code)| (field.as_str(), *code)).collect();
    assert_eq!(told, expected);
}

#[test]
fn a_class_stands_within_its_school_s_accreditation() {
    let check = |new: &NewClass, held: &[Accreditation], expected: &[(&str, &str)]| {
        expect(check_class(new, &programme(), held, &RULES), expected);
    };
    let all = vec![SkillLevel::Five, SkillLevel::Four];
    let good = [held(all.clone(), "2024-01-01", "2026-12-31")];
    check(&entry("2026-12-01", "2026-12-31", 50), &good, &[]);
    check(&entry("2026-12-01", "2027-01-01", 50), &good, &[("ends_on", "not-accredited-on-that-day")]);
    check(
        &entry("2027-01-01", "2027-01-31", 50),
        &good,
        &[("starts_on", "not-accredited-on-that-day"), ("ends_on", "not-accredited-on-that-day")],
    );
    let renewed = [good[0].clone(), held(all, "2027-01-01", "2029-12-31")];
    check(&entry("2026-12-01", "2027-01-31", 50), &renewed, &[]);
    let mut halted = good[0].clone();
    halted.status = AccreditationStatus::Suspended;
    halted.status_since = day("2026-12-15");
    check(&entry("2026-12-01", "2026-12-31", 50), &[halted], &[("ends_on", "accreditation-halted")]);
    let other_level = [held(vec![SkillLevel::Three], "2024-01-01", "2029-12-31")];
    check(&entry("2026-12-01", "2026-12-31", 50), &other_level, &[("programme_id", "not-accredited")]);
    check(
        &entry("2026-12-31", "2026-12-01", 51),
        &good,
        &[("ends_on", "date-order"), ("capacity", "class-too-large")],
    );
    let long = [held(vec![SkillLevel::Five], "2020-01-01", "2030-12-31")];
    check(&entry("2020-12-31", "2021-01-31", 1), &long, &[("programme_id", "programme-not-in-force")]);
    check(&entry("2028-12-31", "2029-01-31", 1), &long, &[]);
    check(&entry("2029-01-01", "2029-01-31", 1), &long, &[("programme_id", "programme-not-in-force")]);
}

#[test]
fn a_class_is_filed_a_week_ahead_and_reviewed_in_working_days() {
    let today = day("2026-11-21");
    expect(check_filing(day("2026-11-28"), today, &RULES), &[]);
    expect(check_filing(day("2026-11-27"), today, &RULES), &[("starts_on", "filed-too-late")]);
    // Filed on Friday the 20th at 23:00 in Shanghai; the fifth working day after it is the next Friday.
    let filing = Filing { at: "2026-11-20T15:00:00Z".parse().expect("a time"), by: None };
    let calendar = WorkingDays::new(vec![2026], &[], &[]);
    assert_eq!(review_due(filing, &calendar, &RULES), Ok(day("2026-11-27")));
    let unknown = WorkingDays::new(vec![2025], &[], &[]);
    assert_eq!(review_due(filing, &unknown, &RULES), Err(CalendarMissing(2026)));
}

#[test]
fn a_change_keeps_what_is_planned_and_who_is_enrolled() {
    let lesson = Lesson {
        id: LessonId::from_uuid(Uuid::nil()),
        class_id: id(9),
        module_id: id(1),
        held_on: day("2026-12-10"),
        hours: 4,
        place: String::new(),
        teacher: String::new(),
    };
    let check = |new: &NewClass, expected: &[(&str, &str)]| {
        expect(check_change(&class(), new, std::slice::from_ref(&lesson), 2), expected);
    };
    check(&entry("2026-12-10", "2026-12-10", 2), &[]);
    check(&entry("2026-12-11", "2026-12-31", 3), &[("starts_on", "lessons-planned")]);
    check(&entry("2026-12-01", "2026-12-09", 3), &[("ends_on", "lessons-planned")]);
    check(&entry("2026-12-01", "2026-12-31", 1), &[("capacity", "fewer-than-enrolled")]);
    let other = NewClass { programme: id(2), ..entry("2026-12-01", "2026-12-31", 3) };
    check(&other, &[("programme_id", "lessons-planned")]);
}

#[test]
fn a_lesson_fits_its_class_and_its_day() {
    let check = |on: &str, module: u128, hours: i32, that_day: i32, expected: &[(&str, &str)]| {
        let new = NewLesson {
            module: ModuleId::from_uuid(Uuid::from_u128(module)),
            held_on: day(on),
            hours,
            place: String::new(),
            teacher: String::new(),
        };
        expect(check_lesson(&new, &class(), &programme(), that_day, &RULES), expected);
    };
    check("2026-12-01", 1, 8, 0, &[]);
    check("2026-12-31", 3, 4, 4, &[]);
    check("2026-11-30", 1, 8, 0, &[("held_on", "outside-class-period")]);
    check("2027-01-01", 1, 8, 0, &[("held_on", "outside-class-period")]);
    check("2026-12-01", 1, 5, 4, &[("hours", "too-many-hours-a-day")]);
    check("2026-12-01", 4, 9, 0, &[("module_id", "unknown-module"), ("hours", "too-many-hours-a-day")]);
}

#[test]
fn attendance_names_every_trainee_once() {
    let enrolments = [
        enrolment(1, EnrolmentState::Enrolled),
        enrolment(2, EnrolmentState::Enrolled),
        enrolment(3, EnrolmentState::Withdrawn),
    ];
    let check = |named: &[u128], expected: &[(&str, &str)]| {
        let lines: Vec<_> = named
            .iter()
            .map(|number| Attendance { enrolment: id(*number), presence: Presence::Present })
            .collect();
        expect(check_attendance(&lines, &enrolments), expected);
    };
    check(&[2, 1], &[]);
    check(&[1], &[("presences", "trainees-missing")]);
    check(&[1, 2, 1], &[("presences[2].enrolment_id", "named-twice")]);
    check(&[1, 2, 3], &[("presences[2].enrolment_id", "unknown-enrolment")]);
    check(&[1, 4], &[("presences[1].enrolment_id", "unknown-enrolment"), ("presences", "trainees-missing")]);
}

#[test]
fn results_are_of_this_class() {
    let enrolments = [enrolment(1, EnrolmentState::Enrolled), enrolment(2, EnrolmentState::Completed)];
    let check = |pairs: &[(u128, u128)], expected: &[(&str, &str)]| {
        let lines: Vec<_> = pairs
            .iter()
            .map(|(e, m)| ModuleResult { enrolment: id(*e), module: id(*m), outcome: Outcome::Passed })
            .collect();
        expect(check_results(&lines, &enrolments, &programme()), expected);
    };
    check(&[(1, 1), (1, 2), (1, 3)], &[]);
    check(&[], &[("results", "required")]);
    check(&[(2, 1)], &[("results[0].enrolment_id", "unknown-enrolment")]);
    check(&[(1, 4)], &[("results[0].module_id", "unknown-module")]);
    check(&[(1, 1), (1, 1)], &[("results[1].module_id", "named-twice")]);
}

#[test]
fn completion_tells_every_shortfall() {
    use Outcome::{Failed, Passed};
    let trainee: EnrolmentId = id(1);
    let check = |hours: &[(u128, i32)], results: &[(u128, Outcome)], expected: &[(&str, Lack)]| {
        let attended =
            hours.iter().map(|(m, hours)| Attended { enrolment: trainee, module: id(*m), hours: *hours });
        let results = results.iter().map(|(m, outcome)| ModuleResult {
            enrolment: trainee,
            module: id(*m),
            outcome: *outcome,
        });
        let records = Records { attended: attended.collect(), results: results.collect() };
        let found = completion(trainee, &programme(), &records, 80).err().unwrap_or_default();
        let found: Vec<_> = found.iter().map(|s| (s.module.code.as_str(), s.lack)).collect();
        assert_eq!(found, expected);
    };
    // 80 % of 24 hours is 19.2, so 20 are needed; of 16 it is 12.8, so 13. Module 3 is optional.
    check(&[(1, 8), (1, 8), (1, 4), (2, 13)], &[(1, Passed), (2, Passed)], &[]);
    check(&[(1, 19), (2, 13)], &[(1, Passed), (2, Passed)], &[("m1", Lack::Hours)]);
    check(&[(1, 20), (2, 13)], &[(1, Passed), (2, Failed)], &[("m2", Lack::Pass)]);
    check(
        &[(3, 8)],
        &[(2, Failed)],
        &[("m1", Lack::Hours), ("m1", Lack::Result), ("m2", Lack::Hours), ("m2", Lack::Pass)],
    );
    let others = Records {
        attended: vec![Attended { enrolment: id(2), module: id(1), hours: 24 }],
        results: vec![ModuleResult { enrolment: id(2), module: id(1), outcome: Passed }],
    };
    assert_eq!(completion(trainee, &programme(), &others, 80).err().map(|all| all.len()), Some(4));
}

#[test]
fn who_sees_and_who_runs_a_class() {
    let check = |role, organisation: Option<u128>, area: Option<&str>, sees: bool, runs_it: bool, decides| {
        let actor = Actor {
            account: AccountId::from_uuid(Uuid::nil()),
            name: String::new(),
            role,
            organisation: organisation.map(id),
            area: area.map(|area| area.parse().expect("an area")),
            person: None,
        };
        let seen = scope(&actor).is_some_and(|scope| scope.admits(&class()));
        assert_eq!(seen, sees, "{role} {organisation:?} {area:?} sees");
        assert_eq!(runs(&actor, &class()), runs_it, "{role} {organisation:?} runs");
        assert_eq!(reviews(&actor, &class()), decides, "{role} {area:?} reviews");
    };
    check(Role::School, Some(7), None, true, true, false);
    check(Role::School, Some(8), Some("330481"), false, false, false);
    check(Role::School, None, Some("330481"), false, false, false);
    check(Role::Bureau, Some(1), Some("330481"), true, false, true);
    check(Role::Bureau, Some(7), Some("330482"), false, false, false);
    check(Role::Bureau, None, None, true, false, true);
    check(Role::Town, None, Some("330481001"), true, false, false);
    check(Role::Town, None, Some("330481002"), false, false, false);
    check(Role::Town, None, None, false, false, false);
    check(Role::Administrator, None, None, true, false, false);
    check(Role::Assessor, Some(7), Some("330481"), false, false, false);
    check(Role::Caregiver, None, Some("330481"), false, false, false);
}
