//! 成绩公示: how long results stand in public before certificates may be issued.

use chrono::{Days, NaiveDate};

use crate::kernel::calendar::{CalendarMissing, WorkingDays};
use crate::kernel::dates::{Timestamp, shanghai_midnight};
use crate::registry::exams::Notice;

impl Notice {
    /// A notice published on `today` that stands for `count` working days after it.
    ///
    /// # Errors
    /// [`CalendarMissing`] where it would end in a year whose holidays are not entered.
    pub fn starting(today: NaiveDate, count: u32, days: &WorkingDays) -> Result<Self, CalendarMissing> {
        Ok(Self { starts_on: today, ends_on: days.after(today, count)? })
    }

    /// Whether it has ended by `today`. Its last day still belongs to it.
    #[must_use]
    pub fn has_ended(&self, today: NaiveDate) -> bool {
        today > self.ends_on
    }

    /// The midnight in Asia/Shanghai at which it has ended.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        shanghai_midnight(self.ends_on + Days::new(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    /// On the seeded calendar, as an office would count on its wall.
    fn check(today: &str, count: u32, ends_on: &str, ends_at: &str) {
        let days = crate::seeds::load().expect("the seeds").calendar.working_days();
        let notice = Notice::starting(day(today), count, &days).expect("a known year");
        assert_eq!(notice.ends_on, day(ends_on), "{today} + {count}");
        assert_eq!(notice.ends_at().to_rfc3339(), ends_at, "{today} + {count}");
        assert!(!notice.has_ended(day(today)) && !notice.has_ended(day(ends_on)));
        assert!(notice.has_ended(day(ends_on) + Days::new(1)));
    }

    #[test]
    fn a_notice_counts_working_days_only() {
        // Monday to Monday; over a weekend; published on a Saturday.
        check("2026-11-16", 5, "2026-11-23", "2026-11-23T16:00:00+00:00");
        check("2026-11-20", 5, "2026-11-27", "2026-11-27T16:00:00+00:00");
        check("2026-11-21", 5, "2026-11-27", "2026-11-27T16:00:00+00:00");
        // Over National Day 2026: 1 to 7 October are off, Saturday 10 October is worked.
        check("2026-09-29", 5, "2026-10-12", "2026-10-12T16:00:00+00:00");
    }

    #[test]
    fn an_unknown_year_is_no_guess() {
        let days = WorkingDays::new(vec![2026], &[], &[]);
        assert_eq!(Notice::starting(day("2026-12-29"), 5, &days), Err(CalendarMissing(2027)));
    }
}
