//! What expressions may call.
//!
//! | function | gives |
//! |---|---|
//! | `date("2020-12-21")` | a day |
//! | `years(from, to)`, `months(from, to)` | whole years or months between two days, negative where `to` is earlier |
//! | `years_after(day, n)` | the same day n years later; 28 February for 29 February |
//! | `month_of(day)` | the month of a day, as in "2026-07" |
//! | `yuan(n)` | n yuan, in fen |
//! | `percent(amount, n)` | n hundredths of an amount, a half fen counting as a whole one |
//! | `least(a, b)`, `greatest(a, b)` | of two integers |
//!
//! Besides these there are the operators and functions of CEL's standard library. There are no macros, so an
//! expression ends after as many steps as it has words.

#![expect(clippy::trivially_copy_pass_by_ref, reason = "CEL hands its functions references")]

use std::sync::{Arc, LazyLock};

use cel::common::types::{CelInt, CelString};
use cel::{DeclarationError, Env, ExecutionError, add_overload};
use chrono::NaiveDate;

use crate::kernel::dates;
use crate::kernel::money::Fen;
use crate::kernel::month::Month;
use crate::registry::schemes::values::Day;

/// Each function with the way it is called.
pub const FUNCTIONS: [(&str, &str); 9] = [
    ("date", "date(\"2020-12-21\")"),
    ("years", "years(from, to)"),
    ("months", "months(from, to)"),
    ("years_after", "years_after(day, n)"),
    ("month_of", "month_of(day)"),
    ("yuan", "yuan(n)"),
    ("percent", "percent(amount, n)"),
    ("least", "least(a, b)"),
    ("greatest", "greatest(a, b)"),
];

/// Declared once. No name of it is taken twice, so that no declaration fails: the tests call each function.
pub static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut env = Env::default().with_optional_support(false).with_stdlib();
    let declared = declare(&mut env);
    debug_assert_eq!(declared, Ok(()));
    Arc::new(env)
});

fn declare(env: &mut Env) -> Result<(), DeclarationError> {
    add_overload!(env, fn date: (CelString) -> Result<Day, ExecutionError>, name = "date")?;
    add_overload!(env, fn years: (Day, Day) -> CelInt, name = "years")?;
    add_overload!(env, fn months: (Day, Day) -> CelInt, name = "months")?;
    add_overload!(env, fn years_after: (Day, CelInt) -> Result<Day, ExecutionError>, name = "years_after")?;
    add_overload!(env, fn month_of: (Day) -> CelString, name = "month_of")?;
    add_overload!(env, fn yuan: (CelInt) -> Result<CelInt, ExecutionError>, name = "yuan")?;
    add_overload!(env, fn percent: (CelInt, CelInt) -> Result<CelInt, ExecutionError>, name = "percent")?;
    add_overload!(env, fn least: (CelInt, CelInt) -> CelInt, name = "least")?;
    add_overload!(env, fn greatest: (CelInt, CelInt) -> CelInt, name = "greatest")
}

fn date(text: &CelString<'_>) -> Result<Day, ExecutionError> {
    let text = text.inner();
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map(Day).map_err(|_| {
        ExecutionError::function_error("date", format!("{text:?} is not a date as in 2020-12-21"))
    })
}

fn years(from: &Day, to: &Day) -> CelInt {
    CelInt::from(i64::from(dates::whole_years(from.0, to.0)))
}

fn months(from: &Day, to: &Day) -> CelInt {
    CelInt::from(i64::from(dates::whole_months(from.0, to.0)))
}

fn years_after(day: &Day, years: &CelInt) -> Result<Day, ExecutionError> {
    let years = u32::try_from(*years.inner()).ok().filter(|years| *years <= 200);
    let out = || ExecutionError::function_error("years_after", "out of range");
    years.map(|years| Day(dates::years_after(day.0, years))).ok_or_else(out)
}

fn month_of(day: &Day) -> CelString<'static> {
    CelString::from(Month::of(day.0).to_string())
}

fn yuan(number: &CelInt) -> Result<CelInt, ExecutionError> {
    in_range("yuan", Fen::from_yuan(*number.inner()))
}

fn percent(amount: &CelInt, percent: &CelInt) -> Result<CelInt, ExecutionError> {
    let hundredths = u32::try_from(*percent.inner()).ok();
    in_range("percent", hundredths.and_then(|hundredths| Fen::new(*amount.inner()).percent(hundredths)))
}

fn least(one: &CelInt, other: &CelInt) -> CelInt {
    *one.min(other)
}

fn greatest(one: &CelInt, other: &CelInt) -> CelInt {
    *one.max(other)
}

fn in_range(function: &str, amount: Option<Fen>) -> Result<CelInt, ExecutionError> {
    let out = || ExecutionError::function_error(function, "out of range");
    amount.map(|amount| CelInt::from(amount.get())).ok_or_else(out)
}
