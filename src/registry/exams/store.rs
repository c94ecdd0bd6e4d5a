use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::db::schema::{applications, exam_sessions, scores};
use crate::db::types::{At, Json};
use crate::db::{Conn, DbError, Tx};
use crate::kernel::area::AreaCode;
use crate::kernel::context::Context;
use crate::kernel::ids::{
    AccountId, ApplicationId, ExamSessionId, OrganisationId, PersonId, ScoreId, entity,
};
use crate::kernel::skill::{ExamPart, Occupation, SkillLevel, Specialty};
use crate::registry::exams::{
    Application, Decision, Declared, NewSession, Notice, Part, Score, Session, Shortfall,
};
use crate::stored_as_code;

/// Rows of one statement.
const CHUNK: usize = 500;

stored_as_code!(Decision);

#[derive(Queryable, Selectable)]
#[diesel(table_name = exam_sessions)]
struct SessionRow {
    id: ExamSessionId,
    code: String,
    body_id: OrganisationId,
    occupation: Occupation,
    specialty: Specialty,
    level: SkillLevel,
    area_code: AreaCode,
    place: String,
    registration_closes_on: NaiveDate,
    held_on: NaiveDate,
    capacity: i32,
    parts: Json,
    resits: i32,
    version: i32,
}

impl SessionRow {
    fn session(self) -> Result<Session, DbError> {
        Ok(Session {
            id: self.id,
            code: self.code,
            body: self.body_id,
            occupation: self.occupation,
            specialty: self.specialty,
            level: self.level,
            area: self.area_code,
            place: self.place,
            registration_closes_on: self.registration_closes_on,
            held_on: self.held_on,
            capacity: self.capacity,
            parts: from_json(self.parts)?,
            resits: self.resits,
            version: self.version,
        })
    }
}

pub fn find(conn: &mut Conn, id: ExamSessionId) -> Result<Option<Session>, DbError> {
    let row: Option<SessionRow> =
        exam_sessions::table.find(id).select(SessionRow::as_select()).first(conn).optional()?;
    row.map(SessionRow::session).transpose()
}

pub fn find_by_code(conn: &mut Conn, code: &str) -> Result<Option<Session>, DbError> {
    let row: Option<SessionRow> = exam_sessions::table
        .filter(exam_sessions::code.eq(code))
        .select(SessionRow::as_select())
        .first(conn)
        .optional()?;
    row.map(SessionRow::session).transpose()
}

/// Which sessions a list holds; what is `None` doesn't narrow it.
#[derive(Debug, Clone, Default)]
pub struct SessionFilter {
    pub body: Option<OrganisationId>,
    pub area: Option<AreaCode>,
    /// Held on or after this day.
    pub from: Option<NaiveDate>,
    pub level: Option<SkillLevel>,
}

/// A page of sessions, the latest exam day first.
pub fn list(
    conn: &mut Conn,
    filter: &SessionFilter,
    offset: i64,
    limit: i64,
) -> Result<Vec<Session>, DbError> {
    let mut query = exam_sessions::table.select(SessionRow::as_select()).into_boxed();
    if let Some(body) = filter.body {
        query = query.filter(exam_sessions::body_id.eq(body));
    }
    if let Some(area) = &filter.area {
        query = query.filter(exam_sessions::area_code.like(format!("{area}%")));
    }
    if let Some(from) = filter.from {
        query = query.filter(exam_sessions::held_on.ge(from));
    }
    if let Some(level) = filter.level {
        query = query.filter(exam_sessions::level.eq(level));
    }
    let rows: Vec<SessionRow> = query
        .order((exam_sessions::held_on.desc(), exam_sessions::code))
        .offset(offset)
        .limit(limit)
        .load(conn)?;
    rows.into_iter().map(SessionRow::session).collect()
}

