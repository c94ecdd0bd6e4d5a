//! What is recorded in class: lessons, attendance, module results.

use chrono::NaiveDate;
use diesel::dsl::sum;
use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::db::schema::{attendances, lessons, module_results};
use crate::db::types::At;
use crate::db::{Conn, DbError, Tx};
use crate::kernel::context::Context;
use crate::kernel::ids::{ClassId, EnrolmentId, LessonId, ModuleId, entity};
use crate::on_each;
use crate::registry::training::{Attendance, Attended, Lesson, ModuleResult, NewLesson, Outcome, Presence};

/// The lessons of a class in the order of their days.
pub fn lessons(conn: &mut Conn, class: ClassId) -> Result<Vec<Lesson>, DbError> {
    Ok(lessons::table
        .filter(lessons::class_id.eq(class))
        .select(Lesson::as_select())
        .order((lessons::held_on, lessons::id))
        .load(conn)?)
}

pub fn find_lesson(conn: &mut Conn, id: LessonId) -> Result<Option<Lesson>, DbError> {
    Ok(lessons::table.find(id).select(Lesson::as_select()).first(conn).optional()?)
}

/// Class hours planned for a class on a day.
pub fn hours_on(conn: &mut Conn, class: ClassId, day: NaiveDate) -> Result<i64, DbError> {
    let hours: Option<i64> = lessons::table
        .filter(lessons::class_id.eq(class))
        .filter(lessons::held_on.eq(day))
        .select(sum(lessons::hours))
        .first(conn)?;
    Ok(hours.unwrap_or(0))
}

pub fn insert_lesson(
    tx: &mut Tx,
    context: &Context,
    class: ClassId,
    new: &NewLesson,
) -> Result<LessonId, DbError> {
    let id = context.fresh_id::<entity::Lesson>();
    diesel::insert_into(lessons::table)
        .values((
            lessons::id.eq(id),
            lessons::class_id.eq(class),
            lessons::module_id.eq(new.module),
            lessons::held_on.eq(new.held_on),
            lessons::hours.eq(new.hours),
            lessons::place.eq(&new.place),
            lessons::teacher.eq(&new.teacher),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

pub fn delete_lesson(tx: &mut Tx, id: LessonId) -> Result<(), DbError> {
    diesel::delete(lessons::table.find(id)).execute(&mut **tx)?;
    Ok(())
}

pub fn attendance(conn: &mut Conn, lesson: LessonId) -> Result<Vec<Attendance>, DbError> {
    let rows: Vec<(EnrolmentId, Presence)> = attendances::table
        .filter(attendances::lesson_id.eq(lesson))
        .select((attendances::enrolment_id, attendances::presence))
        .load(conn)?;
    Ok(rows.into_iter().map(|(enrolment, presence)| Attendance { enrolment, presence }).collect())
}

/// The lessons of a class whose attendance has been recorded.
pub fn lessons_recorded(conn: &mut Conn, class: ClassId) -> Result<Vec<LessonId>, DbError> {
    Ok(attendances::table
        .inner_join(lessons::table)
        .filter(lessons::class_id.eq(class))
        .select(attendances::lesson_id)
        .distinct()
        .load(conn)?)
}

/// Records a lesson's attendance; a line for somebody who has one already takes its place.
pub fn save_attendance(
    tx: &mut Tx,
    context: &Context,
    lesson: LessonId,
    lines: &[Attendance],
) -> Result<(), DbError> {
    let rows: Vec<_> = lines
        .iter()
        .map(|line| {
            (
                attendances::lesson_id.eq(lesson),
                attendances::enrolment_id.eq(line.enrolment),
                attendances::presence.eq(line.presence),
                attendances::recorded_by.eq(context.account()),
                attendances::recorded_at.eq(At(context.now)),
            )
        })
        .collect();
    on_each!(tx, conn => diesel::insert_into(attendances::table)
        .values(&rows)
        .on_conflict((attendances::lesson_id, attendances::enrolment_id))
        .do_update()
        .set((
            attendances::presence.eq(excluded(attendances::presence)),
            attendances::recorded_by.eq(excluded(attendances::recorded_by)),
            attendances::recorded_at.eq(excluded(attendances::recorded_at)),
        ))
        .execute(conn))?;
    Ok(())
}

/// The class hours at which each trainee of a class was present, one line per lesson.
pub fn attended(conn: &mut Conn, class: ClassId) -> Result<Vec<Attended>, DbError> {
    let rows: Vec<(EnrolmentId, ModuleId, i32)> = attendances::table
        .inner_join(lessons::table)
        .filter(lessons::class_id.eq(class))
        .filter(attendances::presence.eq(Presence::Present))
        .select((attendances::enrolment_id, lessons::module_id, lessons::hours))
        .load(conn)?;
    Ok(rows.into_iter().map(|(enrolment, module, hours)| Attended { enrolment, module, hours }).collect())
}

pub fn results(conn: &mut Conn, class: ClassId) -> Result<Vec<ModuleResult>, DbError> {
    use crate::db::schema::enrolments;
    let rows: Vec<(EnrolmentId, ModuleId, Outcome)> = module_results::table
        .inner_join(enrolments::table)
        .filter(enrolments::class_id.eq(class))
        .select((module_results::enrolment_id, module_results::module_id, module_results::outcome))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(enrolment, module, outcome)| ModuleResult { enrolment, module, outcome })
        .collect())
}

/// Records module results; a later one takes an earlier one's place.
pub fn save_results(tx: &mut Tx, context: &Context, lines: &[ModuleResult]) -> Result<(), DbError> {
    let rows: Vec<_> = lines
        .iter()
        .map(|line| {
            (
                module_results::enrolment_id.eq(line.enrolment),
                module_results::module_id.eq(line.module),
                module_results::outcome.eq(line.outcome),
                module_results::recorded_by.eq(context.account()),
                module_results::recorded_at.eq(At(context.now)),
            )
        })
        .collect();
    on_each!(tx, conn => diesel::insert_into(module_results::table)
        .values(&rows)
        .on_conflict((module_results::enrolment_id, module_results::module_id))
        .do_update()
        .set((
            module_results::outcome.eq(excluded(module_results::outcome)),
            module_results::recorded_by.eq(excluded(module_results::recorded_by)),
            module_results::recorded_at.eq(excluded(module_results::recorded_at)),
        ))
        .execute(conn))?;
    Ok(())
}
