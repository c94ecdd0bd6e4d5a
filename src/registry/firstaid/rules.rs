//! What an entry must fulfil, and what a certificate is on a day.

use chrono::NaiveDate;

use crate::kernel::dates::years_after;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::registry::firstaid::{Checked, FirstAid, FirstAidState, NewFirstAid};

/// Whether it is valid on `day`: from its issue to its last day, and not from the day of its withdrawal on.
#[must_use]
pub fn valid_on(certificate: &FirstAid, day: NaiveDate) -> bool {
    state_on(certificate, day) == FirstAidState::Valid
}

#[must_use]
pub fn state_on(certificate: &FirstAid, day: NaiveDate) -> FirstAidState {
    if certificate.withdrawn_on.is_some_and(|withdrawn| withdrawn <= day) {
        FirstAidState::Withdrawn
    } else if day < certificate.issued_on {
        FirstAidState::NotYet
    } else if certificate.expires_on < day {
        FirstAidState::Expired
    } else {
        FirstAidState::Valid
    }
}

/// Checks an entry. `own_issuer` is the name of the issuer that records it itself; `valid_years` stand for a last
/// day that is left out.
pub fn check(
    new: &NewFirstAid,
    own_issuer: Option<&str>,
    valid_years: u32,
    today: NaiveDate,
) -> Result<Checked, Invalid> {
    let mut errors = Vec::new();
    if new.issued_on > today {
        errors.push(FieldError::new("issued_on", "future-date"));
    }
    let expires_on = new.expires_on.unwrap_or_else(|| years_after(new.issued_on, valid_years));
    if expires_on < new.issued_on {
        errors.push(FieldError::new("expires_on", "date-order"));
    }
    let issuer = match (own_issuer, new.issuer.as_deref()) {
        (Some(own), None) => own.to_owned(),
        (Some(own), Some(written)) if written == own => own.to_owned(),
        (Some(_), Some(_)) => {
            errors.push(FieldError::new("issuer", "not-own-issuer"));
            String::new()
        }
        (None, Some(written)) => written.to_owned(),
        (None, None) => {
            errors.push(FieldError::new("issuer", "required"));
            String::new()
        }
    };
    if !errors.is_empty() {
        return Err(Invalid(errors));
    }
    Ok(Checked { kind: new.kind, issuer, number: new.number.clone(), issued_on: new.issued_on, expires_on })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::identity::DocumentKind;
    use crate::kernel::ids::{FirstAidCertificateId, PersonId};
    use crate::registry::firstaid::FirstAidKind;
    use crate::registry::people::RawPerson;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn valid_to_the_last_day_and_not_from_the_withdrawal_on() {
        let held = FirstAid {
            id: FirstAidCertificateId::from_uuid(uuid::Uuid::nil()),
            person: PersonId::from_uuid(uuid::Uuid::nil()),
            person_name: "王桂兰".to_owned(),
            kind: FirstAidKind::Rescuer,
            issuer: "海宁市红十字会".to_owned(),
            number: "浙红救 2024-18".to_owned(),
            issued_on: day("2024-02-29"),
            expires_on: day("2027-02-28"),
            withdrawn_on: None,
            withdrawn_note: None,
            version: 1,
        };
        let check = |held: &FirstAid, on: &str, expected: FirstAidState| {
            assert_eq!(state_on(held, day(on)), expected, "{on}");
            assert_eq!(valid_on(held, day(on)), expected == FirstAidState::Valid, "{on}");
        };
        check(&held, "2024-02-28", FirstAidState::NotYet);
        check(&held, "2024-02-29", FirstAidState::Valid);
        check(&held, "2027-02-28", FirstAidState::Valid);
        check(&held, "2027-03-01", FirstAidState::Expired);
        let withdrawn = FirstAid { withdrawn_on: Some(day("2026-05-01")), ..held };
        check(&withdrawn, "2026-04-30", FirstAidState::Valid);
        check(&withdrawn, "2026-05-01", FirstAidState::Withdrawn);
        check(&withdrawn, "2027-03-01", FirstAidState::Withdrawn);
    }

    fn entry(issuer: Option<&str>, issued: &str, expires: Option<&str>) -> NewFirstAid {
        NewFirstAid {
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
            kind: FirstAidKind::Rescuer,
            issuer: issuer.map(str::to_owned),
            number: "1".to_owned(),
            issued_on: day(issued),
            expires_on: expires.map(day),
        }
    }

    #[test]
    fn an_entry_says_all_that_is_wrong_with_it() {
        let check =
            |new: &NewFirstAid, own: Option<&str>, expected: Result<(&str, &str), &[(&str, &str)]>| {
                let found = super::check(new, own, 3, day("2026-11-21"));
                let found = match &found {
                    Ok(checked) => Ok((checked.issuer.clone(), checked.expires_on.to_string())),
                    Err(Invalid(errors)) => {
                        Err(errors.iter().map(|e| (e.field.as_str(), e.code)).collect::<Vec<_>>())
                    }
                };
                let expected = expected
                    .map(|(issuer, expires)| (issuer.to_owned(), expires.to_owned()))
                    .map_err(<[_]>::to_vec);
                assert_eq!(found, expected);
            };
        let own = Some("海宁市红十字会");
        check(&entry(None, "2026-11-21", None), own, Ok(("海宁市红十字会", "2029-11-21")));
        check(&entry(own, "2024-02-29", None), own, Ok(("海宁市红十字会", "2027-02-28")));
        check(&entry(Some("桐乡市红十字会"), "2026-01-01", None), own, Err(&[("issuer", "not-own-issuer")]));
        check(&entry(Some("甲"), "2026-01-01", Some("2026-01-01")), None, Ok(("甲", "2026-01-01")));
        check(
            &entry(None, "2026-11-22", Some("2026-11-21")),
            None,
            Err(&[("issued_on", "future-date"), ("expires_on", "date-order"), ("issuer", "required")]),
        );
    }
}
