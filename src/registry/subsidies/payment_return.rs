//! 付讫后退汇: a payment that the bank first said was paid comes back days later. It is entered once, by the bank's paper;
//! the money is promised again, and the claim waits to be paid to another account.

use serde_json::json;

use crate::db::{Conn, Tx};
use crate::kernel::context::{Actor, Context};
use crate::kernel::dates::shanghai_date;
use crate::kernel::ids::PaymentId;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::registry::audit;
use crate::registry::ledger::PostingKind;
use crate::registry::subsidies::error::{Error, Refusal};
use crate::registry::subsidies::rules::state::StateCode;
use crate::registry::subsidies::service::{advance, claim, post_for};
use crate::registry::subsidies::{
    Claim, ClaimStep, NewReturn, Payment, PaymentState, claim_store, payment_store, return_store as store,
};

/// A payment with its claim, if `actor` may know of that.
pub fn payment(conn: &mut Conn, actor: &Actor, id: PaymentId) -> Result<(Payment, Claim), Error> {
    let found = payment_store::find_payment(conn, id)?.ok_or(Error::NotFound)?;
    let of = claim(conn, actor, found.claim)?;
    Ok((found, of))
}

/// 登记退汇
///
/// # Errors
/// A payment that is not paid, or came back already; a claim that is being asked back; a paper that was entered before,
/// or a day before the payment or in the future, beside its field.
pub fn payment_return(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    id: PaymentId,
    new: &NewReturn,
) -> Result<Payment, Error> {
    let (found, _) = payment(tx, actor, id)?;
    claim_store::hold(tx, found.claim)?;
    let (found, of) = payment(tx, actor, id)?;
    if found.state != PaymentState::Paid {
        return Err(Error::Refused(Refusal::NotPaid));
    }
    if matches!(of.state.code(), StateCode::ToRecover | StateCode::Recovered) {
        return Err(Error::Refused(Refusal::AskedBack));
    }
    check(tx, context, &found, new)?;
    let state = of.state.take_back()?;
    if !store::mark_returned(tx, id, &new.reason)? {
        return Err(Error::Stale);
    }
    let entry = store::insert(tx, context, id, new).map_err(|error| {
        if error.is_duplicate_of("payment_returns", "document") { already_entered() } else { error.into() }
    })?;
    let why = format!("{} {}", new.document, new.reason);
    let after = advance(tx, context, &of, (ClaimStep::Return, state), None, &why)?;
    post_for(tx, context, &after, PostingKind::Return, entry.uuid())?;
    let details = json!({
        "claim": of.id, "amount_fen": found.amount, "returned_on": new.returned_on, "document": new.document,
        "reason": new.reason,
    });
    audit::store::record(tx, context, "payment_return", ("payment", id), details)?;
    payment_store::find_payment(tx, id)?.ok_or(Error::NotFound)
}

fn check(tx: &mut Tx, context: &Context, found: &Payment, new: &NewReturn) -> Result<(), Error> {
    let mut errors = Vec::new();
    if new.returned_on > context.today() {
        errors.push(FieldError::new("returned_on", "future-date"));
    } else if found.settled_at.map(shanghai_date).is_some_and(|paid| new.returned_on < paid) {
        errors.push(FieldError::new("returned_on", "before-payment"));
    }
    if store::is_entered(tx, &new.document)? {
        errors.push(FieldError::new("document", "already-entered"));
    }
    Ok(Invalid::if_any(errors)?)
}

fn already_entered() -> Error {
    Invalid::one("document", "already-entered").into()
}
