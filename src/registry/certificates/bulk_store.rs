use chrono::{Days, NaiveDate};
use diesel::prelude::*;

use crate::db::schema::{
    certificate_bulk_revocations, certificate_events, certificate_standings, certificates,
};
use crate::db::types::At;
use crate::db::{Conn, DbError, Tx, columns};
use crate::kernel::context::Context;
use crate::kernel::ids::{AccountId, BulkRevocationId, CertificateId, OrganisationId};
use crate::on_each;
use crate::registry::certificates::bulk::{BulkRevocation, Counted, Issued};
use crate::registry::certificates::life_store::BriefRow;
use crate::registry::certificates::store::{CHUNK, broken};
use crate::registry::certificates::{Brief, ChangeReason, EventState, ReasonCode, Standing};

/// How many certificates there are in the period.
pub fn count(conn: &mut Conn, issued: Issued) -> Result<Counted, DbError> {
    let mut counted = Counted { open: 0, ended: 0 };
    for standing in [Standing::Valid, Standing::Suspended, Standing::Revoked, Standing::Replaced] {
        let there: i64 = certificates::table
            .filter(certificates::body_id.eq(issued.by))
            .filter(certificates::issued_on.between(issued.from, issued.to))
            .filter(certificates::state.eq(standing))
            .count()
            .get_result(conn)?;
        let there = i32::try_from(there).map_err(|_| broken("count"))?;
        match standing {
            Standing::Valid | Standing::Suspended => counted.open += there,
            Standing::Revoked | Standing::Replaced => counted.ended += there,
        }
    }
    Ok(counted)
}

/// Ends every certificate of the period that has not ended, in one statement: none slips through in between.
pub fn revoke(tx: &mut Tx, context: &Context, issued: Issued) -> Result<Vec<Brief>, DbError> {
    let open = certificates::table
        .filter(certificates::body_id.eq(issued.by))
        .filter(certificates::issued_on.between(issued.from, issued.to))
        .filter(certificates::state.eq_any(vec![Standing::Valid, Standing::Suspended]));
    let rows: Vec<BriefRow> = diesel::update(open)
        .set((
            certificates::state.eq(Standing::Revoked),
            certificates::state_since.eq(context.today()),
            certificates::changed_at.eq(At(context.now)),
            certificates::version.eq(certificates::version + 1),
        ))
        .returning(columns::<BriefRow>())
        .get_results(&mut **tx)?;
    rows.into_iter().map(Brief::try_from).collect()
}

/// Keeps the new state by day, as a single change does: the open stretch ends the day before `since`, or, begun on
/// the same day, is written over.
pub fn set_revoked(tx: &mut Tx, ids: &[CertificateId], since: NaiveDate) -> Result<(), DbError> {
    use certificate_standings as standings;
    for chunk in ids.chunks(CHUNK) {
        let open = || {
            standings::table
                .filter(standings::certificate_id.eq_any(chunk.to_vec()))
                .filter(standings::to_date.is_null())
        };
        let same_day: Vec<CertificateId> = diesel::update(open().filter(standings::from_date.ge(since)))
            .set(standings::state.eq(Standing::Revoked))
            .returning(standings::certificate_id)
            .get_results(&mut **tx)?;
        diesel::update(open().filter(standings::from_date.lt(since)))
            .set(standings::to_date.eq(Some(since - Days::new(1))))
            .execute(&mut **tx)?;
        let same_day: std::collections::HashSet<_> = same_day.into_iter().collect();
        let rows: Vec<_> = chunk
            .iter()
            .filter(|id| !same_day.contains(id))
            .map(|id| {
                (
                    standings::certificate_id.eq(*id),
                    standings::state.eq(Standing::Revoked),
                    standings::from_date.eq(since),
                )
            })
            .collect();
        if !rows.is_empty() {
            on_each!(tx, conn => diesel::insert_into(standings::table).values(&rows).execute(conn))?;
        }
    }
    Ok(())
}

