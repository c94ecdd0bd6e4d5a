use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::{accreditations, organisations};
use crate::db::types::At;
use crate::db::{Conn, DbError, Tx};
use crate::kernel::area::AreaCode;
use crate::kernel::certificate_number::BodyCode;
use crate::kernel::codes::Code;
use crate::kernel::context::Context;
use crate::kernel::credit_code::CreditCode;
use crate::kernel::ids::{AccreditationId, OrganisationId, entity};
use crate::kernel::skill::{Occupation, SkillLevel};
use crate::kernel::vocabulary::OrganisationKind;
use crate::registry::organisations::{
    Accreditation, AccreditationStatus, NewAccreditation, NewOrganisation, Organisation, OrganisationStatus,
    Scope,
};
use crate::stored_as_code;

stored_as_code!(OrganisationStatus, Scope, AccreditationStatus);

pub fn find(conn: &mut Conn, id: OrganisationId) -> Result<Option<Organisation>, DbError> {
    Ok(organisations::table.find(id).select(Organisation::as_select()).first(conn).optional()?)
}

/// The organisations of these ids, in no order.
pub fn find_many(conn: &mut Conn, ids: &[OrganisationId]) -> Result<Vec<Organisation>, DbError> {
    /// Ids of one statement.
    const CHUNK: usize = 500;
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let chunk = organisations::table.filter(organisations::id.eq_any(chunk.to_vec()));
        found.extend(chunk.select(Organisation::as_select()).load(conn)?);
    }
    Ok(found)
}

/// The assessment body with this code (机构站点代码).
pub fn find_by_credit_code(conn: &mut Conn, code: &CreditCode) -> Result<Option<Organisation>, DbError> {
    Ok(organisations::table
        .filter(organisations::credit_code.eq(code))
        .select(Organisation::as_select())
        .first(conn)
        .optional()?)
}

pub fn find_body(conn: &mut Conn, code: &BodyCode) -> Result<Option<Organisation>, DbError> {
    Ok(organisations::table
        .filter(organisations::body_code.eq(code))
        .select(Organisation::as_select())
        .first(conn)
        .optional()?)
}

/// Holds an organisation's row until the transaction ends, so that two decisions on it follow each other.
pub fn hold(tx: &mut Tx, id: OrganisationId) -> Result<(), DbError> {
    diesel::update(organisations::table.find(id))
        .set(organisations::version.eq(organisations::version))
        .execute(&mut **tx)?;
    Ok(())
}

/// Organisations within `area`, of one kind if given, by name.
pub fn list(
    conn: &mut Conn,
    area: &AreaCode,
    kind: Option<OrganisationKind>,
) -> Result<Vec<Organisation>, DbError> {
    let mut query = organisations::table
        .select(Organisation::as_select())
        .filter(organisations::area_code.like(format!("{area}%")))
        .into_boxed();
    if let Some(kind) = kind {
        query = query.filter(organisations::kind.eq(kind));
    }
    Ok(query.order((organisations::kind, organisations::name)).load(conn)?)
}

pub fn insert(tx: &mut Tx, context: &Context, new: &NewOrganisation) -> Result<OrganisationId, DbError> {
    let id = context.fresh_id::<entity::Organisation>();
    diesel::insert_into(organisations::table)
        .values((
            organisations::id.eq(id),
            organisations::kind.eq(new.kind),
            organisations::name.eq(&new.name),
            organisations::name_en.eq(&new.name_en),
            organisations::credit_code.eq(new.credit_code.clone()),
            organisations::area_code.eq(&new.area_code),
            organisations::body_code.eq(new.body_code.clone()),
            organisations::institution_kind.eq(new.institution_kind),
            organisations::beds.eq(new.beds),
            organisations::status.eq(OrganisationStatus::Active),
            organisations::created_at.eq(At(context.now)),
            organisations::version.eq(1),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = accreditations)]
struct AccreditationRow {
    id: AccreditationId,
    organisation_id: OrganisationId,
    scope: Scope,
    occupation: Option<Occupation>,
    levels: String,
    valid_from: NaiveDate,
    valid_to: NaiveDate,
    status: AccreditationStatus,
    status_since: NaiveDate,
    document: String,
    version: i32,
}

impl From<AccreditationRow> for Accreditation {
    fn from(row: AccreditationRow) -> Self {
        Self {
            id: row.id,
            organisation: row.organisation_id,
            scope: row.scope,
            occupation: row.occupation,
            levels: row.levels.split(',').filter_map(SkillLevel::from_code).collect(),
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            status: row.status,
            status_since: row.status_since,
            document: row.document,
            version: row.version,
        }
    }
}

pub fn accreditations(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<Accreditation>, DbError> {
    let rows: Vec<AccreditationRow> = accreditations::table
        .filter(accreditations::organisation_id.eq(organisation))
        .select(AccreditationRow::as_select())
        .order(accreditations::valid_from)
        .load(conn)?;
    Ok(rows.into_iter().map(Accreditation::from).collect())
}

pub fn find_accreditation(conn: &mut Conn, id: AccreditationId) -> Result<Option<Accreditation>, DbError> {
    let row: Option<AccreditationRow> =
        accreditations::table.find(id).select(AccreditationRow::as_select()).first(conn).optional()?;
    Ok(row.map(Accreditation::from))
}

pub fn insert_accreditation(
    tx: &mut Tx,
    context: &Context,
    organisation: OrganisationId,
    new: &NewAccreditation,
) -> Result<AccreditationId, DbError> {
    let id = context.fresh_id::<entity::Accreditation>();
    let levels: Vec<_> = new.levels.iter().map(|level| level.code()).collect();
    diesel::insert_into(accreditations::table)
        .values((
            accreditations::id.eq(id),
            accreditations::organisation_id.eq(organisation),
            accreditations::scope.eq(new.scope),
            accreditations::occupation.eq(new.occupation),
            accreditations::levels.eq(levels.join(",")),
            accreditations::valid_from.eq(new.valid_from),
            accreditations::valid_to.eq(new.valid_to),
            accreditations::status.eq(AccreditationStatus::Active),
            accreditations::status_since.eq(new.valid_from),
            accreditations::document.eq(&new.document),
            accreditations::recorded_at.eq(At(context.now)),
            accreditations::version.eq(1),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

/// Sets the status if `version` is still the current one; whether it was.
pub fn set_accreditation_status(
    tx: &mut Tx,
    id: AccreditationId,
    version: i32,
    status: AccreditationStatus,
    since: NaiveDate,
) -> Result<bool, DbError> {
    let current = accreditations::table.find(id).filter(accreditations::version.eq(version));
    let changed = diesel::update(current)
        .set((
            accreditations::status.eq(status),
            accreditations::status_since.eq(since),
            accreditations::version.eq(version + 1),
        ))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}
