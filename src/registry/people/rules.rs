//! What an entry about a person must fulfil, and when two names are one.

use std::collections::HashSet;
use std::hash::BuildHasher;

use chrono::{Days, NaiveDate};
use icu_normalizer::ComposingNormalizerBorrowed;

use crate::kernel::area::AreaCode;
use crate::kernel::context::Role;
use crate::kernel::identity::{IdentityDocument, IdentityFacts, IdentityRegions};
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::skill::Gender;
use crate::registry::people::{NewPerson, PersonChange, Phone, RawPerson};

/// Nobody alive is older, in days.
const OLDEST: Days = Days::new(366 * 130);

/// Checks an entry as a whole and tells everything that is wrong with it. Gender and birth date come from the
/// number of a 居民身份证; what is written beside it must not say otherwise.
pub fn check<S: BuildHasher>(
    raw: &RawPerson,
    regions: IdentityRegions,
    today: NaiveDate,
    known_areas: &HashSet<AreaCode, S>,
) -> Result<NewPerson, Invalid> {
    let mut errors = Vec::new();
    let document = IdentityDocument::check(raw.document_kind, &raw.document_number, regions, today);
    let document = keep(&mut errors, document);
    let name = keep(&mut errors, check_name(&raw.name));
    let (gender, birth_date) = match document.as_ref().map(IdentityDocument::facts) {
        Some(Some(facts)) => {
            (keep(&mut errors, same_gender(raw, facts)), keep(&mut errors, same_birth_date(raw, facts)))
        }
        Some(None) => (
            keep(&mut errors, raw.gender.ok_or(FieldError::new("gender", "required"))),
            keep(&mut errors, check_birth_date(raw.birth_date, today)),
        ),
        None => (None, None),
    };
    let phone = keep(&mut errors, raw.phone.as_deref().map(check_phone).transpose());
    let email = keep(&mut errors, raw.email.as_deref().map(check_email).transpose());
    let home_area = keep(&mut errors, check_area(raw.home_area.as_ref(), known_areas));
    let made = || {
        Some(NewPerson {
            document: document?,
            name: name?,
            gender: gender?,
            birth_date: birth_date?,
            education: raw.education,
            phone: phone?,
            email: email?,
            home_area: home_area?,
        })
    };
    made().ok_or(Invalid(errors))
}

/// What may be written into a person's row by [`PersonChange`]; `None` leaves the field as it is.
#[derive(Debug)]
pub struct CheckedChange {
    pub name: Option<String>,
    pub phone: Option<Phone>,
    pub email: Option<String>,
    pub home_area: Option<AreaCode>,
}

/// Checks a change. A new name (更名) is the bureau's to enter, for by the name a document is matched.
pub fn check_change<S: BuildHasher>(
    change: &PersonChange,
    by: Option<Role>,
    known_areas: &HashSet<AreaCode, S>,
) -> Result<CheckedChange, Invalid> {
    let mut errors = Vec::new();
    let name = change.name.as_deref().map(|name| match by {
        Some(Role::Bureau | Role::Administrator) | None => check_name(name),
        Some(_) => Err(FieldError::new("name", "bureau-only")),
    });
    let name = keep(&mut errors, name.transpose());
    let phone = keep(&mut errors, change.phone.as_deref().map(check_phone).transpose());
    let email = keep(&mut errors, change.email.as_deref().map(check_email).transpose());
    let home_area = keep(&mut errors, check_area(change.home_area.as_ref(), known_areas));
    let made = || Some(CheckedChange { name: name?, phone: phone?, email: email?, home_area: home_area? });
    made().ok_or(Invalid(errors))
}

/// A name as it is kept: in NFC, with one middle dot where several are typed, and without the spaces that
/// spreadsheets are padded with (`王 芳`).
#[must_use]
pub fn tidy_name(name: &str) -> String {
    let name = ComposingNormalizerBorrowed::new_nfc().normalize(name);
    let name: String =
        name.chars().map(|c| if matches!(c, '•' | '・' | '‧' | '．') { '·' } else { c }).collect();
    let words: Vec<_> = name.split_whitespace().collect();
    let latin = words.iter().any(|word| word.chars().any(|c| c.is_ascii_alphabetic()));
    words.join(if latin { " " } else { "" })
}

/// Whether two names are one, however they are spaced or cased.
#[must_use]
pub fn same_name(one: &str, other: &str) -> bool {
    tidy_name(one).to_lowercase() == tidy_name(other).to_lowercase()
}

/// The value, or `None` with its error noted.
fn keep<T>(errors: &mut Vec<FieldError>, result: Result<T, FieldError>) -> Option<T> {
    result.map_err(|error| errors.push(error)).ok()
}

fn check_name(name: &str) -> Result<String, FieldError> {
    let name = tidy_name(name);
    let fits = name.chars().all(|c| c.is_alphabetic() || matches!(c, '·' | ' ' | '-' | '\'' | '.' | '’'));
    if fits && name.chars().any(char::is_alphabetic) {
        Ok(name)
    } else {
        Err(FieldError::new("name", "name-form"))
    }
}

/// 未知 and 未说明 contradict nothing.
fn same_gender(raw: &RawPerson, facts: IdentityFacts) -> Result<Gender, FieldError> {
    match raw.gender {
        Some(Gender::Male | Gender::Female) if raw.gender != Some(facts.gender) => {
            Err(FieldError::new("gender", "contradicts-document"))
        }
        _ => Ok(facts.gender),
    }
}

fn same_birth_date(raw: &RawPerson, facts: IdentityFacts) -> Result<NaiveDate, FieldError> {
    match raw.birth_date {
        Some(given) if given != facts.birth_date => {
            Err(FieldError::new("birth_date", "contradicts-document"))
        }
        _ => Ok(facts.birth_date),
    }
}

