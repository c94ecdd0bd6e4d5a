use serde_json::json;

use crate::db::{Conn, Tx};
use crate::kernel::area::AreaCode;
use crate::kernel::context::{Actor, Context, Role};
use crate::kernel::ids::{BudgetLineId, ClaimId};
use crate::kernel::invalid::Invalid;
use crate::registry::audit;
use crate::registry::ledger::{self, Account, Difference, PostingKind};
use crate::registry::schemes::Outcome;
use crate::registry::subsidies::error::{Error, Refusal};
use crate::registry::subsidies::rules::state::{ClaimState, Deed, Finding, Objection, StateCode};
use crate::registry::subsidies::{
    Claim, ClaimStep, Frozen, NewClaim, Reason, Review, Wanted, claim_store as store, clawback_store,
    draft_store, history_store, sums_store,
};

/// Who decides, and on which version of a claim.
#[derive(Debug, Clone, Copy)]
pub struct Decision<'a> {
    pub actor: &'a Actor,
    pub claim: ClaimId,
    /// As the caller saw it.
    pub version: i32,
    pub reason: &'a Reason,
}

impl Decision<'_> {
    pub(super) const fn deed(&self, context: &Context) -> Deed {
        Deed { by: self.actor.account, at: context.now }
    }
}

/// What a step came to.
#[derive(Debug, Clone)]
pub enum Outcomes {
    Done(Box<Claim>),
    /// It waits for a second person.
    Pending(Box<Claim>),
}

/// The claim, if `actor` may know of it.
///
/// # Errors
/// [`Error::NotFound`] for everybody else, as if there were no such claim.
pub fn claim(conn: &mut Conn, actor: &Actor, id: ClaimId) -> Result<Claim, Error> {
    let found = store::find(conn, id)?.ok_or(Error::NotFound)?;
    if may_see(actor, &found) { Ok(found) } else { Err(Error::NotFound) }
}

fn may_see(actor: &Actor, claim: &Claim) -> bool {
    let within = |area: &Option<AreaCode>| area.as_ref().is_none_or(|area| claim.area.is_within(area));
    match actor.role {
        Role::Administrator => true,
        Role::Bureau => within(&actor.area),
        Role::Finance => claim.approved_at.is_some() && within(&actor.area),
        Role::Town => actor.area.is_some() && within(&actor.area),
        Role::Institution => actor.organisation.is_some() && claim.applicant == actor.organisation,
        Role::Caregiver => actor.person.is_some_and(|person| {
            claim.obligation.beneficiary == crate::registry::schemes::Beneficiary::Person(person)
        }),
        Role::School | Role::Assessor | Role::FirstAidIssuer => false,
    }
}

/// Narrows a list to what `actor` may know of.
///
/// # Errors
/// [`Error::NotFound`] for who sees none.
pub fn narrowed(actor: &Actor, mut wanted: Wanted) -> Result<Wanted, Error> {
    match actor.role {
        Role::Administrator => {}
        Role::Bureau => wanted.area.clone_from(&actor.area),
        Role::Finance => {
            wanted.area.clone_from(&actor.area);
            wanted.past_approval = true;
        }
        Role::Town => wanted.area = Some(actor.area.clone().ok_or(Error::NotFound)?),
        Role::Institution => wanted.applicant = Some(actor.organisation.ok_or(Error::NotFound)?),
        Role::Caregiver => {
            let person = actor.person.ok_or(Error::NotFound)?;
            wanted.beneficiary = Some(crate::registry::schemes::Beneficiary::Person(person));
        }
        Role::School | Role::Assessor | Role::FirstAidIssuer => return Err(Error::NotFound),
    }
    Ok(wanted)
}

/// The claim that a step is about, held until the transaction ends.
pub(super) fn held(tx: &mut Tx, decision: &Decision<'_>) -> Result<Claim, Error> {
    store::hold(tx, decision.claim)?;
    let found = claim(tx, decision.actor, decision.claim)?;
    if found.version == decision.version { Ok(found) } else { Err(Error::Stale) }
}

