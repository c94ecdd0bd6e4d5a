//! One class as its page shows it.

use chrono::Datelike;
use serde_json::{Value, json};

use crate::flows::view_class::{ClassSheet, view_class};
use crate::http::api::training::local_rules;
use crate::http::call::Call;
use crate::http::figures::area_name;
use crate::http::pages::training::{crumb, titled, word};
use crate::http::problem::Problem;
use crate::http::texts::Texts;
use crate::kernel::ids::ClassId;
use crate::kernel::invalid::FieldError;
use crate::registry::areas;
use crate::registry::certificates::{self, Origin};
use crate::registry::people::Person;
use crate::registry::training::rules::completion::{completion, hours_needed};
use crate::registry::training::rules::{self, LocalRules};
use crate::registry::training::{ClassState, ClassStatus, Enrolment, EnrolmentState, Lesson, Outcome, Phase};

/// The tag in which a status is shown.
pub const fn status_kind(status: ClassStatus) -> &'static str {
    match status {
        ClassStatus::Draft => "calm",
        ClassStatus::Filed | ClassStatus::Returned => "warn",
        ClassStatus::Approved | ClassStatus::Closed => "good",
        ClassStatus::Refused => "bad",
    }
}

/// What a trainee's person shows: name, gender and birth year.
pub fn trainee(enrolment: &Enrolment, person: &Person) -> Value {
    json!({
        "id": enrolment.id,
        "place": enrolment.number,
        "name": person.name,
        "gender": person.gender,
        "birth_year": person.birth_date.year(),
    })
}

/// The page of a class that the caller may see; `reason` is what was typed for a decision that was refused.
pub async fn class_page(call: &Call, id: ClassId, reason: &str) -> Result<Value, Problem> {
    let rules = local_rules(&call.app)?;
    let (sheet, area, issued) = call
        .read(move |conn, context| {
            let sheet = view_class(conn, context, id)?;
            let area = areas::store::find(conn, &sheet.class.area_code)?;
            let completed: Vec<Origin> = completed(&sheet).map(|one| Origin::Enrolment(one.id)).collect();
            let issued = certificates::store::issued_for(conn, &completed)?.len();
            Ok((sheet, area, issued))
        })
        .await?;
    let earned = completed(&sheet)
        .find_map(|one| call.app.seeds.training_certificate(&sheet.programme.code, one.completed_on?));
    let due = if earned.is_some() { completed(&sheet).count() - issued } else { 0 };
    let texts = call.app.views.texts(call.language);
    let class = &sheet.class;
    let there = |e: &Enrolment| e.state != EnrolmentState::Withdrawn;
    let enrolled = sheet.trainees.iter().filter(|(enrolment, _)| there(enrolment)).count();
    let filing = class.state.filing();
    let calendar = call.app.seeds.calendar.working_days();
    let waiting = filing.filter(|_| class.state.status() == ClassStatus::Filed);
    let review_due = waiting.and_then(|filing| rules::review_due(filing, &calendar, &rules).ok());
    let programme = &sheet.programme;
    Ok(json!({
        "crumbs": [crumb(texts)],
        "id": id, "code": class.code, "title": class.title, "version": class.version,
        "status": class.state.status(), "kind": status_kind(class.state.status()),
        "steps": steps(texts, class.state.status(), rules::phase(class, call.context.today())),
        "school": titled(call.language, &sheet.school.name, &sheet.school.name_en),
        "programme": titled(call.language, &programme.title, &programme.title_en),
        "level": programme.level, "programme_hours": programme.hours(),
        "area": area.map(|area| area_name(texts, &area)), "place": class.place,
        "starts_on": class.starts_on, "ends_on": class.ends_on,
        "enrolled": enrolled, "capacity": class.capacity,
        "filed_at": filing.map(|filing| filing.at), "review_due": review_due,
        "overdue": review_due.is_some_and(|due| due < call.context.today()),
        "state_reason": class.state.reason(),
        "typed_reason": reason,
        "may": may(call, &sheet, due)?,
        "certificate": earned, "certificates_issued": issued, "certificates_due": due,
        "modules": modules(call, &sheet),
        "trainees": sheet
            .trainees
            .iter()
            .map(|(enrolment, person)| progress(texts, &sheet, &rules, enrolment, person))
            .collect::<Vec<_>>(),
        "lessons": sheet.lessons.iter().map(|found| lesson(call, &sheet, found)).collect::<Vec<_>>(),
    }))
}

fn completed(sheet: &ClassSheet) -> impl Iterator<Item = &Enrolment> {
    let all = sheet.trainees.iter().map(|(enrolment, _)| enrolment);
    all.filter(|enrolment| enrolment.state == EnrolmentState::Completed)
}

