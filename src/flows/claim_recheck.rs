//! 复核: what was claimed is assessed again by what is known now of the day that it was decided on, each month and where
//! something that it rests on falls. What is not due any more is stopped if it was not paid, and proposed to be asked
//! back if it was; people decide on the latter.

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike, NaiveDate};

use crate::db::Tx;
use crate::flows::error::Error;
use crate::flows::scheme_book::SchemeBook;
use crate::flows::subsidy_facts::gather_people;
use crate::kernel::context::Context;
use crate::kernel::ids::{ClaimId, PersonId};
use crate::kernel::money::Fen;
use crate::registry::schemes::facts::{FactName, Facts, Value};
use crate::registry::schemes::rules::assess::assess;
use crate::registry::schemes::{Assessment, Beneficiary, Outcome, Part};
use crate::registry::subsidies::rules::state::StateCode;
use crate::registry::subsidies::{Claim, ClawbackCause, claim_store, clawback, service};

/// Why claims are looked at again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// 月度复核
    Month,
    /// 证书被撤销
    Revocation,
}

impl Because {
    const fn cause(self) -> ClawbackCause {
        match self {
            Self::Month => ClawbackCause::Overpaid,
            Self::Revocation => ClawbackCause::CertificateRevoked,
        }
    }

    /// In both languages: it is kept with the claim.
    const fn words(self) -> &'static str {
        match self {
            Self::Month => "月度复核：按现有事实不再应发 · Monthly check: not due by what is known now",
            Self::Revocation => "证书被撤销，自始无效 · The certificate was revoked as never rightly issued",
        }
    }
}

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
    because: Because,
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
        let what = if same { recheck(tx, context, because, &claim, assessment)? } else { Rechecked::Stands };
        found.push((claim.id, what));
    }
    Ok(found)
}

fn recheck(
    tx: &mut Tx,
    context: &Context,
    because: Because,
    claim: &Claim,
    assessment: &Assessment,
) -> Result<Rechecked, Error> {
    if assessment.outcome == Outcome::Unknown {
        return Ok(Rechecked::Unknown);
    }
    if assessment.amount >= claim.amount {
        return Ok(Rechecked::Stands);
    }
    let (cause, why) = (because.cause(), because.words());
    Ok(match claim.state.code() {
        StateCode::InBatch => Rechecked::OnItsWay,
        StateCode::Paid => {
            let amount = Fen::new(claim.amount.get() - assessment.amount.get());
            match clawback::clawback_propose(tx, context, claim, (cause, amount), why)? {
                Some(_) => Rechecked::Proposed(amount),
                None => Rechecked::Stands,
            }
        }
        _ if claim.state.stop().is_ok() => {
            service::stopped(tx, context, claim, why)?;
            Rechecked::Stopped
        }
        _ => Rechecked::Stands,
    })
}

/// Each claim's assessment by what is known now of its day.
pub fn assessed_again(
    tx: &mut Tx,
    schemes: &SchemeBook,
    claims: &[Claim],
) -> Result<Vec<(ClaimId, Assessment)>, Error> {
    let mut by_day: BTreeMap<NaiveDate, Vec<(&Claim, PersonId)>> = BTreeMap::new();
    for claim in claims {
        if let Beneficiary::Person(person) = claim.obligation.beneficiary {
            by_day.entry(claim.assessed_on).or_default().push((claim, person));
        }
    }
    let mut found = Vec::with_capacity(claims.len());
    for (on, same_day) in by_day {
        let people: Vec<PersonId> = same_day.iter().map(|(_, person)| *person).collect();
        let facts: HashMap<PersonId, Facts> = gather_people(tx, schemes.positions(), &people, on)?;
        for (claim, person) in same_day {
            let version = schemes.version(tx, &claim.obligation.scheme, claim.scheme_version)?;
            let (Some(compiled), Some(facts)) = (version, facts.get(&person)) else { continue };
            let facts = without(claim, facts.clone());
            found.push((claim.id, assess(&compiled, &facts, &claim.obligation.part)));
        }
    }
    Ok(found)
}

/// What is known but for what the claim itself came to.
fn without(claim: &Claim, mut facts: Facts) -> Facts {
    let mut less = |name: FactName, key: &str, by: i64| {
        if let Some(paid) = facts.values.get_mut(&name)
            && let Some(Value::IntegersByKey(sums)) = &mut paid.value
            && let Some(sum) = sums.get_mut(key)
        {
            *sum -= by;
        }
    };
    less(FactName::PaidByScheme, &claim.obligation.scheme, claim.amount.get());
    if matches!(claim.obligation.part, Part::Event(_)) {
        less(FactName::TrainingsPaid, &claim.assessed_on.year().to_string(), 1);
    }
    facts
}

/// Looks again at everything that these people were promised or paid.
pub fn people_recheck(
    tx: &mut Tx,
    context: &Context,
    schemes: &SchemeBook,
    because: Because,
    people: &[PersonId],
) -> Result<Vec<(ClaimId, Rechecked)>, Error> {
    let claims = claim_store::settled_of(tx, people)?;
    let again = assessed_again(tx, schemes, &claims)?;
    claims_recheck(tx, context, because, &again)
}
