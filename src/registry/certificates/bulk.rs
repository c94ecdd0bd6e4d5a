//! 批量撤销: everything that a body issued in a period, ended by one decision. It takes the same persons as a single
//! revocation, and each certificate keeps its own entry, audit line and notice.

use chrono::NaiveDate;
use serde_json::json;

use crate::db::{Conn, Tx};
use crate::kernel::certificate_number::BodyCode;
use crate::kernel::context::{Actor, Context};
use crate::kernel::dates::Timestamp;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::{AccountId, BulkRevocationId, CertificateId, OrganisationId, entity};
use crate::kernel::invalid::{FieldError, Invalid};
use crate::registry::audit;
use crate::registry::certificates::error::Error;
use crate::registry::certificates::rules::{self, Caller, Persons, RevocationStep, Waiting};
use crate::registry::certificates::service::check_reason;
use crate::registry::certificates::{
    Brief, CertificateEvent, Change, ChangeReason, EventState, bulk_store, store,
};
use crate::registry::organisations::{self, Organisation};

/// Whose certificates: those that a body issued from one day to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issued {
    pub by: OrganisationId,
    pub from: NaiveDate,
    /// The last day that belongs to it.
    pub to: NaiveDate,
}

/// How many certificates are in which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// Valid or suspended: what a revocation would end.
    pub open: i32,
    /// Revoked or replaced before: these are left.
    pub ended: i32,
}

/// A decision on many certificates, taken or waiting.
#[derive(Debug, Clone)]
pub struct BulkRevocation {
    pub id: BulkRevocationId,
    pub issued: Issued,
    pub reason: ChangeReason,
    /// How many it would have ended when it was asked for.
    pub open: i32,
    pub requested_by: AccountId,
    pub requested_at: Timestamp,
    pub approved_by: Option<AccountId>,
    pub approved_at: Option<Timestamp>,
    /// How many it ended, and how many had ended before.
    pub done: Option<(i32, i32)>,
}

/// A call to revoke everything that a body issued in a period.
#[derive(Debug, Clone)]
pub struct BulkCall {
    pub body_code: Option<BodyCode>,
    pub body: Option<OrganisationId>,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub reason: ChangeReason,
}

impl Form for BulkCall {
    fn read(f: &mut Fields) -> Option<Self> {
        let body_code = f.optional("body_code");
        let body = f.optional("body_id");
        let from: Option<NaiveDate> = f.required("issued_from");
        let to: Option<NaiveDate> = f.required("issued_to");
        let code = f.required("reason_code");
        let words = f.text("reason", 300);
        if matches!((&body_code, &body), (Some(None), Some(None))) {
            f.refuse(FieldError::new("body_code", "required"));
        }
        if from.zip(to).is_some_and(|(from, to)| to < from) {
            f.refuse(FieldError::new("issued_to", "date-order"));
        }
        let reason = ChangeReason { code: code?, words: words? };
        Some(Self { body_code: body_code?, body: body?, from: from?, to: to?, reason })
    }
}

/// What a call came to.
#[derive(Debug, Clone)]
pub enum BulkOutcome {
    /// It waits for a second person.
    Pending(BulkRevocation),
    /// It was carried out on these.
    Done(BulkRevocation, Vec<Brief>),
}

/// What a call is about: the body, which the caller may decide on, and the period.
pub fn meant(
    conn: &mut Conn,
    actor: &Actor,
    today: NaiveDate,
    call: &BulkCall,
) -> Result<(Organisation, Issued), Error> {
    check_reason(Change::Revoke, &call.reason)?;
    if call.to > today {
        return Err(Invalid::one("issued_to", "future-date").into());
    }
    let field = if call.body.is_some() { "body_id" } else { "body_code" };
    let found = match (call.body, &call.body_code) {
        (Some(id), _) => organisations::store::find(conn, id)?,
        (None, Some(code)) => organisations::store::find_body(conn, code)?,
        (None, None) => None,
    };
    let both_fit = |body: &Organisation| {
        body.body_code.is_some()
            && call.body_code.as_ref().is_none_or(|code| body.body_code.as_ref() == Some(code))
    };
    let theirs = |body: &Organisation| actor.area.as_ref().is_none_or(|area| body.area_code.is_within(area));
    let body = found.filter(both_fit).filter(theirs).ok_or_else(|| Invalid::one(field, "unknown-body"))?;
    let issued = Issued { by: body.id, from: call.from, to: call.to };
    Ok((body, issued))
}

