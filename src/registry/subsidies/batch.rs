//! 发放: a batch is opened by one person of finance, confirmed by another, sent to the bank as a file, and settled by the
//! bank's answer, all of it or nothing of it.

use std::collections::HashMap;

use serde_json::json;

use crate::db::{Conn, Tx};
use crate::kernel::context::{Actor, Context};
use crate::kernel::ids::{ClaimId, PaymentBatchId, entity};
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::money::Fen;
use crate::registry::audit;
use crate::registry::ledger::PostingKind;
use crate::registry::people::sealing::Sealer;
use crate::registry::subsidies::error::{Error, Refusal};
use crate::registry::subsidies::payee::number;
use crate::registry::subsidies::payment_file::{self, FileLine, ResultLine};
use crate::registry::subsidies::rules::state::StateCode;
use crate::registry::subsidies::service::{advance, notices_end, post_for};
use crate::registry::subsidies::{
    BankAccount, BatchCall, BatchState, Claim, ClaimStep, MOST_PAYMENTS, Payment, PaymentBatch,
    PaymentResult, PaymentState, claim_store, payment_store as store,
};

const PAYABLE: [StateCode; 3] = [StateCode::ForFinance, StateCode::Failed, StateCode::Returned];

/// Why a claim is not in a batch that was to hold all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// Nobody recorded where to pay.
    NoAccount,
    /// A payment failed or came back, and the account is still the same.
    SameAccount,
}

impl LeftOut {
    /// The code of the error, worded as `error-<code>`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoAccount => "no-bank-account",
            Self::SameAccount => "account-not-corrected",
        }
    }
}

/// A batch that was opened, and what could not be paid.
#[derive(Debug, Clone)]
pub struct Opened {
    pub batch: PaymentBatch,
    pub left_out: Vec<(ClaimId, LeftOut)>,
}

pub fn batch(conn: &mut Conn, id: PaymentBatchId) -> Result<PaymentBatch, Error> {
    store::find_batch(conn, id)?.ok_or(Error::NotFound)
}

/// 开批: takes the claims that wait, freezes what is paid to whom, and leaves out what can't be paid. Named claims have
/// to be payable, every one of them.
pub fn batch_open(tx: &mut Tx, context: &Context, actor: &Actor, call: &BatchCall) -> Result<Opened, Error> {
    let most = i64::try_from(MOST_PAYMENTS).unwrap_or(i64::MAX);
    notices_end(tx, context, most)?;
    let held = claim_store::hold_free(tx, &PAYABLE, call.scheme.as_deref(), &call.claims, most)?;
    let claims = claim_store::find_many(tx, &held)?;
    let mut payable = Vec::new();
    let mut left_out = Vec::new();
    for claim in claims {
        match payee(tx, &claim)? {
            Ok(account) => payable.push((claim, account)),
            Err(why) => left_out.push((claim.id, why)),
        }
    }
    if !call.claims.is_empty() {
        all_payable(tx, actor, &call.claims, &payable, &left_out)?;
    }
    if payable.is_empty() {
        return Err(Error::Refused(Refusal::NothingToPay));
    }
    let batch = frozen(tx, context, actor, payable)?;
    let details = json!({
        "number": batch.number, "payments": batch.payments, "total_fen": batch.total, "left_out": left_out.len(),
    });
    audit::store::record(tx, context, "payment_batch_open", ("payment-batch", batch.id), details)?;
    Ok(Opened { batch, left_out })
}

/// Where a claim is paid, or why it can't be.
fn payee(tx: &mut Tx, claim: &Claim) -> Result<Result<BankAccount, LeftOut>, Error> {
    let Some(account) = store::account_of(tx, claim.obligation.beneficiary)? else {
        return Ok(Err(LeftOut::NoAccount));
    };
    let before = store::of_claim(tx, claim.id)?;
    let same = before.iter().any(|payment| {
        let came_back = matches!(payment.state, PaymentState::Failed | PaymentState::Returned);
        came_back && payment.account.id == account.id
    });
    Ok(if same { Err(LeftOut::SameAccount) } else { Ok(account) })
}

