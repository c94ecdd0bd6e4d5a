use chrono::NaiveDate;
use serde_json::json;

use crate::db::{Conn, Tx};
use crate::kernel::context::{Actor, Context};
use crate::kernel::ids::{CertificateId, entity};
use crate::kernel::invalid::Invalid;
use crate::registry::audit;
use crate::registry::certificates::error::Error;
use crate::registry::certificates::rules::{
    self, Caller, Grounds, NotAllowed, Persons, RevocationStep, Waiting, Whose,
};
use crate::registry::certificates::{
    Certificate, CertificateEvent, Change, ChangeReason, EventState, life_store, store,
};
use crate::registry::organisations::{self, Organisation};

/// The certificate and its issuing body, if `actor` may see it.
pub fn certificate(
    conn: &mut Conn,
    actor: &Actor,
    id: CertificateId,
) -> Result<(Certificate, Organisation), Error> {
    let found = store::find(conn, id)?.ok_or(Error::NotFound)?;
    let body = organisations::store::find(conn, found.body)?.ok_or(Error::NotFound)?;
    let whose = Whose { person: found.person, body: found.body, area: &body.area_code };
    if rules::may_see(actor, whose) { Ok((found, body)) } else { Err(Error::NotFound) }
}

/// The certificate, if `actor` may change it and it still is what the caller saw as `version`; others who would
/// change it wait for the end of this transaction.
pub fn changeable(
    tx: &mut Tx,
    actor: &Actor,
    id: CertificateId,
    version: Option<i32>,
) -> Result<Certificate, Error> {
    store::hold(tx, id)?;
    let (found, _) = certificate(tx, actor, id)?;
    if !rules::may_change(actor) {
        return Err(Error::NotFound);
    }
    if version.is_some_and(|version| version != found.version) {
        return Err(Error::Stale);
    }
    Ok(found)
}

/// 换发: the grounds of a new certificate in place of this one.
pub fn replaceable(conn: &mut Conn, found: &Certificate, today: NaiveDate) -> Result<Grounds, Error> {
    let grounds = Grounds::replacing(found, today)?;
    match pending(conn, found.id)? {
        None => Ok(grounds),
        Some(_) => Err(NotAllowed::RevocationWaits.into()),
    }
}

/// 期满换证: the grounds of a new certificate that renews this one, from `days` before its end.
pub fn renewable(
    conn: &mut Conn,
    found: &Certificate,
    today: NaiveDate,
    days: u32,
) -> Result<Grounds, Error> {
    let grounds = Grounds::renewing(found, today, days)?;
    if pending(conn, found.id)?.is_some() {
        return Err(NotAllowed::RevocationWaits.into());
    }
    if life_store::links_of(conn, found.id)?.renewed_by.is_some() {
        return Err(NotAllowed::Renewed.into());
    }
    Ok(grounds)
}

/// What a change came to.
#[derive(Debug, Clone)]
pub enum Outcome {
    Done(Box<Certificate>),
    /// It waits for a second person.
    Pending(CertificateEvent),
}

/// 暂停使用, from today.
pub fn certificate_suspend(
    tx: &mut Tx,
    context: &Context,
    found: &Certificate,
    reason: &ChangeReason,
) -> Result<Certificate, Error> {
    check_reason(Change::Suspend, reason)?;
    let after = found.state.suspend(context.today())?;
    carry_out(tx, context, found, after, Change::Suspend, reason)
}

/// 恢复使用, from today.
pub fn certificate_reinstate(
    tx: &mut Tx,
    context: &Context,
    found: &Certificate,
    reason: &ChangeReason,
) -> Result<Certificate, Error> {
    check_reason(Change::Reinstate, reason)?;
    let after = found.state.reinstate(context.today())?;
    carry_out(tx, context, found, after, Change::Reinstate, reason)
}

/// 撤销, from today: at once, or after a second person's same call.
pub fn certificate_revoke(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    found: &Certificate,
    persons: Persons,
    reason: &ChangeReason,
) -> Result<Outcome, Error> {
    check_reason(Change::Revoke, reason)?;
    let after = found.state.revoke(context.today())?;
    let pending = pending(tx, found.id)?;
    let waiting = pending.as_ref().map(|event| Waiting {
        by_caller: if event.requested_by == Some(actor.account) { Caller::First } else { Caller::Another },
        reason: event.reason_code,
    });
    let step = rules::revocation_step(actor.role, persons, reason.code, waiting)?;
    match (step, pending) {
        (RevocationStep::Wait, _) => Ok(Outcome::Pending(ask(tx, context, found, reason)?)),
        (RevocationStep::Revoke, None) => carry_out(tx, context, found, after, Change::Revoke, reason)
            .map(|done| Outcome::Done(Box::new(done))),
        (RevocationStep::Revoke, Some(event)) => {
            let moved = store::approve_event(tx, context, event.id)?
                && store::move_state(tx, context, found.id, found.state, after)?;
            if !moved {
                return Err(NotAllowed::Ended.into());
            }
            let details = json!({ "reason_code": event.reason_code, "requested_by": event.requested_by });
            audit::store::record(tx, context, "certificate_revoke", ("certificate", found.id), details)?;
            reloaded(tx, found.id).map(|done| Outcome::Done(Box::new(done)))
        }
    }
}

/// The request to revoke that waits for a second person.
pub fn pending(conn: &mut Conn, id: CertificateId) -> Result<Option<CertificateEvent>, Error> {
    let waits = |event: &CertificateEvent| event.state == EventState::Pending;
    Ok(store::events(conn, id)?.into_iter().find(waits))
}

/// Whether `reason` belongs to `change`.
pub fn check_reason(change: Change, reason: &ChangeReason) -> Result<(), Invalid> {
    if reason.code.fits(change) {
        Ok(())
    } else {
        Err(Invalid::one("reason_code", "reason-for-another-change"))
    }
}

fn ask(
    tx: &mut Tx,
    context: &Context,
    found: &Certificate,
    reason: &ChangeReason,
) -> Result<CertificateEvent, Error> {
    let event = CertificateEvent {
        id: context.fresh_id::<entity::CertificateEvent>(),
        effective_on: None,
        state: EventState::Pending,
        ..store::done_event(context, Change::Revoke, reason.code, &reason.words)
    };
    store::insert_events(tx, &[(found.id, event.clone())])?;
    let details = json!({ "reason_code": reason.code });
    audit::store::record(tx, context, "certificate_revoke_request", ("certificate", found.id), details)?;
    Ok(event)
}

fn carry_out(
    tx: &mut Tx,
    context: &Context,
    found: &Certificate,
    after: super::CertificateState,
    change: Change,
    reason: &ChangeReason,
) -> Result<Certificate, Error> {
    if !store::move_state(tx, context, found.id, found.state, after)? {
        return Err(NotAllowed::Ended.into());
    }
    let event = store::done_event(context, change, reason.code, &reason.words);
    store::insert_events(tx, &[(found.id, event.clone())])?;
    let action = format!("certificate_{change}");
    audit::store::record(
        tx,
        context,
        &action,
        ("certificate", found.id),
        json!({ "reason_code": reason.code }),
    )?;
    reloaded(tx, found.id)
}

fn reloaded(conn: &mut Conn, id: CertificateId) -> Result<Certificate, Error> {
    store::find(conn, id)?.ok_or(Error::NotFound)
}
