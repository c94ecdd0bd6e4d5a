//! 审核: what others decide on a claim. An approval asks the scheme once more by what is known on the day, so that
//! nothing is promised on facts that have changed.

use crate::db::Tx;
use crate::flows::claim_submit::claim_again;
use crate::flows::error::Error;
use crate::flows::scheme_book::SchemeBook;
use crate::kernel::context::Context;
use crate::registry::schemes::Outcome;
use crate::registry::subsidies::service::{self, Decision, Outcomes};
use crate::registry::subsidies::{Claim, Review, error};

/// 审批: by one person, or by the first and then the second of two.
pub fn claim_approve(
    tx: &mut Tx,
    context: &Context,
    schemes: &SchemeBook,
    decision: &Decision<'_>,
) -> Result<Outcomes, Error> {
    let mut fault = None;
    let outcome = service::claim_approve(tx, context, decision, |tx, claim, _| {
        match claim_again(tx, context, schemes, claim) {
            Ok(now) => Ok(now.assessment.outcome == Outcome::Due && now.assessment.amount >= claim.amount),
            Err(other) => {
                fault = Some(other);
                Err(error::Error::NotFound)
            }
        }
    });
    match fault {
        Some(fault) => Err(fault),
        None => Ok(outcome?),
    }
}

/// 重新评估: freezes what is known today, where something was put right since the claim was made.
pub fn claim_reassess(
    tx: &mut Tx,
    context: &Context,
    schemes: &SchemeBook,
    decision: &Decision<'_>,
) -> Result<Claim, Error> {
    let claim = service::claim(tx, decision.actor, decision.claim)?;
    let frozen = claim_again(tx, context, schemes, &claim)?;
    let version = schemes.version(tx, &claim.obligation.scheme, claim.scheme_version)?;
    let compiled = version.ok_or(Error::NotFound)?;
    let review = Review::of(&compiled.scheme.review, &claim.obligation.part, frozen.assessment.amount);
    Ok(service::claim_reassess(tx, context, decision, &frozen, &review)?)
}
