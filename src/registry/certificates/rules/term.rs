//! 有效期: until when a certificate counts, and from when it may be renewed.

use chrono::{Days, NaiveDate};

use crate::kernel::dates::years_after;
use crate::registry::certificates::rules::NotAllowed;

/// What a new certificate's term is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// A full one from the day of issue.
    FromIssue,
    /// A full one from the last day of the certificate that it renews, so that nobody loses days.
    After(NaiveDate),
    /// That of the certificate whose place it takes: a new paper is no new term.
    Kept(Option<NaiveDate>),
}

impl Term {
    /// The last day, where the rule in force gives a certificate `years` or no end.
    #[must_use]
    pub fn last_day(self, issued_on: NaiveDate, years: Option<u32>) -> Option<NaiveDate> {
        match self {
            Self::FromIssue => years.map(|years| years_after(issued_on, years)),
            Self::After(last_day) => years.map(|years| years_after(last_day, years)),
            Self::Kept(last_day) => last_day,
        }
    }
}

/// The last day of a certificate that may be renewed today: from `days` before it, to itself.
pub fn renewable(last_day: Option<NaiveDate>, today: NaiveDate, days: u32) -> Result<NaiveDate, NotAllowed> {
    let last_day = last_day.ok_or(NotAllowed::NoLastDay)?;
    if last_day < today {
        return Err(NotAllowed::Expired);
    }
    if today + Days::new(days.into()) < last_day {
        return Err(NotAllowed::TooEarly);
    }
    Ok(last_day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn a_term_is_counted_from_issue_from_the_old_end_or_kept() {
        let check = |term: Term, years, expected: Option<&str>| {
            assert_eq!(term.last_day(day("2026-11-21"), years), expected.map(day), "{term:?} {years:?}");
        };
        check(Term::FromIssue, None, None);
        check(Term::FromIssue, Some(3), Some("2029-11-21"));
        check(Term::After(day("2026-12-31")), Some(3), Some("2029-12-31"));
        check(Term::After(day("2026-12-31")), None, None);
        check(Term::Kept(Some(day("2026-12-31"))), Some(3), Some("2026-12-31"));
        check(Term::Kept(None), Some(3), None);
    }

    #[test]
    fn a_certificate_is_renewed_near_its_end_and_not_after() {
        let check = |last: Option<&str>, expected: Result<&str, NotAllowed>| {
            let found = renewable(last.map(day), day("2026-11-21"), 90);
            assert_eq!(found, expected.map(day), "{last:?}");
        };
        check(None, Err(NotAllowed::NoLastDay));
        check(Some("2026-11-20"), Err(NotAllowed::Expired));
        check(Some("2026-11-21"), Ok("2026-11-21"));
        check(Some("2027-02-19"), Ok("2027-02-19"));
        check(Some("2027-02-20"), Err(NotAllowed::TooEarly));
    }
}