/// Writes a step down: the new state, its line in the history, its line in the audit.
pub(super) fn advance(
    tx: &mut Tx,
    context: &Context,
    claim: &Claim,
    (step, state): (ClaimStep, ClaimState),
    line: Option<BudgetLineId>,
    reason: &str,
) -> Result<Claim, Error> {
    if !store::save_state(tx, claim, &state, line).map_err(claimed_meanwhile)? {
        return Err(Error::Stale);
    }
    history_store::insert_event(tx, context, (claim.id, claim.version + 1), (step, state.code()), reason)?;
    let details = json!({ "step": step, "from": claim.state.code(), "to": state.code(), "reason": reason });
    audit::store::record(tx, context, "claim_step", ("claim", claim.id), details)?;
    store::find(tx, claim.id)?.ok_or(Error::NotFound)
}

/// Somebody else's claim to the same was submitted in between.
fn claimed_meanwhile(error: crate::db::DbError) -> Error {
    if error.is_duplicate_of("claims", "") {
        Invalid::one("claim_part", "already-claimed").into()
    } else {
        error.into()
    }
}

/// 存草稿: a claim that nobody decides on yet. `None` where the same draft is there already.
pub fn claim_draft(tx: &mut Tx, context: &Context, new: &NewClaim) -> Result<Claim, Error> {
    let id = draft_store::insert(tx, context, new).map_err(claimed_meanwhile)?;
    let note = if context.actor.is_some() { "" } else { "monthly run" };
    history_store::insert_event(tx, context, (id, 1), (ClaimStep::Draft, StateCode::Draft), note)?;
    let details = json!({
        "scheme": new.frozen.assessment.scheme, "part": new.frozen.assessment.part,
        "amount_fen": new.frozen.assessment.amount,
    });
    audit::store::record(tx, context, "claim_draft", ("claim", id), details)?;
    store::find(tx, id)?.ok_or(Error::NotFound)
}

/// 申领: files a claim and submits it.
///
/// # Errors
/// `already-claimed` beside `claim_part` where the same is claimed, or was paid.
pub fn claim_submit(tx: &mut Tx, context: &Context, actor: &Actor, new: &NewClaim) -> Result<Claim, Error> {
    unclaimed(tx, actor, new)?;
    let draft = claim_draft(tx, context, new)?;
    submitted(tx, context, actor, &draft)
}

/// Submits a draft, with its facts gathered anew.
pub fn draft_submit(
    tx: &mut Tx,
    context: &Context,
    decision: &Decision<'_>,
    new: &NewClaim,
) -> Result<Claim, Error> {
    let draft = held(tx, decision)?;
    if draft.state != ClaimState::Draft {
        return Err(super::rules::state::NotAllowed::State.into());
    }
    unclaimed(tx, decision.actor, new)?;
    if !store::refreeze(tx, &draft, &new.frozen, &new.review)? {
        return Err(Error::Stale);
    }
    let step = (ClaimStep::Reassess, StateCode::Draft);
    history_store::insert_event(tx, context, (draft.id, draft.version + 1), step, "")?;
    let draft = store::find(tx, draft.id)?.ok_or(Error::NotFound)?;
    submitted(tx, context, decision.actor, &draft)
}

fn submitted(tx: &mut Tx, context: &Context, actor: &Actor, draft: &Claim) -> Result<Claim, Error> {
    let state = draft.state.submit(Deed { by: actor.account, at: context.now })?;
    advance(tx, context, draft, (ClaimStep::Submit, state), None, "")
}

/// Asked first: the answer of the unique index can't say by whom.
fn unclaimed(tx: &mut Tx, actor: &Actor, new: &NewClaim) -> Result<(), Error> {
    match store::find_live(tx, &new.obligation())? {
        None => Ok(()),
        Some(other) if other.applicant.is_some() && other.applicant != actor.organisation => {
            Err(Invalid::one("claim_part", "claimed-elsewhere").into())
        }
        Some(_) => Err(Invalid::one("claim_part", "already-claimed").into()),
    }
}

/// 撤回, by who submitted it.
pub fn claim_withdraw(tx: &mut Tx, context: &Context, decision: &Decision<'_>) -> Result<Claim, Error> {
    let found = held(tx, decision)?;
    let state = found.state.withdraw(context.now)?;
    advance(tx, context, &found, (ClaimStep::Withdraw, state), None, &decision.reason.0)
}

