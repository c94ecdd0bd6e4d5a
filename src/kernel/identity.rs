//! Identity documents (证件类型 and 证件号码), each kind with its own check.

use std::fmt;

use chrono::NaiveDate;

use crate::codes;
use crate::kernel::invalid::FieldError;
use crate::kernel::skill::Gender;

codes! {
    /// 证件类型
    pub enum DocumentKind("document-kind") {
        /// 居民身份证, with the 公民身份号码 of GB 11643.
        ResidentIdentityCard = "resident-id",
        /// 护照
        Passport = "passport",
        /// 港澳居民来往内地通行证
        HongKongMacaoPermit = "hk-macao-permit",
        /// 台湾居民来往大陆通行证
        TaiwanPermit = "taiwan-permit",
    }
}

/// Whether the region 99, which is nobody's, is accepted in identity numbers: only in demo and tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityRegions {
    Real,
    WithDemo,
}

/// A document whose number has passed the check of its kind. `Debug` shows no digits of it.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentityDocument {
    kind: DocumentKind,
    number: String,
}

/// What a 公民身份号码 says of its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdentityFacts {
    pub birth_date: NaiveDate,
    pub gender: Gender,
}

/// First two digits in use, GB/T 2260.
const PROVINCES: &[&str] = &[
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42",
    "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82",
    "83",
];

impl IdentityDocument {
    /// Checks `number` by the rules of `kind`; `today` bounds the birth date.
    ///
    /// # Errors
    /// One [`FieldError`] on `document_number`, which never repeats the number.
    pub fn check(
        kind: DocumentKind,
        number: &str,
        regions: IdentityRegions,
        today: NaiveDate,
    ) -> Result<Self, FieldError> {
        let number = number.trim().to_ascii_uppercase();
        let refused = |code| Err(FieldError::new("document_number", code));
        match kind {
            DocumentKind::ResidentIdentityCard => {
                if let Err(code) = check_resident(&number, regions, today) {
                    return refused(code);
                }
            }
            DocumentKind::Passport => {
                let plausible = (5..=15).contains(&number.len())
                    && number.bytes().all(|b| b.is_ascii_alphanumeric())
                    && number.bytes().any(|b| b.is_ascii_digit());
                if !plausible {
                    return refused("passport-form");
                }
            }
            DocumentKind::HongKongMacaoPermit => {
                let digits = number.strip_prefix(['H', 'M']).unwrap_or_default();
                if !matches!(digits.len(), 8 | 10) || !digits.bytes().all(|b| b.is_ascii_digit()) {
                    return refused("hk-macao-permit-form");
                }
            }
            DocumentKind::TaiwanPermit => {
                if number.len() != 8 || !number.bytes().all(|b| b.is_ascii_digit()) {
                    return refused("taiwan-permit-form");
                }
            }
        }
        Ok(Self { kind, number })
    }

    /// A document read back from our own store, where only checked ones are kept.
    #[must_use]
    pub fn from_store(kind: DocumentKind, number: String) -> Self {
        Self { kind, number }
    }

    #[must_use]
    pub const fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// The whole number. For encryption, for look-up, and for the one official form that prints it.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.number
    }

    /// The last four characters, for the match at the door.
    #[must_use]
    pub fn last_four(&self) -> &str {
        &self.number[self.number.len().saturating_sub(4)..]
    }

    /// All but the last four characters hidden, for papers on which somebody recognises their own.
    #[must_use]
    pub fn masked(&self) -> String {
        let shown = self.last_four();
        format!("{}{shown}", "*".repeat(self.number.len() - shown.len()))
    }

    /// Birth date and gender, where the number carries them.
    #[must_use]
    pub fn facts(&self) -> Option<IdentityFacts> {
        if self.kind != DocumentKind::ResidentIdentityCard {
            return None;
        }
        let birth_date = NaiveDate::parse_from_str(self.number.get(6..14)?, "%Y%m%d").ok()?;
        let odd = self.number.as_bytes().get(16)? % 2 == 1; // '1' is 49: odd digits are odd bytes
        Some(IdentityFacts { birth_date, gender: if odd { Gender::Male } else { Gender::Female } })
    }
}

impl fmt::Debug for IdentityDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdentityDocument({}, hidden)", self.kind)
    }
}

/// Check character of a 公民身份号码 for its first 17 digits (GB 11643).
#[must_use]
pub fn check_character(body: &str) -> Option<char> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    if body.len() != 17 {
        return None;
    }
    let mut sum = 0;
    for (digit, weight) in body.chars().zip(WEIGHTS) {
        sum += digit.to_digit(10)? * weight;
    }
    CHECKS.get(sum as usize % 11).copied()
}

fn check_resident(number: &str, regions: IdentityRegions, today: NaiveDate) -> Result<(), &'static str> {
    if number.len() != 18 || !number.is_ascii() {
        return Err("identity-length");
    }
    let check = check_character(&number[..17]).ok_or("identity-length")?;
    let region = &number[..2];
    let nobodys = region == "99" && regions == IdentityRegions::WithDemo;
    if !PROVINCES.contains(&region) && !nobodys {
        return Err("identity-region");
    }
    let birth = NaiveDate::parse_from_str(&number[6..14], "%Y%m%d").map_err(|_| "identity-birth-date")?;
    if birth > today || birth < today - chrono::Days::new(366 * 130) {
        return Err("identity-birth-date");
    }
    if number.ends_with(check) { Ok(()) } else { Err("identity-checksum") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 21).expect("a date")
    }

    fn check(kind: DocumentKind, number: &str, expected: Result<(), &'static str>) {
        let found = IdentityDocument::check(kind, number, IdentityRegions::Real, today());
        assert_eq!(found.map(drop).map_err(|e| e.code), expected, "{number}");
    }

    #[test]
    fn resident_numbers() {
        use DocumentKind::ResidentIdentityCard as Id;
        check(Id, "11010519491231002X", Ok(()));
        check(Id, " 11010519491231002x ", Ok(()));
        check(Id, "110105194912310021", Err("identity-checksum"));
        check(Id, "11010519491231002", Err("identity-length"));
        check(Id, "99048119700101001X", Err("identity-region"));
        check(Id, "110105194913310020", Err("identity-birth-date"));
        check(Id, "110105202712310020", Err("identity-birth-date"));
        check(Id, "1101051949123100２X", Err("identity-length"));
    }

    #[test]
    fn other_kinds() {
        check(DocumentKind::Passport, "E12345678", Ok(()));
        check(DocumentKind::Passport, "E1", Err("passport-form"));
        check(DocumentKind::HongKongMacaoPermit, "H12345678", Ok(()));
        check(DocumentKind::HongKongMacaoPermit, "A12345678", Err("hk-macao-permit-form"));
        check(DocumentKind::TaiwanPermit, "12345678", Ok(()));
        check(DocumentKind::TaiwanPermit, "1234567", Err("taiwan-permit-form"));
    }

    #[test]
    fn facts_in_the_number_and_none_in_debug() {
        let id = IdentityDocument::check(
            DocumentKind::ResidentIdentityCard,
            "11010519491231002X",
            IdentityRegions::Real,
            today(),
        )
        .expect("a valid number");
        let facts = id.facts().expect("facts");
        assert_eq!(facts.birth_date, NaiveDate::from_ymd_opt(1949, 12, 31).expect("a date"));
        assert_eq!(facts.gender, Gender::Female);
        assert_eq!(id.last_four(), "002X");
        assert!(!format!("{id:?}").contains("1949"));
    }
}
