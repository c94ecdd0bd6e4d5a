use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::{watch_notices, watched_certificates};
use crate::db::types::At;
use crate::db::{Conn, DbError, Tx};
use crate::kernel::certificate_number::CertificateNumber;
use crate::kernel::context::Context;
use crate::kernel::ids::{CertificateId, OrganisationId, WatchNoticeId, WatchedId};
use crate::on_each;
use crate::registry::certificates::News;
use crate::registry::watch::{Notice, Watched};

/// Rows of one statement.
const CHUNK: usize = 500;

#[derive(Queryable, Selectable)]
#[diesel(table_name = watched_certificates)]
struct WatchedRow {
    id: WatchedId,
    organisation_id: OrganisationId,
    certificate_id: CertificateId,
    holder: String,
    since: NaiveDate,
}

impl From<WatchedRow> for Watched {
    fn from(row: WatchedRow) -> Self {
        Self {
            id: row.id,
            organisation: row.organisation_id,
            certificate: row.certificate_id,
            holder: row.holder,
            since: row.since,
        }
    }
}

/// Puts a certificate on file; whether it was not there yet.
pub fn insert(tx: &mut Tx, context: &Context, new: &Watched) -> Result<bool, DbError> {
    let inserted = on_each!(tx, conn => diesel::insert_into(watched_certificates::table)
        .values((
            watched_certificates::id.eq(new.id),
            watched_certificates::organisation_id.eq(new.organisation),
            watched_certificates::certificate_id.eq(new.certificate),
            watched_certificates::holder.eq(&new.holder),
            watched_certificates::since.eq(new.since),
            watched_certificates::added_by.eq(context.account()),
        ))
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(inserted == 1)
}

pub fn find_open(
    conn: &mut Conn,
    organisation: OrganisationId,
    certificate: CertificateId,
) -> Result<Option<Watched>, DbError> {
    let row: Option<WatchedRow> = watched_certificates::table
        .filter(watched_certificates::organisation_id.eq(organisation))
        .filter(watched_certificates::certificate_id.eq(certificate))
        .filter(watched_certificates::until.is_null())
        .select(WatchedRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Watched::from))
}

/// What an institution has on file, the newest first.
pub fn open_of(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<Watched>, DbError> {
    let rows: Vec<WatchedRow> = watched_certificates::table
        .filter(watched_certificates::organisation_id.eq(organisation))
        .filter(watched_certificates::until.is_null())
        .order(watched_certificates::id.desc())
        .select(WatchedRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Watched::from).collect())
}

/// Who has these certificates on file.
pub fn watching(conn: &mut Conn, certificates: &[CertificateId]) -> Result<Vec<Watched>, DbError> {
    let mut found = Vec::new();
    for chunk in certificates.chunks(CHUNK) {
        let rows: Vec<WatchedRow> = watched_certificates::table
            .filter(watched_certificates::certificate_id.eq_any(chunk.to_vec()))
            .filter(watched_certificates::until.is_null())
            .select(WatchedRow::as_select())
            .load(conn)?;
        found.extend(rows.into_iter().map(Watched::from));
    }
    Ok(found)
}

/// Takes a certificate off the list; which one it was, if it was on this institution's.
pub fn end(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: WatchedId,
    on: NaiveDate,
) -> Result<Option<CertificateId>, DbError> {
    let open = watched_certificates::table
        .find(id)
        .filter(watched_certificates::organisation_id.eq(organisation))
        .filter(watched_certificates::until.is_null());
    Ok(diesel::update(open)
        .set(watched_certificates::until.eq(Some(on)))
        .returning(watched_certificates::certificate_id)
        .get_result(&mut **tx)
        .optional()?)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = watch_notices)]
struct NoticeRow {
    id: WatchNoticeId,
    organisation_id: OrganisationId,
    certificate_id: CertificateId,
    number: CertificateNumber,
    holder: String,
    news: News,
    effective_on: NaiveDate,
    successor: Option<String>,
    told_at: At,
    seen_at: Option<At>,
}

impl From<NoticeRow> for Notice {
    fn from(row: NoticeRow) -> Self {
        Self {
            id: row.id,
            organisation: row.organisation_id,
            certificate: row.certificate_id,
            number: row.number,
            holder: row.holder,
            news: row.news,
            on: row.effective_on,
            successor: row.successor.and_then(|number| number.parse().ok()),
            told_at: row.told_at.0,
            seen_at: row.seen_at.map(|at| at.0),
        }
    }
}

pub fn insert_notices(tx: &mut Tx, notices: &[Notice]) -> Result<(), DbError> {
    for chunk in notices.chunks(CHUNK) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|notice| {
                (
                    watch_notices::id.eq(notice.id),
                    watch_notices::organisation_id.eq(notice.organisation),
                    watch_notices::certificate_id.eq(notice.certificate),
                    watch_notices::number.eq(&notice.number),
                    watch_notices::holder.eq(&notice.holder),
                    watch_notices::news.eq(notice.news),
                    watch_notices::effective_on.eq(notice.on),
                    watch_notices::successor.eq(notice.successor.as_ref().map(CertificateNumber::as_str)),
                    watch_notices::told_at.eq(At(notice.told_at)),
                )
            })
            .collect();
        on_each!(tx, conn => diesel::insert_into(watch_notices::table).values(&rows).execute(conn))?;
    }
    Ok(())
}

/// What an institution was told, the newest first.
pub fn notices(conn: &mut Conn, organisation: OrganisationId, limit: i64) -> Result<Vec<Notice>, DbError> {
    let rows: Vec<NoticeRow> = watch_notices::table
        .filter(watch_notices::organisation_id.eq(organisation))
        .order((watch_notices::told_at.desc(), watch_notices::id.desc()))
        .limit(limit)
        .select(NoticeRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Notice::from).collect())
}

pub fn count_unseen(conn: &mut Conn, organisation: OrganisationId) -> Result<i64, DbError> {
    Ok(watch_notices::table
        .filter(watch_notices::organisation_id.eq(organisation))
        .filter(watch_notices::seen_at.is_null())
        .count()
        .get_result(conn)?)
}

pub fn set_seen(tx: &mut Tx, context: &Context, organisation: OrganisationId) -> Result<(), DbError> {
    let unseen = watch_notices::table
        .filter(watch_notices::organisation_id.eq(organisation))
        .filter(watch_notices::seen_at.is_null());
    diesel::update(unseen)
        .set((watch_notices::seen_at.eq(Some(At(context.now))), watch_notices::seen_by.eq(context.account())))
        .execute(&mut **tx)?;
    Ok(())
}
