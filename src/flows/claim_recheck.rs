//! 月度复核: what was claimed is assessed again each month. What is not due any more is stopped if it was not paid, and
//! proposed to be asked back if it was; people decide on the latter.

use crate::db::Tx;
use crate::flows::error::Error;
use crate::kernel::context::Context;
use crate::kernel::ids::ClaimId;
use crate::kernel::money::Fen;
use crate::registry::schemes::{Assessment, Outcome};
use crate::registry::subsidies::rules::state::StateCode;
use crate::registry::subsidies::{Claim, ClawbackCause, claim_store, clawback, service};

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rechecked {
    /// It is due as before, or was decided on otherwise already.
    Stands,
    /// Facts are missing: nothing is decided on what is unknown.
    Unknown,
    Stopped,
    /// It is on its way to the bank, and is looked at again next month.
    OnItsWay,
    /// To be asked back, if two persons say so.
    Proposed(Fen),
}

/// Compares each claim with its new assessment. One that belongs to another part or scheme is left alone.
pub fn claims_recheck(
    tx: &mut Tx,
    context: &Context,
    again: &[(ClaimId, Assessment)],
) -> Result<Vec<(ClaimId, Rechecked)>, Error> {
    let mut ids: Vec<ClaimId> = again.iter().map(|(id, _)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    for id in &ids {
        claim_store::hold(tx, *id)?;
    }
    let mut claims = claim_store::find_many(tx, &ids)?;
    // Several at once take the budget lines in the same order.
    claims.sort_by_key(|claim| (claim.budget_line, claim.id));
    let mut found = Vec::with_capacity(claims.len());
    for claim in claims {
        let Some((_, assessment)) = again.iter().find(|(id, _)| *id == claim.id) else { continue };
        let same = assessment.scheme == claim.obligation.scheme && assessment.part == claim.obligation.part;
        let what = if same { recheck(tx, context, &claim, assessment)? } else { Rechecked::Stands };
        found.push((claim.id, what));
    }
    Ok(found)
}

fn recheck(
    tx: &mut Tx,
    context: &Context,
    claim: &Claim,
    assessment: &Assessment,
) -> Result<Rechecked, Error> {
    if assessment.outcome == Outcome::Unknown {
        return Ok(Rechecked::Unknown);
    }
    if assessment.amount >= claim.amount {
        return Ok(Rechecked::Stands);
    }
    let why = format!("monthly check of {}", assessment.on);
    Ok(match claim.state.code() {
        StateCode::InBatch => Rechecked::OnItsWay,
        StateCode::Paid => {
            let amount = Fen::new(claim.amount.get() - assessment.amount.get());
            let cause = ClawbackCause::Overpaid;
            match clawback::clawback_propose(tx, context, claim, (cause, amount), &why)? {
                Some(_) => Rechecked::Proposed(amount),
                None => Rechecked::Stands,
            }
        }
        _ if claim.state.stop().is_ok() => {
            service::stopped(tx, context, claim, &why)?;
            Rechecked::Stopped
        }
        _ => Rechecked::Stands,
    })
}
