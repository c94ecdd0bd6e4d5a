use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::{people, recorded_certificates as held};
use crate::db::types::At;
use crate::db::{Conn, DbError, Tx};
use crate::kernel::certificate_number::CertificateNumber;
use crate::kernel::context::Context;
use crate::kernel::ids::{AccountId, PersonId, RecordedCertificateId, entity};
use crate::kernel::skill::{Occupation, SkillLevel, Specialty};
use crate::registry::people::rules::same_name;
use crate::registry::recorded::{NationalQuery, NewRecorded, RecordedCertificate};
use crate::stored_as_code;

stored_as_code!(NationalQuery);

#[derive(Queryable, Selectable)]
#[diesel(table_name = held)]
struct HeldRow {
    id: RecordedCertificateId,
    person_id: PersonId,
    number: CertificateNumber,
    issuer: String,
    occupation: Occupation,
    specialty: Specialty,
    level: SkillLevel,
    issued_on: NaiveDate,
    expires_on: Option<NaiveDate>,
    evidence: String,
    checker: String,
    checked_on: NaiveDate,
    national_query: NationalQuery,
    queried_on: Option<NaiveDate>,
    withdrawn_on: Option<NaiveDate>,
    withdrawn_note: Option<String>,
    version: i32,
}

impl From<(HeldRow, String)> for RecordedCertificate {
    fn from((row, person_name): (HeldRow, String)) -> Self {
        Self {
            id: row.id,
            person: row.person_id,
            person_name,
            number: row.number,
            issuer: row.issuer,
            occupation: row.occupation,
            specialty: row.specialty,
            level: row.level,
            issued_on: row.issued_on,
            expires_on: row.expires_on,
            evidence: row.evidence,
            checker: row.checker,
            checked_on: row.checked_on,
            national_query: row.national_query,
            queried_on: row.queried_on,
            withdrawn_on: row.withdrawn_on,
            withdrawn_note: row.withdrawn_note,
            version: row.version,
        }
    }
}

pub fn find(conn: &mut Conn, id: RecordedCertificateId) -> Result<Option<RecordedCertificate>, DbError> {
    let row: Option<(HeldRow, String)> = held::table
        .inner_join(people::table)
        .filter(held::id.eq(id))
        .select((HeldRow::as_select(), people::name))
        .first(conn)
        .optional()?;
    Ok(row.map(RecordedCertificate::from))
}

/// For verification by number: those not withdrawn whose holder has this name. Two issuers may use one number.
pub fn find_by_number_and_name(
    conn: &mut Conn,
    number: &CertificateNumber,
    name: &str,
) -> Result<Option<RecordedCertificate>, DbError> {
    let rows: Vec<(HeldRow, String)> = held::table
        .inner_join(people::table)
        .filter(held::number.eq(number))
        .filter(held::withdrawn_on.is_null())
        .select((HeldRow::as_select(), people::name))
        .order(held::issued_on.desc())
        .load(conn)?;
    Ok(rows.into_iter().find(|(_, of)| same_name(of, name)).map(RecordedCertificate::from))
}

/// Newest entries first, withdrawn ones too; those that these accounts entered, or all.
pub fn list(
    conn: &mut Conn,
    recorders: Option<Vec<AccountId>>,
    (offset, limit): (i64, i64),
) -> Result<Vec<RecordedCertificate>, DbError> {
    let mut query =
        held::table.inner_join(people::table).select((HeldRow::as_select(), people::name)).into_boxed();
    if let Some(recorders) = recorders {
        query = query.filter(held::recorded_by.assume_not_null().eq_any(recorders));
    }
    let rows: Vec<(HeldRow, String)> = query.order(held::id.desc()).offset(offset).limit(limit).load(conn)?;
    Ok(rows.into_iter().map(RecordedCertificate::from).collect())
}

/// All of one person's, the newest issue first; withdrawn ones too.
pub fn of_person(conn: &mut Conn, person: PersonId) -> Result<Vec<RecordedCertificate>, DbError> {
    let rows: Vec<(HeldRow, String)> = held::table
        .inner_join(people::table)
        .filter(held::person_id.eq(person))
        .select((HeldRow::as_select(), people::name))
        .order(held::issued_on.desc())
        .load(conn)?;
    Ok(rows.into_iter().map(RecordedCertificate::from).collect())
}

/// All of many people's; withdrawn ones too.
pub fn of_people(conn: &mut Conn, people: &[PersonId]) -> Result<Vec<RecordedCertificate>, DbError> {
    let rows: Vec<(HeldRow, String)> = held::table
        .inner_join(people::table)
        .filter(held::person_id.eq_any(people.to_vec()))
        .select((HeldRow::as_select(), people::name))
        .order((held::person_id, held::issued_on))
        .load(conn)?;
    Ok(rows.into_iter().map(RecordedCertificate::from).collect())
}

/// The accounts that recorded this person's, for whoever asks which organisations know them.
pub fn recorders(conn: &mut Conn, person: PersonId) -> Result<Vec<AccountId>, DbError> {
    let own = held::table.filter(held::person_id.eq(person)).filter(held::recorded_by.is_not_null());
    Ok(own.select(held::recorded_by.assume_not_null()).distinct().load(conn)?)
}

/// Whether an issuer's number is on record.
pub fn is_recorded(conn: &mut Conn, issuer: &str, number: &CertificateNumber) -> Result<bool, DbError> {
    let same = held::table.filter(held::issuer.eq(issuer)).filter(held::number.eq(number));
    Ok(diesel::select(diesel::dsl::exists(same)).get_result(conn)?)
}

pub fn insert(
    tx: &mut Tx,
    context: &Context,
    person: PersonId,
    new: &NewRecorded,
) -> Result<RecordedCertificateId, DbError> {
    let id = context.fresh_id::<entity::RecordedCertificate>();
    diesel::insert_into(held::table)
        .values((
            held::id.eq(id),
            held::person_id.eq(person),
            held::number.eq(&new.number),
            held::issuer.eq(&new.issuer),
            held::occupation.eq(new.occupation),
            held::specialty.eq(new.specialty),
            held::level.eq(new.level),
            held::issued_on.eq(new.issued_on),
            held::expires_on.eq(new.expires_on),
            held::evidence.eq(&new.evidence),
            held::checker.eq(&new.checker),
            held::checked_on.eq(new.checked_on),
            held::national_query.eq(new.national_query),
            held::queried_on.eq(new.queried_on),
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
    id: RecordedCertificateId,
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