/// Tells of every named claim that can't be paid.
fn all_payable(
    tx: &mut Tx,
    actor: &Actor,
    named: &[ClaimId],
    payable: &[(Claim, BankAccount)],
    left_out: &[(ClaimId, LeftOut)],
) -> Result<(), Error> {
    let mut errors = Vec::new();
    for (place, id) in named.iter().enumerate() {
        let field = format!("claims[{place}].id");
        if named[..place].contains(id) {
            errors.push(FieldError::new(field, "named-twice"));
        } else if payable.iter().any(|(claim, _)| claim.id == *id) {
        } else if let Some((_, why)) = left_out.iter().find(|(left, _)| left == id) {
            errors.push(FieldError::new(field, why.code()));
        } else {
            match super::service::claim(tx, actor, *id) {
                // Somebody else has it in hand this moment.
                Ok(claim) if PAYABLE.contains(&claim.state.code()) => {
                    return Err(Error::Refused(Refusal::TwoAtOnce));
                }
                Ok(_) => errors.push(FieldError::new(field, "claim-not-payable")),
                Err(Error::NotFound) => errors.push(FieldError::new(field, "unknown-claim")),
                Err(other) => return Err(other),
            }
        }
    }
    Ok(Invalid::if_any(errors)?)
}

/// Writes the batch and its payments down, and takes the claims into it.
fn frozen(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    payable: Vec<(Claim, BankAccount)>,
) -> Result<PaymentBatch, Error> {
    let too_much = || FieldError::new("claims", "too-many").with("max", MOST_PAYMENTS);
    let total = Fen::sum(payable.iter().map(|(claim, _)| claim.amount)).ok_or_else(too_much)?;
    let day = context.today().format("%Y%m%d-").to_string();
    let before = store::count_numbered(tx, &day)?;
    let batch = PaymentBatch {
        id: context.fresh_id::<entity::PaymentBatch>(),
        number: format!("{day}{:03}", before + 1),
        payments: u32::try_from(payable.len()).map_err(|_| too_much())?,
        total,
        opened_by: actor.account,
        opened_at: context.now,
        confirmed_by: None,
        confirmed_at: None,
        settled_at: None,
        state: BatchState::Opened,
        version: 1,
    };
    store::insert_batch(tx, &batch)?;
    let mut payments = Vec::with_capacity(payable.len());
    for (line, (claim, account)) in (1u32..).zip(payable) {
        let state = claim.state.enter_batch()?;
        let claim = advance(tx, context, &claim, (ClaimStep::EnterBatch, state), None, &batch.number)?;
        payments.push(Payment {
            id: context.fresh_id::<entity::Payment>(),
            batch: batch.id,
            line,
            claim: claim.id,
            purpose: format!("{} {}", claim.obligation.scheme, claim.obligation.part),
            obligation: claim.obligation,
            account,
            amount: claim.amount,
            state: PaymentState::Open,
            note: None,
            settled_at: None,
        });
    }
    store::insert_payments(tx, &payments)?;
    Ok(batch)
}

/// The batch, held until the transaction ends, as the caller saw it.
fn held(tx: &mut Tx, id: PaymentBatchId, version: i32) -> Result<PaymentBatch, Error> {
    store::hold_batch(tx, id)?;
    let found = batch(tx, id)?;
    if found.version == version { Ok(found) } else { Err(Error::Stale) }
}

fn changed(
    tx: &mut Tx,
    context: &Context,
    found: &PaymentBatch,
    to: BatchState,
    action: &str,
) -> Result<PaymentBatch, Error> {
    if !store::set_batch_state(tx, context, found, to)? {
        return Err(Error::Stale);
    }
    let details = json!({ "number": found.number, "total_fen": found.total });
    audit::store::record(tx, context, action, ("payment-batch", found.id), details)?;
    batch(tx, found.id)
}

/// 复核: by another person than who opened it.
pub fn batch_confirm(
    tx: &mut Tx,
    context: &Context,
    actor: &Actor,
    (id, version): (PaymentBatchId, i32),
) -> Result<PaymentBatch, Error> {
    let found = held(tx, id, version)?;
    if found.state != BatchState::Opened {
        return Err(Error::Refused(Refusal::BatchState));
    }
    if found.opened_by == actor.account {
        return Err(Error::Refused(Refusal::SamePerson));
    }
    changed(tx, context, &found, BatchState::Confirmed, "payment_batch_confirm")
}

/// 取消, before it is confirmed: what is in it waits again.
pub fn batch_cancel(
    tx: &mut Tx,
    context: &Context,
    (id, version): (PaymentBatchId, i32),
    reason: &str,
) -> Result<PaymentBatch, Error> {
    let found = held(tx, id, version)?;
    if found.state != BatchState::Opened {
        return Err(Error::Refused(Refusal::BatchState));
    }
    let payments = store::payments_of(tx, id)?;
    store::cancel(tx, id)?;
    let ids: Vec<ClaimId> = payments.iter().map(|payment| payment.claim).collect();
    for claim in claim_store::find_many(tx, &ids)? {
        let state = claim.state.leave_batch()?;
        advance(tx, context, &claim, (ClaimStep::LeaveBatch, state), None, reason)?;
    }
    changed(tx, context, &found, BatchState::Cancelled, "payment_batch_cancel")
}

