//! Working days (工作日): weekdays without the national holidays, and the weekend days worked in their place.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// The days that differ from the plain week, by the State Council's yearly notices.
#[derive(Debug, Clone, Default)]
pub struct WorkingDays {
    /// `false`: a weekday that is a holiday (放假). `true`: a weekend day that is worked (调休上班).
    exceptions: BTreeMap<NaiveDate, bool>,
    /// Years for which the notice has been entered.
    years: Vec<i32>,
}

/// A deadline was asked for in a year whose holidays have not been entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the holiday calendar of {0} has not been entered")]
pub struct CalendarMissing(pub i32);

impl WorkingDays {
    #[must_use]
    pub fn new(years: Vec<i32>, holidays: &[NaiveDate], worked: &[NaiveDate]) -> Self {
        let exceptions =
            holidays.iter().map(|day| (*day, false)).chain(worked.iter().map(|day| (*day, true))).collect();
        Self { exceptions, years }
    }

    /// Whether offices work on `day`.
    ///
    /// # Errors
    /// [`CalendarMissing`] where the year's notice is not known: a guess could end a notice period early.
    pub fn is_working(&self, day: NaiveDate) -> Result<bool, CalendarMissing> {
        if !self.years.contains(&day.year()) {
            return Err(CalendarMissing(day.year()));
        }
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        Ok(self.exceptions.get(&day).copied().unwrap_or(!weekend))
    }

    /// The `count`th working day after `day`, `day` itself not counted.
    ///
    /// # Errors
    /// [`CalendarMissing`] where the count runs into a year that is not known.
    pub fn after(&self, day: NaiveDate, count: u32) -> Result<NaiveDate, CalendarMissing> {
        let mut day = day;
        let mut left = count;
        while left > 0 {
            day = day + Days::new(1);
            if self.is_working(day)? {
                left -= 1;
            }
        }
        Ok(day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holidays_and_make_up_days_move_a_deadline() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        let holidays: Vec<_> = (1..=7).map(|d| day(&format!("2026-10-0{d}"))).collect();
        let calendar = WorkingDays::new(vec![2026], &holidays, &[day("2026-10-10")]);
        // Wednesday the 30th; 1–7 October off; the 8th, 9th and Saturday the 10th are worked.
        assert_eq!(calendar.after(day("2026-09-30"), 5), Ok(day("2026-10-13")));
        assert_eq!(calendar.after(day("2026-12-30"), 5), Err(CalendarMissing(2027)));
    }
}
