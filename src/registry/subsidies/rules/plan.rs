//! 追回的金额与分期

use chrono::NaiveDate;

use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::money::Fen;
use crate::registry::subsidies::ClawbackCall;

/// The amount that a call asks back of what was paid, with its instalments checked.
///
/// # Errors
/// More than was paid, instalments that don't sum to the amount, days in the past or out of order: each beside its
/// field.
pub fn check(call: &ClawbackCall, paid: Fen, today: NaiveDate) -> Result<Fen, Invalid> {
    let amount = call.amount.unwrap_or(paid);
    let mut errors = Vec::new();
    if amount > paid {
        errors.push(FieldError::new("amount_fen", "more-than-paid").with("max", paid));
    }
    let mut before = today;
    for (place, instalment) in call.instalments.iter().enumerate() {
        if instalment.due_on < today {
            errors.push(FieldError::new(format!("instalments[{place}].due_on"), "past-date"));
        } else if place > 0 && instalment.due_on <= before {
            errors.push(FieldError::new(format!("instalments[{place}].due_on"), "date-order"));
        }
        before = instalment.due_on;
    }
    let sum = Fen::sum(call.instalments.iter().map(|instalment| instalment.amount));
    if !call.instalments.is_empty() && sum != Some(amount) {
        errors.push(FieldError::new("instalments", "instalments-sum").with("amount", amount));
    }
    Invalid::if_any(errors)?;
    Ok(amount)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::subsidies::{ClawbackCause, ClawbackInstalment};

    fn check(amount: Option<i64>, instalments: &[(&str, i64)], expected: &[(&str, &str)]) {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        let call = ClawbackCall {
            cause: ClawbackCause::FalseFacts,
            amount: amount.map(Fen::new),
            instalments: instalments
                .iter()
                .map(|(on, amount)| ClawbackInstalment { due_on: day(on), amount: Fen::new(*amount) })
                .collect(),
            reason: "查实".to_owned(),
        };
        let found = super::check(&call, Fen::new(1_000), day("2026-11-21"));
        let errors = found.err().map(|Invalid(errors)| errors).unwrap_or_default();
        let found: Vec<_> = errors.iter().map(|e| (e.field.as_str(), e.code)).collect();
        assert_eq!(found, expected, "{amount:?} {instalments:?}");
    }

    #[test]
    fn a_plan_sums_to_what_is_asked_back() {
        check(None, &[], &[]);
        check(Some(1_000), &[("2026-11-21", 1), ("2026-12-21", 999)], &[]);
        check(Some(1_001), &[], &[("amount_fen", "more-than-paid")]);
        check(Some(900), &[("2026-12-01", 500), ("2027-01-01", 500)], &[("instalments", "instalments-sum")]);
        check(
            None,
            &[("2026-11-20", 500), ("2026-11-20", 500)],
            &[("instalments[0].due_on", "past-date"), ("instalments[1].due_on", "past-date")],
        );
        check(None, &[("2026-12-02", 500), ("2026-12-01", 500)], &[("instalments[1].due_on", "date-order")]);
    }
}
