//! Tries an expression on made-up facts when it is entered, so that a type error shows then and not on the day of the
//! first claim.
//!
//! Every part of the expression is worked out by itself, on every sample: what stands behind an `&&` or in the other
//! branch of a choice is tried too.

use cel::common::ast::operators::{
    CONDITIONAL, EQUALS, IN, LOGICAL_AND, LOGICAL_NOT, LOGICAL_OR, NOT_EQUALS,
};
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue};
use cel::common::types::{BOOL_TYPE, CelBool, CelInt, CelString, INT_TYPE, Type};
use cel::common::value::CowVal;
use cel::context::VariableResolver;
use cel::{Context, ExecutionError};
use chrono::NaiveDate;

use crate::kernel::invalid::FieldError;
use crate::registry::schemes::expression::{Expression, Given, Word, children, context};
use crate::registry::schemes::facts::{Kind, Origin};
use crate::registry::schemes::values::{Day, Table, Texts};

/// What an expression must give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Truth,
    /// A whole number of fen, not below zero.
    Amount,
}

/// The first thing wrong with an expression; its field is left to the caller.
pub fn try_out(expression: &Expression, wanted: Wanted) -> Option<FieldError> {
    let tree = expression.tree();
    let samples = samples();
    wrong_within(tree, &samples)
        .map(|(at, code)| FieldError::new("", code).with("at", expression.snippet(at)))
        .or_else(|| wrong_result(tree, &samples, wanted))
}

/// Facts that are all of one size.
struct Sample {
    integer: i64,
    truth: bool,
    day: NaiveDate,
    text: &'static str,
}

fn samples() -> Vec<Sample> {
    const INTEGERS: [i64; 12] = [0, 1, 2, 3, 4, 5, 12, 36, 60, 120, 10_000, 100_000_000];
    const TEXTS: [&str; 9] = ["10", "20", "30", "40", "60", "70", "regular", "caregiver", "2026-07"];
    let texts = TEXTS.iter().cycle();
    let days = [(2018, 1, 1), (2021, 7, 1), (2026, 12, 31)];
    let days = days.into_iter().filter_map(|(year, month, day)| NaiveDate::from_ymd_opt(year, month, day));
    let days: Vec<_> = days.collect();
    let mut samples = Vec::new();
    for ((integer, text), day) in INTEGERS.iter().zip(texts).zip(days.iter().cycle()) {
        for truth in [true, false] {
            samples.push(Sample { integer: *integer, truth, day: *day, text });
        }
    }
    samples
}

impl VariableResolver for Sample {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        let word = Word::from_code(variable)?;
        let (kind, origin) = match word {
            // Nothing was paid yet.
            Word::Given(Given::PaidBefore) => return Some(CowVal::owned(CelInt::from(0))),
            Word::Given(given) => (given.kind(), None),
            Word::Fact(name) => (name.definition().kind, Some(name.definition().origin)),
        };
        Some(match kind {
            Kind::Boolean => CowVal::owned(CelBool::from(self.truth)),
            Kind::Integer => CowVal::owned(CelInt::from(self.integer)),
            Kind::Date => CowVal::owned(Day(self.day)),
            Kind::Text => CowVal::owned(CelString::from(self.text)),
            Kind::Texts => CowVal::owned(Texts::Any(self.truth)),
            Kind::IntegersByKey if origin == Some(Origin::Ledger) => CowVal::owned(Table::AnyInteger(0)),
            Kind::IntegersByKey => CowVal::owned(Table::AnyInteger(self.integer)),
            Kind::DatesByKey => CowVal::owned(Table::AnyDate(self.day)),
        })
    }
}

/// The innermost part with a wrong type, and what is wrong with it.
fn wrong_within<'a>(tree: &'a IdedExpr, samples: &[Sample]) -> Option<(&'a IdedExpr, &'static str)> {
    if let Some(found) = children(tree).into_iter().find_map(|child| wrong_within(child, samples)) {
        return Some(found);
    }
    if matches!(&tree.expr, Expr::Literal(LiteralValue::Double(_))) {
        return Some((tree, "cel-fraction"));
    }
    if matches!(&tree.expr, Expr::Call(call) if call.func_name == "percent" && is_past_100(call.args.get(1)))
    {
        return Some((tree, "percent-past-100"));
    }
    samples.iter().find_map(|sample| wrong_on(tree, &context(sample))).map(|code| (tree, code))
}

