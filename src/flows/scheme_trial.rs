//! 试算: what a version, a draft too, would have paid for a month that is over, on what is known of everybody who held a
//! caregiver's post then. Nothing is written.

use std::collections::BTreeMap;

use crate::db::Conn;
use crate::flows::error::Error;
use crate::flows::monthly_run::{PAGE, may_apply, parts};
use crate::flows::scheme_book::SchemeBook;
use crate::flows::subsidy_facts::gather_people;
use crate::kernel::context::Context;
use crate::kernel::ids::PersonId;
use crate::kernel::invalid::Invalid;
use crate::kernel::money::Fen;
use crate::kernel::month::Month;
use crate::registry::employment;
use crate::registry::schemes::facts::{FactName, Facts, Value};
use crate::registry::schemes::rules::assess::Compiled;
use crate::registry::schemes::rules::trial::{Case, Trial, trial};
use crate::registry::schemes::{Beneficiary, BeneficiaryKind, Part, SchemeVersion};

/// Tries `scheme` on `month` as if it had been in force then.
///
/// # Errors
/// [`Error::Invalid`] for a scheme for organisations, of which no month's facts are told, and for a sum past all sense.
pub fn scheme_trial(
    conn: &mut Conn,
    context: &Context,
    schemes: &SchemeBook,
    scheme: &SchemeVersion,
    month: Month,
) -> Result<Trial, Error> {
    if scheme.beneficiary != BeneficiaryKind::Person {
        return Err(Invalid::one("scheme", "scheme-for-others").into());
    }
    let valid_from = scheme.valid_from.min(month.first_day());
    let then = SchemeVersion { valid_from, valid_to: None, ..scheme.clone() };
    let compiled = Compiled::read(then)?;
    let mut sum = Trial::default();
    let mut after = None;
    loop {
        let page = employment::store::holders(conn, schemes.positions(), month.last_day(), after, PAGE)?;
        let Some(last) = page.last().map(|spell| spell.person) else { return Ok(sum) };
        let mut people: Vec<PersonId> = page.iter().map(|spell| spell.person).collect();
        people.dedup();
        let facts = gather_people(conn, schemes.positions(), &people, context.today())?;
        let cases = facts.into_iter().filter(|(_, facts)| may_apply(&compiled, facts));
        let cases = cases.map(|(person, facts)| case(&compiled, person, facts, month));
        let done = trial(&compiled, cases).map_err(|_| Invalid::one("amount", "sum-too-large"))?;
        add(&mut sum, done)?;
        after = Some(last);
    }
}

/// What was paid under the scheme itself does not count: the trial stands in its place.
fn case(compiled: &Compiled, person: PersonId, mut facts: Facts, month: Month) -> Case {
    if let Some(paid) = facts.values.get_mut(&FactName::PaidByScheme)
        && let Some(Value::IntegersByKey(sums)) = &mut paid.value
    {
        sums.remove(&compiled.scheme.code);
    }
    let mut asked = parts(compiled, &facts, month);
    asked.retain(|part| !matches!(part, Part::Month(other) if *other != month));
    Case { beneficiary: Beneficiary::Person(person), facts, parts: asked }
}

fn add(sum: &mut Trial, more: Trial) -> Result<(), Error> {
    let Trial { paid, sum: amount, due, not_due, unknown, failed, undecided } = more;
    let merge = |all: &mut BTreeMap<String, u64>, more: BTreeMap<String, u64>| {
        for (condition, count) in more {
            *all.entry(condition).or_default() += count;
        }
    };
    sum.paid.extend(paid);
    sum.sum = Fen::sum([sum.sum, amount]).ok_or_else(|| Invalid::one("amount", "sum-too-large"))?;
    sum.due += due;
    sum.not_due += not_due;
    sum.unknown += unknown;
    merge(&mut sum.failed, failed);
    merge(&mut sum.undecided, undecided);
    Ok(())
}
