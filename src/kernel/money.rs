//! Money as an integer of fen (分), the hundredth of a yuan. Nothing here is ever a floating point number.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An amount in fen. Negative where money goes the other way: a line of a ledger, a difference. Written down as an
/// integer of fen, shown in yuan with two decimals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(i64);

/// An amount that a text does not spell: digits, at most two decimals, no separators, at most 9.2 × 10^16 yuan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an amount in yuan with at most two decimals")]
pub struct BadAmount;

impl Fen {
    pub const ZERO: Self = Self(0);

    #[must_use]
    pub const fn new(fen: i64) -> Self {
        Self(fen)
    }

    /// Whole yuan; `None` past the range of 64 bits.
    #[must_use]
    pub const fn from_yuan(yuan: i64) -> Option<Self> {
        match yuan.checked_mul(100) {
            Some(fen) => Some(Self(fen)),
            None => None,
        }
    }

    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The same amount the other way; `None` for the one value that has no opposite.
    #[must_use]
    pub fn checked_neg(self) -> Option<Self> {
        self.0.checked_neg().map(Self)
    }

    #[must_use]
    pub fn checked_mul(self, times: i64) -> Option<Self> {
        self.0.checked_mul(times).map(Self)
    }

    /// The sum of all; `None` past the range.
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// `percent` hundredths of the amount, to the fen; half a fen counts as a whole one, on either side of zero.
    /// `None` past the range.
    #[must_use]
    pub fn percent(self, percent: u32) -> Option<Self> {
        let product = i128::from(self.0) * i128::from(percent);
        let rounded = (product.abs() + 50) / 100;
        i64::try_from(if product < 0 { -rounded } else { rounded }).ok().map(Self)
    }
}

/// In yuan with two decimals: `12000.00`, `-0.05`.
impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", fen / 100, fen % 100)
    }
}

/// Reads what a person or a payment file writes: `12000`, `12000.5`, `-0.05`.
impl FromStr for Fen {
    type Err = BadAmount;
    fn from_str(text: &str) -> Result<Self, BadAmount> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (yuan, fen) = digits.split_once('.').unwrap_or((digits, "0"));
        let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !are_digits(yuan) || !are_digits(fen) || fen.len() > 2 {
            return Err(BadAmount);
        }
        let tens = if fen.len() == 1 { 10 } else { 1 };
        let yuan: i128 = yuan.parse().map_err(|_| BadAmount)?;
        let fen: i128 = fen.parse().map_err(|_| BadAmount)?;
        let amount = yuan.checked_mul(100).and_then(|yuan| yuan.checked_add(fen * tens)).ok_or(BadAmount)?;
        i64::try_from(if negative { -amount } else { amount }).map(Self).map_err(|_| BadAmount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_fen_is_rounded_up_on_either_side() {
        for (fen, percent, expected) in [
            (4_000_000, 30, 1_200_000),
            (4_000_000, 40, 1_600_000),
            (1, 50, 1),
            (-1, 50, -1),
            (1, 49, 0),
            (333, 50, 167),
            (0, 100, 0),
            (i64::MAX, 100, i64::MAX),
        ] {
            assert_eq!(Fen::new(fen).percent(percent), Some(Fen::new(expected)), "{percent} % of {fen}");
        }
        assert_eq!(Fen::new(i64::MAX).percent(101), None);
    }

    #[test]
    fn what_is_written_is_read_again() {
        for (text, fen) in [
            ("12000.00", 1_200_000),
            ("0.05", 5),
            ("-0.05", -5),
            ("-300.10", -30_010),
            ("92233720368547758.07", i64::MAX),
            ("-92233720368547758.08", i64::MIN),
        ] {
            assert_eq!(text.parse(), Ok(Fen::new(fen)));
            assert_eq!(Fen::new(fen).to_string(), text);
        }
        assert_eq!("12000".parse(), Ok(Fen::new(1_200_000)));
        assert_eq!("0.5".parse(), Ok(Fen::new(50)));
        let too_much = "92233720368547758.08";
        let far_too_much = "9".repeat(60);
        for text in
            ["", ".", "1.", ".5", "1.005", "1,000", "+1", "1e3", "--1", " 1", "一", too_much, &far_too_much]
        {
            assert_eq!(text.parse::<Fen>(), Err(BadAmount), "{text}");
        }
    }

    #[test]
    fn sums_never_wrap() {
        assert_eq!(Fen::sum([Fen::new(1), Fen::new(2), Fen::new(-3)]), Some(Fen::ZERO));
        assert_eq!(Fen::sum([Fen::new(i64::MAX), Fen::new(1)]), None);
        assert_eq!(Fen::new(i64::MIN).checked_sub(Fen::new(1)), None);
        assert_eq!(Fen::new(i64::MIN).checked_neg(), None);
        assert_eq!(Fen::new(i64::MAX).checked_mul(2), None);
        assert_eq!(Fen::from_yuan(i64::MAX), None);
        assert_eq!(serde_json::to_string(&Fen::new(5)).ok().as_deref(), Some("5"));
    }
}
