//! Which skill certificates a person holds on a day, ours and recorded ones alike: the facts that application
//! conditions ask for. Whether a certificate may be shown, printed or verified is not decided here.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::{certificate_standings, certificates};
use crate::db::{Conn, DbError};
use crate::kernel::ids::{CertificateId, PersonId};
use crate::kernel::skill::{Occupation, SkillLevel, Specialty};
use crate::proof::payload::CertificateType;
use crate::registry::recorded;

/// A skill certificate that counts on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub occupation: Occupation,
    pub specialty: Specialty,
    pub level: SkillLevel,
    /// Since when the level is held: a certificate in another's place, or one that renews another, keeps its day.
    pub issued_on: NaiveDate,
}

/// The certificates that `person` holds on `on`: ours in the state `valid` that day, and recorded ones neither
/// withdrawn nor expired by then.
pub fn held(conn: &mut Conn, person: PersonId, on: NaiveDate) -> Result<Vec<Held>, DbError> {
    let mut held = ours(conn, person, on)?;
    held.extend(recorded(conn, person, on)?);
    Ok(held)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = certificates)]
struct OursRow {
    id: CertificateId,
    #[diesel(select_expression = certificates::occupation.assume_not_null())]
    occupation: Occupation,
    #[diesel(select_expression = certificates::specialty.assume_not_null())]
    specialty: Specialty,
    #[diesel(select_expression = certificates::level.assume_not_null())]
    level: SkillLevel,
    issued_on: NaiveDate,
    expires_on: Option<NaiveDate>,
    replaced_by: Option<CertificateId>,
    renews_id: Option<CertificateId>,
}

fn ours(conn: &mut Conn, person: PersonId, on: NaiveDate) -> Result<Vec<Held>, DbError> {
    let rows: Vec<OursRow> = certificates::table
        .filter(certificates::person_id.eq(person))
        .filter(certificates::kind.eq(CertificateType::Skill))
        .filter(certificates::issued_on.le(on))
        .select(OursRow::as_select())
        .load(conn)?;
    let valid: Vec<CertificateId> = certificate_standings::table
        .inner_join(certificates::table)
        .filter(certificates::person_id.eq(person))
        .filter(certificate_standings::state.eq("valid"))
        .filter(certificate_standings::from_date.le(on))
        .filter(certificate_standings::to_date.is_null().or(certificate_standings::to_date.ge(on)))
        .select(certificates::id)
        .load(conn)?;
    let mut before: HashMap<CertificateId, &OursRow> =
        rows.iter().filter_map(|row| row.replaced_by.map(|by| (by, row))).collect();
    for row in &rows {
        if let Some(old) = row.renews_id.and_then(|old| rows.iter().find(|one| one.id == old)) {
            before.insert(row.id, old);
        }
    }
    let counts = |row: &&OursRow| valid.contains(&row.id) && row.expires_on.is_none_or(|last| last >= on);
    let counted = rows.iter().filter(counts).map(|row| {
        let first = first_of(row, &before);
        Held {
            occupation: row.occupation,
            specialty: row.specialty,
            level: row.level,
            issued_on: first.issued_on,
        }
    });
    Ok(counted.collect())
}

/// The first of the certificates that `row` stands for. The count bounds the walk, whatever the rows say.
fn first_of<'a>(row: &'a OursRow, before: &HashMap<CertificateId, &'a OursRow>) -> &'a OursRow {
    let mut first = row;
    for _ in 0..before.len() {
        match before.get(&first.id) {
            Some(earlier) => first = earlier,
            None => break,
        }
    }
    first
}

fn recorded(conn: &mut Conn, person: PersonId, on: NaiveDate) -> Result<Vec<Held>, DbError> {
    let mut rows = recorded::store::of_person(conn, person)?;
    rows.retain(|row| recorded::rules::valid_on(row, on));
    let counted = rows.into_iter().map(|row| Held {
        occupation: row.occupation,
        specialty: row.specialty,
        level: row.level,
        issued_on: row.issued_on,
    });
    Ok(counted.collect())
}