pub fn insert(
    tx: &mut Tx,
    context: &Context,
    new: &NewSession,
    made: &SessionMade<'_>,
) -> Result<ExamSessionId, DbError> {
    let id = context.fresh_id::<entity::ExamSession>();
    diesel::insert_into(exam_sessions::table)
        .values((
            exam_sessions::id.eq(id),
            exam_sessions::code.eq(made.code),
            exam_sessions::body_id.eq(made.body),
            exam_sessions::occupation.eq(new.occupation),
            exam_sessions::specialty.eq(new.specialty),
            exam_sessions::level.eq(new.level),
            exam_sessions::area_code.eq(made.area),
            exam_sessions::place.eq(&new.place),
            exam_sessions::registration_closes_on.eq(new.registration_closes_on),
            exam_sessions::held_on.eq(new.held_on),
            exam_sessions::capacity.eq(new.capacity),
            exam_sessions::parts.eq(to_json(&made.parts)?),
            exam_sessions::resits.eq(made.resits),
            exam_sessions::created_at.eq(At(context.now)),
            exam_sessions::created_by.eq(context.account()),
            exam_sessions::version.eq(1),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

/// What a new session has beside what was entered.
#[derive(Debug)]
pub struct SessionMade<'a> {
    pub code: &'a str,
    pub body: OrganisationId,
    pub area: &'a AreaCode,
    pub parts: Vec<Part>,
    pub resits: i32,
}

/// A session whose other changers wait for the end of this transaction.
#[derive(Debug, Clone, Copy)]
pub struct Touched {
    /// Its version until then; every change before has raised it.
    pub before: i32,
}

/// Raises the version of a session, and by that makes others who change it wait for the end of this transaction.
/// What is decided by the session's rows is read after this.
pub fn touch(tx: &mut Tx, id: ExamSessionId) -> Result<Touched, DbError> {
    let raised = diesel::update(exam_sessions::table.find(id))
        .set(exam_sessions::version.eq(exam_sessions::version + 1));
    raised.execute(&mut **tx)?;
    let now: i32 = exam_sessions::table.find(id).select(exam_sessions::version).first(&mut **tx)?;
    Ok(Touched { before: now - 1 })
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = applications)]
struct ApplicationRow {
    id: ApplicationId,
    exam_session_id: ExamSessionId,
    person_id: PersonId,
    submitted_by: Option<OrganisationId>,
    declarations: Json,
    condition_set: String,
    decision: Decision,
    route: Option<String>,
    shortfalls: Json,
    decided_at: At,
    admission_number: Option<String>,
    notice_starts_on: Option<NaiveDate>,
    notice_ends_on: Option<NaiveDate>,
    version: i32,
}

impl ApplicationRow {
    fn application(self) -> Result<Application, DbError> {
        let notice = self.notice_starts_on.zip(self.notice_ends_on);
        Ok(Application {
            id: self.id,
            session: self.exam_session_id,
            person: self.person_id,
            submitted_by: self.submitted_by,
            declarations: from_json(self.declarations)?,
            condition_set: self.condition_set,
            decision: self.decision,
            route: self.route,
            shortfalls: from_json(self.shortfalls)?,
            decided_at: self.decided_at.0,
            admission_number: self.admission_number,
            notice: notice.map(|(starts_on, ends_on)| Notice { starts_on, ends_on }),
            version: self.version,
        })
    }
}

pub fn find_application(conn: &mut Conn, id: ApplicationId) -> Result<Option<Application>, DbError> {
    let row: Option<ApplicationRow> =
        applications::table.find(id).select(ApplicationRow::as_select()).first(conn).optional()?;
    row.map(ApplicationRow::application).transpose()
}

pub fn find_applications(conn: &mut Conn, ids: &[ApplicationId]) -> Result<Vec<Application>, DbError> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let rows: Vec<ApplicationRow> = applications::table
            .filter(applications::id.eq_any(chunk.to_vec()))
            .select(ApplicationRow::as_select())
            .load(conn)?;
        for row in rows {
            found.push(row.application()?);
        }
    }
    Ok(found)
}

/// A session's applications: the admitted by their number, then the others by the day of their decision.
pub fn applications(conn: &mut Conn, session: ExamSessionId) -> Result<Vec<Application>, DbError> {
    let rows: Vec<ApplicationRow> = applications::table
        .filter(applications::exam_session_id.eq(session))
        .select(ApplicationRow::as_select())
        .order((applications::decision, applications::admission_number, applications::decided_at))
        .load(conn)?;
    rows.into_iter().map(ApplicationRow::application).collect()
}