/// Which buttons the page offers; the operations check once more.
fn may(call: &Call, sheet: &ClassSheet, certificates_due: usize) -> Result<Value, Problem> {
    let (actor, state) = (call.actor()?, &sheet.class.state);
    let runs = rules::runs(actor, &sheet.class);
    let ended = rules::phase(&sheet.class, call.context.today()) == Phase::Ended;
    let waits = matches!(state, ClassState::Filed(_));
    Ok(json!({
        "change": runs && state.open_to_change().is_ok(),
        "enrol": runs && state.open_to_enrolment().is_ok(),
        "record": runs && state.open_to_records().is_ok(),
        "issue": runs && certificates_due > 0,
        "close": runs && state.open_to_records().is_ok() && ended,
        "review": waits && rules::reviews(actor, &sheet.class),
    }))
}

fn steps(texts: &Texts, status: ClassStatus, phase: Phase) -> Vec<Value> {
    let reached = match (status, phase) {
        (ClassStatus::Draft | ClassStatus::Returned, _) => 0,
        (ClassStatus::Filed | ClassStatus::Refused, _) => 1,
        (ClassStatus::Approved, Phase::Upcoming) => 2,
        (ClassStatus::Approved, Phase::Running) => 3,
        (ClassStatus::Approved, Phase::Ended) => 4,
        (ClassStatus::Closed, _) => 5,
    };
    let keys = ["draft", "filed", "approved", "running", "closed"];
    let step = |(place, key): (usize, &&str)| {
        let state = match place.cmp(&reached) {
            std::cmp::Ordering::Less => "done",
            std::cmp::Ordering::Equal => "current",
            std::cmp::Ordering::Greater => "later",
        };
        json!({ "text": word(texts, &format!("class-step-{key}")), "state": state })
    };
    keys.iter().enumerate().map(step).collect()
}

/// The hours planned for each module against what the programme asks for.
fn modules(call: &Call, sheet: &ClassSheet) -> Vec<Value> {
    let planned = |module| {
        let own = sheet.lessons.iter().filter(|lesson| lesson.module_id == module);
        own.map(|lesson| lesson.hours).sum::<i32>()
    };
    let modules = sheet.programme.modules.iter().map(|module| {
        json!({
            "title": titled(call.language, &module.title, &module.title_en),
            "theme": module.theme,
            "mandatory": module.mandatory,
            "hours": module.hours,
            "planned": planned(module.id),
        })
    });
    modules.collect()
}

fn progress(
    texts: &Texts,
    sheet: &ClassSheet,
    rules: &LocalRules,
    enrolment: &Enrolment,
    person: &Person,
) -> Value {
    let mandatory = || sheet.programme.modules.iter().filter(|module| module.mandatory);
    let attended: i32 = mandatory().map(|module| sheet.records.hours(enrolment.id, module)).sum();
    let needed: i32 = mandatory().map(|module| hours_needed(module, rules.attendance_percent_min)).sum();
    let passed = mandatory()
        .filter(|module| sheet.records.outcome(enrolment.id, module) == Some(Outcome::Passed))
        .count();
    let kind = match enrolment.state {
        EnrolmentState::Enrolled => "busy",
        EnrolmentState::Withdrawn => "calm",
        EnrolmentState::Completed => "good",
    };
    let open = enrolment.state == EnrolmentState::Enrolled;
    let short = if open && sheet.class.state.open_to_records().is_ok() {
        completion(enrolment.id, &sheet.programme, &sheet.records, rules.attendance_percent_min)
            .err()
            .unwrap_or_default()
    } else {
        Vec::new()
    };
    let said = |found| texts.field_error(&FieldError::from(found)).unwrap_or_default();
    let mut shown = trainee(enrolment, person);
    shown["state"] = json!(enrolment.state);
    shown["kind"] = json!(kind);
    shown["attended"] = json!(attended);
    shown["needed"] = json!(needed);
    shown["passed"] = json!(passed);
    shown["modules"] = json!(mandatory().count());
    shown["completed_on"] = json!(enrolment.completed_on);
    shown["shortfalls"] = json!(short.iter().map(said).collect::<Vec<_>>());
    shown["open"] = json!(open);
    shown
}

fn lesson(call: &Call, sheet: &ClassSheet, lesson: &Lesson) -> Value {
    let module = sheet.programme.modules.iter().find(|module| module.id == lesson.module_id);
    let recorded = sheet.recorded.contains(&lesson.id);
    json!({
        "id": lesson.id,
        "held_on": lesson.held_on,
        "module": module.map(|module| titled(call.language, &module.title, &module.title_en)),
        "hours": lesson.hours,
        "place": lesson.place,
        "teacher": lesson.teacher,
        "recorded": recorded,
        "past": lesson.held_on <= call.context.today(),
    })
}
