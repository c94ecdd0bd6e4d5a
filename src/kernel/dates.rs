//! Days, periods and the one time zone in which official dates are written.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, SubsecRound, Utc};

/// An instant, to the microsecond: PostgreSQL keeps no more, so nothing here claims more.
pub type Timestamp = DateTime<Utc>;

/// Cuts an instant to the microseconds that both databases keep.
#[must_use]
pub fn whole_micros(at: Timestamp) -> Timestamp {
    at.trunc_subsecs(6)
}

/// The date in Asia/Shanghai, where every office of this registry is. China has kept UTC+8 without
/// summer time since 1991, so the offset is fixed.
#[must_use]
pub fn shanghai_date(at: Timestamp) -> NaiveDate {
    at.naive_utc().checked_add_signed(chrono::TimeDelta::hours(8)).unwrap_or(at.naive_utc()).date()
}

/// Midnight in Asia/Shanghai at which `date` begins.
#[must_use]
pub fn shanghai_midnight(date: NaiveDate) -> Timestamp {
    (date.and_time(chrono::NaiveTime::MIN) - chrono::TimeDelta::hours(8)).and_utc()
}

/// A stretch of days. `to` is the last day that belongs to it; `None` means it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
}

impl Period {
    /// `None` when the end lies before the beginning.
    #[must_use]
    pub fn new(from: NaiveDate, to: Option<NaiveDate>) -> Option<Self> {
        to.is_none_or(|to| to >= from).then_some(Self { from, to })
    }

    #[must_use]
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }

    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.to.is_none_or(|to| other.from <= to) && other.to.is_none_or(|to| self.from <= to)
    }
}

/// Days covered by any of `periods` from `since` up to and including `until`. Overlaps count once.
#[must_use]
pub fn days_covered(periods: &[Period], since: NaiveDate, until: NaiveDate) -> i64 {
    let mut clipped: Vec<(NaiveDate, NaiveDate)> = periods
        .iter()
        .map(|p| (p.from.max(since), p.to.unwrap_or(until).min(until)))
        .filter(|(from, to)| from <= to)
        .collect();
    clipped.sort();
    let mut days = 0;
    let mut counted_to: Option<NaiveDate> = None;
    for (from, to) in clipped {
        let from = match counted_to {
            Some(last) if last >= from => last + Days::new(1),
            _ => from,
        };
        if from <= to {
            days += (to - from).num_days() + 1;
            counted_to = Some(to);
        }
    }
    days
}

/// Whole years between two days, as a birthday counts them: 29 February completes on 1 March.
#[must_use]
pub fn whole_years(from: NaiveDate, to: NaiveDate) -> i32 {
    let years = to.year() - from.year();
    if (to.month(), to.day()) < (from.month(), from.day()) { years - 1 } else { years }
}

/// Whole months between two days, by the same reckoning: from 31 January the first completes on 1 March. Negative where
/// `to` is earlier.
#[must_use]
pub fn whole_months(from: NaiveDate, to: NaiveDate) -> i32 {
    if to < from {
        return -whole_months(to, from);
    }
    let of = |day: NaiveDate| day.year() * 12 + day.month0().cast_signed();
    of(to) - of(from) - i32::from(to.day() < from.day())
}

/// The same day `years` later; 29 February becomes 28 February.
#[must_use]
pub fn years_after(day: NaiveDate, years: u32) -> NaiveDate {
    day.checked_add_months(Months::new(12 * years)).unwrap_or(NaiveDate::MAX)
}

/// Seconds of an ISO 8601 duration of weeks, days, hours, minutes and seconds (`P7D`, `P1DT12H`). Years and months
/// have no fixed length and are refused, as is what does not fit.
#[must_use]
pub fn duration_seconds(text: &str) -> Option<u32> {
    let (date, time) = match text.strip_prefix('P')?.split_once('T') {
        Some((_, "")) => return None,
        Some((date, time)) => (date, time),
        None => (text.strip_prefix('P')?, ""),
    };
    let days = sum_of_parts(date, &[('W', 604_800), ('D', 86_400)])?;
    let hours = sum_of_parts(time, &[('H', 3_600), ('M', 60), ('S', 1)])?;
    (!date.is_empty() || !time.is_empty()).then_some(days.checked_add(hours)?)
}

fn sum_of_parts(text: &str, units: &[(char, u32)]) -> Option<u32> {
    let (mut rest, mut sum) = (text, 0u32);
    for (letter, seconds) in units {
        if let Some((number, after)) = rest.split_once(*letter) {
            sum = sum.checked_add(number.parse::<u32>().ok()?.checked_mul(*seconds)?)?;
            rest = after;
        }
    }
    rest.is_empty().then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn a_day_in_shanghai_begins_at_sixteen_hours_utc() {
        let before = "2026-11-20T15:59:59Z".parse().expect("a time");
        let after = "2026-11-20T16:00:00Z".parse().expect("a time");
        assert_eq!(shanghai_date(before), day("2026-11-20"));
        assert_eq!(shanghai_date(after), day("2026-11-21"));
        assert_eq!(shanghai_midnight(day("2026-11-21")), after);
    }

    #[test]
    fn overlapping_days_count_once() {
        let period = |from, to: Option<&str>| Period { from: day(from), to: to.map(day) };
        let spells = [
            period("2020-01-01", Some("2020-01-31")),
            period("2020-01-15", Some("2020-02-09")),
            period("2020-03-01", None),
        ];
        assert_eq!(days_covered(&spells, day("2019-01-01"), day("2020-03-02")), 42);
        assert_eq!(days_covered(&spells, day("2020-02-09"), day("2020-02-29")), 1);
    }

    #[test]
    fn years_count_as_birthdays_do() {
        assert_eq!(whole_years(day("2004-02-29"), day("2005-02-28")), 0);
        assert_eq!(whole_years(day("2004-02-29"), day("2005-03-01")), 1);
        assert_eq!(whole_years(day("1974-06-01"), day("2026-05-31")), 51);
    }

    #[test]
    fn months_complete_on_the_day_of_the_month() {
        for (from, to, months) in [
            ("2021-07-01", "2024-07-01", 36),
            ("2021-07-02", "2024-07-01", 35),
            ("2026-01-31", "2026-02-28", 0),
            ("2026-01-31", "2026-03-01", 1),
            ("2026-03-01", "2026-01-31", -1),
            ("2026-01-05", "2026-01-05", 0),
        ] {
            assert_eq!(whole_months(day(from), day(to)), months, "{from} {to}");
        }
    }

    #[test]
    fn durations_as_iso_8601_writes_them() {
        for (text, seconds) in [
            ("P7D", Some(604_800)),
            ("P1W", Some(604_800)),
            ("P1DT1H1M1S", Some(90_061)),
            ("PT90M", Some(5_400)),
            ("P", None),
            ("PT", None),
            ("P1M", None),
            ("P1Y", None),
            ("7D", None),
            ("P-1D", None),
            ("P99999999D", None),
        ] {
            assert_eq!(duration_seconds(text), seconds, "{text}");
        }
    }
}