fn is_past_100(argument: Option<&IdedExpr>) -> bool {
    let number = argument.map(|argument| &argument.expr);
    matches!(number, Some(Expr::Literal(LiteralValue::Int(percent))) if *percent.inner() > 100)
}

fn wrong_on(tree: &IdedExpr, context: &Context<'_, '_>) -> Option<&'static str> {
    let of_type = |tree: &IdedExpr| {
        cel::Value::resolve_val(tree, context).ok().map(|value| value.get_type().to_owned())
    };
    if let Expr::Call(call) = &tree.expr
        && wrong_operands(call, of_type)
    {
        return Some("cel-type");
    }
    if let Expr::List(list) = &tree.expr
        && !all_alike(list.elements.iter().filter_map(of_type))
    {
        return Some("cel-type");
    }
    match cel::Value::resolve_val(tree, context) {
        Err(ExecutionError::UndeclaredReference(_)) => Some("unknown-function"),
        Err(error) if is_of_types(&error) => Some("cel-type"),
        _ => None,
    }
}

/// CEL says `false` where things of two types are compared for equality, and looks at one side alone of `&&` and `||`.
fn wrong_operands(call: &CallExpr, of_type: impl Fn(&IdedExpr) -> Option<Type>) -> bool {
    let is_other = |tree: &IdedExpr, wanted: &Type| of_type(tree).is_some_and(|found| found != *wanted);
    match (call.func_name.as_str(), call.args.as_slice()) {
        (EQUALS | NOT_EQUALS, [left, right]) => !all_alike([left, right].into_iter().filter_map(of_type)),
        (LOGICAL_AND | LOGICAL_OR | LOGICAL_NOT, operands) => {
            operands.iter().any(|operand| is_other(operand, &BOOL_TYPE))
        }
        (CONDITIONAL, [question, yes, no]) => {
            is_other(question, &BOOL_TYPE) || !all_alike([yes, no].into_iter().filter_map(of_type))
        }
        (IN, [value, list]) => match &list.expr {
            Expr::List(list) => !all_alike(std::iter::once(value).chain(&list.elements).filter_map(of_type)),
            _ => false,
        },
        _ => false,
    }
}

fn all_alike(mut types: impl Iterator<Item = Type>) -> bool {
    let first = types.next();
    types.all(|found| Some(&found) == first.as_ref())
}

const fn is_of_types(error: &ExecutionError) -> bool {
    matches!(
        error,
        ExecutionError::NoSuchOverload(_)
            | ExecutionError::UnexpectedType { .. }
            | ExecutionError::UnsupportedTargetType { .. }
            | ExecutionError::NotSupportedAsMethod { .. }
            | ExecutionError::InvalidArgumentCount { .. }
            | ExecutionError::UnsupportedKeyType(_)
            | ExecutionError::UnsupportedIndex(..)
            | ExecutionError::UnsupportedBinaryOperator(..)
            | ExecutionError::ValuesNotComparable(..)
            | ExecutionError::MissingArgumentOrTarget
            | ExecutionError::DuplicateKey(_)
    )
}

/// What the whole gives: always of the wanted type, on some sample at all, and no amount below zero.
fn wrong_result(tree: &IdedExpr, samples: &[Sample], wanted: Wanted) -> Option<FieldError> {
    let mut works = false;
    for sample in samples {
        let context = context(sample);
        let Ok(value) = cel::Value::resolve_val(tree, &context) else { continue };
        works = true;
        let right = match wanted {
            Wanted::Truth => *value.get_type() == BOOL_TYPE,
            Wanted::Amount => *value.get_type() == INT_TYPE,
        };
        if !right {
            return Some(FieldError::new(
                "",
                if wanted == Wanted::Truth { "cel-not-truth" } else { "cel-not-amount" },
            ));
        }
        if wanted == Wanted::Amount
            && value.downcast_ref::<CelInt>().is_some_and(|amount| *amount.inner() < 0)
        {
            return Some(FieldError::new("", "amount-negative"));
        }
    }
    (!works).then(|| FieldError::new("", "cel-never-works"))
}