/// Requests on single certificates that this decision has overtaken wait for nobody any more.
pub fn drop_waiting(tx: &mut Tx, ids: &[CertificateId]) -> Result<(), DbError> {
    use certificate_events as events;
    for chunk in ids.chunks(CHUNK) {
        let waiting = events::table
            .filter(events::certificate_id.eq_any(chunk.to_vec()))
            .filter(events::state.eq(EventState::Pending));
        diesel::update(waiting).set(events::state.eq(EventState::Dropped)).execute(&mut **tx)?;
    }
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = certificate_bulk_revocations)]
struct BulkRow {
    id: BulkRevocationId,
    body_id: OrganisationId,
    issued_from: NaiveDate,
    issued_to: NaiveDate,
    reason_code: ReasonCode,
    reason: String,
    open_count: i32,
    requested_by: AccountId,
    requested_at: At,
    approved_by: Option<AccountId>,
    approved_at: Option<At>,
    revoked: Option<i32>,
    left_ended: Option<i32>,
}

impl From<BulkRow> for BulkRevocation {
    fn from(row: BulkRow) -> Self {
        Self {
            id: row.id,
            issued: Issued { by: row.body_id, from: row.issued_from, to: row.issued_to },
            reason: ChangeReason { code: row.reason_code, words: row.reason },
            open: row.open_count,
            requested_by: row.requested_by,
            requested_at: row.requested_at.0,
            approved_by: row.approved_by,
            approved_at: row.approved_at.map(|at| at.0),
            done: row.revoked.zip(row.left_ended),
        }
    }
}

pub fn insert(tx: &mut Tx, asked: &BulkRevocation) -> Result<(), DbError> {
    use certificate_bulk_revocations as bulk;
    diesel::insert_into(bulk::table)
        .values((
            bulk::id.eq(asked.id),
            bulk::body_id.eq(asked.issued.by),
            bulk::issued_from.eq(asked.issued.from),
            bulk::issued_to.eq(asked.issued.to),
            bulk::reason_code.eq(asked.reason.code),
            bulk::reason.eq(&asked.reason.words),
            bulk::open_count.eq(asked.open),
            bulk::requested_by.eq(asked.requested_by),
            bulk::requested_at.eq(At(asked.requested_at)),
            bulk::state.eq(EventState::Pending),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Writes down who decided and what came of it.
pub fn finish(tx: &mut Tx, decided: &BulkRevocation) -> Result<(), DbError> {
    use certificate_bulk_revocations as bulk;
    diesel::update(bulk::table.find(decided.id))
        .set((
            bulk::approved_by.eq(decided.approved_by),
            bulk::approved_at.eq(decided.approved_at.map(At)),
            bulk::revoked.eq(decided.done.map(|(revoked, _)| revoked)),
            bulk::left_ended.eq(decided.done.map(|(_, left)| left)),
            bulk::state.eq(EventState::Done),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The request for the same body and period that waits for a second person.
pub fn find_waiting(conn: &mut Conn, issued: Issued) -> Result<Option<BulkRevocation>, DbError> {
    use certificate_bulk_revocations as bulk;
    let row: Option<BulkRow> = bulk::table
        .filter(bulk::body_id.eq(issued.by))
        .filter(bulk::issued_from.eq(issued.from))
        .filter(bulk::issued_to.eq(issued.to))
        .filter(bulk::state.eq(EventState::Pending))
        .select(BulkRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(BulkRevocation::from))
}

pub fn find(conn: &mut Conn, id: BulkRevocationId) -> Result<Option<BulkRevocation>, DbError> {
    let row: Option<BulkRow> =
        certificate_bulk_revocations::table.find(id).select(BulkRow::as_select()).first(conn).optional()?;
    Ok(row.map(BulkRevocation::from))
}

/// Decisions on these bodies' certificates, taken and waiting, the newest first.
pub fn list(conn: &mut Conn, bodies: &[OrganisationId], limit: i64) -> Result<Vec<BulkRevocation>, DbError> {
    use certificate_bulk_revocations as bulk;
    let rows: Vec<BulkRow> = bulk::table
        .filter(bulk::body_id.eq_any(bodies.to_vec()))
        .order((bulk::requested_at.desc(), bulk::id.desc()))
        .limit(limit)
        .select(BulkRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(BulkRevocation::from).collect())
}
