//! From headcounts to figures: which target speaks, what is divided by what, how far it is to the target. The
//! definitions are those of the plans; where a plan leaves a word open, the reading is written here.

use chrono::NaiveDate;

use crate::kernel::area::AreaCode;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::ratio::Ratio;
use crate::kernel::vocabulary::{Basis, Indicator};
use crate::registry::areas::Population;
use crate::registry::indicators::{Definition, Figure, Gap, Headcounts, Missing, NewTarget, Target, Variant};

/// The target that speaks for `area` on `on`: its own, else that of the nearest area above it.
#[must_use]
pub fn target_for<'a>(
    targets: &'a [Target],
    indicator: Indicator,
    area: &AreaCode,
    on: NaiveDate,
) -> Option<&'a Target> {
    let in_force = |t: &&Target| t.valid_from <= on && t.valid_to.is_none_or(|to| on <= to);
    targets
        .iter()
        .filter(|target| target.indicator == indicator && area.is_within(&target.area_code))
        .filter(in_force)
        .max_by_key(|target| (target.area_code.as_str().len(), target.valid_from))
}

/// The basis of the figure per 10,000 elders: the one asked for, else the target's, else registered elders.
#[must_use]
pub fn basis_of(asked: Option<Basis>, target: Option<&Target>) -> Basis {
    asked.or(target.and_then(|target| target.basis)).unwrap_or(Basis::Registered)
}

/// 每万名老年人拥有持证养老护理员数: `persons` ÷ elders × 10,000. A target set for registered elders says nothing
/// of a figure over residents, so it is left out there.
#[must_use]
pub fn caregiver_ratio(
    (variant, persons): (Variant, i64),
    population: Option<&Population>,
    basis: Basis,
    target: Option<&Target>,
    on: NaiveDate,
) -> Figure {
    let definition = match variant {
        Variant::Employed => Definition::CertifiedEmployedPer10000,
        Variant::AllHolders => Definition::HoldersPer10000,
    };
    let elders = population.map(|population| population.persons);
    let target = target.filter(|target| target.basis.is_none_or(|of| of == basis));
    let divided = Divided {
        indicator: Indicator::CaregiversPer10000,
        definition,
        numerator: persons,
        denominator: elders.unwrap_or_default(),
        per: 10_000,
        missing: Missing::NoPopulation,
    };
    Figure { denominator: elders, population: population.cloned(), ..divided.figure(target, on) }
}

/// 双证比例: employed and certified with a valid 救护员证 ÷ employed and certified.
#[must_use]
pub fn dual_certified_share(counts: &Headcounts, target: Option<&Target>, on: NaiveDate) -> Figure {
    let missing = if counts.employed == 0 { Missing::NoCaregivers } else { Missing::NoCertified };
    Divided {
        indicator: Indicator::DualCertifiedShare,
        definition: Definition::RescuerAmongCertified,
        numerator: counts.dual,
        denominator: counts.certified,
        per: 100,
        missing,
    }
    .figure(target, on)
}

/// 高级和技师级护理员占护理员总数: the uncertified are in the denominator (policy document 000).
#[must_use]
pub fn senior_share(counts: &Headcounts, target: Option<&Target>, on: NaiveDate) -> Figure {
    Divided {
        indicator: Indicator::SeniorShare,
        definition: Definition::SeniorAmongEmployed,
        numerator: counts.senior,
        denominator: counts.employed,
        per: 100,
        missing: Missing::NoCaregivers,
    }
    .figure(target, on)
}

/// 职业技能等级认定率: certified ÷ all who are employed as caregivers (policy document 001).
#[must_use]
pub fn assessed_share(counts: &Headcounts, target: Option<&Target>, on: NaiveDate) -> Figure {
    Divided {
        indicator: Indicator::AssessedShare,
        definition: Definition::CertifiedAmongEmployed,
        numerator: counts.certified,
        denominator: counts.employed,
        per: 100,
        missing: Missing::NoCaregivers,
    }
    .figure(target, on)
}

/// The four figures of one area.
#[must_use]
pub fn figures(
    area: &AreaCode,
    counts: &Headcounts,
    population: Option<&Population>,
    basis: Basis,
    targets: &[Target],
    on: NaiveDate,
) -> Vec<Figure> {
    let target = |indicator| target_for(targets, indicator, area, on);
    let ratio_target = target(Indicator::CaregiversPer10000);
    vec![
        caregiver_ratio((Variant::Employed, counts.certified), population, basis, ratio_target, on),
        dual_certified_share(counts, target(Indicator::DualCertifiedShare), on),
        senior_share(counts, target(Indicator::SeniorShare), on),
        assessed_share(counts, target(Indicator::AssessedShare), on),
    ]
}

/// What is divided by what, before the division.
struct Divided {
    indicator: Indicator,
    definition: Definition,
    numerator: i64,
    denominator: i64,
    per: i64,
    missing: Missing,
}

