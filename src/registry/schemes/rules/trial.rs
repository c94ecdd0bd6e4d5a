//! What a version would have paid on past data, before it takes effect: "412 people, 1.9 million".

use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::money::Fen;
use crate::registry::schemes::facts::Facts;
use crate::registry::schemes::rules::assess::{Compiled, assess};
use crate::registry::schemes::{Beneficiary, ConditionOutcome, Outcome, Part};

/// Somebody, what was known of them, and the parts that they could have claimed.
#[derive(Debug, Clone)]
pub struct Case {
    pub beneficiary: Beneficiary,
    pub facts: Facts,
    pub parts: Vec<Part>,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trial {
    /// Whom it would have paid.
    pub paid: BTreeSet<Beneficiary>,
    /// All of it together.
    pub sum: Fen,
    /// Parts by what was decided.
    pub due: u64,
    pub not_due: u64,
    pub unknown: u64,
    /// Parts in which each condition failed, by its identifier. One part may count under several.
    pub failed: BTreeMap<String, u64>,
    /// Parts that hang on something unknown, by the condition that asks for it.
    pub undecided: BTreeMap<String, u64>,
}

/// The sum of what is due doesn't fit: the amounts can't be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sum is larger than any budget")]
pub struct TooMuch;

/// Decides on every case by itself: what one part is paid does not bear on the next, and no budget ends it.
pub fn trial(compiled: &Compiled, cases: impl IntoIterator<Item = Case>) -> Result<Trial, TooMuch> {
    let mut trial = Trial::default();
    for case in cases {
        for part in &case.parts {
            trial.count(compiled, &case, part)?;
        }
    }
    Ok(trial)
}

impl Trial {
    fn count(&mut self, compiled: &Compiled, case: &Case, part: &Part) -> Result<(), TooMuch> {
        let assessment = assess(compiled, &case.facts, part);
        let (counted, why) = match assessment.outcome {
            Outcome::Due => {
                self.due += 1;
                self.sum = self.sum.checked_add(assessment.amount).ok_or(TooMuch)?;
                self.paid.insert(case.beneficiary);
                return Ok(());
            }
            Outcome::NotDue => {
                self.not_due += 1;
                (&mut self.failed, ConditionOutcome::Failed)
            }
            Outcome::Unknown => {
                self.unknown += 1;
                (&mut self.undecided, ConditionOutcome::Unknown)
            }
        };
        for condition in assessment.conditions.into_iter().filter(|one| one.result == why) {
            *counted.entry(condition.id).or_default() += 1;
        }
        Ok(())
    }
}
