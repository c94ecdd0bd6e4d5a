//! A calendar month, as allowances are counted by.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate};

/// 月份, written `2026-07`. Ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month {
    /// Its first day.
    first: NaiveDate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a month as in 2026-07")]
pub struct BadMonth;

impl Month {
    /// The month in which `day` lies.
    #[must_use]
    pub fn of(day: NaiveDate) -> Self {
        Self { first: day.with_day(1).unwrap_or(day) }
    }

    #[must_use]
    pub const fn first_day(self) -> NaiveDate {
        self.first
    }

    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        self.next().map_or(NaiveDate::MAX, |next| next.first - Days::new(1))
    }

    /// The month after; `None` at the end of the calendar.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        self.first.checked_add_months(Months::new(1)).map(|first| Self { first })
    }

    #[must_use]
    pub fn year(self) -> i32 {
        self.first.year()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

impl FromStr for Month {
    type Err = BadMonth;
    fn from_str(text: &str) -> Result<Self, BadMonth> {
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        match text.split_once('-') {
            Some((year, month)) if year.len() == 4 && month.len() == 2 && digits(year) && digits(month) => {
                let year = year.parse().map_err(|_| BadMonth)?;
                let month = month.parse().map_err(|_| BadMonth)?;
                NaiveDate::from_ymd_opt(year, month, 1).map(|first| Self { first }).ok_or(BadMonth)
            }
            _ => Err(BadMonth),
        }
    }
}

impl serde::Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> serde::Deserialize<'de> for Month {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_knows_its_days() {
        let month: Month = "2024-02".parse().expect("a month");
        assert_eq!(month.first_day().to_string(), "2024-02-01");
        assert_eq!(month.last_day().to_string(), "2024-02-29");
        assert_eq!(month.next().map(|next| next.to_string()).as_deref(), Some("2024-03"));
        assert_eq!(Month::of(month.last_day()), month);
        for text in ["2024", "2024-13", "2024-00", "24-01", "2024-1", "2024-02-01", "+024-01", ""] {
            assert_eq!(text.parse::<Month>(), Err(BadMonth), "{text}");
        }
    }
}
