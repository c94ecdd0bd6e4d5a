//! Numbers of skill certificates (职业技能等级证书编号).

use std::fmt;
use std::str::FromStr;

use crate::kernel::skill::SkillLevel;

/// The code of an assessment body and site, positions 1–13 of every number it issues:
/// `S000033001032` is a body filed with the province 33.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BodyCode(String);

/// A certificate's number: by the national rule, `[SY]` and 21 digits with the year at 14–15, the level
/// at 16 and a serial at 17–22 and **no** check digit, or any text that a body assigned itself.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CertificateNumber(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadNumber {
    #[error("a body code is S or Y and 12 digits")]
    BodyCode,
    #[error("the serial does not fit into six digits")]
    SerialExhausted,
    #[error("a certificate number has 4 to 40 letters, digits, hyphens or brackets")]
    Form,
}

impl FromStr for BodyCode {
    type Err = BadNumber;
    fn from_str(text: &str) -> Result<Self, BadNumber> {
        let digits = text.strip_prefix(['S', 'Y']).ok_or(BadNumber::BodyCode)?;
        let fits = digits.len() == 12 && digits.bytes().all(|b| b.is_ascii_digit());
        if fits { Ok(Self(text.to_owned())) } else { Err(BadNumber::BodyCode) }
    }
}
impl BodyCode {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
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
    /// The number by the national rule.
    ///
    /// # Errors
    /// [`BadNumber::SerialExhausted`] past 999,999 in a body's year and level.
    pub fn national(body: &BodyCode, year: i32, level: SkillLevel, serial: u32) -> Result<Self, BadNumber> {
        if serial == 0 || serial > 999_999 {
            return Err(BadNumber::SerialExhausted);
        }
        Ok(Self(format!("{body}{:02}{}{serial:06}", year.rem_euclid(100), level.number())))
    }

    /// Whether the number has the form of the national rule.
    #[must_use]
    pub fn is_national(&self) -> bool {
        self.0.len() == 22
            && self.0.starts_with(['S', 'Y'])
            && self.0[1..].bytes().all(|b| b.is_ascii_digit())
            && (b'1'..=b'5').contains(&self.0.as_bytes()[15])
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
        let number = CertificateNumber::national(&body, 2026, SkillLevel::Five, 42).expect("a number");
        assert_eq!(number.as_str(), "S000033001032265000042");
        assert!(number.is_national());
        assert_eq!(
            CertificateNumber::national(&body, 2026, SkillLevel::Five, 1_000_000),
            Err(BadNumber::SerialExhausted)
        );
        for (text, national) in [
            ("S000033001032265000042", true),
            ("S000033001032266000042", false), // there is no level 6
            ("浙养护2019第0042号", false),
        ] {
            assert_eq!(text.parse::<CertificateNumber>().map(|n| n.is_national()), Ok(national), "{text}");
        }
        assert!("a b".parse::<CertificateNumber>().is_err());
        assert!("X000033001032".parse::<BodyCode>().is_err());
    }
}
