//! Which figure speaks for an area on a day, and which figures may be entered.

use chrono::NaiveDate;

use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::vocabulary::FigureKind;
use crate::registry::areas::{NewPopulation, Population};

/// The figure to use on `on`: the latest measured one at or before it; a forecast only where nothing measured
/// is younger than it. `None` where there is none.
#[must_use]
pub fn population_on(figures: &[Population], on: NaiveDate) -> Option<&Population> {
    figures
        .iter()
        .filter(|figure| figure.counted_on <= on)
        .max_by_key(|figure| (figure.counted_on, figure.kind == FigureKind::Measured))
}

/// Checks what one figure by itself can be checked for.
pub fn check(new: &NewPopulation, today: NaiveDate) -> Result<(), Invalid> {
    let mut errors = Vec::new();
    if new.age_to.is_some_and(|to| to < new.age_from) {
        errors.push(FieldError::new("age_to", "age-order"));
    }
    if new.kind == FigureKind::Measured && new.counted_on > today {
        errors.push(FieldError::new("counted_on", "future-date"));
    }
    Invalid::if_any(errors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::ids::PopulationId;
    use crate::kernel::vocabulary::Basis;

    fn figure(on: &str, kind: FigureKind, persons: i64) -> Population {
        Population {
            id: PopulationId::from_uuid(uuid::Uuid::nil()),
            area_code: "330481".parse().expect("a code"),
            counted_on: on.parse().expect("a date"),
            basis: Basis::Registered,
            age_from: 60,
            age_to: None,
            persons,
            kind,
            source: String::new(),
            illustrative: false,
        }
    }

    fn check(figures: &[Population], on: &str, expected: Option<i64>) {
        let found = population_on(figures, on.parse().expect("a date"));
        assert_eq!(found.map(|figure| figure.persons), expected, "on {on}");
    }

    #[test]
    fn a_forecast_serves_only_where_nothing_measured_is_younger() {
        use FigureKind::{Forecast, Measured};
        let figures = [figure("2020-12-31", Measured, 196_500), figure("2025-12-31", Forecast, 239_000)];
        check(&figures, "2020-12-30", None);
        check(&figures, "2025-12-30", Some(196_500));
        check(&figures, "2026-11-21", Some(239_000));
        let counted = [figures.to_vec(), vec![figure("2025-12-31", Measured, 231_000)]].concat();
        check(&counted, "2026-11-21", Some(231_000));
        let later = [figures.to_vec(), vec![figure("2026-06-30", Measured, 235_000)]].concat();
        check(&later, "2026-11-21", Some(235_000));
    }
}
