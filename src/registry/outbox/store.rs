use chrono::TimeDelta;
use diesel::prelude::*;

use crate::db::schema::outbox;
use crate::db::types::{At, Json};
use crate::db::{DbError, Locked, Tx, columns};
use crate::kernel::context::Context;
use crate::kernel::dates::Timestamp;
use crate::kernel::ids::{MessageId, entity};
use crate::registry::outbox::{Claimed, Mail, MessageKind};
use crate::{on_each, stored_as_code};

stored_as_code!(MessageKind);

/// After so many attempts a message stays where it is, with its last error.
const MAX_ATTEMPTS: i32 = 8;
/// Rows of one statement.
const CHUNK: usize = 500;

/// Puts a mail into the outbox. The same `key` twice is one mail.
pub fn mail(tx: &mut Tx, context: &Context, key: &str, mail: &Mail) -> Result<(), DbError> {
    mail_all(tx, context, &[(key.to_owned(), mail.clone())])
}

/// Puts mails into the outbox, each under its key.
pub fn mail_all(tx: &mut Tx, context: &Context, mails: &[(String, Mail)]) -> Result<(), DbError> {
    for chunk in mails.chunks(CHUNK) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|(key, mail)| {
                let payload =
                    serde_json::json!({ "to": mail.to, "template": mail.template, "data": mail.data });
                (
                    outbox::id.eq(context.fresh_id::<entity::Message>()),
                    outbox::kind.eq(MessageKind::Mail),
                    outbox::payload.eq(Json(payload)),
                    outbox::idempotency_key.eq(key),
                    outbox::created_at.eq(At(context.now)),
                    outbox::run_at.eq(At(context.now)),
                    outbox::attempts.eq(0),
                )
            })
            .collect();
        on_each!(tx, conn => diesel::insert_into(outbox::table)
            .values(&rows)
            .on_conflict(outbox::idempotency_key)
            .do_nothing()
            .execute(conn))?;
    }
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = outbox)]
struct MessageRow {
    id: MessageId,
    kind: MessageKind,
    payload: Json,
    attempts: i32,
}

/// Claims up to `limit` due messages for `lease`; a worker that dies gives them back by silence.
pub fn claim(tx: &mut Tx, now: Timestamp, limit: i64, lease: TimeDelta) -> Result<Vec<Claimed>, DbError> {
    let due: Vec<MessageId> = Locked(
        outbox::table
            .filter(outbox::done_at.is_null())
            .filter(outbox::run_at.le(At(now)))
            .filter(outbox::attempts.lt(MAX_ATTEMPTS))
            .filter(outbox::locked_until.is_null().or(outbox::locked_until.lt(At(now))))
            .order((outbox::run_at, outbox::id))
            .limit(limit)
            .select(outbox::id),
    )
    .load(&mut **tx)?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<MessageRow> = diesel::update(outbox::table.filter(outbox::id.eq_any(due)))
        .set((outbox::locked_until.eq(Some(At(now + lease))), outbox::attempts.eq(outbox::attempts + 1)))
        .returning(columns::<MessageRow>())
        .get_results(&mut **tx)?;
    let claimed = |row: MessageRow| Claimed {
        id: row.id,
        kind: row.kind,
        payload: row.payload.0,
        attempts: row.attempts,
    };
    Ok(rows.into_iter().map(claimed).collect())
}

pub fn finish(tx: &mut Tx, now: Timestamp, id: MessageId) -> Result<(), DbError> {
    diesel::update(outbox::table.find(id))
        .set((outbox::done_at.eq(Some(At(now))), outbox::locked_until.eq(None::<At>)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Puts a failed message back, later each time: 30 s, 1 min, 2 min, …
pub fn put_back(tx: &mut Tx, now: Timestamp, message: &Claimed, error: &str) -> Result<(), DbError> {
    let wait = TimeDelta::seconds(30 << message.attempts.clamp(0, 10));
    diesel::update(outbox::table.find(message.id))
        .set((
            outbox::last_error.eq(Some(error.to_owned())),
            outbox::locked_until.eq(None::<At>),
            outbox::run_at.eq(At(now + wait)),
        ))
        .execute(&mut **tx)?;
    Ok(())
}
