//! Whether a version of a scheme can be entered: everything wrong with it at once, each error under the path of its
//! field.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use crate::kernel::codes::Code;
use crate::kernel::dates::Period;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::money::Fen;
use crate::registry::schemes::expression::{Expression, Given, Word};
use crate::registry::schemes::rules::assess::Compiled;
use crate::registry::schemes::rules::try_out::{Wanted, try_out};
use crate::registry::schemes::{
    AreaOf, BeneficiaryKind, BuiltIn, Condition, Instalment, Review, Schedule, SchemeVersion, Text,
};

/// Characters of a title, a document or a sentence.
const LONGEST_TEXT: usize = 1_000;
/// Conditions, instalments, exclusions, papers of one scheme.
const MOST: usize = 40;

/// A version that can be entered, ready for assessments.
///
/// # Errors
/// Everything that is wrong with it.
pub fn check(scheme: &SchemeVersion) -> Result<Compiled, Invalid> {
    let mut errors = Vec::new();
    names(scheme, &mut errors);
    texts(scheme, &mut errors);
    period(scheme, &mut errors);
    conditions(&scheme.conditions, &mut errors);
    schedule(&scheme.schedule, &mut errors);
    money(scheme, &mut errors);
    exclusions(scheme, &mut errors);
    review(&scheme.review, &mut errors);
    for (index, condition) in scheme.conditions.iter().enumerate() {
        let field = format!("conditions[{index}].cel");
        expression(&field, &condition.cel, Wanted::Truth, &scheme.schedule, &mut errors);
    }
    expression("amount", &scheme.amount, Wanted::Amount, &scheme.schedule, &mut errors);
    Invalid::if_any(errors)?;
    Compiled::read(scheme.clone())
}

/// Refuses a version whose days another version of the scheme already has.
///
/// # Errors
/// Names the version and its days, at `valid_from`.
pub fn check_overlap(scheme: &SchemeVersion, others: &[SchemeVersion]) -> Result<(), Invalid> {
    refuse_overlaps(overlapping(scheme, others))
}

/// Refuses a draft that could never be put in force: one that begins no later than a version whose days it shares. A
/// version that began before it can still be ended in time.
///
/// # Errors
/// As [`check_overlap`].
pub fn check_followed(draft: &SchemeVersion, others: &[SchemeVersion]) -> Result<(), Invalid> {
    refuse_overlaps(overlapping(draft, others).filter(|other| other.valid_from >= draft.valid_from))
}

/// The other versions of a scheme that share days with it.
pub fn overlapping<'a>(
    scheme: &'a SchemeVersion,
    others: &'a [SchemeVersion],
) -> impl Iterator<Item = &'a SchemeVersion> {
    let own = Period { from: scheme.valid_from, to: scheme.valid_to };
    let others = others.iter().filter(|other| other.code == scheme.code && other.version != scheme.version);
    others.filter(move |other| Period { from: other.valid_from, to: other.valid_to }.overlaps(&own))
}

fn refuse_overlaps<'a>(overlapping: impl Iterator<Item = &'a SchemeVersion>) -> Result<(), Invalid> {
    let errors = overlapping
        .map(|other| {
            let last = other.valid_to.map_or_else(|| "…".to_owned(), |day| day.to_string());
            FieldError::new("valid_from", "versions-overlap")
                .with("version", other.version)
                .with("from", other.valid_from)
                .with("to", last)
        })
        .collect();
    Invalid::if_any(errors)
}

fn names(scheme: &SchemeVersion, errors: &mut Vec<FieldError>) {
    if !is_name(&scheme.code) {
        errors.push(FieldError::new("code", "scheme-name-form"));
    }
    if scheme.version == 0 {
        errors.push(FieldError::new("version", "out-of-range").with("min", 1).with("max", u32::MAX));
    }
    if scheme.area_of == AreaOf::Home && scheme.beneficiary == BeneficiaryKind::Organisation {
        errors.push(FieldError::new("area_of", "home-of-organisation"));
    }
}

/// Small letters and digits in words joined by hyphens, at most 60.
fn is_name(name: &str) -> bool {
    let word =
        |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    name.len() <= 60 && name.split('-').all(word)
}

fn texts(scheme: &SchemeVersion, errors: &mut Vec<FieldError>) {
    text("title", &scheme.title, errors);
    sentence("document".to_owned(), &scheme.document, errors);
    sentence("source".to_owned(), &scheme.source, errors);
    for (list, field) in [(&scheme.illustrative, "illustrative"), (&scheme.evidence, "evidence")] {
        at_most(field, list.len(), errors);
        for (index, one) in list.iter().enumerate() {
            text(&format!("{field}[{index}]"), one, errors);
        }
    }
}

fn text(field: &str, text: &Text, errors: &mut Vec<FieldError>) {
    sentence(format!("{field}.zh"), &text.zh, errors);
    sentence(format!("{field}.en"), &text.en, errors);
}

fn sentence(field: String, text: &str, errors: &mut Vec<FieldError>) {
    if text.trim().is_empty() {
        errors.push(FieldError::new(field, "required"));
    } else if text.chars().count() > LONGEST_TEXT {
        errors.push(FieldError::new(field, "too-long").with("max", LONGEST_TEXT));
    }
}

fn at_most(field: &str, count: usize, errors: &mut Vec<FieldError>) {
    if count > MOST {
        errors.push(FieldError::new(field, "too-many").with("max", MOST));
    }
}

