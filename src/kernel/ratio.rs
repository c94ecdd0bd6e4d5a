//! Ratios that stay exact until they are shown.

/// `numerator ÷ denominator`, to be shown per `per` (10,000 elders, or 100 for a share).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ratio {
    pub numerator: i64,
    pub denominator: i64,
    pub per: i64,
}

impl Ratio {
    /// `None` where there is nothing to divide by.
    #[must_use]
    pub fn new(numerator: i64, denominator: i64, per: i64) -> Option<Self> {
        (denominator > 0).then_some(Self { numerator, denominator, per })
    }

    /// The value to two decimals, rounded half up, in hundredths.
    #[must_use]
    pub fn hundredths(&self) -> i64 {
        let scaled = i128::from(self.numerator) * i128::from(self.per) * 100;
        let denominator = i128::from(self.denominator);
        i64::try_from((2 * scaled + denominator) / (2 * denominator)).unwrap_or(i64::MAX)
    }

    /// The value as people read it, with two decimals: `28.54`.
    #[must_use]
    pub fn display(&self) -> String {
        let value = self.hundredths();
        format!("{}.{:02}", value / 100, value % 100)
    }

    /// The smallest numerator that reaches `target` (a value per `per`, in hundredths) on this denominator.
    #[must_use]
    pub fn needed_for(&self, target_hundredths: i64) -> i64 {
        let product = i128::from(target_hundredths) * i128::from(self.denominator);
        let unit = i128::from(self.per) * 100;
        i64::try_from((product + unit - 1) / unit).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_s_own_arithmetic() {
        // facts: 30 × 23.90 = 717 for Haining, 28 × 264 = 7,392 for Hangzhou.
        let haining = Ratio::new(590, 239_000, 10_000).expect("a denominator");
        assert_eq!(haining.needed_for(3_000), 717);
        assert_eq!(haining.display(), "24.69");
        let hangzhou = Ratio::new(0, 2_640_000, 10_000).expect("a denominator");
        assert_eq!(hangzhou.needed_for(2_800), 7_392);
        assert_eq!(Ratio::new(1, 3, 100).map(|r| r.display()), Some("33.33".into()));
        assert_eq!(Ratio::new(2, 3, 100).map(|r| r.display()), Some("66.67".into()));
        assert_eq!(Ratio::new(1, 0, 100), None);
    }
}