pub fn application_of(
    conn: &mut Conn,
    session: ExamSessionId,
    person: PersonId,
) -> Result<Option<Application>, DbError> {
    let row: Option<ApplicationRow> = applications::table
        .filter(applications::exam_session_id.eq(session))
        .filter(applications::person_id.eq(person))
        .select(ApplicationRow::as_select())
        .first(conn)
        .optional()?;
    row.map(ApplicationRow::application).transpose()
}

/// Whether an application of `person` was sent to `organisation`'s sessions, or by it.
pub fn has_dealt_with(
    conn: &mut Conn,
    organisation: OrganisationId,
    person: PersonId,
) -> Result<bool, DbError> {
    let sent_by = applications::submitted_by.assume_not_null().eq(organisation);
    let sent = applications::table
        .inner_join(exam_sessions::table)
        .filter(applications::person_id.eq(person))
        .filter(exam_sessions::body_id.eq(organisation).or(sent_by));
    Ok(diesel::select(diesel::dsl::exists(sent)).get_result(conn)?)
}

/// How many applications each session has admitted; a session without one is absent.
pub fn admitted(conn: &mut Conn, sessions: &[ExamSessionId]) -> Result<HashMap<ExamSessionId, i64>, DbError> {
    let counts: Vec<(ExamSessionId, i64)> = applications::table
        .filter(applications::exam_session_id.eq_any(sessions.to_vec()))
        .filter(applications::decision.eq(Decision::Eligible))
        .group_by(applications::exam_session_id)
        .select((applications::exam_session_id, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(counts.into_iter().collect())
}

/// A decision as it is written down.
#[derive(Debug)]
pub struct Decided<'a> {
    pub session: ExamSessionId,
    pub person: PersonId,
    pub submitted_by: Option<OrganisationId>,
    pub declarations: &'a [Declared],
    pub condition_set: &'a str,
    pub decision: Decision,
    pub route: Option<&'a str>,
    pub shortfalls: &'a [Shortfall],
    pub admission_number: Option<String>,
}

/// Writes a decision, over the earlier one of the same person if there is one.
pub fn save_application(
    tx: &mut Tx,
    context: &Context,
    earlier: Option<&Application>,
    decided: &Decided<'_>,
) -> Result<ApplicationId, DbError> {
    let columns = (
        applications::submitted_by.eq(decided.submitted_by),
        applications::declarations.eq(to_json(&decided.declarations)?),
        applications::condition_set.eq(decided.condition_set),
        applications::decision.eq(decided.decision),
        applications::route.eq(decided.route),
        applications::shortfalls.eq(to_json(&decided.shortfalls)?),
        applications::decided_at.eq(At(context.now)),
        applications::admission_number.eq(decided.admission_number.as_deref()),
        applications::version.eq(earlier.map_or(1, |earlier| earlier.version + 1)),
    );
    if let Some(earlier) = earlier {
        diesel::update(applications::table.find(earlier.id)).set(columns).execute(&mut **tx)?;
        return Ok(earlier.id);
    }
    let id = context.fresh_id::<entity::Application>();
    diesel::insert_into(applications::table)
        .values((
            applications::id.eq(id),
            applications::exam_session_id.eq(decided.session),
            applications::person_id.eq(decided.person),
            columns,
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

/// Puts an application on public notice.
pub fn publish(tx: &mut Tx, context: &Context, id: ApplicationId, notice: Notice) -> Result<(), DbError> {
    diesel::update(applications::table.find(id))
        .set((
            applications::notice_starts_on.eq(notice.starts_on),
            applications::notice_ends_on.eq(notice.ends_on),
            applications::published_at.eq(At(context.now)),
            applications::version.eq(applications::version + 1),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Sessions that have an application on notice on `today`, with the last day of the notice.
pub fn notices(conn: &mut Conn, today: NaiveDate) -> Result<Vec<(Session, NaiveDate)>, DbError> {
    let rows: Vec<(SessionRow, Option<NaiveDate>)> = exam_sessions::table
        .inner_join(applications::table)
        .filter(applications::notice_starts_on.le(today))
        .filter(applications::notice_ends_on.ge(today))
        .select((SessionRow::as_select(), applications::notice_ends_on))
        .distinct()
        .order((applications::notice_ends_on, exam_sessions::code))
        .load(conn)?;
    let mut notices: Vec<(Session, NaiveDate)> = Vec::new();
    for (row, ends_on) in rows {
        let Some(ends_on) = ends_on else { continue };
        match notices.iter_mut().find(|(session, _)| session.id == row.id) {
            Some((_, last)) => *last = ends_on.max(*last),
            None => notices.push((row.session()?, ends_on)),
        }
    }
    Ok(notices)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = scores)]
struct ScoreRow {
    id: ScoreId,
    application_id: ApplicationId,
    part: ExamPart,
    attempt: i32,
    score: i32,
    entered_by: AccountId,
    confirmed_by: Option<AccountId>,
}

impl From<ScoreRow> for Score {
    fn from(row: ScoreRow) -> Self {
        Self {
            id: row.id,
            application: row.application_id,
            part: row.part,
            attempt: row.attempt,
            score: row.score,
            entered_by: row.entered_by,
            confirmed_by: row.confirmed_by,
        }
    }
}

/// All scores of a session's applications, by part and attempt.
pub fn scores(conn: &mut Conn, session: ExamSessionId) -> Result<Vec<Score>, DbError> {
    let rows: Vec<ScoreRow> = scores::table
        .inner_join(applications::table)
        .filter(applications::exam_session_id.eq(session))
        .select(ScoreRow::as_select())
        .order((scores::attempt, scores::part))
        .load(conn)?;
    Ok(rows.into_iter().map(Score::from).collect())
}

pub fn scores_of(conn: &mut Conn, applications: &[ApplicationId]) -> Result<Vec<Score>, DbError> {
    let mut found = Vec::new();
    for chunk in applications.chunks(CHUNK) {
        let rows: Vec<ScoreRow> = scores::table
            .filter(scores::application_id.eq_any(chunk.to_vec()))
            .select(ScoreRow::as_select())
            .order((scores::attempt, scores::part))
            .load(conn)?;
        found.extend(rows.into_iter().map(Score::from));
    }
    Ok(found)
}

/// Writes the score of one attempt, over an unconfirmed one if there is one.
pub fn save_score(
    tx: &mut Tx,
    context: &Context,
    by: AccountId,
    application: ApplicationId,
    (part, attempt, score): (ExamPart, i32, i32),
) -> Result<(), DbError> {
    let entered =
        (scores::score.eq(score), scores::entered_by.eq(by), scores::entered_at.eq(At(context.now)));
    let unconfirmed = scores::table
        .filter(scores::application_id.eq(application))
        .filter(scores::part.eq(part))
        .filter(scores::attempt.eq(attempt))
        .filter(scores::confirmed_by.is_null());
    if diesel::update(unconfirmed).set(entered).execute(&mut **tx)? == 0 {
        diesel::insert_into(scores::table)
            .values((
                scores::id.eq(context.fresh_id::<entity::Score>()),
                scores::application_id.eq(application),
                scores::part.eq(part),
                scores::attempt.eq(attempt),
                entered,
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

pub fn confirm_score(tx: &mut Tx, context: &Context, by: AccountId, id: ScoreId) -> Result<(), DbError> {
    diesel::update(scores::table.find(id))
        .set((scores::confirmed_by.eq(by), scores::confirmed_at.eq(At(context.now))))
        .execute(&mut **tx)?;
    Ok(())
}

fn to_json(value: &impl Serialize) -> Result<Json, DbError> {
    serde_json::to_value(value).map(Json).map_err(unreadable)
}

fn from_json<T: DeserializeOwned>(Json(value): Json) -> Result<T, DbError> {
    serde_json::from_value(value)
        .map_err(|error| DbError::Query(diesel::result::Error::DeserializationError(Box::new(error))))
}

fn unreadable(error: serde_json::Error) -> DbError {
    DbError::Query(diesel::result::Error::SerializationError(Box::new(error)))
}
