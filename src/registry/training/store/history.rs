//! What training people went through, of many at once.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;

use crate::db::schema::{attendances, classes, enrolments, lessons, programmes};
use crate::db::{Conn, DbError};
use crate::kernel::ids::{EnrolmentId, PersonId};
use crate::kernel::skill::SkillLevel;
use crate::kernel::vocabulary::Audience;
use crate::registry::training::{EnrolmentState, Presence};

/// Ids of one statement.
const CHUNK: usize = 500;

/// 已结业的培训
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    pub enrolment: EnrolmentId,
    pub audience: Audience,
    /// The level that the programme leads to, if to any.
    pub level: Option<SkillLevel>,
    pub completed_on: NaiveDate,
}

/// The trainings that each of `people` completed, the earliest first.
pub fn finished(conn: &mut Conn, people: &[PersonId]) -> Result<HashMap<PersonId, Vec<Finished>>, DbError> {
    type Row = (PersonId, EnrolmentId, Audience, Option<SkillLevel>, Option<NaiveDate>);
    let mut found: HashMap<PersonId, Vec<Finished>> = HashMap::new();
    for chunk in people.chunks(CHUNK) {
        let rows: Vec<Row> = enrolments::table
            .inner_join(classes::table.inner_join(programmes::table))
            .filter(enrolments::person_id.eq_any(chunk.to_vec()))
            .filter(enrolments::state.eq(EnrolmentState::Completed))
            .order((enrolments::completed_on, enrolments::id))
            .select((
                enrolments::person_id,
                enrolments::id,
                programmes::audience,
                programmes::level,
                enrolments::completed_on,
            ))
            .load(conn)?;
        for (person, enrolment, audience, level, completed_on) in rows {
            let Some(completed_on) = completed_on else { continue };
            found.entry(person).or_default().push(Finished { enrolment, audience, level, completed_on });
        }
    }
    Ok(found)
}

/// The class hours at which each of `people` was present, by calendar year.
pub fn hours_by_year(
    conn: &mut Conn,
    people: &[PersonId],
) -> Result<HashMap<PersonId, HashMap<i32, i64>>, DbError> {
    let mut found: HashMap<PersonId, HashMap<i32, i64>> = HashMap::new();
    for chunk in people.chunks(CHUNK) {
        let rows: Vec<(PersonId, NaiveDate, i32)> = attendances::table
            .inner_join(lessons::table)
            .inner_join(enrolments::table)
            .filter(enrolments::person_id.eq_any(chunk.to_vec()))
            .filter(attendances::presence.eq(Presence::Present))
            .select((enrolments::person_id, lessons::held_on, lessons::hours))
            .load(conn)?;
        for (person, day, hours) in rows {
            *found.entry(person).or_default().entry(day.year()).or_default() += i64::from(hours);
        }
    }
    Ok(found)
}