fn period(scheme: &SchemeVersion, errors: &mut Vec<FieldError>) {
    if Period::new(scheme.valid_from, scheme.valid_to).is_none() {
        errors.push(FieldError::new("valid_to", "date-order"));
    }
}

fn conditions(conditions: &[Condition], errors: &mut Vec<FieldError>) {
    if conditions.is_empty() {
        errors.push(FieldError::new("conditions", "required"));
    }
    at_most("conditions", conditions.len(), errors);
    let mut seen = BTreeSet::new();
    for (index, condition) in conditions.iter().enumerate() {
        let field = |name: &str| format!("conditions[{index}].{name}");
        if !is_name(&condition.id) {
            errors.push(FieldError::new(field("id"), "scheme-name-form"));
        } else if BuiltIn::from_code(&condition.id).is_some() {
            errors.push(FieldError::new(field("id"), "condition-built-in"));
        } else if !seen.insert(&condition.id) {
            errors.push(FieldError::new(field("id"), "condition-twice"));
        }
        sentence(field("zh"), &condition.zh, errors);
        sentence(field("en"), &condition.en, errors);
        text(&field("remedy"), &condition.remedy, errors);
    }
}

fn schedule(schedule: &Schedule, errors: &mut Vec<FieldError>) {
    let Schedule::Instalments { instalments } = schedule else { return };
    let list = "schedule.instalments";
    if instalments.is_empty() {
        errors.push(FieldError::new(list, "required"));
        return;
    }
    at_most(list, instalments.len(), errors);
    let mut before: Option<&Instalment> = None;
    for (index, instalment) in instalments.iter().enumerate() {
        let field = |name: &str| format!("{list}[{index}].{name}");
        if !(1..=100).contains(&instalment.percent) {
            let error = FieldError::new(field("percent"), "out-of-range");
            errors.push(error.with("min", 1).with("max", 100));
        }
        if instalment.after_years > 50 {
            errors.push(FieldError::new(field("after_years"), "out-of-range").with("min", 0).with("max", 50));
        }
        if before.is_some_and(|before| before.after_years >= instalment.after_years) {
            errors.push(FieldError::new(field("after_years"), "instalments-not-ascending"));
        }
        before = Some(instalment);
    }
    let sum: u64 = instalments.iter().map(|one| u64::from(one.percent)).sum();
    if sum != 100 {
        errors.push(FieldError::new(list, "instalments-not-100").with("sum", sum));
    }
}

fn money(scheme: &SchemeVersion, errors: &mut Vec<FieldError>) {
    if scheme.budget.is_some_and(Fen::is_negative) {
        errors.push(FieldError::new("budget", "amount-negative"));
    }
    if scheme.review.second_person_above.is_some_and(Fen::is_negative) {
        errors.push(FieldError::new("review.second_person_above", "amount-negative"));
    }
}

fn exclusions(scheme: &SchemeVersion, errors: &mut Vec<FieldError>) {
    at_most("exclusions", scheme.exclusions.len(), errors);
    let mut seen = BTreeSet::new();
    for (index, code) in scheme.exclusions.iter().enumerate() {
        let field = format!("exclusions[{index}]");
        if !is_name(code) {
            errors.push(FieldError::new(field, "scheme-name-form"));
        } else if *code == scheme.code {
            errors.push(FieldError::new(field, "excludes-itself"));
        } else if !seen.insert(code) {
            errors.push(FieldError::new(field, "excluded-twice"));
        }
    }
}

fn review(review: &Review, errors: &mut Vec<FieldError>) {
    let mut within = |field: &str, value: Option<u32>, range: RangeInclusive<u32>| {
        if value.is_some_and(|value| !range.contains(&value)) {
            let error = FieldError::new(field, "out-of-range");
            errors.push(error.with("min", range.start()).with("max", range.end()));
        }
    };
    within("review.apply_by_day", review.apply_by_day, 1..=28);
    within("review.approve_by_day", review.approve_by_day, 1..=28);
    within("review.notice_days", Some(review.notice_days), 0..=60);
    within("review.appeal_days", Some(review.appeal_days), 0..=60);
}

/// Reads an expression, looks at its words, and tries it out.
fn expression(field: &str, text: &str, wanted: Wanted, schedule: &Schedule, errors: &mut Vec<FieldError>) {
    if text.trim().is_empty() {
        errors.push(FieldError::new(field, "required"));
        return;
    }
    let read = match Expression::read(text) {
        Ok(read) => read,
        Err(error) => {
            errors.push(FieldError::new(field, "cel-unreadable").with("why", error.0));
            return;
        }
    };
    let unknown = unknown_words(field, &read, schedule);
    if unknown.is_empty() {
        errors.extend(try_out(&read, wanted).map(|error| FieldError { field: field.to_owned(), ..error }));
    } else {
        errors.extend(unknown);
    }
}

fn unknown_words(field: &str, read: &Expression, schedule: &Schedule) -> Vec<FieldError> {
    let refusal = |name: &str| match Word::from_code(name) {
        None => Some("unknown-fact"),
        Some(Word::Given(given)) if !Given::is_given_by(given, schedule) => Some("word-of-another-schedule"),
        Some(_) => None,
    };
    let refused = read.names().into_iter().filter_map(|name| Some((name, refusal(name)?)));
    refused.map(|(name, code)| FieldError::new(field, code).with("name", name)).collect()
}
