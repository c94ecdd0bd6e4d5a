use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::{scheme_codes, scheme_versions as versions};
use crate::db::types::At;
use crate::db::{Conn, DbError, Tx};
use crate::kernel::context::Context;
use crate::kernel::ids::{AccountId, SchemeVersionId, entity};
use crate::registry::schemes::error::Error;
use crate::registry::schemes::{SchemeVersion, Stored, VersionState};
use crate::{on_each, stored_as_code};

stored_as_code!(VersionState);

#[derive(Queryable, Selectable)]
#[diesel(table_name = versions)]
struct VersionRow {
    id: SchemeVersionId,
    code: String,
    valid_to: Option<NaiveDate>,
    content: String,
    state: VersionState,
    drafted_by: Option<AccountId>,
    drafted_at: At,
    in_force_by: Option<AccountId>,
    in_force_at: Option<At>,
}

impl TryFrom<VersionRow> for Stored {
    type Error = Error;
    fn try_from(row: VersionRow) -> Result<Self, Error> {
        let mut scheme: SchemeVersion = serde_json::from_str(&row.content)
            .map_err(|source| Error::Unreadable { code: row.code, source: source.into() })?;
        scheme.valid_to = row.valid_to;
        Ok(Self {
            id: row.id,
            scheme,
            state: row.state,
            drafted_by: row.drafted_by,
            drafted_at: row.drafted_at.into(),
            in_force_by: row.in_force_by,
            in_force_at: row.in_force_at.map(Into::into),
        })
    }
}

/// Holds a scheme until the transaction ends, whether it has versions or not.
pub fn hold(tx: &mut Tx, code: &str) -> Result<(), DbError> {
    on_each!(tx, conn => diesel::insert_into(scheme_codes::table)
        .values(scheme_codes::code.eq(code))
        .on_conflict_do_nothing()
        .execute(conn))?;
    let held = scheme_codes::table.filter(scheme_codes::code.eq(code));
    diesel::update(held).set(scheme_codes::code.eq(scheme_codes::code)).execute(&mut **tx)?;
    Ok(())
}

pub fn insert(tx: &mut Tx, context: &Context, scheme: &SchemeVersion) -> Result<SchemeVersionId, Error> {
    let id = context.fresh_id::<entity::SchemeVersion>();
    diesel::insert_into(versions::table)
        .values((
            versions::id.eq(id),
            versions::code.eq(&scheme.code),
            versions::version.eq(scheme.version.cast_signed()),
            versions::area_code.eq(scheme.area.as_str()),
            versions::valid_from.eq(scheme.valid_from),
            versions::valid_to.eq(scheme.valid_to),
            versions::content.eq(content(scheme)?),
            versions::state.eq(VersionState::Draft),
            versions::drafted_by.eq(context.account()),
            versions::drafted_at.eq(At(context.now)),
        ))
        .execute(&mut **tx)
        .map_err(DbError::from)?;
    Ok(id)
}

/// Writes a draft anew; whether it still was one.
pub fn replace_draft(
    tx: &mut Tx,
    context: &Context,
    id: SchemeVersionId,
    scheme: &SchemeVersion,
) -> Result<bool, Error> {
    let draft = versions::table.filter(versions::id.eq(id)).filter(versions::state.eq(VersionState::Draft));
    let changed = diesel::update(draft)
        .set((
            versions::area_code.eq(scheme.area.as_str()),
            versions::valid_from.eq(scheme.valid_from),
            versions::valid_to.eq(scheme.valid_to),
            versions::content.eq(content(scheme)?),
            versions::drafted_by.eq(context.account()),
            versions::drafted_at.eq(At(context.now)),
        ))
        .execute(&mut **tx)
        .map_err(DbError::from)?;
    Ok(changed == 1)
}

/// Puts a draft in force; whether it was one.
pub fn put_in_force(tx: &mut Tx, context: &Context, id: SchemeVersionId) -> Result<bool, DbError> {
    let draft = versions::table.filter(versions::id.eq(id)).filter(versions::state.eq(VersionState::Draft));
    let changed = diesel::update(draft)
        .set((
            versions::state.eq(VersionState::InForce),
            versions::in_force_by.eq(context.account()),
            versions::in_force_at.eq(At(context.now)),
        ))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

pub fn set_last_day(tx: &mut Tx, id: SchemeVersionId, last: NaiveDate) -> Result<(), DbError> {
    diesel::update(versions::table.filter(versions::id.eq(id)))
        .set(versions::valid_to.eq(last))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn find(conn: &mut Conn, id: SchemeVersionId) -> Result<Option<Stored>, Error> {
    let row: Option<VersionRow> = versions::table
        .filter(versions::id.eq(id))
        .select(VersionRow::as_select())
        .first(conn)
        .optional()
        .map_err(DbError::from)?;
    row.map(Stored::try_from).transpose()
}

pub fn find_version(conn: &mut Conn, code: &str, version: u32) -> Result<Option<Stored>, Error> {
    let row: Option<VersionRow> = versions::table
        .filter(versions::code.eq(code))
        .filter(versions::version.eq(version.cast_signed()))
        .select(VersionRow::as_select())
        .first(conn)
        .optional()
        .map_err(DbError::from)?;
    row.map(Stored::try_from).transpose()
}

/// All versions of a scheme, the newest first.
pub fn of_code(conn: &mut Conn, code: &str) -> Result<Vec<Stored>, Error> {
    let rows: Vec<VersionRow> = versions::table
        .filter(versions::code.eq(code))
        .select(VersionRow::as_select())
        .order(versions::version.desc())
        .load(conn)
        .map_err(DbError::from)?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// The versions in force on a day, one for each scheme, by code.
pub fn in_force(conn: &mut Conn, on: NaiveDate) -> Result<Vec<Stored>, Error> {
    let rows: Vec<VersionRow> = versions::table
        .filter(versions::state.eq(VersionState::InForce))
        .filter(versions::valid_from.le(on))
        .filter(versions::valid_to.is_null().or(versions::valid_to.ge(on)))
        .select(VersionRow::as_select())
        .order(versions::code)
        .load(conn)
        .map_err(DbError::from)?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// Every version, by code, the newest of each first.
pub fn all(conn: &mut Conn) -> Result<Vec<Stored>, Error> {
    let rows: Vec<VersionRow> = versions::table
        .select(VersionRow::as_select())
        .order((versions::code, versions::version.desc()))
        .load(conn)
        .map_err(DbError::from)?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// The drafts, by code.
pub fn drafts(conn: &mut Conn) -> Result<Vec<Stored>, Error> {
    let rows: Vec<VersionRow> = versions::table
        .filter(versions::state.eq(VersionState::Draft))
        .select(VersionRow::as_select())
        .order(versions::code)
        .load(conn)
        .map_err(DbError::from)?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// Whether a scheme of that code has a version.
pub fn is_known(conn: &mut Conn, code: &str) -> Result<bool, DbError> {
    let known = versions::table.filter(versions::code.eq(code)).count().get_result::<i64>(conn)?;
    Ok(known > 0)
}

fn content(scheme: &SchemeVersion) -> Result<String, Error> {
    serde_json_canonicalizer::to_string(scheme)
        .map_err(|source| Error::Unreadable { code: scheme.code.clone(), source: source.into() })
}
