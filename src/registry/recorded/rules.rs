//! What an entry must fulfil, and whether a recorded certificate counts on a day.

use chrono::NaiveDate;

use crate::kernel::invalid::{FieldError, Invalid};
use crate::registry::recorded::{NationalQuery, NewRecorded, RecordedCertificate};

/// Whether it is valid on `day`: from its issue to its last day, and not from the day of its withdrawal on.
#[must_use]
pub fn valid_on(certificate: &RecordedCertificate, day: NaiveDate) -> bool {
    certificate.issued_on <= day
        && certificate.expires_on.is_none_or(|last| day <= last)
        && certificate.withdrawn_on.is_none_or(|withdrawn| day < withdrawn)
}

/// Checks an entry. A certificate is checked after its issue, and a query has a day exactly if it was made.
pub fn check(new: &NewRecorded, today: NaiveDate) -> Result<(), Invalid> {
    let mut errors = Vec::new();
    let mut refuse = |wrong: bool, field: &str, code: &'static str| {
        if wrong {
            errors.push(FieldError::new(field, code));
        }
    };
    refuse(new.issued_on > today, "issued_on", "future-date");
    refuse(new.expires_on.is_some_and(|last| last < new.issued_on), "expires_on", "date-order");
    refuse(new.checked_on > today, "checked_on", "future-date");
    refuse(new.checked_on < new.issued_on, "checked_on", "checked-before-issue");
    match (new.national_query, new.queried_on) {
        (NationalQuery::NotAsked, Some(_)) => refuse(true, "queried_on", "query-not-asked"),
        (NationalQuery::NotAsked, None) => {}
        (_, None) => refuse(true, "queried_on", "required"),
        (_, Some(day)) => refuse(day > today, "queried_on", "future-date"),
    }
    Invalid::if_any(errors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::identity::DocumentKind;
    use crate::kernel::ids::{PersonId, RecordedCertificateId};
    use crate::kernel::skill::{Occupation, SkillLevel, Specialty};
    use crate::registry::people::RawPerson;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn entry() -> NewRecorded {
        NewRecorded {
            holder: RawPerson {
                document_kind: DocumentKind::ResidentIdentityCard,
                document_number: String::new(),
                name: String::new(),
                gender: None,
                birth_date: None,
                education: None,
                phone: None,
                email: None,
                home_area: None,
            },
            number: "浙养护2019第0042号".parse().expect("a number"),
            issuer: "浙江省职业技能鉴定中心".to_owned(),
            occupation: Occupation::ElderlyCareWorker,
            specialty: Specialty::General,
            level: SkillLevel::Four,
            issued_on: day("2019-06-01"),
            expires_on: None,
            evidence: "原件".to_owned(),
            checker: "周敏".to_owned(),
            checked_on: day("2026-11-20"),
            national_query: NationalQuery::NotAsked,
            queried_on: None,
        }
    }

    #[test]
    fn an_entry_says_all_that_is_wrong_with_it() {
        let check = |new: &NewRecorded, expected: &[(&str, &str)]| {
            let errors = super::check(new, day("2026-11-21")).err().map(|i| i.0).unwrap_or_default();
            let found: Vec<_> = errors.iter().map(|e| (e.field.as_str(), e.code)).collect();
            assert_eq!(found, expected);
        };
        check(&entry(), &[]);
        check(
            &NewRecorded {
                issued_on: day("2026-11-22"),
                expires_on: Some(day("2026-11-21")),
                queried_on: Some(day("2026-11-21")),
                ..entry()
            },
            &[
                ("issued_on", "future-date"),
                ("expires_on", "date-order"),
                ("checked_on", "checked-before-issue"),
                ("queried_on", "query-not-asked"),
            ],
        );
        let asked = NewRecorded { national_query: NationalQuery::Found, ..entry() };
        check(&asked, &[("queried_on", "required")]);
        check(&NewRecorded { queried_on: Some(day("2026-11-21")), ..asked.clone() }, &[]);
        check(
            &NewRecorded { queried_on: Some(day("2026-11-22")), checked_on: day("2026-11-22"), ..asked },
            &[("checked_on", "future-date"), ("queried_on", "future-date")],
        );
    }

    #[test]
    fn it_counts_from_issue_to_its_last_day_or_withdrawal() {
        let new = entry();
        let held = RecordedCertificate {
            id: RecordedCertificateId::from_uuid(uuid::Uuid::nil()),
            person: PersonId::from_uuid(uuid::Uuid::nil()),
            person_name: "王桂兰".to_owned(),
            number: new.number,
            issuer: new.issuer,
            occupation: new.occupation,
            specialty: new.specialty,
            level: new.level,
            issued_on: new.issued_on,
            expires_on: None,
            evidence: new.evidence,
            checker: new.checker,
            checked_on: new.checked_on,
            national_query: new.national_query,
            queried_on: None,
            withdrawn_on: None,
            withdrawn_note: None,
            version: 1,
        };
        let expiring = RecordedCertificate { expires_on: Some(day("2024-05-31")), ..held.clone() };
        let withdrawn = RecordedCertificate { withdrawn_on: Some(day("2024-05-31")), ..held.clone() };
        for (certificate, on, expected) in [
            (&held, "2019-05-31", false),
            (&held, "2019-06-01", true),
            (&held, "2099-01-01", true),
            (&expiring, "2024-05-31", true),
            (&expiring, "2024-06-01", false),
            (&withdrawn, "2024-05-30", true),
            (&withdrawn, "2024-05-31", false),
        ] {
            assert_eq!(valid_on(certificate, day(on)), expected, "{on}");
        }
    }
}
