//! 月度复核: every claim that was approved or paid in the last year is assessed again by what is known now of the day that
//! it was decided on. Other facts, told late or corrected, stop what is not paid yet and propose to ask back the rest.

use std::collections::{BTreeMap, HashMap};

use chrono::{Months, NaiveDate};
use serde::Serialize;

use crate::db::{Database, Tx};
use crate::flows::claim_recheck::{Rechecked, claims_recheck};
use crate::flows::error::Error;
use crate::flows::scheme_book::SchemeBook;
use crate::flows::subsidy_facts::gather_people;
use crate::kernel::context::Context;
use crate::kernel::ids::{ClaimId, PersonId};
use crate::registry::schemes::facts::{FactName, Facts, Value};
use crate::registry::schemes::rules::assess::assess;
use crate::registry::schemes::{Assessment, Beneficiary};
use crate::registry::subsidies::{Claim, claim_store};

/// Claims of one transaction.
const PAGE: i64 = 500;
const BACK: Months = Months::new(12);

/// What a check came to (复核结果).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    pub claims: u64,
    /// Not paid yet, and due no more.
    pub stopped: u64,
    /// Paid, and proposed to be asked back.
    pub proposed: u64,
}

/// Checks the claims of people, a page in each transaction.
pub fn monthly_recheck(
    database: &Database,
    context: &Context,
    schemes: &SchemeBook,
) -> Result<Checked, Error> {
    let since = context.today().checked_sub_months(BACK).unwrap_or(NaiveDate::MIN);
    let mut sum = Checked::default();
    let mut after = None;
    loop {
        let page = database.read(|conn| Ok::<_, Error>(claim_store::settled(conn, since, after, PAGE)?))?;
        let Some(last) = page.last().map(|claim| claim.id) else { return Ok(sum) };
        let done = database.write(|tx| {
            let again = again(tx, schemes, &page)?;
            claims_recheck(tx, context, &again)
        })?;
        sum.claims += page.len() as u64;
        for (_, what) in done {
            match what {
                Rechecked::Stopped => sum.stopped += 1,
                Rechecked::Proposed(_) => sum.proposed += 1,
                Rechecked::Stands | Rechecked::Unknown | Rechecked::OnItsWay => {}
            }
        }
        after = Some(last);
    }
}

/// Each claim's assessment by what is known now of its day.
fn again(tx: &mut Tx, schemes: &SchemeBook, page: &[Claim]) -> Result<Vec<(ClaimId, Assessment)>, Error> {
    let mut by_day: BTreeMap<NaiveDate, Vec<(&Claim, PersonId)>> = BTreeMap::new();
    for claim in page {
        if let Beneficiary::Person(person) = claim.obligation.beneficiary {
            by_day.entry(claim.assessed_on).or_default().push((claim, person));
        }
    }
    let mut found = Vec::with_capacity(page.len());
    for (on, claims) in by_day {
        let people: Vec<PersonId> = claims.iter().map(|(_, person)| *person).collect();
        let facts: HashMap<PersonId, Facts> = gather_people(tx, schemes.positions(), &people, on)?;
        for (claim, person) in claims {
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
    if let Some(paid) = facts.values.get_mut(&FactName::PaidByScheme)
        && let Some(Value::IntegersByKey(sums)) = &mut paid.value
        && let Some(sum) = sums.get_mut(&claim.obligation.scheme)
    {
        *sum -= claim.amount.get();
    }
    facts
}