/// 批量撤销, from today: at once, or after a second person's same call. What has ended is left as it is.
pub fn certificates_revoke(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    persons: Persons,
    call: &BulkCall,
) -> Result<BulkOutcome, Error> {
    let (body, issued) = meant(tx, actor, context.today(), call)?;
    // Two first persons at once would both find nothing waiting.
    organisations::store::hold(tx, body.id)?;
    let before = bulk_store::find_waiting(tx, issued)?;
    let waiting = before.as_ref().map(|before| Waiting {
        by_caller: if before.requested_by == actor.account { Caller::First } else { Caller::Another },
        reason: before.reason.code,
    });
    let counted = bulk_store::count(tx, issued)?;
    let fresh = || BulkRevocation {
        id: context.fresh_id::<entity::BulkRevocation>(),
        issued,
        reason: call.reason.clone(),
        open: counted.open,
        requested_by: actor.account,
        requested_at: context.now,
        approved_by: None,
        approved_at: None,
        done: None,
    };
    match rules::revocation_step(actor.role, persons, call.reason.code, waiting)? {
        RevocationStep::Wait => {
            let asked = noted(tx, fresh())?;
            record(tx, context, "certificates_revoke_request", &asked)?;
            Ok(BulkOutcome::Pending(asked))
        }
        RevocationStep::Revoke => {
            let decided = match before {
                Some(before) => confirmed(before, context, actor),
                None => noted(tx, fresh())?,
            };
            let ended = carry_out(tx, context, &decided)?;
            let revoked = i32::try_from(ended.len()).unwrap_or(i32::MAX);
            let decided = BulkRevocation { done: Some((revoked, counted.ended)), ..decided };
            bulk_store::finish(tx, &decided)?;
            record(tx, context, "certificates_revoke", &decided)?;
            Ok(BulkOutcome::Done(decided, ended))
        }
    }
}

fn noted(tx: &mut Tx, new: BulkRevocation) -> Result<BulkRevocation, Error> {
    bulk_store::insert(tx, &new)?;
    Ok(new)
}

/// The first person's request with the second person in it.
fn confirmed(asked: BulkRevocation, context: &Context, second: &Actor) -> BulkRevocation {
    BulkRevocation { approved_by: Some(second.account), approved_at: Some(context.now), ..asked }
}

/// Ends the certificates, each with its entry and its audit line.
fn carry_out(tx: &mut Tx, context: &Context, decided: &BulkRevocation) -> Result<Vec<Brief>, Error> {
    let ended = bulk_store::revoke(tx, context, decided.issued)?;
    let ids: Vec<CertificateId> = ended.iter().map(|one| one.id).collect();
    bulk_store::set_revoked(tx, &ids, context.today())?;
    bulk_store::drop_waiting(tx, &ids)?;
    let event = |id: &CertificateId| {
        let event = CertificateEvent {
            requested_by: Some(decided.requested_by),
            requested_at: decided.requested_at,
            approved_by: decided.approved_by,
            approved_at: decided.approved_at,
            ..store::done_event(context, Change::Revoke, decided.reason.code, &decided.reason.words)
        };
        (*id, event)
    };
    store::insert_events(tx, &ids.iter().map(event).collect::<Vec<_>>())?;
    let line = |id: &CertificateId| audit::Line {
        subject: ("certificate", *id),
        details: json!({
            "reason_code": decided.reason.code, "requested_by": decided.requested_by, "bulk": decided.id,
        }),
    };
    let lines: Vec<_> = ids.iter().map(line).collect();
    audit::store::record_all(tx, context, "certificate_revoke", &lines)?;
    Ok(ended)
}

fn record(tx: &mut Tx, context: &Context, action: &str, decision: &BulkRevocation) -> Result<(), Error> {
    let details = json!({
        "body": decision.issued.by, "issued_from": decision.issued.from, "issued_to": decision.issued.to,
        "reason_code": decision.reason.code, "open": decision.open,
        "revoked": decision.done.map(|(revoked, _)| revoked),
    });
    let subject = ("certificate-bulk-revocation", decision.id);
    Ok(audit::store::record(tx, context, action, subject, details)?)
}

impl BulkRevocation {
    #[must_use]
    pub const fn state(&self) -> EventState {
        if self.done.is_some() { EventState::Done } else { EventState::Pending }
    }
}