impl Divided {
    fn figure(self, target: Option<&Target>, on: NaiveDate) -> Figure {
        let value = Ratio::new(self.numerator, self.denominator, self.per).ok_or(self.missing);
        Figure {
            indicator: self.indicator,
            definition: self.definition,
            as_of: on,
            numerator: self.numerator,
            denominator: Some(self.denominator),
            gap: value.ok().zip(target).map(|(ratio, target)| gap(&ratio, target)),
            value,
            target: target.cloned(),
            population: None,
        }
    }
}

fn gap(ratio: &Ratio, target: &Target) -> Gap {
    let persons = (ratio.needed_for(target.value_hundredths) - ratio.numerator).max(0);
    // 19.998 shows as 20.00 yet is below 20: the persons decide whether a target is met.
    let hundredths = if persons == 0 { 0 } else { (target.value_hundredths - ratio.hundredths()).max(0) };
    Gap { persons, hundredths }
}

/// 同比: the change against the value of a year before, in hundredths of a percent of that value. `None` where
/// either is missing or the earlier is zero.
#[must_use]
pub fn change_over_year(now: &Figure, before: &Figure) -> Option<i64> {
    let (now, before) = (now.value.ok()?, before.value.ok()?);
    let earlier = i128::from(before.numerator) * i128::from(now.denominator);
    let later = i128::from(now.numerator) * i128::from(before.denominator);
    if earlier == 0 {
        return None;
    }
    // Half away from zero, the same for a rise and for a fall.
    let scaled = (later - earlier) * 10_000;
    let rounded = (2 * scaled.abs() + earlier) / (2 * earlier);
    i64::try_from(rounded * scaled.signum()).ok()
}