/// 镇（街道）初审
pub fn claim_review(tx: &mut Tx, context: &Context, decision: &Decision<'_>) -> Result<Claim, Error> {
    let found = held(tx, decision)?;
    let state = found.state.town_review(decision.actor.account, &found.review)?;
    advance(tx, context, &found, (ClaimStep::Review, state), None, &decision.reason.0)
}

/// 重新评估: other facts are frozen with the claim, before anybody approved it.
pub fn claim_reassess(
    tx: &mut Tx,
    context: &Context,
    decision: &Decision<'_>,
    frozen: &Frozen,
    review: &Review,
) -> Result<Claim, Error> {
    let found = held(tx, decision)?;
    found.state.reassessable()?;
    if !store::refreeze(tx, &found, frozen, review)? {
        return Err(Error::Stale);
    }
    let step = (ClaimStep::Reassess, found.state.code());
    history_store::insert_event(tx, context, (found.id, found.version + 1), step, &decision.reason.0)?;
    let details = json!({
        "amount_fen": frozen.assessment.amount, "before_fen": found.amount, "reason": decision.reason.0,
    });
    audit::store::record(tx, context, "claim_reassess", ("claim", found.id), details)?;
    store::find(tx, found.id)?.ok_or(Error::NotFound)
}

/// 审批. The last approval promises the money; the first of two only notes who gave it. `still_due` asks whether what
/// is known now comes to the same as what was frozen.
pub fn claim_approve(
    tx: &mut Tx,
    context: &Context,
    decision: &Decision<'_>,
    still_due: impl FnOnce(&mut Tx, &Claim, &Frozen) -> Result<bool, Error>,
) -> Result<Outcomes, Error> {
    let found = held(tx, decision)?;
    let state = found.state.approve(decision.deed(context), &found.review, context.today())?;
    let frozen = store::frozen(tx, found.id)?.ok_or(Error::NotFound)?;
    if frozen.assessment.outcome != Outcome::Due {
        return Err(Error::Refused(Refusal::NotDue));
    }
    if !still_due(tx, &found, &frozen)? {
        return Err(Error::Refused(Refusal::FactsChanged));
    }
    let reason = &decision.reason.0;
    if state.code() == StateCode::FirstApproved {
        let waits = advance(tx, context, &found, (ClaimStep::Approve, state), None, reason)?;
        return Ok(Outcomes::Pending(Box::new(waits)));
    }
    let line = budget_line(tx, context, &found)?;
    let approved = advance(tx, context, &found, (ClaimStep::Approve, state), Some(line), reason)?;
    post(tx, context, &approved, PostingKind::Commit)?;
    Ok(Outcomes::Done(Box::new(approved)))
}

/// The budget of the year in which it is approved.
fn budget_line(tx: &mut Tx, context: &Context, claim: &Claim) -> Result<BudgetLineId, Error> {
    use chrono::Datelike;
    let line = ledger::store::find_of(tx, &claim.obligation.scheme, context.today().year())?;
    line.map(|line| line.id).ok_or(Error::Refused(Refusal::NoBudget))
}

/// Promises a claim's money, or sets it free again.
fn post(tx: &mut Tx, context: &Context, claim: &Claim, kind: PostingKind) -> Result<(), Error> {
    post_for(tx, context, claim, kind, claim.promise())
}

/// Moves a claim's whole amount, once for the subject: a payment is one of several that a claim may come to.
pub(super) fn post_for(
    tx: &mut Tx,
    context: &Context,
    claim: &Claim,
    kind: PostingKind,
    subject: uuid::Uuid,
) -> Result<(), Error> {
    let line = claim.budget_line.ok_or(Error::Refused(Refusal::NoBudget))?;
    ledger::service::post(tx, context, line, kind, claim.amount, subject).map_err(|error| match error {
        ledger::error::Error::NotCovered if kind == PostingKind::Commit => {
            Error::Refused(Refusal::PastBudget)
        }
        other => other.into(),
    })
}

