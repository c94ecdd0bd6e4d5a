//! Whether a part of a scheme is owed, and how much.

use cel::Context;

use crate::kernel::area::AreaCode;
use crate::kernel::codes::Code;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::money::Fen;
use crate::kernel::vocabulary::InstitutionKind;
use crate::registry::schemes::expression::{Expression, Words, amount, context, truth};
use crate::registry::schemes::facts::{FactName, Facts, Value};
use crate::registry::schemes::{
    AreaOf, Assessment, BeneficiaryKind, BuiltIn, ConditionOutcome, ConditionResult, FactUsed, Instalment,
    Outcome, Part, Schedule, SchemeVersion,
};

/// A version whose expressions have been read, ready for many assessments.
#[derive(Debug)]
pub struct Compiled {
    pub scheme: SchemeVersion,
    conditions: Vec<Expression>,
    amount: Expression,
}

impl Compiled {
    /// Reads the expressions. Whether the scheme makes sense is `rules::check`'s question.
    ///
    /// # Errors
    /// The expressions that can't be read, all of them, by the path of their field.
    pub fn read(scheme: SchemeVersion) -> Result<Self, Invalid> {
        let mut errors = Vec::new();
        let mut read = |field: String, text: &str| {
            Expression::read(text)
                .map_err(|error| errors.push(FieldError::new(field, "cel-unreadable").with("why", error.0)))
                .ok()
        };
        let conditions: Vec<_> = scheme
            .conditions
            .iter()
            .enumerate()
            .map(|(index, condition)| read(format!("conditions[{index}].cel"), &condition.cel))
            .collect();
        let amount = read("amount".to_owned(), &scheme.amount);
        match (conditions.into_iter().collect(), amount) {
            (Some(conditions), Some(amount)) => Ok(Self { scheme, conditions, amount }),
            _ => Err(Invalid(errors)),
        }
    }
}

/// Decides on one part from the facts of one beneficiary, and from nothing else.
#[must_use]
pub fn assess(compiled: &Compiled, facts: &Facts, part: &Part) -> Assessment {
    let scheme = &compiled.scheme;
    let words = Words::new(facts, &scheme.code, part);
    let context = context(&words);
    let mut conditions = built_in(scheme, facts, part);
    for (condition, expression) in scheme.conditions.iter().zip(&compiled.conditions) {
        conditions.push(ConditionResult {
            id: condition.id.clone(),
            result: outcome_of(truth(expression, &context)),
            facts: expression.facts_used(&words),
        });
    }
    let failed = conditions.iter().any(|one| one.result == ConditionOutcome::Failed);
    let amount = if failed { None } else { part_amount(compiled, &context, part) };
    if !failed {
        conditions.push(ConditionResult {
            id: BuiltIn::Amount.code().to_owned(),
            result: outcome_of(amount.map(Fen::is_positive)),
            facts: compiled.amount.facts_used(&words),
        });
    }
    let outcome = outcome(&conditions);
    let amount = amount.filter(|_| outcome == Outcome::Due).unwrap_or(Fen::ZERO);
    Assessment {
        scheme: scheme.code.clone(),
        version: scheme.version,
        on: facts.on,
        part: part.clone(),
        outcome,
        amount,
        conditions,
    }
}

/// What the part would be if every condition were met; `None`: unknown.
#[must_use]
pub fn amount_if_met(compiled: &Compiled, facts: &Facts, part: &Part) -> Option<Fen> {
    let words = Words::new(facts, &compiled.scheme.code, part);
    part_amount(compiled, &context(&words), part)
}

fn outcome(conditions: &[ConditionResult]) -> Outcome {
    let any = |result| conditions.iter().any(|one| one.result == result);
    if any(ConditionOutcome::Failed) {
        Outcome::NotDue
    } else if any(ConditionOutcome::Unknown) {
        Outcome::Unknown
    } else {
        Outcome::Due
    }
}

const fn outcome_of(truth: Option<bool>) -> ConditionOutcome {
    match truth {
        Some(true) => ConditionOutcome::Passed,
        Some(false) => ConditionOutcome::Failed,
        None => ConditionOutcome::Unknown,
    }
}

/// The amount of the part; `None`: unknown.
fn part_amount(compiled: &Compiled, context: &Context<'_, '_>, part: &Part) -> Option<Fen> {
    let whole = amount(&compiled.amount, context)?;
    match (&compiled.scheme.schedule, part) {
        (Schedule::Instalments { instalments }, Part::Instalment(number)) => {
            share(whole, instalments, usize::try_from(*number).ok()?)
        }
        _ => Some(whole),
    }
}

