//! People: who is registered, by which identity document, and how to reach them. One person is one row however
//! many schools and institutions meet them, so a document is looked up before anybody is registered anew.
//!
//! A [`Person`] holds no document number. The number is sealed in the store (`sealing`) and opened for the one
//! official form that prints it and for the match at the door. Absent: where somebody works (`employment`), and
//! which caller may see whom (`flows::visible_person`), which asks other domains.

pub mod error;
pub mod rules;
pub mod sealing;
pub mod service;
pub mod store;

use std::fmt;

use chrono::NaiveDate;

use crate::kernel::area::AreaCode;
use crate::kernel::form::{Fields, Form};
use crate::kernel::identity::{DocumentKind, IdentityDocument};
use crate::kernel::ids::{OrganisationId, PersonId};
use crate::kernel::skill::{Education, Gender};
use crate::registry::people::sealing::Sealed;

/// A registered person, without the document number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: PersonId,
    pub document_kind: DocumentKind,
    pub name: String,
    pub gender: Gender,
    pub birth_date: NaiveDate,
    pub education: Option<Education>,
    /// Opened by [`sealing::Sealer::open_phone`].
    pub phone: Option<Sealed>,
    pub email: Option<String>,
    pub home_area: Option<AreaCode>,
    /// The organisation that registered the person.
    pub created_by: Option<OrganisationId>,
    pub version: i32,
}

/// What somebody wrote about a person, each field read but none compared with another. It becomes a
/// [`NewPerson`] by [`rules::check`]. No `Debug`: it holds the number.
#[derive(Clone)]
pub struct RawPerson {
    pub document_kind: DocumentKind,
    pub document_number: String,
    pub name: String,
    pub gender: Option<Gender>,
    pub birth_date: Option<NaiveDate>,
    pub education: Option<Education>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub home_area: Option<AreaCode>,
}

/// A person to register. Only [`rules::check`] makes one.
#[derive(Debug, Clone)]
pub struct NewPerson {
    document: IdentityDocument,
    name: String,
    gender: Gender,
    birth_date: NaiveDate,
    education: Option<Education>,
    phone: Option<Phone>,
    email: Option<String>,
    home_area: Option<AreaCode>,
}

impl NewPerson {
    #[must_use]
    pub const fn document(&self) -> &IdentityDocument {
        &self.document
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    #[must_use]
    pub const fn birth_date(&self) -> NaiveDate {
        self.birth_date
    }
}

/// What may change about a registered person. What is left out stays as it is; the document, and what follows
/// from it, never changes.
#[derive(Clone)]
pub struct PersonChange {
    pub name: Option<String>,
    pub education: Option<Education>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub home_area: Option<AreaCode>,
}

/// An identity document to look somebody up by. No `Debug`: it holds the number.
#[derive(Clone)]
pub struct RawDocument {
    pub kind: DocumentKind,
    pub number: String,
}

/// A Chinese mobile (`13812345678`) or fixed (`0573-87221234`) number. `Debug` and [`Phone::masked`] hide its middle.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    /// The number in its one form, or `None` where `text` is no Chinese phone number.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String =
            text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '（' | '）')).collect();
        let digits = digits.strip_prefix("+86").or_else(|| digits.strip_prefix("0086")).unwrap_or(&digits);
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let mobile = digits.len() == 11 && digits.starts_with('1') && digits.as_bytes()[1] >= b'3';
        if mobile {
            return Some(Self(digits.to_owned()));
        }
        // 010 and 02x are followed by eight digits; the other area codes have four digits and seven or eight follow.
        let area = if digits.starts_with("010") || digits.starts_with("02") { 3 } else { 4 };
        let (area, local) = digits.split_at_checked(area)?;
        let fixed = area.starts_with('0')
            && !area.starts_with("00")
            && !local.starts_with(['0', '1'])
            && (local.len() == 8 || (local.len() == 7 && area.len() == 4));
        fixed.then(|| Self(format!("{area}-{local}")))
    }

    /// The whole number, for sealing and for whoever has to call.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.0
    }

    /// `138****5678`, `0573-****1234`: enough to recognise, not to call.
    #[must_use]
    pub fn masked(&self) -> String {
        let shown = if self.0.contains('-') { self.0.find('-').unwrap_or(0) + 1 } else { 3 };
        format!("{}****{}", &self.0[..shown], &self.0[self.0.len() - 4..])
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl Form for RawPerson {
    fn read(f: &mut Fields) -> Option<Self> {
        let document = RawDocument::read(f);
        let name = f.text("name", 60);
        let gender = f.optional("gender");
        let birth_date = f.optional("birth_date");
        let education = f.optional("education");
        let phone = f.optional_text("phone", 30);
        let email = f.optional_text("email", 200);
        let home_area = f.optional("home_area");
        let RawDocument { kind, number } = document?;
        Some(Self {
            document_kind: kind,
            document_number: number,
            name: name?,
            gender: gender?,
            birth_date: birth_date?,
            education: education?,
            phone: phone?,
            email: email?,
            home_area: home_area?,
        })
    }
}

impl Form for RawDocument {
    fn read(f: &mut Fields) -> Option<Self> {
        let kind = f.optional("document_kind");
        let number = f.text("document_number", 40);
        Some(Self { kind: kind?.unwrap_or(DocumentKind::ResidentIdentityCard), number: number? })
    }
}

impl Form for PersonChange {
    fn read(f: &mut Fields) -> Option<Self> {
        let name = f.optional_text("name", 60);
        let education = f.optional("education");
        let phone = f.optional_text("phone", 30);
        let email = f.optional_text("email", 200);
        let home_area = f.optional("home_area");
        Some(Self { name: name?, education: education?, phone: phone?, email: email?, home_area: home_area? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(&str, &str)>) {
        let found = Phone::parse(text);
        assert_eq!(found.as_ref().map(Phone::number), expected.map(|e| e.0), "{text}");
        assert_eq!(found.as_ref().map(Phone::masked).as_deref(), expected.map(|e| e.1), "{text}");
    }

    #[test]
    fn phones_have_one_form_and_hide_their_middle() {
        check("138 1234 5678", Some(("13812345678", "138****5678")));
        check("+86 138-1234-5678", Some(("13812345678", "138****5678")));
        check("0573-87221234", Some(("0573-87221234", "0573-****1234")));
        check("（0573）8722123", Some(("0573-8722123", "0573-****2123")));
        check("010 8722 1234", Some(("010-87221234", "010-****1234")));
        check("12812345678", None);
        check("1381234567", None);
        check("010 872 1234", None);
        check("0573-07221234", None);
        check("0573", None);
        check("１３８１２３４５６７８", None);
        check("", None);
    }
}
