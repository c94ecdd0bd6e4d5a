//! Area codes (行政区划代码): GB/T 2260 to the county, the statistical codes to towns and villages.

use std::fmt;
use std::str::FromStr;

/// 2 digits for a province, 4 for a prefecture, 6 for a county or district, 9 for a town or street, 12 for
/// a village. A parent's code is a prefix of its children's, so "within" needs no tree.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AreaCode(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an area code of 2, 4, 6, 9 or 12 digits")]
pub struct BadAreaCode;

impl AreaCode {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The code of the area that this one is part of; `None` for a province.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let length = match self.0.len() {
            4 => 2,
            6 => 4,
            9 => 6,
            12 => 9,
            _ => return None,
        };
        Some(Self(self.0[..length].to_owned()))
    }

    /// Whether this area is `other` or lies in it.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }
}

impl FromStr for AreaCode {
    type Err = BadAreaCode;
    fn from_str(text: &str) -> Result<Self, BadAreaCode> {
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        if digits && matches!(text.len(), 2 | 4 | 6 | 9 | 12) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadAreaCode)
        }
    }
}
impl fmt::Display for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Debug for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl serde::Serialize for AreaCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
impl<'de> serde::Deserialize<'de> for AreaCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_up_from_a_town() {
        let town: AreaCode = "330481101".parse().expect("a code");
        let up: Vec<_> = std::iter::successors(Some(town), AreaCode::parent).map(|a| a.0).collect();
        assert_eq!(up, ["330481101", "330481", "3304", "33"]);
        assert_eq!("33048".parse::<AreaCode>(), Err(BadAreaCode));
        assert_eq!("3304 1".parse::<AreaCode>(), Err(BadAreaCode));
    }
}
