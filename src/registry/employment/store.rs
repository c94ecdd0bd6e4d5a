use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::{declared_services, employments};
use crate::db::types::At;
use crate::db::{Conn, DbError, Tx};
use crate::kernel::context::Context;
use crate::kernel::dates::Period;
use crate::kernel::ids::{AccountId, DeclaredServiceId, EmploymentId, OrganisationId, PersonId, entity};
use crate::registry::employment::{
    DeclaredService, DeclaredStatus, Employment, Leaving, LeavingReason, NewDeclaredService, Post, PostKind,
};
use crate::{on_each, stored_as_code};

stored_as_code!(PostKind, LeavingReason, DeclaredStatus);

/// Rows of one statement.
const CHUNK: usize = 500;

#[derive(Queryable, Selectable)]
#[diesel(table_name = employments)]
struct EmploymentRow {
    id: EmploymentId,
    person_id: PersonId,
    organisation_id: OrganisationId,
    position: String,
    post_kind: PostKind,
    from_date: NaiveDate,
    to_date: Option<NaiveDate>,
    leaving_reason: Option<LeavingReason>,
    version: i32,
}

impl From<EmploymentRow> for Employment {
    fn from(row: EmploymentRow) -> Self {
        Self {
            id: row.id,
            person: row.person_id,
            organisation: row.organisation_id,
            position: row.position,
            post_kind: row.post_kind,
            period: Period { from: row.from_date, to: row.to_date },
            leaving_reason: row.leaving_reason,
            version: row.version,
        }
    }
}

pub fn find(conn: &mut Conn, id: EmploymentId) -> Result<Option<Employment>, DbError> {
    let row: Option<EmploymentRow> =
        employments::table.find(id).select(EmploymentRow::as_select()).first(conn).optional()?;
    Ok(row.map(Employment::from))
}

/// All spells of a person, from the first.
pub fn of_person(conn: &mut Conn, person: PersonId) -> Result<Vec<Employment>, DbError> {
    let rows: Vec<EmploymentRow> = employments::table
        .filter(employments::person_id.eq(person))
        .select(EmploymentRow::as_select())
        .order((employments::from_date, employments::id))
        .load(conn)?;
    Ok(rows.into_iter().map(Employment::from).collect())
}

/// All spells of many people.
pub fn of_people(
    conn: &mut Conn,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Vec<Employment>>, DbError> {
    let mut found: HashMap<PersonId, Vec<Employment>> = HashMap::new();
    for chunk in people.chunks(CHUNK) {
        let rows: Vec<EmploymentRow> = employments::table
            .filter(employments::person_id.eq_any(chunk.to_vec()))
            .select(EmploymentRow::as_select())
            .order(employments::from_date)
            .load(conn)?;
        for spell in rows.into_iter().map(Employment::from) {
            found.entry(spell.person).or_default().push(spell);
        }
    }
    Ok(found)
}

/// Who is employed by an organisation on a day, the longest there first.
pub fn staff(
    conn: &mut Conn,
    organisation: OrganisationId,
    on: NaiveDate,
) -> Result<Vec<Employment>, DbError> {
    let rows: Vec<EmploymentRow> = employments::table
        .filter(employments::organisation_id.eq(organisation))
        .filter(employments::from_date.le(on))
        .filter(employments::to_date.is_null().or(employments::to_date.ge(on)))
        .select(EmploymentRow::as_select())
        .order((employments::from_date, employments::id))
        .load(conn)?;
    Ok(rows.into_iter().map(Employment::from).collect())
}

/// Who holds one of `positions` on a day, and where, after the person `after` in the order of ids: a page of them.
pub fn holders(
    conn: &mut Conn,
    positions: &[String],
    on: NaiveDate,
    after: Option<PersonId>,
    limit: i64,
) -> Result<Vec<Employment>, DbError> {
    let mut query = employments::table
        .filter(employments::position.eq_any(positions.to_vec()))
        .filter(employments::from_date.le(on))
        .filter(employments::to_date.is_null().or(employments::to_date.ge(on)))
        .select(EmploymentRow::as_select())
        .order((employments::person_id, employments::from_date))
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(employments::person_id.gt(after));
    }
    let rows: Vec<EmploymentRow> = query.load(conn)?;
    Ok(rows.into_iter().map(Employment::from).collect())
}

/// Whether `person` is employed at `employer` on the day.
pub fn is_employed(
    conn: &mut Conn,
    person: PersonId,
    employer: OrganisationId,
    on: NaiveDate,
) -> Result<bool, DbError> {
    let spell = employments::table
        .filter(employments::organisation_id.eq(employer))
        .filter(employments::person_id.eq(person))
        .filter(employments::from_date.le(on))
        .filter(employments::to_date.is_null().or(employments::to_date.ge(on)));
    Ok(diesel::select(diesel::dsl::exists(spell)).get_result(conn)?)
}

/// How many are employed by an organisation on a day.
pub fn count_staff(conn: &mut Conn, organisation: OrganisationId, on: NaiveDate) -> Result<i64, DbError> {
    Ok(employments::table
        .filter(employments::organisation_id.eq(organisation))
        .filter(employments::from_date.le(on))
        .filter(employments::to_date.is_null().or(employments::to_date.ge(on)))
        .count()
        .get_result(conn)?)
}

