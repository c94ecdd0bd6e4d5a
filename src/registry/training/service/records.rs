//! Recording what happens in class: lessons, attendance, results, completion.

use serde_json::{Value, json};

use crate::db::{Conn, Tx};
use crate::kernel::codes::Code;
use crate::kernel::context::Context;
use crate::kernel::ids::{ClassId, EnrolmentId, LessonId};
use crate::kernel::invalid::Invalid;
use crate::registry::audit;
use crate::registry::training::error::{Conflict, Error};
use crate::registry::training::rules::LocalRules;
use crate::registry::training::rules::completion::{Records, Shortfall, completion};
use crate::registry::training::service::{class, held_class, open_enrolment, programme};
use crate::registry::training::store::{self, records};
use crate::registry::training::{
    Attendance, Class, EnrolmentState, Lesson, NewLesson, Presence, Presences, Results, rules,
};

/// Plans a lesson.
pub fn lesson_create(
    tx: &mut Tx,
    context: &Context,
    rules: &LocalRules,
    class: ClassId,
    new: &NewLesson,
) -> Result<Lesson, Error> {
    let class = held_class(tx, context, class)?;
    class.state.open_to_enrolment()?;
    let programme = programme(tx, class.programme)?;
    let hours = i32::try_from(records::hours_on(tx, class.id, new.held_on)?).unwrap_or(i32::MAX);
    rules::check_lesson(new, &class, &programme, hours, rules)?;
    let id = records::insert_lesson(tx, context, class.id, new)?;
    let details = json!({ "lesson": id, "held_on": new.held_on, "hours": new.hours });
    audit::store::record(tx, context, "lesson_create", ("class", class.id), details)?;
    records::find_lesson(tx, id)?.ok_or(Error::NotFound)
}

/// Takes a planned lesson off the timetable; one whose attendance has been recorded stays.
pub fn lesson_remove(tx: &mut Tx, context: &Context, id: LessonId) -> Result<Lesson, Error> {
    let (class, lesson) = held_lesson(tx, context, id)?;
    class.state.open_to_enrolment()?;
    if !records::attendance(tx, id)?.is_empty() {
        return Err(Conflict::LessonHeld.into());
    }
    records::delete_lesson(tx, id)?;
    let details = json!({ "lesson": id, "held_on": lesson.held_on, "hours": lesson.hours });
    audit::store::record(tx, context, "lesson_remove", ("class", class.id), details)?;
    Ok(lesson)
}

/// A lesson and its class, if the caller may see them.
pub fn lesson(conn: &mut Conn, context: &Context, id: LessonId) -> Result<(Class, Lesson), Error> {
    let lesson = records::find_lesson(conn, id)?.ok_or(Error::NotFound)?;
    Ok((class(conn, context, lesson.class_id)?, lesson))
}

/// A lesson of the caller's school, its class held.
fn held_lesson(tx: &mut Tx, context: &Context, id: LessonId) -> Result<(Class, Lesson), Error> {
    let lesson = records::find_lesson(tx, id)?.ok_or(Error::NotFound)?;
    let class = held_class(tx, context, lesson.class_id)?;
    // Somebody may have removed it while we waited for the class.
    let lesson = records::find_lesson(tx, id)?.ok_or(Error::NotFound)?;
    Ok((class, lesson))
}

/// Records the attendance of a whole lesson, or corrects it.
pub fn attendance_record(
    tx: &mut Tx,
    context: &Context,
    id: LessonId,
    Presences(lines): &Presences,
) -> Result<(), Error> {
    let (class, lesson) = held_lesson(tx, context, id)?;
    class.state.open_to_records()?;
    if context.today() < lesson.held_on {
        return Err(Conflict::LessonInFuture.into());
    }
    let enrolments = store::enrolments(tx, class.id)?;
    rules::check_attendance(lines, &enrolments)?;
    let corrected = corrections(&records::attendance(tx, id)?, lines);
    if !lines.is_empty() {
        records::save_attendance(tx, context, id, lines)?;
    }
    let count = |presence| lines.iter().filter(|line| line.presence == presence).count();
    let details = json!({
        "present": count(Presence::Present),
        "absent": count(Presence::Absent),
        "leave": count(Presence::Leave),
        "corrected": corrected,
    });
    audit::store::record(tx, context, "attendance_record", ("lesson", id), details)?;
    Ok(())
}

