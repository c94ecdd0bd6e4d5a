//! Unified social credit code (统一社会信用代码), GB 32100.

use std::fmt;
use std::str::FromStr;

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// 18 characters, the last a check character: weights 3^(i−1) mod 31, check = (31 − sum mod 31) mod 31.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CreditCode(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCreditCode {
    #[error("a credit code has 18 characters of its alphabet")]
    Form,
    #[error("the check character does not fit")]
    Checksum,
}

impl CreditCode {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The check character for 17 characters; `None` where one is not of the alphabet.
    #[must_use]
    pub fn check_character(body: &str) -> Option<char> {
        let mut sum = 0;
        let mut weight = 1;
        for letter in body.bytes() {
            sum += ALPHABET.iter().position(|known| *known == letter)? * weight;
            weight = weight * 3 % 31;
        }
        Some(char::from(ALPHABET[(31 - sum % 31) % 31]))
    }
}

impl FromStr for CreditCode {
    type Err = BadCreditCode;
    fn from_str(text: &str) -> Result<Self, BadCreditCode> {
        let text = text.to_ascii_uppercase();
        if text.len() != 18 || !text.is_ascii() {
            return Err(BadCreditCode::Form);
        }
        let check = Self::check_character(&text[..17]).ok_or(BadCreditCode::Form)?;
        if text.ends_with(check) { Ok(Self(text)) } else { Err(BadCreditCode::Checksum) }
    }
}
impl fmt::Display for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_codes_and_their_neighbours() {
        for good in ["91350100MABQNX33XG", "11320000MB151840XJ", "11320000mb151840xj"] {
            assert!(good.parse::<CreditCode>().is_ok(), "{good}");
        }
        for (bad, why) in [
            ("91350100MABQNX33XH", BadCreditCode::Checksum),
            ("91350100MABQNX33IG", BadCreditCode::Form), // I is not of the alphabet
            ("91350100MABQNX33X", BadCreditCode::Form),
        ] {
            assert_eq!(bad.parse::<CreditCode>(), Err(why), "{bad}");
        }
    }
}