pub fn insert(
    tx: &mut Tx,
    context: &Context,
    at: OrganisationId,
    all: &[(PersonId, &Post)],
) -> Result<Vec<EmploymentId>, DbError> {
    let mut ids = Vec::with_capacity(all.len());
    for chunk in all.chunks(CHUNK) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|(person, post)| {
                let id = context.fresh_id::<entity::Employment>();
                ids.push(id);
                (
                    employments::id.eq(id),
                    employments::person_id.eq(*person),
                    employments::organisation_id.eq(at),
                    employments::position.eq(post.position.as_str()),
                    employments::post_kind.eq(post.post_kind),
                    employments::from_date.eq(post.from_date),
                    employments::recorded_by.eq(context.account()),
                    employments::recorded_at.eq(At(context.now)),
                    employments::version.eq(1),
                )
            })
            .collect();
        on_each!(tx, conn => diesel::insert_into(employments::table).values(&rows).execute(conn))?;
    }
    Ok(ids)
}

/// Ends a spell if `version` is still the current one; whether it was.
pub fn end(tx: &mut Tx, id: EmploymentId, version: i32, leaving: &Leaving) -> Result<bool, DbError> {
    let current = employments::table.find(id).filter(employments::version.eq(version));
    let changed = diesel::update(current)
        .set((
            employments::to_date.eq(leaving.to_date),
            employments::leaving_reason.eq(leaving.reason),
            employments::version.eq(version + 1),
        ))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = declared_services)]
struct DeclaredRow {
    id: DeclaredServiceId,
    person_id: PersonId,
    organisation_id: OrganisationId,
    employer: String,
    position: String,
    from_date: NaiveDate,
    to_date: NaiveDate,
    evidence: String,
    declared_by: AccountId,
    status: DeclaredStatus,
    checker: Option<String>,
    checked_at: Option<At>,
    check_note: Option<String>,
    version: i32,
}

impl From<DeclaredRow> for DeclaredService {
    fn from(row: DeclaredRow) -> Self {
        Self {
            id: row.id,
            person: row.person_id,
            organisation: row.organisation_id,
            employer: row.employer,
            position: row.position,
            from_date: row.from_date,
            to_date: row.to_date,
            evidence: row.evidence,
            declared_by: row.declared_by,
            status: row.status,
            checker: row.checker,
            checked_at: row.checked_at.map(|at| at.0),
            check_note: row.check_note,
            version: row.version,
        }
    }
}

pub fn find_declared(conn: &mut Conn, id: DeclaredServiceId) -> Result<Option<DeclaredService>, DbError> {
    let row: Option<DeclaredRow> =
        declared_services::table.find(id).select(DeclaredRow::as_select()).first(conn).optional()?;
    Ok(row.map(DeclaredService::from))
}

pub fn declared_of_person(conn: &mut Conn, person: PersonId) -> Result<Vec<DeclaredService>, DbError> {
    let rows: Vec<DeclaredRow> = declared_services::table
        .filter(declared_services::person_id.eq(person))
        .select(DeclaredRow::as_select())
        .order((declared_services::from_date, declared_services::id))
        .load(conn)?;
    Ok(rows.into_iter().map(DeclaredService::from).collect())
}

/// What was declared of many people.
pub fn declared_of_people(conn: &mut Conn, people: &[PersonId]) -> Result<Vec<DeclaredService>, DbError> {
    let mut found = Vec::new();
    for chunk in people.chunks(CHUNK) {
        let rows: Vec<DeclaredRow> = declared_services::table
            .filter(declared_services::person_id.eq_any(chunk.to_vec()))
            .select(DeclaredRow::as_select())
            .order((declared_services::from_date, declared_services::id))
            .load(conn)?;
        found.extend(rows.into_iter().map(DeclaredService::from));
    }
    Ok(found)
}

pub fn insert_declared(
    tx: &mut Tx,
    context: &Context,
    person: PersonId,
    (organisation, account): (OrganisationId, AccountId),
    new: &NewDeclaredService,
) -> Result<DeclaredServiceId, DbError> {
    let id = context.fresh_id::<entity::DeclaredService>();
    diesel::insert_into(declared_services::table)
        .values((
            declared_services::id.eq(id),
            declared_services::person_id.eq(person),
            declared_services::organisation_id.eq(organisation),
            declared_services::employer.eq(&new.employer),
            declared_services::position.eq(&new.position),
            declared_services::from_date.eq(new.from_date),
            declared_services::to_date.eq(new.to_date),
            declared_services::evidence.eq(&new.evidence),
            declared_services::declared_by.eq(account),
            declared_services::declared_at.eq(At(context.now)),
            declared_services::status.eq(DeclaredStatus::Waiting),
            declared_services::version.eq(1),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

/// Writes a check's outcome if `version` is still the current one; whether it was.
pub fn set_checked(
    tx: &mut Tx,
    context: &Context,
    (id, version): (DeclaredServiceId, i32),
    (checker, account): (&str, AccountId),
    status: DeclaredStatus,
    note: Option<&str>,
) -> Result<bool, DbError> {
    let current = declared_services::table.find(id).filter(declared_services::version.eq(version));
    let changed = diesel::update(current)
        .set((
            declared_services::status.eq(status),
            declared_services::checker.eq(checker),
            declared_services::checked_by.eq(account),
            declared_services::checked_at.eq(At(context.now)),
            declared_services::check_note.eq(note),
            declared_services::version.eq(version + 1),
        ))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}