/// 不予通过, before anything was promised.
pub fn claim_refuse(tx: &mut Tx, context: &Context, decision: &Decision<'_>) -> Result<Claim, Error> {
    let found = held(tx, decision)?;
    let state = found.state.refuse(decision.actor.account)?;
    advance(tx, context, &found, (ClaimStep::Refuse, state), None, &decision.reason.0)
}

/// 提出异议
pub fn claim_object(tx: &mut Tx, context: &Context, decision: &Decision<'_>) -> Result<Claim, Error> {
    let found = held(tx, decision)?;
    let state = found.state.object(Objection { by: decision.actor.account, on: context.today() })?;
    advance(tx, context, &found, (ClaimStep::Object, state), None, &decision.reason.0)
}

/// 异议处理: upheld, the promised money is free again.
pub fn claim_resolve(
    tx: &mut Tx,
    context: &Context,
    decision: &Decision<'_>,
    finding: Finding,
) -> Result<Claim, Error> {
    let found = held(tx, decision)?;
    let state = found.state.resolve(decision.actor.account, context.today(), finding)?;
    let step = match finding {
        Finding::Upheld => ClaimStep::Uphold,
        Finding::Dismissed => ClaimStep::Dismiss,
    };
    let resolved = advance(tx, context, &found, (step, state), None, &decision.reason.0)?;
    if finding == Finding::Upheld {
        post(tx, context, &found, PostingKind::Release)?;
    }
    Ok(resolved)
}

/// 停发, by a decision.
pub fn claim_stop(tx: &mut Tx, context: &Context, decision: &Decision<'_>) -> Result<Claim, Error> {
    let found = held(tx, decision)?;
    stopped(tx, context, &found, &decision.reason.0)
}

/// 停发: nothing more is paid, and what was promised is free again.
pub fn stopped(tx: &mut Tx, context: &Context, found: &Claim, reason: &str) -> Result<Claim, Error> {
    let state = found.state.stop()?;
    let stopped = advance(tx, context, found, (ClaimStep::Stop, state), None, reason)?;
    if found.state.code().is_committed() {
        post(tx, context, found, PostingKind::Release)?;
    }
    Ok(stopped)
}

/// 公示期满: whatever stood in public long enough goes to finance; how many did.
pub fn notices_end(tx: &mut Tx, context: &Context, limit: i64) -> Result<usize, Error> {
    let over = store::notice_over(tx, context.today(), limit)?;
    let mine = if over.is_empty() {
        over
    } else {
        store::hold_free(tx, &[StateCode::InNotice], None, &over, limit)?
    };
    let mut ended = 0;
    for found in store::find_many(tx, &mine)? {
        let Ok(state) = found.state.end_notice(context.today()) else { continue };
        advance(tx, context, &found, (ClaimStep::EndNotice, state), None, "")?;
        ended += 1;
    }
    Ok(ended)
}

/// Every account that does not agree: with its postings, or with the claims and clawbacks that they are for. Empty
/// where the books are in order.
pub fn balance(conn: &mut Conn) -> Result<Vec<Difference>, Error> {
    let mut differences = ledger::service::balance(conn)?;
    let claims = sums_store::sums(conn)?;
    let clawbacks = clawback_store::sums(conn)?;
    for line in ledger::store::list(conn, None)? {
        let of = |wanted: fn(StateCode) -> bool| -> i64 {
            let own = claims.iter().filter(|sum| sum.line == Some(line.id) && wanted(sum.state));
            own.map(|sum| sum.total).sum()
        };
        let (demanded, received) = clawbacks
            .iter()
            .filter(|sum| sum.line == line.id)
            .fold((0, 0), |(demanded, received), sum| (demanded + sum.demanded, received + sum.received));
        let expected = [
            (Account::Committed, of(StateCode::is_committed)),
            (Account::Paid, of(StateCode::is_paid) - demanded),
            (Account::ToRecover, demanded - received),
            (Account::Recovered, received),
        ];
        for (account, summed) in expected {
            let (kept, summed) = (line.balances.of(account), crate::kernel::money::Fen::new(summed));
            if kept != summed {
                differences.push(Difference { line: line.id, account, kept, summed });
            }
        }
    }
    Ok(differences)
}
