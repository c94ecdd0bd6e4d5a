//! 追回: what was paid and has to come back, decided by two persons, at once or in instalments.

use serde_json::json;

use crate::db::{Conn, Tx};
use crate::kernel::context::{Actor, Context};
use crate::kernel::ids::{AccountId, ClaimId, ClawbackId, entity};
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::money::Fen;
use crate::registry::audit;
use crate::registry::ledger::{self, PostingKind};
use crate::registry::subsidies::error::{Error, Refusal};
use crate::registry::subsidies::rules::plan;
use crate::registry::subsidies::rules::state::{NotAllowed, StateCode};
use crate::registry::subsidies::service::{advance, claim};
use crate::registry::subsidies::{
    Claim, ClaimStep, Clawback, ClawbackCall, ClawbackCause, ClawbackState, NewReceipt, Reason, claim_store,
    clawback_store as store,
};

/// What a call came to.
#[derive(Debug, Clone)]
pub enum Asked {
    Decided(Box<Clawback>),
    /// It waits for a second person's same call.
    Pending(Box<Clawback>),
}

/// A clawback, if `actor` may know of its claim.
pub fn clawback(conn: &mut Conn, actor: &Actor, id: ClawbackId) -> Result<(Clawback, Claim), Error> {
    let found = store::find(conn, id)?.ok_or(Error::NotFound)?;
    let of = claim(conn, actor, found.claim)?;
    Ok((found, of))
}

/// The first person's call proposes, a second person's same call decides.
pub fn claim_claw_back(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    id: ClaimId,
    call: &ClawbackCall,
) -> Result<Asked, Error> {
    claim_store::hold(tx, id)?;
    let of = claim(tx, actor, id)?;
    let amount = plan::check(call, of.amount, context.today())?;
    of.state.demand()?;
    match store::find_live(tx, id)? {
        None => {
            let asked = proposed(tx, context, context.account(), (&of, amount), call)?;
            Ok(Asked::Pending(Box::new(asked)))
        }
        // The monthly check proposed it: a first person still has to.
        Some(before) if before.proposed_by.is_none() => {
            store::drop_proposal(tx, before.id)?;
            let asked = proposed(tx, context, context.account(), (&of, amount), call)?;
            Ok(Asked::Pending(Box::new(asked)))
        }
        Some(before) if before.state != ClawbackState::Proposed => {
            Err(Error::Refused(Refusal::ClawbackState))
        }
        Some(before) if before.proposed_by == Some(actor.account) => Err(Error::Refused(Refusal::SamePerson)),
        Some(before) => {
            let same = before.amount == amount
                && before.cause == call.cause
                && before.instalments == call.instalments;
            if !same {
                return Err(Error::Refused(Refusal::OtherPlan));
            }
            decided(tx, context, &of, &before).map(|done| Asked::Decided(Box::new(done)))
        }
    }
}

fn proposed(
    tx: &mut Tx,
    context: &Context,
    by: Option<AccountId>,
    (of, amount): (&Claim, Fen),
    call: &ClawbackCall,
) -> Result<Clawback, Error> {
    let asked = Clawback {
        id: context.fresh_id::<entity::Clawback>(),
        claim: of.id,
        cause: call.cause,
        reason: call.reason.clone(),
        amount,
        received: Fen::ZERO,
        proposed_by: by,
        proposed_at: context.now,
        decided_by: None,
        decided_at: None,
        state: ClawbackState::Proposed,
        version: 1,
        instalments: call.instalments.clone(),
    };
    store::insert(tx, &asked)?;
    record(tx, context, "clawback_propose", &asked)?;
    Ok(asked)
}

/// 复核提出的追回: noted once, for two persons to decide on, whoever let the check run. `None` where one is under way.
pub fn clawback_propose(
    tx: &mut Tx,
    context: &Context,
    of: &Claim,
    (cause, amount): (ClawbackCause, Fen),
    reason: &str,
) -> Result<Option<Clawback>, Error> {
    of.state.demand()?;
    if store::find_live(tx, of.id)?.is_some() {
        return Ok(None);
    }
    let call =
        ClawbackCall { cause, amount: Some(amount), instalments: Vec::new(), reason: reason.to_owned() };
    proposed(tx, context, None, (of, amount), &call).map(Some)
}