fn check_birth_date(given: Option<NaiveDate>, today: NaiveDate) -> Result<NaiveDate, FieldError> {
    match given {
        None => Err(FieldError::new("birth_date", "required")),
        Some(day) if day > today => Err(FieldError::new("birth_date", "future-date")),
        Some(day) if day < today - OLDEST => Err(FieldError::new("birth_date", "birth-date-too-early")),
        Some(day) => Ok(day),
    }
}

fn check_phone(text: &str) -> Result<Phone, FieldError> {
    Phone::parse(text).ok_or(FieldError::new("phone", "phone-form"))
}

/// Whether mail can be addressed to it; whether it arrives, only a letter tells.
fn check_email(text: &str) -> Result<String, FieldError> {
    let (local, domain) = text.rsplit_once('@').unwrap_or_default();
    let printable =
        text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b',' | b';' | b'<' | b'>' | b'"'));
    let named = domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
    if printable && named && !local.is_empty() && !local.contains('@') {
        Ok(text.to_owned())
    } else {
        Err(FieldError::new("email", "email-form"))
    }
}

fn check_area<S: BuildHasher>(
    given: Option<&AreaCode>,
    known: &HashSet<AreaCode, S>,
) -> Result<Option<AreaCode>, FieldError> {
    match given {
        Some(area) if !known.contains(area) => Err(FieldError::new("home_area", "unknown-area")),
        given => Ok(given.cloned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::form;
    use serde_json::{Value, json};

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn entry(changes: Value) -> RawPerson {
        let mut entry = json!({ "document_number": "11010519491231002X", "name": "王芳" });
        let fields = entry.as_object_mut().expect("an object");
        fields.extend(changes.as_object().expect("an object").clone());
        form::read(fields).map_err(|Invalid(errors)| errors).expect("a readable entry")
    }

    fn known() -> HashSet<AreaCode> {
        HashSet::from(["330481101".parse().expect("a code")])
    }

    fn check_entry(changes: Value, expected: &[(&str, &str)]) {
        let found = match check(&entry(changes.clone()), IdentityRegions::Real, day("2026-11-21"), &known()) {
            Ok(_) => Vec::new(),
            Err(Invalid(errors)) => errors,
        };
        let found: Vec<_> = found.iter().map(|e| (e.field.as_str(), e.code)).collect();
        assert_eq!(found, expected, "{changes}");
    }

    #[test]
    fn a_resident_number_brings_gender_and_birth_date() {
        let new = check(&entry(json!({})), IdentityRegions::Real, day("2026-11-21"), &known());
        let new = new.expect("a person");
        assert_eq!((new.gender, new.birth_date), (Gender::Female, day("1949-12-31")));
        check_entry(json!({"gender": "2", "birth_date": "1949-12-31"}), &[]);
        check_entry(json!({"gender": "9"}), &[]);
        check_entry(
            json!({"gender": "1", "birth_date": "1949-12-30"}),
            &[("gender", "contradicts-document"), ("birth_date", "contradicts-document")],
        );
        // A number that is none says nothing to be contradicted.
        check_entry(
            json!({"document_number": "110105194912310021", "gender": "1"}),
            &[("document_number", "identity-checksum")],
        );
    }

    #[test]
    fn other_documents_need_both() {
        let passport = json!({"document_kind": "passport", "document_number": "E12345678"});
        let with = |changes: Value| {
            let mut all = passport.clone();
            all.as_object_mut().expect("an object").extend(changes.as_object().expect("an object").clone());
            all
        };
        check_entry(with(json!({})), &[("gender", "required"), ("birth_date", "required")]);
        check_entry(with(json!({"gender": "1", "birth_date": "1990-01-01"})), &[]);
        check_entry(
            with(json!({"gender": "1", "birth_date": "2026-11-22"})),
            &[("birth_date", "future-date")],
        );
        check_entry(
            with(json!({"gender": "1", "birth_date": "1880-01-01"})),
            &[("birth_date", "birth-date-too-early")],
        );
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        check_entry(
            json!({"name": "王3", "phone": "12", "email": "wang@", "home_area": "330481102"}),
            &[
                ("name", "name-form"),
                ("phone", "phone-form"),
                ("email", "email-form"),
                ("home_area", "unknown-area"),
            ],
        );
        check_entry(
            json!({"phone": "13812345678", "email": "wang@example.cn", "home_area": "330481101"}),
            &[],
        );
    }

    #[test]
    fn names_are_kept_in_one_form() {
        for (typed, kept) in [
            ("王　芳", "王芳"),
            (" 王 芳 ", "王芳"),
            ("买买提•艾力", "买买提·艾力"),
            ("Anna  Maria O'Neil", "Anna Maria O'Neil"),
            ("Ame\u{301}lie", "Amélie"),
        ] {
            assert_eq!(tidy_name(typed), kept, "{typed}");
        }
        assert!(same_name("ANNA maria", "Anna Maria"));
        assert!(same_name("王 芳", "王芳"));
        assert!(same_name("e\u{301}lan", "élan"));
        assert!(!same_name("王秀", "王秀兰"));
        assert!(!same_name("", "王秀兰"));
        assert!(!same_name("王芳", "王方"));
    }

    #[test]
    fn only_the_bureau_renames() {
        let change = PersonChange {
            name: Some("王方".to_owned()),
            education: None,
            phone: None,
            email: None,
            home_area: None,
        };
        let check = |by| check_change(&change, Some(by), &known()).map(|checked| checked.name);
        assert_eq!(check(Role::Bureau), Ok(Some("王方".to_owned())));
        assert_eq!(check(Role::Institution), Err(Invalid::one("name", "bureau-only")));
    }
}
