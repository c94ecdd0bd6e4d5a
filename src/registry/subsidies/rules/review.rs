//! 审核要求与时限

use chrono::{Datelike, NaiveDate};

use crate::kernel::money::Fen;
use crate::registry::schemes::{self, Part};
use crate::registry::subsidies::Review;

impl Review {
    /// What a scheme asks for, for a part and an amount. A month has its days in the month after it: Hangzhou takes
    /// applications until the 5th and decides until the 20th.
    #[must_use]
    pub fn of(rules: &schemes::Review, part: &Part, amount: Fen) -> Self {
        let after = match part {
            Part::Month(month) => month.next(),
            _ => None,
        };
        let on = |day: Option<u32>| {
            let first: NaiveDate = after?.first_day();
            first.with_day(day?)
        };
        Self {
            town: rules.town,
            two_persons: rules.second_person_above.is_some_and(|above| amount > above),
            notice_days: rules.notice_days,
            apply_by: on(rules.apply_by_day),
            approve_by: on(rules.approve_by_day),
            appeal_days: rules.appeal_days,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_applied_for_and_decided_in_the_month_after() {
        let rules = schemes::Review {
            town: false,
            second_person_above: Some(Fen::new(100)),
            apply_by_day: Some(5),
            approve_by_day: Some(20),
            notice_days: 7,
            appeal_days: 15,
        };
        let of =
            |part: &str, amount: i64| Review::of(&rules, &part.parse().expect("a part"), Fen::new(amount));
        let day = |text: &str| Some(text.parse().expect("a date"));
        let december = of("2026-12", 100);
        assert_eq!((december.apply_by, december.approve_by), (day("2027-01-05"), day("2027-01-20")));
        assert!(!december.two_persons);
        assert!(of("2026-12", 101).two_persons);
        assert_eq!(of("once", 1).apply_by, None);
    }
}