/// The lines of a batch as they stand in its file.
pub fn lines(conn: &mut Conn, sealer: &Sealer, id: PaymentBatchId) -> Result<Vec<FileLine>, Error> {
    let payments = store::payments_of(conn, id)?;
    payments.iter().map(|payment| file_line(sealer, payment)).collect()
}

fn file_line(sealer: &Sealer, payment: &Payment) -> Result<FileLine, Error> {
    Ok(FileLine {
        payment: payment.id,
        payee: payment.account.holder.clone(),
        account: number(sealer, &payment.account)?,
        bank: payment.account.bank.clone(),
        amount: payment.amount,
        purpose: payment.purpose.clone(),
    })
}

/// 发放文件: the same bytes each time; that it was taken is noted, for it names every account.
pub fn batch_file(
    tx: &mut Tx,
    context: &Context,
    sealer: &Sealer,
    id: PaymentBatchId,
) -> Result<(PaymentBatch, Vec<u8>), Error> {
    let found = batch(tx, id)?;
    if !matches!(found.state, BatchState::Confirmed | BatchState::Settled) {
        return Err(Error::Refused(Refusal::BatchState));
    }
    let lines = lines(tx, sealer, id)?;
    let file = payment_file::write(&found.number, &lines)
        .map_err(|_| Error::Invalid(Invalid::one("file", "sheet-unreadable")))?;
    let details = json!({ "number": found.number, "payments": lines.len() });
    audit::store::record(tx, context, "payment_file_export", ("payment-batch", id), details)?;
    Ok((found, file))
}

/// How many payments had which result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    pub paid: u32,
    pub failed: u32,
    pub returned: u32,
    pub paid_total: Fen,
}

/// 回盘: the bank's answer to every payment of a batch, once.
pub fn results_import(
    tx: &mut Tx,
    context: &Context,
    sealer: &Sealer,
    (id, version): (PaymentBatchId, i32),
    file: &[u8],
) -> Result<(PaymentBatch, Settled), Error> {
    let found = held(tx, id, version)?;
    if found.state != BatchState::Confirmed {
        return Err(Error::Refused(Refusal::BatchState));
    }
    let payments = store::payments_of(tx, id)?;
    let sent: Vec<FileLine> =
        payments.iter().map(|payment| file_line(sealer, payment)).collect::<Result<_, _>>()?;
    let results = payment_file::read_results(file, &found.number, &sent)?;
    let settled = settle(tx, context, &payments, &results)?;
    let after = changed(tx, context, &found, BatchState::Settled, "payment_results_import")?;
    Ok((after, settled))
}

fn settle(
    tx: &mut Tx,
    context: &Context,
    payments: &[Payment],
    results: &[ResultLine],
) -> Result<Settled, Error> {
    let said: HashMap<_, _> = results.iter().map(|line| (line.payment, line)).collect();
    let ids: Vec<ClaimId> = payments.iter().map(|payment| payment.claim).collect();
    let mut claims = claim_store::find_many(tx, &ids)?;
    let of_claim: HashMap<ClaimId, &Payment> =
        payments.iter().map(|payment| (payment.claim, payment)).collect();
    // Two files at once take the budget lines in the same order.
    claims.sort_by_key(|claim| (claim.budget_line, claim.id));
    let mut settled = Settled::default();
    for claim in claims {
        let Some(payment) = of_claim.get(&claim.id) else { continue };
        let line = said.get(&payment.id).ok_or(Error::NotFound)?;
        if !store::settle(tx, context, payment.id, line.result, &line.reason)? {
            return Err(Error::Stale);
        }
        let state = claim.state.settle(line.result)?;
        let claim = advance(tx, context, &claim, (ClaimStep::Settle, state), None, &line.reason)?;
        match line.result {
            PaymentResult::Paid => {
                post_for(tx, context, &claim, PostingKind::Pay, payment.id.uuid())?;
                settled.paid += 1;
                settled.paid_total =
                    settled.paid_total.checked_add(payment.amount).unwrap_or(settled.paid_total);
            }
            PaymentResult::Failed => settled.failed += 1,
            PaymentResult::Returned => settled.returned += 1,
        }
    }
    Ok(settled)
}

impl From<PaymentResult> for PaymentState {
    fn from(result: PaymentResult) -> Self {
        match result {
            PaymentResult::Paid => Self::Paid,
            PaymentResult::Failed => Self::Failed,
            PaymentResult::Returned => Self::Returned,
        }
    }
}