fn decided(tx: &mut Tx, context: &Context, of: &Claim, before: &Clawback) -> Result<Clawback, Error> {
    if !store::decide(tx, context, before)? {
        return Err(Error::Stale);
    }
    let state = of.state.demand()?;
    let after = advance(tx, context, of, (ClaimStep::Demand, state), None, &before.reason)?;
    let line = after.budget_line.ok_or(Error::Refused(Refusal::NoBudget))?;
    ledger::service::post(tx, context, line, PostingKind::Demand, before.amount, before.id.uuid())?;
    let done = store::find(tx, before.id)?.ok_or(Error::NotFound)?;
    record(tx, context, "clawback_decide", &done)?;
    Ok(done)
}

/// 不追回: drops a proposal that was not decided on.
pub fn clawback_drop(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    id: ClawbackId,
    reason: &Reason,
) -> Result<Clawback, Error> {
    let (found, of) = clawback(tx, actor, id)?;
    claim_store::hold(tx, of.id)?;
    if found.state != ClawbackState::Proposed || !store::drop_proposal(tx, id)? {
        return Err(Error::Refused(Refusal::ClawbackState));
    }
    let details = json!({ "claim": of.id, "reason": reason.0 });
    audit::store::record(tx, context, "clawback_drop", ("clawback", id), details)?;
    store::find(tx, id)?.ok_or(Error::NotFound)
}

/// 收到退款: once for each paper, never more than was asked back.
pub fn receipt_record(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    (id, version): (ClawbackId, i32),
    new: &NewReceipt,
) -> Result<Clawback, Error> {
    let (found, of) = clawback(tx, actor, id)?;
    claim_store::hold(tx, of.id)?;
    if found.state != ClawbackState::Decided {
        return Err(Error::Refused(Refusal::ClawbackState));
    }
    if found.version != version {
        return Err(Error::Stale);
    }
    check_receipt(tx, context, &found, new)?;
    if !store::receive(tx, &found, new.amount)? {
        return Err(Error::Stale);
    }
    let receipt = store::insert_receipt(tx, context, id, new).map_err(|error| {
        if error.is_duplicate_of("clawback_receipts", "document") { already_entered() } else { error.into() }
    })?;
    let line = of.budget_line.ok_or(Error::Refused(Refusal::NoBudget))?;
    ledger::service::post(tx, context, line, PostingKind::Receive, new.amount, receipt.uuid())?;
    let after = store::find(tx, id)?.ok_or(Error::NotFound)?;
    record(tx, context, "clawback_receive", &after)?;
    if after.received < after.amount {
        return Ok(after);
    }
    store::settle(tx, &after)?;
    let of = claim_store::find(tx, of.id)?.ok_or(Error::NotFound)?;
    if of.state.code() != StateCode::ToRecover {
        return Err(NotAllowed::State.into());
    }
    let state = of.state.recovered()?;
    advance(tx, context, &of, (ClaimStep::Recover, state), None, "")?;
    store::find(tx, id)?.ok_or(Error::NotFound)
}

fn check_receipt(tx: &mut Tx, context: &Context, found: &Clawback, new: &NewReceipt) -> Result<(), Error> {
    let mut errors = Vec::new();
    let open = Fen::new(found.amount.get() - found.received.get());
    if new.amount > open {
        errors.push(FieldError::new("amount_fen", "more-than-owed").with("max", open));
    }
    if new.received_on > context.today() {
        errors.push(FieldError::new("received_on", "future-date"));
    }
    if store::receipts(tx, found.id)?.iter().any(|before| before.document == new.document) {
        errors.push(FieldError::new("document", "already-entered"));
    }
    Ok(Invalid::if_any(errors)?)
}

fn already_entered() -> Error {
    Invalid::one("document", "already-entered").into()
}

fn record(tx: &mut Tx, context: &Context, action: &str, clawback: &Clawback) -> Result<(), Error> {
    let details = json!({
        "claim": clawback.claim, "cause": clawback.cause, "amount_fen": clawback.amount,
        "received_fen": clawback.received, "reason": clawback.reason,
    });
    Ok(audit::store::record(tx, context, action, ("clawback", clawback.id), details)?)
}