/// Checks what a target can be checked for by itself.
pub fn check_target(new: &NewTarget) -> Result<(), Invalid> {
    let mut errors = Vec::new();
    let is_ratio = new.indicator == Indicator::CaregiversPer10000;
    if is_ratio && new.basis.is_none() {
        errors.push(FieldError::new("basis", "required"));
    }
    if !is_ratio && new.basis.is_some() {
        errors.push(FieldError::new("basis", "basis-not-for-share"));
    }
    if !is_ratio && new.value_hundredths > 10_000 {
        errors.push(FieldError::new("value_hundredths", "out-of-range").with("min", 0).with("max", 10_000));
    }
    if new.due_on.is_some_and(|due| due < new.valid_from) {
        errors.push(FieldError::new("due_on", "date-order"));
    }
    Invalid::if_any(errors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::ids::{PopulationId, TargetId};
    use crate::kernel::vocabulary::FigureKind;

    const ON: &str = "2026-11-21";

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn population(area: &str, basis: Basis, persons: i64) -> Population {
        Population {
            id: PopulationId::from_uuid(uuid::Uuid::nil()),
            area_code: area.parse().expect("a code"),
            counted_on: day("2025-12-31"),
            basis,
            age_from: 60,
            age_to: None,
            persons,
            kind: FigureKind::Forecast,
            source: String::new(),
            illustrative: false,
        }
    }

    fn target(area: &str, indicator: Indicator, value: i64, basis: Option<Basis>) -> Target {
        Target {
            id: TargetId::from_uuid(uuid::Uuid::nil()),
            area_code: area.parse().expect("a code"),
            indicator,
            value_hundredths: value,
            basis,
            valid_from: day("2021-01-01"),
            valid_to: None,
            due_on: None,
            source: String::new(),
        }
    }

    /// Value as shown, persons short, hundredths short.
    fn check(figure: &Figure, value: Result<&str, Missing>, gap: Option<(i64, i64)>) {
        let found = figure.value.map(|ratio| ratio.display());
        assert_eq!(found, value.map(str::to_owned), "{figure:?}");
        assert_eq!(figure.gap.map(|gap| (gap.persons, gap.hundredths)), gap, "{figure:?}");
    }

    fn ratio(persons: i64, elders: Option<i64>, basis: Basis, target: &Target) -> Figure {
        let population = elders.map(|elders| population("330481", basis, elders));
        caregiver_ratio((Variant::Employed, persons), population.as_ref(), basis, Some(target), day(ON))
    }

    #[test]
    fn the_plans_own_arithmetic() {
        use Basis::{Registered, Resident};
        let haining = target("330481", Indicator::CaregiversPer10000, 3_000, Some(Registered));
        let hangzhou = target("3301", Indicator::CaregiversPer10000, 2_800, Some(Resident));
        check(&ratio(0, Some(239_000), Registered, &haining), Ok("0.00"), Some((717, 3_000)));
        check(&ratio(590, Some(239_000), Registered, &haining), Ok("24.69"), Some((127, 531)));
        check(&ratio(716, Some(239_000), Registered, &haining), Ok("29.96"), Some((1, 4)));
        check(&ratio(717, Some(239_000), Registered, &haining), Ok("30.00"), Some((0, 0)));
        check(&ratio(0, Some(2_640_000), Resident, &hangzhou), Ok("0.00"), Some((7_392, 2_800)));
        check(&ratio(7_392, Some(2_640_000), Resident, &hangzhou), Ok("28.00"), Some((0, 0)));
    }

    #[test]
    fn nothing_is_guessed() {
        let registered = target("330481", Indicator::CaregiversPer10000, 3_000, Some(Basis::Registered));
        let none = ratio(590, None, Basis::Registered, &registered);
        check(&none, Err(Missing::NoPopulation), None);
        assert_eq!((none.numerator, none.denominator), (590, None));
        check(&ratio(590, Some(0), Basis::Registered, &registered), Err(Missing::NoPopulation), None);
        // Another basis: a value, but the target was not set for it.
        let other = ratio(590, Some(239_000), Basis::Resident, &registered);
        check(&other, Ok("24.69"), None);
        assert_eq!(other.target, None);
        let nobody = Headcounts::default();
        check(&dual_certified_share(&nobody, None, day(ON)), Err(Missing::NoCaregivers), None);
        check(&senior_share(&nobody, None, day(ON)), Err(Missing::NoCaregivers), None);
        check(&assessed_share(&nobody, None, day(ON)), Err(Missing::NoCaregivers), None);
        let uncertified = Headcounts { employed: 3, ..nobody };
        check(&dual_certified_share(&uncertified, None, day(ON)), Err(Missing::NoCertified), None);
        check(&assessed_share(&uncertified, None, day(ON)), Ok("0.00"), None);
    }

    #[test]
    fn shares_have_their_own_denominators() {
        let counts = Headcounts { employed: 785, certified: 590, dual: 570, senior: 168 };
        let of = |indicator, value| target("330481", indicator, value, None);
        let dual = of(Indicator::DualCertifiedShare, 10_000);
        check(&dual_certified_share(&counts, Some(&dual), day(ON)), Ok("96.61"), Some((20, 339)));
        let senior = of(Indicator::SeniorShare, 2_000);
        check(&senior_share(&counts, Some(&senior), day(ON)), Ok("21.40"), Some((0, 0)));
        let assessed = of(Indicator::AssessedShare, 8_000);
        check(&assessed_share(&counts, Some(&assessed), day(ON)), Ok("75.16"), Some((38, 484)));
        // Shows as 20.00 %, and one person is still short.
        let close = Headcounts { employed: 50_001, senior: 10_000, ..counts };
        check(&senior_share(&close, Some(&senior), day(ON)), Ok("20.00"), Some((1, 0)));
    }

    #[test]
    fn the_nearest_target_in_force_speaks() {
        let check = |targets: &[Target], area: &str, on: &str, expected: Option<i64>| {
            let area = area.parse().expect("a code");
            let found = target_for(targets, Indicator::SeniorShare, &area, day(on));
            assert_eq!(found.map(|target| target.value_hundredths), expected, "{area} on {on}");
        };
        let senior = |area, value| target(area, Indicator::SeniorShare, value, None);
        let own = Target { valid_from: day("2026-01-01"), ..senior("330481101", 2_500) };
        let over = Target { valid_to: Some(day("2025-12-31")), ..senior("330481", 2_000) };
        let new = Target { valid_from: day("2026-01-01"), ..senior("330481", 2_200) };
        let targets = [over, new, own, senior("33", 1_500)];
        check(&targets, "330481101", "2026-11-21", Some(2_500));
        check(&targets, "330481101", "2025-12-31", Some(2_000));
        check(&targets, "330481002", "2026-01-01", Some(2_200));
        check(&targets, "330402", "2026-11-21", Some(1_500));
        check(&targets, "330402", "2020-12-31", None);
        check(&targets, "11", "2026-11-21", None);
    }

    #[test]
    fn the_change_over_a_year_is_relative() {
        let share = |senior, employed| {
            senior_share(&Headcounts { employed, senior, ..Headcounts::default() }, None, day(ON))
        };
        for (now, before, expected) in [
            (share(110, 1000), share(100, 1000), Some(1_000)),
            (share(90, 1000), share(100, 1000), Some(-1_000)),
            (share(1, 3), share(1, 7), Some(13_333)),
            (share(1, 7), share(1, 3), Some(-5_714)),
            (share(1, 7), share(0, 3), None),
            (share(1, 7), share(0, 0), None),
        ] {
            assert_eq!(change_over_year(&now, &before), expected, "{now:?} {before:?}");
        }
    }

    #[test]
    fn a_target_names_its_basis_where_it_has_one() {
        let new = |indicator, value_hundredths, basis| NewTarget {
            area: "330481".parse().expect("a code"),
            indicator,
            value_hundredths,
            basis,
            valid_from: day(ON),
            due_on: Some(day("2026-01-01")),
            source: "文件".to_owned(),
        };
        let codes = |new: &NewTarget| {
            let errors = check_target(new).err().map(|Invalid(errors)| errors).unwrap_or_default();
            errors.iter().map(|error| (error.field.clone(), error.code)).collect::<Vec<_>>()
        };
        let late = ("due_on".to_owned(), "date-order");
        assert_eq!(
            codes(&new(Indicator::CaregiversPer10000, 3_000, None)),
            [("basis".to_owned(), "required"), late.clone()]
        );
        assert_eq!(
            codes(&new(Indicator::SeniorShare, 10_001, Some(Basis::Resident))),
            [
                ("basis".to_owned(), "basis-not-for-share"),
                ("value_hundredths".to_owned(), "out-of-range"),
                late
            ]
        );
    }
}