/// What a repeated list changes, for the audit line: an overwritten presence must still be known.
fn corrections(before: &[Attendance], now: &[Attendance]) -> Vec<Value> {
    let changed = now.iter().filter_map(|line| {
        let old = before.iter().find(|old| old.enrolment == line.enrolment)?;
        (old.presence != line.presence)
            .then(|| json!({ "enrolment": line.enrolment, "from": old.presence, "to": line.presence }))
    });
    changed.collect()
}

/// Records module results, or corrects them.
pub fn results_record(
    tx: &mut Tx,
    context: &Context,
    class: ClassId,
    Results(lines): &Results,
) -> Result<(), Error> {
    let class = held_class(tx, context, class)?;
    class.state.open_to_records()?;
    let enrolments = store::enrolments(tx, class.id)?;
    let programme = programme(tx, class.programme)?;
    rules::check_results(lines, &enrolments, &programme)?;
    let before = records::results(tx, class.id)?;
    records::save_results(tx, context, lines)?;
    let corrected: Vec<Value> = lines
        .iter()
        .filter_map(|line| {
            let same = |old: &&crate::registry::training::ModuleResult| {
                old.enrolment == line.enrolment && old.module == line.module && old.outcome != line.outcome
            };
            let old = before.iter().find(same)?;
            let (from, to) = (old.outcome.code(), line.outcome.code());
            Some(json!({ "enrolment": line.enrolment, "module": line.module, "from": from, "to": to }))
        })
        .collect();
    let details = json!({ "recorded": lines.len(), "corrected": corrected });
    audit::store::record(tx, context, "results_record", ("class", class.id), details)?;
    Ok(())
}

/// What all trainees of a class have done.
pub fn records(conn: &mut Conn, class: ClassId) -> Result<Records, Error> {
    Ok(Records { attended: records::attended(conn, class)?, results: records::results(conn, class)? })
}

/// Completes one trainee (结业).
///
/// # Errors
/// [`Error::Invalid`] with every shortfall.
pub fn enrolment_complete(
    tx: &mut Tx,
    context: &Context,
    rules: &LocalRules,
    class: ClassId,
    id: EnrolmentId,
) -> Result<(), Error> {
    let class = held_class(tx, context, class)?;
    class.state.open_to_records()?;
    open_enrolment(tx, &class, id)?;
    let short = complete_all(tx, context, rules, &class, &[id])?;
    match short.first() {
        Some((_, shortfalls)) => Err(Invalid::from(shortfalls.as_slice()).into()),
        None => Ok(()),
    }
}

/// Who was completed, and who was not and why.
#[derive(Debug, Clone)]
pub struct Completions {
    pub completed: Vec<EnrolmentId>,
    pub short: Vec<(EnrolmentId, Vec<Shortfall>)>,
}

/// Completes every trainee who fulfils the conditions.
pub fn class_complete(
    tx: &mut Tx,
    context: &Context,
    rules: &LocalRules,
    class: ClassId,
) -> Result<Completions, Error> {
    let class = held_class(tx, context, class)?;
    class.state.open_to_records()?;
    let enrolments = store::enrolments(tx, class.id)?;
    let open = enrolments.iter().filter(|enrolment| enrolment.state == EnrolmentState::Enrolled);
    let open: Vec<EnrolmentId> = open.map(|enrolment| enrolment.id).collect();
    let short = complete_all(tx, context, rules, &class, &open)?;
    let completed = open.into_iter().filter(|id| short.iter().all(|(other, _)| other != id)).collect();
    Ok(Completions { completed, short })
}

/// Completes those of `ids` who fulfil the conditions; the others with their shortfalls.
fn complete_all(
    tx: &mut Tx,
    context: &Context,
    rules: &LocalRules,
    class: &Class,
    ids: &[EnrolmentId],
) -> Result<Vec<(EnrolmentId, Vec<Shortfall>)>, Error> {
    let programme = programme(tx, class.programme)?;
    let records = records(tx, class.id)?;
    let mut short = Vec::new();
    for id in ids {
        match completion(*id, &programme, &records, rules.attendance_percent_min) {
            Ok(complete) => {
                store::set_completed(tx, &complete, context.today())?;
                let details = json!({ "enrolment": id });
                audit::store::record(tx, context, "enrolment_complete", ("class", class.id), details)?;
            }
            Err(shortfalls) => short.push((*id, shortfalls)),
        }
    }
    Ok(short)
}
