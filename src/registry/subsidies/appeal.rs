//! 复核: who was refused asks once for another look, with a reason, within the days that the scheme gives; another person
//! than who refused decides. Upheld, the bureau decides on the claim anew; dismissed, it stays refused.

use chrono::NaiveDate;

use crate::db::Tx;
use crate::kernel::context::Context;
use crate::kernel::ids::entity;
use crate::registry::subsidies::error::Error;
use crate::registry::subsidies::rules::state::{
    Appeal, Deed, Finding, NotAllowed, StateCode, last_day_to_appeal,
};
use crate::registry::subsidies::service::{Decision, advance, held};
use crate::registry::subsidies::{Claim, ClaimEvent, ClaimStep, appeal_store as store, history_store};

/// 申请复核, by who applied or whom it is for.
pub fn claim_appeal(tx: &mut Tx, context: &Context, decision: &Decision<'_>) -> Result<Claim, Error> {
    let found = held(tx, decision)?;
    let events = history_store::events(tx, found.id)?;
    let (Some(submitted), Some(refused)) = (done(&events, ClaimStep::Submit), refusal(&events)) else {
        return Err(NotAllowed::State.into());
    };
    let appeal =
        Appeal { id: context.fresh_id::<entity::ClaimAppeal>(), refused, appealed: decision.deed(context) };
    let days = found.review.appeal_days;
    let state = found.state.appeal(submitted, appeal, days, found.appeal.as_ref())?;
    store::insert(tx, found.id, &appeal).map_err(|error| {
        if error.is_duplicate_of("claim_appeals", "") {
            Error::NotAllowed(NotAllowed::AppealedBefore)
        } else {
            error.into()
        }
    })?;
    advance(tx, context, &found, (ClaimStep::Appeal, state), None, &decision.reason.0)
}

/// 复核决定
pub fn appeal_decide(
    tx: &mut Tx,
    context: &Context,
    decision: &Decision<'_>,
    finding: Finding,
) -> Result<Claim, Error> {
    let found = held(tx, decision)?;
    let state = found.state.decide_appeal(decision.actor.account, &found.review, finding)?;
    if !store::decide(tx, context, found.id, finding)? {
        return Err(Error::Stale);
    }
    let step = match finding {
        Finding::Upheld => {
            store::clear_decision(tx, found.id)?;
            ClaimStep::GrantAppeal
        }
        Finding::Dismissed => ClaimStep::DismissAppeal,
    };
    advance(tx, context, &found, (step, state), None, &decision.reason.0)
}

/// The last day on which a claim with this history can be appealed; `None` where it can't.
#[must_use]
pub fn last_day(claim: &Claim, events: &[ClaimEvent]) -> Option<NaiveDate> {
    let may = claim.state.code() == StateCode::Refused && claim.appeal.is_none();
    last_day_to_appeal(refusal(events).filter(|_| may)?, claim.review.appeal_days)
}

/// Who refused, and when: by a decision on the claim, or on an objection to it.
fn refusal(events: &[ClaimEvent]) -> Option<Deed> {
    let steps = [ClaimStep::Refuse, ClaimStep::Uphold];
    let last = events.iter().rev().find(|event| steps.contains(&event.step))?;
    Some(Deed { by: last.by?, at: last.at })
}

fn done(events: &[ClaimEvent], step: ClaimStep) -> Option<Deed> {
    let last = events.iter().rev().find(|event| event.step == step)?;
    Some(Deed { by: last.by?, at: last.at })
}
