//! What links a certificate to others, and which of them end soon.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::certificates;
use crate::db::{Conn, DbError, Tx, columns};
use crate::kernel::certificate_number::CertificateNumber;
use crate::kernel::ids::{CertificateId, PersonId};
use crate::kernel::skill::SkillLevel;
use crate::proof::payload::CertificateType;
use crate::registry::certificates::store::{CHUNK, public_code};
use crate::registry::certificates::{Brief, Standing};

#[derive(Queryable, Selectable)]
#[diesel(table_name = certificates)]
pub(super) struct BriefRow {
    id: CertificateId,
    code: Vec<u8>,
    number: CertificateNumber,
    person_id: PersonId,
    kind: CertificateType,
    level: Option<SkillLevel>,
    holder: String,
    expires_on: Option<NaiveDate>,
}

impl TryFrom<BriefRow> for Brief {
    type Error = DbError;

    fn try_from(row: BriefRow) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id,
            code: public_code(row.code)?,
            number: row.number,
            person: row.person_id,
            kind: row.kind,
            level: row.level,
            holder: row.holder,
            expires_on: row.expires_on,
        })
    }
}

/// The certificates before and after one, as far as its own row does not name them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Links {
    /// The one whose place it took.
    pub replaces: Option<CertificateId>,
    /// The one that renews it.
    pub renewed_by: Option<CertificateId>,
}

pub fn links(conn: &mut Conn, ids: &[CertificateId]) -> Result<HashMap<CertificateId, Links>, DbError> {
    let mut links: HashMap<CertificateId, Links> = HashMap::new();
    for chunk in ids.chunks(CHUNK) {
        let replaced: Vec<(CertificateId, Option<CertificateId>)> = certificates::table
            .filter(certificates::replaced_by.eq_any(chunk.to_vec()))
            .select((certificates::id, certificates::replaced_by))
            .load(conn)?;
        for (old, by) in replaced {
            if let Some(new) = by {
                links.entry(new).or_default().replaces = Some(old);
            }
        }
        let renewals: Vec<(CertificateId, Option<CertificateId>)> = certificates::table
            .filter(certificates::renews_id.eq_any(chunk.to_vec()))
            .select((certificates::id, certificates::renews_id))
            .load(conn)?;
        for (new, renews) in renewals {
            if let Some(old) = renews {
                links.entry(old).or_default().renewed_by = Some(new);
            }
        }
    }
    Ok(links)
}

/// The links of one certificate.
pub fn links_of(conn: &mut Conn, id: CertificateId) -> Result<Links, DbError> {
    Ok(links(conn, &[id])?.remove(&id).unwrap_or_default())
}

/// The certificates of many people that have not ended, with their state.
pub fn open_of_people(conn: &mut Conn, people: &[PersonId]) -> Result<Vec<(Brief, Standing)>, DbError> {
    let mut found = Vec::new();
    for chunk in people.chunks(CHUNK) {
        let rows: Vec<(BriefRow, Standing)> = certificates::table
            .filter(certificates::person_id.eq_any(chunk.to_vec()))
            .filter(certificates::state.eq_any(vec![Standing::Valid, Standing::Suspended]))
            .order(certificates::id)
            .select((BriefRow::as_select(), certificates::state))
            .load(conn)?;
        for (row, standing) in rows {
            found.push((Brief::try_from(row)?, standing));
        }
    }
    Ok(found)
}

/// Some certificates with their state.
pub fn briefs(conn: &mut Conn, ids: &[CertificateId]) -> Result<Vec<(Brief, Standing)>, DbError> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let rows: Vec<(BriefRow, Standing)> = certificates::table
            .filter(certificates::id.eq_any(chunk.to_vec()))
            .select((BriefRow::as_select(), certificates::state))
            .load(conn)?;
        for (row, standing) in rows {
            found.push((Brief::try_from(row)?, standing));
        }
    }
    Ok(found)
}

/// Valid certificates whose last day is from `today` to `by` and whose holders were not told; now they count as
/// told, so that another process finds none of them.
pub fn claim_ending(tx: &mut Tx, today: NaiveDate, by: NaiveDate, limit: i64) -> Result<Vec<Brief>, DbError> {
    let ending: Vec<CertificateId> = certificates::table
        .filter(certificates::expires_on.between(today, by))
        .filter(certificates::expiry_told_on.is_null())
        .filter(certificates::state.eq(Standing::Valid))
        .order(certificates::expires_on)
        .limit(limit)
        .select(certificates::id)
        .load(&mut **tx)?;
    if ending.is_empty() {
        return Ok(Vec::new());
    }
    let untold = certificates::table
        .filter(certificates::id.eq_any(ending))
        .filter(certificates::expiry_told_on.is_null())
        .filter(certificates::state.eq(Standing::Valid));
    let rows: Vec<BriefRow> = diesel::update(untold)
        .set(certificates::expiry_told_on.eq(Some(today)))
        .returning(columns::<BriefRow>())
        .get_results(&mut **tx)?;
    rows.into_iter().map(Brief::try_from).collect()
}

/// Whose renewal is issued need not be told of its end.
pub fn set_expiry_told(tx: &mut Tx, id: CertificateId, on: NaiveDate) -> Result<(), DbError> {
    diesel::update(certificates::table.find(id))
        .set(certificates::expiry_told_on.eq(Some(on)))
        .execute(&mut **tx)?;
    Ok(())
}
