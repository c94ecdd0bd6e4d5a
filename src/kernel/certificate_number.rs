//! Numbers of certificates (证书编号). The national rule numbers skill certificates (职业技能等级证书编号); the other
//! types are numbered in the same form, by bodies whose codes begin with letters that the national rule does not use.

use std::fmt;
use std::str::FromStr;

use crate::kernel::skill::SkillLevel;

/// The code of a body and site, positions 1–13 of every number it issues: `S000033001032` is an assessment body filed
/// with the province 33. A training school's begins with `P`, a first-aid issuer's with `H`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BodyCode(String);

/// Whose code it is, by its letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    /// 评价机构: `S` or `Y`, by the national rule.
    Assessment,
    /// 培训机构: `P`, given here.
    Training,
    /// 救护培训发证机构: `H`, given here.
    FirstAid,
}

/// Position 16 of a number: what counts for itself within a body's year. An assessment body's is the level, 5 to 1;
/// another body's the number of the type of certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Series(u8);

impl Series {
    #[must_use]
    pub const fn of_level(level: SkillLevel) -> Self {
        Self(level.number())
    }

    /// `None` for what is no digit from 1 to 9.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        if matches!(number, 1..=9) { Some(Self(number)) } else { None }
    }
}
impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl FromStr for Series {
    type Err = BadNumber;
    fn from_str(text: &str) -> Result<Self, BadNumber> {
        text.parse().ok().and_then(Self::from_number).ok_or(BadNumber::Form)
    }
}

/// A certificate's number: `[SYPH]` and 21 digits with the year at 14–15, the series at 16 and a serial at 17–22 and
/// **no** check digit, which for `[SY]` is the national rule, or any text that a body assigned itself.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CertificateNumber(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadNumber {
    #[error("a body code is S, Y, P or H and 12 digits")]
    BodyCode,
    #[error("the serial does not fit into six digits")]
    SerialExhausted,
    #[error("a certificate number has 4 to 40 letters, digits, hyphens or brackets")]
    Form,
}

const LETTERS: [char; 4] = ['S', 'Y', 'P', 'H'];
/// Characters of a body's code.
const BODY: usize = 13;

impl FromStr for BodyCode {
    type Err = BadNumber;
    fn from_str(text: &str) -> Result<Self, BadNumber> {
        let digits = text.strip_prefix(LETTERS).ok_or(BadNumber::BodyCode)?;
        let fits = digits.len() == 12 && digits.bytes().all(|b| b.is_ascii_digit());
        if fits { Ok(Self(text.to_owned())) } else { Err(BadNumber::BodyCode) }
    }
}
impl BodyCode {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    #[must_use]
    pub fn kind(&self) -> BodyKind {
        match self.0.as_bytes().first() {
            Some(b'P') => BodyKind::Training,
            Some(b'H') => BodyKind::FirstAid,
            _ => BodyKind::Assessment,
        }
    }
}
impl fmt::Display for BodyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl serde::Serialize for BodyCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
impl<'de> serde::Deserialize<'de> for BodyCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl CertificateNumber {
    /// The number by the rule: for an assessment body the national one.
    ///
    /// # Errors
    /// [`BadNumber::SerialExhausted`] past 999,999 in a body's year and series.
    pub fn in_series(body: &BodyCode, year: i32, series: Series, serial: u32) -> Result<Self, BadNumber> {
        if serial == 0 || serial > 999_999 {
            return Err(BadNumber::SerialExhausted);
        }
        Ok(Self(format!("{body}{:02}{series}{serial:06}", year.rem_euclid(100))))
    }

    /// The code of the body and the series that the number names; `None` for one that is not by the rule.
    #[must_use]
    pub fn named(&self) -> Option<(&str, Series)> {
        let digits = self.0.strip_prefix(LETTERS)?;
        let fits = self.0.len() == 22 && digits.bytes().all(|b| b.is_ascii_digit());
        let series = Series::from_number(self.0.as_bytes().get(15)?.checked_sub(b'0')?).filter(|_| fits)?;
        let is_national = self.0.starts_with(['S', 'Y']);
        // There is no level 6.
        if is_national && series.0 > 5 { None } else { Some((&self.0[..BODY], series)) }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CertificateNumber {
    type Err = BadNumber;
    fn from_str(text: &str) -> Result<Self, BadNumber> {
        let text = text.trim();
        let length = text.chars().count();
        let fits = text.chars().all(|c| c.is_alphanumeric() || "-_/()（）〔〕[]第号".contains(c));
        if fits && (4..=40).contains(&length) { Ok(Self(text.to_owned())) } else { Err(BadNumber::Form) }
    }
}
impl fmt::Display for CertificateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Debug for CertificateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl serde::Serialize for CertificateNumber {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
impl<'de> serde::Deserialize<'de> for CertificateNumber {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_national_form() {
        let body: BodyCode = "S000033001032".parse().expect("a body code");
        let five = Series::of_level(SkillLevel::Five);
        let number = CertificateNumber::in_series(&body, 2026, five, 42).expect("a number");
        assert_eq!(number.as_str(), "S000033001032265000042");
        assert_eq!(number.named(), Some(("S000033001032", five)));
        assert_eq!(
            CertificateNumber::in_series(&body, 2026, five, 1_000_000),
            Err(BadNumber::SerialExhausted)
        );
        for (text, series) in [
            ("S000033001032265000042", Some(5)),
            ("S000033001032266000042", None), // there is no level 6
            ("P330481000001266000042", Some(6)),
            ("P330481000001260000042", None), // no series 0
            ("P33048100000126600004é", None),
            ("浙养护2019第0042号", None),
        ] {
            let number: CertificateNumber = text.parse().expect("a number");
            assert_eq!(
                number.named().map(|(_, series)| series),
                series.and_then(Series::from_number),
                "{text}"
            );
        }
        assert!("a b".parse::<CertificateNumber>().is_err());
        assert!("X000033001032".parse::<BodyCode>().is_err());
        for (text, kind) in [
            ("S000033001032", BodyKind::Assessment),
            ("Y000033001032", BodyKind::Assessment),
            ("P330481000001", BodyKind::Training),
            ("H330481000001", BodyKind::FirstAid),
        ] {
            assert_eq!(text.parse::<BodyCode>().map(|code| code.kind()), Ok(kind), "{text}");
        }
    }
}
