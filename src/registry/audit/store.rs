use diesel::prelude::*;
use serde_json::Value;

use crate::db::schema::audit_events;
use crate::db::types::{At, Json};
use crate::db::{Conn, DbError, Tx};
use crate::insert_all;
use crate::kernel::codes::Code;
use crate::kernel::context::{Context, Origin};
use crate::kernel::ids::{AuditEventId, entity};
use crate::registry::audit::{AuditEvent, Line};

/// Rows of one statement.
const CHUNK: usize = 500;

/// Adds a line: `action` is the operation's one name (`class_create`), the subject what it was done to.
/// `details` never hold an identity number, a phone or a password.
pub fn record(
    tx: &mut Tx,
    context: &Context,
    action: &str,
    subject: (&'static str, impl ToString),
    details: Value,
) -> Result<(), DbError> {
    record_all(tx, context, action, &[Line { subject, details }])
}

/// Adds a line for each of many subjects that the same was done to.
pub fn record_all<S: ToString>(
    tx: &mut Tx,
    context: &Context,
    action: &str,
    lines: &[Line<S>],
) -> Result<(), DbError> {
    let actor = context.actor.as_ref();
    let origin = match &context.origin {
        Origin::Http(Some(address)) => format!("http {address}"),
        Origin::Http(None) => "http".to_owned(),
        Origin::CommandLine => "command line".to_owned(),
        Origin::Job(name) => format!("job {name}"),
    };
    for chunk in lines.chunks(CHUNK) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|Line { subject: (kind, id), details }| {
                (
                    audit_events::id.eq(context.fresh_id::<entity::AuditEvent>()),
                    audit_events::at.eq(At(context.now)),
                    audit_events::account_id.eq(actor.map(|a| a.account)),
                    audit_events::account_name.eq(actor.map_or("", |a| a.name.as_str())),
                    audit_events::role.eq(actor.map(|a| a.role.code())),
                    audit_events::organisation_id.eq(actor.and_then(|a| a.organisation)),
                    audit_events::origin.eq(&origin),
                    audit_events::request_id.eq(context.request),
                    audit_events::action.eq(action),
                    audit_events::subject_kind.eq(*kind),
                    audit_events::subject_id.eq(id.to_string()),
                    audit_events::details.eq(Json(details.clone())),
                )
            })
            .collect();
        insert_all!(tx, audit_events::table, &rows)?;
    }
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_events)]
struct EventRow {
    at: At,
    account_name: String,
    role: Option<String>,
    origin: String,
    action: String,
    subject_kind: String,
    subject_id: String,
    details: Json,
}

/// The newest lines first, before the event `before` if one is given; at most `limit`.
pub fn latest(
    conn: &mut Conn,
    subject: Option<(&str, &str)>,
    before: Option<AuditEventId>,
    limit: i64,
) -> Result<Vec<AuditEvent>, DbError> {
    let mut query = audit_events::table.select(EventRow::as_select()).into_boxed();
    if let Some((kind, id)) = subject {
        query = query
            .filter(audit_events::subject_kind.eq(kind.to_owned()))
            .filter(audit_events::subject_id.eq(id.to_owned()));
    }
    if let Some(before) = before {
        query = query.filter(audit_events::id.lt(before));
    }
    let rows: Vec<EventRow> = query.order(audit_events::id.desc()).limit(limit).load(conn)?;
    Ok(rows.into_iter().map(AuditEvent::from).collect())
}

impl From<EventRow> for AuditEvent {
    fn from(row: EventRow) -> Self {
        Self {
            at: row.at.0,
            account_name: row.account_name,
            role: row.role,
            origin: row.origin,
            action: row.action,
            subject_kind: row.subject_kind,
            subject_id: row.subject_id,
            details: row.details.0,
        }
    }
}
