use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::{first_aid_certificates as held, people};
use crate::db::types::At;
use crate::db::{Conn, DbError, Tx};
use crate::kernel::context::Context;
use crate::kernel::ids::{AccountId, FirstAidCertificateId, PersonId, entity};
use crate::registry::firstaid::{Checked, Filter, FirstAid, FirstAidKind, FirstAidState, rules};
use crate::stored_as_code;

stored_as_code!(FirstAidKind);

#[derive(Queryable, Selectable)]
#[diesel(table_name = held)]
struct HeldRow {
    id: FirstAidCertificateId,
    person_id: PersonId,
    kind: FirstAidKind,
    issuer: String,
    number: String,
    issued_on: NaiveDate,
    expires_on: NaiveDate,
    withdrawn_on: Option<NaiveDate>,
    withdrawn_note: Option<String>,
    version: i32,
}

impl From<(HeldRow, String)> for FirstAid {
    fn from((row, person_name): (HeldRow, String)) -> Self {
        Self {
            id: row.id,
            person: row.person_id,
            person_name,
            kind: row.kind,
            issuer: row.issuer,
            number: row.number,
            issued_on: row.issued_on,
            expires_on: row.expires_on,
            withdrawn_on: row.withdrawn_on,
            withdrawn_note: row.withdrawn_note,
            version: row.version,
        }
    }
}

/// What the verify page says of a person's 救护员证 on a day: the state of the one that is valid longest, with its
/// last day; `None` where there is none on record.
pub fn state(
    conn: &mut Conn,
    person: PersonId,
    on: NaiveDate,
) -> Result<Option<(FirstAidState, NaiveDate)>, DbError> {
    let all = of_person(conn, person)?;
    let rescuer = all.iter().filter(|one| one.kind == FirstAidKind::Rescuer);
    let states = rescuer.map(|one| (rules::state_on(one, on), one.expires_on));
    Ok(states.max_by_key(|(state, expires)| (*state == FirstAidState::Valid, *expires)))
}

pub fn of_person(conn: &mut Conn, person: PersonId) -> Result<Vec<FirstAid>, DbError> {
    let rows: Vec<(HeldRow, String)> = held::table
        .inner_join(people::table)
        .filter(held::person_id.eq(person))
        .select((HeldRow::as_select(), people::name))
        .order(held::issued_on.desc())
        .load(conn)?;
    Ok(rows.into_iter().map(FirstAid::from).collect())
}

/// All of many people's.
pub fn of_people(conn: &mut Conn, people: &[PersonId]) -> Result<Vec<FirstAid>, DbError> {
    let rows: Vec<(HeldRow, String)> = held::table
        .inner_join(people::table)
        .filter(held::person_id.eq_any(people.to_vec()))
        .select((HeldRow::as_select(), people::name))
        .order((held::person_id, held::issued_on))
        .load(conn)?;
    Ok(rows.into_iter().map(FirstAid::from).collect())
}

pub fn find(conn: &mut Conn, id: FirstAidCertificateId) -> Result<Option<FirstAid>, DbError> {
    let row: Option<(HeldRow, String)> = held::table
        .inner_join(people::table)
        .filter(held::id.eq(id))
        .select((HeldRow::as_select(), people::name))
        .first(conn)
        .optional()?;
    Ok(row.map(FirstAid::from))
}

/// A page of those that fit `filter`, the ones that end first at the top.
pub fn list(
    conn: &mut Conn,
    filter: &Filter,
    on: NaiveDate,
    (offset, limit): (i64, i64),
) -> Result<Vec<FirstAid>, DbError> {
    let mut query =
        held::table.inner_join(people::table).select((HeldRow::as_select(), people::name)).into_boxed();
    if let Some(issuer) = &filter.issuer {
        query = query.filter(held::issuer.eq(issuer.clone()));
    }
    if let Some(people) = &filter.people {
        query = query.filter(held::person_id.eq_any(people.clone()));
    }
    if let Some(by) = filter.expiring_by {
        query = query.filter(held::expires_on.between(on, by)).filter(held::withdrawn_on.is_null());
    }
    let rows: Vec<(HeldRow, String)> =
        query.order((held::expires_on, held::id)).offset(offset).limit(limit).load(conn)?;
    Ok(rows.into_iter().map(FirstAid::from).collect())
}

/// The accounts that recorded this person's, for whoever asks which organisations know them.
pub fn recorders(conn: &mut Conn, person: PersonId) -> Result<Vec<AccountId>, DbError> {
    let own = held::table.filter(held::person_id.eq(person)).filter(held::recorded_by.is_not_null());
    Ok(own.select(held::recorded_by.assume_not_null()).distinct().load(conn)?)
}

/// Whether an issuer's number is on record.
pub fn is_recorded(conn: &mut Conn, issuer: &str, number: &str) -> Result<bool, DbError> {
    let same = held::table.filter(held::issuer.eq(issuer)).filter(held::number.eq(number));
    Ok(diesel::select(diesel::dsl::exists(same)).get_result(conn)?)
}

pub fn insert(
    tx: &mut Tx,
    context: &Context,
    person: PersonId,
    new: &Checked,
) -> Result<FirstAidCertificateId, DbError> {
    let id = context.fresh_id::<entity::FirstAidCertificate>();
    diesel::insert_into(held::table)
        .values((
            held::id.eq(id),
            held::person_id.eq(person),
            held::kind.eq(new.kind),
            held::issuer.eq(&new.issuer),
            held::number.eq(&new.number),
            held::issued_on.eq(new.issued_on),
            held::expires_on.eq(new.expires_on),
            held::recorded_by.eq(context.account()),
            held::recorded_at.eq(At(context.now)),
            held::version.eq(1),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

/// Withdraws it if `version` is still the current one; whether it was.
pub fn withdraw(
    tx: &mut Tx,
    id: FirstAidCertificateId,
    version: i32,
    on: NaiveDate,
    note: &str,
) -> Result<bool, DbError> {
    let current = held::table.find(id).filter(held::version.eq(version));
    let changed = diesel::update(current)
        .set((held::withdrawn_on.eq(on), held::withdrawn_note.eq(note), held::version.eq(version + 1)))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}