/// The share of the instalment `number` (from 1 up). What rounding leaves over goes to the next one, so that all of
/// them together are the whole.
fn share(whole: Fen, instalments: &[Instalment], number: usize) -> Option<Fen> {
    let until = |count: usize| {
        let percent: u32 = instalments.get(..count)?.iter().map(|one| one.percent).sum();
        whole.percent(percent)
    };
    until(number)?.checked_sub(until(number.checked_sub(1)?)?)
}

/// The conditions that every scheme has, those that apply to this one.
fn built_in(scheme: &SchemeVersion, facts: &Facts, part: &Part) -> Vec<ConditionResult> {
    let mut results = vec![
        plain(BuiltIn::InForce, is_in_force(scheme, facts, part)),
        plain(BuiltIn::PartOfSchedule, has_part(&scheme.schedule, part)),
        area(scheme, facts),
    ];
    if !scheme.employer_kinds.is_empty() {
        results.push(employer_kind(&scheme.employer_kinds, facts));
    }
    if let Part::Month(month) = part {
        results.push(plain(BuiltIn::MonthFinished, facts.on > month.last_day()));
    }
    if let (Schedule::Instalments { instalments }, Part::Instalment(number)) = (&scheme.schedule, part) {
        let index = usize::try_from(*number).ok().and_then(|number| number.checked_sub(1));
        if let Some(instalment) = index.and_then(|index| instalments.get(index)) {
            results.push(service_reached(*instalment, facts));
        }
    }
    if !scheme.exclusions.is_empty() {
        results.push(not_excluded(&scheme.exclusions, facts));
    }
    results
}

fn plain(built_in: BuiltIn, holds: bool) -> ConditionResult {
    ConditionResult { id: built_in.code().to_owned(), result: outcome_of(Some(holds)), facts: Vec::new() }
}

fn with_fact(built_in: BuiltIn, holds: Option<bool>, fact: FactUsed) -> ConditionResult {
    ConditionResult { id: built_in.code().to_owned(), result: outcome_of(holds), facts: vec![fact] }
}

fn used(facts: &Facts, name: FactName) -> FactUsed {
    let source = facts.values.get(&name).map(|fact| fact.source.clone());
    FactUsed { name, value: facts.known(name).cloned(), source }
}

/// A month belongs to the version that was in force on its first day, everything else to that of the day itself.
fn is_in_force(scheme: &SchemeVersion, facts: &Facts, part: &Part) -> bool {
    let day = match part {
        Part::Month(month) => month.first_day(),
        _ => facts.on,
    };
    scheme.valid_from <= day && scheme.valid_to.is_none_or(|last| day <= last)
}

fn has_part(schedule: &Schedule, part: &Part) -> bool {
    match (schedule, part) {
        (Schedule::Once, Part::Once)
        | (Schedule::Monthly, Part::Month(_))
        | (Schedule::PerLevel, Part::Level(_))
        | (Schedule::PerEvent, Part::Event(_)) => true,
        (Schedule::Instalments { instalments }, Part::Instalment(number)) => {
            usize::try_from(*number).is_ok_and(|number| (1..=instalments.len()).contains(&number))
        }
        _ => false,
    }
}

fn area(scheme: &SchemeVersion, facts: &Facts) -> ConditionResult {
    let name = match (scheme.area_of, scheme.beneficiary) {
        (AreaOf::Home, BeneficiaryKind::Person) => FactName::HomeArea,
        _ => FactName::EmployerArea,
    };
    let fact = used(facts, name);
    let holds = match &fact.value {
        Some(Value::Text(code)) => code.parse().ok().map(|code: AreaCode| code.is_within(&scheme.area)),
        _ => None,
    };
    with_fact(BuiltIn::Area, holds, fact)
}

fn employer_kind(kinds: &[InstitutionKind], facts: &Facts) -> ConditionResult {
    let fact = used(facts, FactName::EmployerKind);
    let holds = match &fact.value {
        Some(Value::Text(code)) => Some(kinds.iter().any(|kind| kind.code() == code)),
        _ => None,
    };
    with_fact(BuiltIn::EmployerKind, holds, fact)
}

fn service_reached(instalment: Instalment, facts: &Facts) -> ConditionResult {
    let fact = used(facts, FactName::ServiceMonths);
    let holds = match &fact.value {
        Some(Value::Integer(months)) => Some(*months >= i64::from(instalment.after_years) * 12),
        _ => None,
    };
    with_fact(BuiltIn::ServiceReached, holds, fact)
}

/// Of what was paid, only the schemes that matter are kept with the decision.
fn not_excluded(exclusions: &[String], facts: &Facts) -> ConditionResult {
    let mut fact = used(facts, FactName::PaidByScheme);
    let mut holds = None;
    if let Some(Value::IntegersByKey(paid)) = &mut fact.value {
        paid.retain(|code, _| exclusions.contains(code));
        holds = Some(paid.values().all(|amount| *amount <= 0));
    }
    with_fact(BuiltIn::NotExcluded, holds, fact)
}
