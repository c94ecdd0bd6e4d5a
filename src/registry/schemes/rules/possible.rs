//! What somebody could get, and what is missing: asked before a claim.

use std::collections::BTreeSet;

use crate::kernel::codes::Code;
use crate::kernel::money::Fen;
use crate::kernel::month::Month;
use crate::kernel::skill::SkillLevel;
use crate::registry::schemes::facts::{FactName, Facts, Value};
use crate::registry::schemes::rules::assess::{Compiled, amount_if_met, assess};
use crate::registry::schemes::{
    Assessment, BeneficiaryKind, BuiltIn, Condition, ConditionOutcome, ConditionResult, EventName, Part,
    Schedule,
};

/// A part of a scheme as it stands for somebody.
#[derive(Debug, Clone)]
pub struct Possibility<'a> {
    pub assessment: Assessment,
    /// What it would be if every condition were met; `None`: unknown.
    pub amount: Option<Fen>,
    /// Empty where it is due.
    pub missing: Vec<Missing<'a>>,
}

/// A condition that failed or isn't known.
#[derive(Debug, Clone)]
pub struct Missing<'a> {
    pub result: ConditionResult,
    /// Its sentence and remedy; `None` for a built-in one, whose words go by its identifier.
    pub condition: Option<&'a Condition>,
}

/// The parts that could be claimed on the day of the facts under the schemes given. Left out are schemes for others,
/// of other areas, and not in force.
pub fn possible<'a>(schemes: &'a [Compiled], kind: BeneficiaryKind, facts: &Facts) -> Vec<Possibility<'a>> {
    let for_them = schemes.iter().filter(|compiled| compiled.scheme.beneficiary == kind);
    let each = for_them.flat_map(|compiled| {
        let parts = claimable(&compiled.scheme.schedule, facts);
        parts.into_iter().filter_map(|part| possibility(compiled, facts, &part))
    });
    each.collect()
}

fn possibility<'a>(compiled: &'a Compiled, facts: &Facts, part: &Part) -> Option<Possibility<'a>> {
    let assessment = assess(compiled, facts, part);
    let elsewhere = |one: &ConditionResult| {
        let code = BuiltIn::from_code(&one.id);
        one.result == ConditionOutcome::Failed && matches!(code, Some(BuiltIn::InForce | BuiltIn::Area))
    };
    if assessment.conditions.iter().any(elsewhere) {
        return None;
    }
    let open = assessment.conditions.iter().filter(|one| one.result != ConditionOutcome::Passed);
    let missing = open.map(|result| Missing {
        result: result.clone(),
        condition: compiled.scheme.conditions.iter().find(|condition| condition.id == result.id),
    });
    let missing = missing.collect();
    Some(Possibility { amount: amount_if_met(compiled, facts, part), assessment, missing })
}

/// The parts that somebody may ask for: the month before, every instalment, every level held, every training, contest
/// or project that is known.
#[must_use]
pub fn claimable(schedule: &Schedule, facts: &Facts) -> Vec<Part> {
    match schedule {
        Schedule::Once => vec![Part::Once],
        Schedule::Monthly => {
            let before = Month::of(facts.on).first_day().pred_opt();
            before.map(|day| Part::Month(Month::of(day))).into_iter().collect()
        }
        Schedule::Instalments { instalments } => {
            (1..).zip(instalments).map(|(number, _)| Part::Instalment(number)).collect()
        }
        Schedule::PerLevel => levels_held(facts).map(Part::Level).collect(),
        Schedule::PerEvent => events(facts).into_iter().filter_map(EventName::new).map(Part::Event).collect(),
    }
}

fn levels_held(facts: &Facts) -> impl Iterator<Item = SkillLevel> {
    let held = match facts.known(FactName::LevelObtainedOn) {
        Some(Value::DatesByKey(held)) => Some(held),
        _ => None,
    };
    let levels = SkillLevel::ALL.iter().copied();
    levels.filter(move |level| held.is_some_and(|held| held.contains_key(level.code())))
}

fn events(facts: &Facts) -> BTreeSet<&str> {
    const LISTS: [FactName; 5] = [
        FactName::TrainingsFinished,
        FactName::CarerTrainings,
        FactName::ContestRank,
        FactName::CentreUpgrades,
        FactName::NeighbourPoints,
    ];
    let mut events = BTreeSet::new();
    for name in LISTS {
        match facts.known(name) {
            Some(Value::Texts(list)) => events.extend(list.iter().map(String::as_str)),
            Some(Value::IntegersByKey(table)) => events.extend(table.keys().map(String::as_str)),
            _ => {}
        }
    }
    events
}
