//! 月度核算: proposes what is due to everybody who holds a caregiver's post, as drafts of claims that their employers look
//! through and submit, instead of forms to be filled in.
//!
//! It goes through the people in pages, each in a transaction of its own, and passes over what is claimed or proposed
//! already: run again, it goes on where it was interrupted, and proposes what has become due since.

use std::sync::Arc;

use serde::Serialize;
use serde_json::json;

use crate::db::{Database, Tx};
use crate::flows::error::Error;
use crate::flows::scheme_book::SchemeBook;
use crate::flows::subsidy_facts::gather_people;
use crate::kernel::context::Context;
use crate::kernel::ids::PersonId;
use crate::kernel::money::Fen;
use crate::kernel::month::Month;
use crate::registry::employment::Employment;
use crate::registry::organisations::Organisation;
use crate::registry::schemes::facts::{FactName, Facts, Value};
use crate::registry::schemes::rules::assess::{Compiled, assess};
use crate::registry::schemes::rules::possible::claimable;
use crate::registry::schemes::{AreaOf, Beneficiary, BeneficiaryKind, Outcome, Part, Schedule};
use crate::registry::subsidies::{Frozen, NewClaim, Review, claim_store, draft_store};
use crate::registry::{audit, employment, organisations};

/// People of one transaction.
pub const PAGE: i64 = 500;
/// Months before the one of the run that are looked at again, for certificates and days of work that came late.
const MONTHS_BEFORE: usize = 2;

/// What a run proposed (核算结果).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Proposed {
    pub people: u64,
    /// Parts that were weighed.
    pub assessed: u64,
    /// Drafts that were made.
    pub proposed: u64,
    pub amount_fen: Fen,
    /// Parts that can't be decided on, for want of facts.
    pub unknown: u64,
}

/// Proposes what is due of `month`, which has to be over, and what else has fallen due.
///
/// # Errors
/// Of the page that could not be written; those before it stay.
pub fn monthly_run(
    database: &Database,
    context: &Context,
    schemes: &SchemeBook,
    month: Month,
) -> Result<Proposed, Error> {
    let in_force = database.read(|conn| schemes.all_in_force(conn, month.first_day()))?;
    let mut sum = Proposed::default();
    let mut after = None;
    loop {
        let page = database.read(|conn| {
            let day = month.last_day();
            Ok::<_, Error>(employment::store::holders(conn, schemes.positions(), day, after, PAGE)?)
        })?;
        let Some(last) = page.last().map(|spell| spell.person) else { return Ok(sum) };
        let done = database.write(|tx| propose(tx, context, schemes, &in_force, month, &page))?;
        sum.add(&done);
        after = Some(last);
    }
}

impl Proposed {
    fn add(&mut self, more: &Self) {
        self.people += more.people;
        self.assessed += more.assessed;
        self.proposed += more.proposed;
        self.amount_fen = self.amount_fen.checked_add(more.amount_fen).unwrap_or(self.amount_fen);
        self.unknown += more.unknown;
    }
}

fn propose(
    tx: &mut Tx,
    context: &Context,
    schemes: &SchemeBook,
    in_force: &[Arc<Compiled>],
    month: Month,
    page: &[Employment],
) -> Result<Proposed, Error> {
    let mut people: Vec<PersonId> = page.iter().map(|spell| spell.person).collect();
    people.dedup();
    let facts = gather_people(tx, schemes.positions(), &people, context.today())?;
    let taken = claim_store::taken(tx, &people)?;
    let employers: Vec<_> = page.iter().map(|spell| spell.organisation).collect();
    let employers = organisations::store::find_many(tx, &employers)?;
    let employer = |spell: &Employment| employers.iter().find(|one| one.id == spell.organisation);
    let mut done = Proposed { people: people.len() as u64, ..Proposed::default() };
    let mut new = Vec::new();
    for person in people {
        let at = page.iter().find(|spell| spell.person == person).and_then(employer);
        let (Some(facts), Some(at)) = (facts.get(&person), at) else { continue };
        for scheme in in_force.iter().filter(|scheme| may_apply(scheme, facts)) {
            for part in parts(scheme, facts, month) {
                if taken.contains(&(person, scheme.scheme.code.clone(), part.to_string())) {
                    continue;
                }
                done.assessed += 1;
                let assessment = assess(scheme, facts, &part);
                match assessment.outcome {
                    Outcome::Due => new.push(draft(scheme, person, at, Frozen::of(facts, assessment))),
                    Outcome::Unknown => done.unknown += 1,
                    Outcome::NotDue => {}
                }
            }
        }
    }
    done.proposed = new.len() as u64;
    done.amount_fen = Fen::sum(new.iter().map(|one| one.frozen.assessment.amount)).unwrap_or_default();
    draft_store::insert_all(tx, context, &new)?;
    let details = json!({ "month": month, "proposed": done.proposed, "amount_fen": done.amount_fen });
    audit::store::record(tx, context, "monthly_run", ("month", month), details)?;
    Ok(done)
}

/// Whether a scheme is for people, and not of another area as far as is known.
pub fn may_apply(compiled: &Compiled, facts: &Facts) -> bool {
    let scheme = &compiled.scheme;
    let lies_in = match scheme.area_of {
        AreaOf::Employer => FactName::EmployerArea,
        AreaOf::Home => FactName::HomeArea,
    };
    let elsewhere = match facts.known(lies_in) {
        Some(Value::Text(area)) => !area.starts_with(scheme.area.as_str()),
        _ => false,
    };
    scheme.beneficiary == BeneficiaryKind::Person && !elsewhere
}

/// The parts of a scheme that may be due: of a monthly one the month and those shortly before it.
pub fn parts(compiled: &Compiled, facts: &Facts, month: Month) -> Vec<Part> {
    match compiled.scheme.schedule {
        Schedule::Monthly => {
            let before = |month: &Month| month.first_day().pred_opt().map(Month::of);
            let months = std::iter::successors(Some(month), before).take(MONTHS_BEFORE + 1);
            let in_force = months.filter(|month| month.first_day() >= compiled.scheme.valid_from);
            in_force.map(Part::Month).collect()
        }
        _ => claimable(&compiled.scheme.schedule, facts),
    }
}

fn draft(compiled: &Compiled, person: PersonId, employer: &Organisation, frozen: Frozen) -> NewClaim {
    let review = Review::of(&compiled.scheme.review, &frozen.assessment.part, frozen.assessment.amount);
    NewClaim {
        beneficiary: Beneficiary::Person(person),
        frozen,
        applicant: Some(employer.id),
        area: employer.area_code.clone(),
        review,
    }
}
