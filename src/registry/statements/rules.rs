//! What can be told, by whom, how a cell is read, and what many statements come to as one fact.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::codes;
use crate::kernel::context::Role;
use crate::kernel::invalid::FieldError;
use crate::kernel::month::Month;
use crate::registry::schemes::facts::{Fact, FactName, Kind, Source, SourceKind, Unit, Value};
use crate::registry::schemes::{BeneficiaryKind, EventName};
use crate::registry::statements::{Scalar, Statement};

codes! {
    /// By what a fact is told.
    pub enum KeyKind("statement-key") {
        /// Once of the beneficiary.
        Whole = "whole",
        /// 按月
        Month = "month",
        /// 按培训、竞赛或项目
        Event = "event",
    }
}

/// A fact that a file may tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tellable {
    pub fact: FactName,
    pub key: KeyKind,
    /// Of whom it is told.
    pub of: BeneficiaryKind,
    /// Whether an institution may tell it, of itself or of its own staff. Others are told by the bureau, which has
    /// them from other departments.
    pub own: bool,
}

const fn of(of: BeneficiaryKind, fact: FactName, key: KeyKind, own: bool) -> Tellable {
    Tellable { fact, key, of, own }
}

/// What a file may tell, in the order of its columns.
pub const TOLD: [Tellable; 22] = {
    use BeneficiaryKind::{Organisation, Person};
    use KeyKind::{Event, Month, Whole};
    [
        of(Person, FactName::WorkDays, Month, true),
        of(Person, FactName::Insured, Month, false),
        of(Person, FactName::InsurancePaid, Month, false),
        of(Person, FactName::InsuredMonths, Whole, false),
        of(Person, FactName::ContractMonths, Whole, true),
        of(Person, FactName::OnEstablishment, Whole, true),
        of(Person, FactName::GraduatedOn, Whole, true),
        of(Person, FactName::TuitionReimbursed, Whole, false),
        of(Person, FactName::OtherTrainingSubsidy, Whole, false),
        of(Person, FactName::EmploymentDifficulty, Whole, false),
        of(Person, FactName::EconomicDifficulty, Whole, false),
        of(Person, FactName::ElderGrade, Whole, false),
        of(Person, FactName::CaresForDisabledRelative, Whole, false),
        of(Person, FactName::ContestRank, Event, false),
        of(Person, FactName::ContestTier, Event, false),
        of(Person, FactName::TrainingFee, Event, false),
        of(Organisation, FactName::Investment, Event, true),
        of(Organisation, FactName::CentreUpgrades, Event, false),
        of(Organisation, FactName::NeighbourPoints, Event, false),
        of(Organisation, FactName::JiaxingStations, Event, false),
        of(Organisation, FactName::ProjectsAccepted, Event, false),
        of(Organisation, FactName::FacilitiesGraded3a, Whole, false),
    ]
};

/// What the role may tell.
pub fn told_by(role: Role) -> impl Iterator<Item = Tellable> {
    let all = matches!(role, Role::Bureau | Role::Administrator);
    let own = role == Role::Institution;
    TOLD.into_iter().filter(move |told| all || (own && told.own))
}

/// Reads a cell. Money is written in yuan, yes and no as 是 and 否, dates as 2026-07-31.
///
/// # Errors
/// Names the fact as the field.
pub fn read_value(fact: FactName, text: &str) -> Result<Scalar, FieldError> {
    use crate::kernel::codes::Code;
    let field = fact.code();
    let definition = fact.definition();
    let whole = || text.parse::<i64>().ok().filter(|number| *number >= 0);
    match (definition.kind, definition.unit) {
        (Kind::Boolean | Kind::Texts, _) => {
            truth(text).map(Scalar::Boolean).ok_or_else(|| FieldError::new(field, "not-yes-or-no"))
        }
        (Kind::Date, _) => {
            text.parse::<NaiveDate>().map(Scalar::Date).map_err(|_| FieldError::new(field, "not-a-date"))
        }
        (_, Unit::Fen) => {
            yuan(text).map(Scalar::Integer).ok_or_else(|| FieldError::new(field, "not-an-amount"))
        }
        _ if fact == FactName::Insured => {
            let told = truth(text).ok_or_else(|| FieldError::new(field, "not-yes-or-no"))?;
            Ok(Scalar::Integer(i64::from(told)))
        }
        _ => {
            let number = whole().ok_or_else(|| FieldError::new(field, "not-a-number"))?;
            let (least, most) = range(fact);
            if (least..=most).contains(&number) {
                Ok(Scalar::Integer(number))
            } else {
                Err(FieldError::new(field, "out-of-range").with("min", least).with("max", most))
            }
        }
    }
}

/// The numbers that make sense, both ends included.
const fn range(fact: FactName) -> (i64, i64) {
    match fact {
        FactName::WorkDays => (0, 31),
        FactName::ElderGrade => (1, 5),
        FactName::ContestTier => (1, 4),
        FactName::ContestRank => (1, 9_999),
        FactName::ContractMonths | FactName::InsuredMonths => (0, 720),
        FactName::FacilitiesGraded3a => (0, 999),
        _ => (0, i64::MAX),
    }
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "是" | "有" | "已缴" | "1" | "yes" | "true" => Some(true),
        "否" | "无" | "未缴" | "0" | "no" | "false" => Some(false),
        _ => None,
    }
}

/// Yuan with at most two decimals, in fen.
fn yuan(text: &str) -> Option<i64> {
    let (whole, cents) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || cents.len() > 2 || !digits(whole) || !digits(cents) {
        return None;
    }
    let cents: i64 = format!("{cents:0<2}").parse().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(cents)
}

/// The key under which a fact is told in a row that names this month and this event.
///
/// # Errors
/// What is missing or wrong, beside its column.
pub fn key_of(
    kind: KeyKind,
    month: Option<Month>,
    event: Option<&str>,
    today: NaiveDate,
) -> Result<String, FieldError> {
    match (kind, month, event) {
        (KeyKind::Whole, ..) => Ok(String::new()),
        (KeyKind::Month, None, _) => Err(FieldError::new("month", "required")),
        (KeyKind::Month, Some(month), _) if month.last_day() >= today => {
            Err(FieldError::new("month", "month-not-finished"))
        }
        (KeyKind::Month, Some(month), _) => Ok(month.to_string()),
        (KeyKind::Event, _, None) => Err(FieldError::new("event", "required")),
        (KeyKind::Event, _, Some(event)) => EventName::new(event)
            .map(|name| name.as_str().to_owned())
            .ok_or_else(|| FieldError::new("event", "bad-event-name")),
    }
}

/// What is told of one beneficiary, as facts.
#[must_use]
pub fn facts(statements: &[Statement]) -> BTreeMap<FactName, Fact> {
    let mut by_name: BTreeMap<FactName, Vec<&Statement>> = BTreeMap::new();
    for statement in statements {
        by_name.entry(statement.fact).or_default().push(statement);
    }
    by_name.into_iter().map(|(name, told)| (name, fact(name.definition().kind, &told))).collect()
}

fn fact(kind: Kind, told: &[&Statement]) -> Fact {
    let mut references: Vec<String> = told.iter().map(|one| one.told.reference()).collect();
    references.dedup();
    let source = Source { kind: SourceKind::Import, reference: references.join("; ") };
    let whole = told.last().map(|one| &one.value);
    let value = match (kind, whole) {
        (Kind::Boolean, Some(Scalar::Boolean(value))) => Some(Value::Boolean(*value)),
        (Kind::Integer, Some(Scalar::Integer(value))) => Some(Value::Integer(*value)),
        (Kind::Date, Some(Scalar::Date(value))) => Some(Value::Date(*value)),
        (Kind::Text, Some(Scalar::Text(value))) => Some(Value::Text(value.clone())),
        (Kind::IntegersByKey, _) => {
            let pair = |one: &&Statement| match one.value {
                Scalar::Integer(value) => Some((one.key.clone(), value)),
                _ => None,
            };
            Some(Value::IntegersByKey(told.iter().filter_map(pair).collect()))
        }
        // What was told not to be one isn't in the list.
        (Kind::Texts, _) => {
            let named = told.iter().filter(|one| one.value == Scalar::Boolean(true));
            Some(Value::Texts(named.map(|one| one.key.clone()).collect()))
        }
        _ => None,
    };
    Fact { value, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::codes::Code;

    #[test]
    fn cells_are_read_by_the_type_of_their_fact() {
        fn check(fact: FactName, text: &str, expected: Result<Scalar, &str>) {
            let read = read_value(fact, text);
            assert_eq!(read.map_err(|error| error.code), expected, "{fact:?} {text}");
        }
        check(FactName::WorkDays, "21", Ok(Scalar::Integer(21)));
        check(FactName::WorkDays, "32", Err("out-of-range"));
        check(FactName::WorkDays, "-1", Err("not-a-number"));
        check(FactName::WorkDays, "二十", Err("not-a-number"));
        check(FactName::Insured, "是", Ok(Scalar::Integer(1)));
        check(FactName::Insured, "否", Ok(Scalar::Integer(0)));
        check(FactName::Insured, "maybe", Err("not-yes-or-no"));
        check(FactName::InsurancePaid, "1234.5", Ok(Scalar::Integer(123_450)));
        check(FactName::InsurancePaid, "1234.567", Err("not-an-amount"));
        check(FactName::InsurancePaid, "1,234", Err("not-an-amount"));
        check(
            FactName::GraduatedOn,
            "2024-06-30",
            Ok(Scalar::Date(NaiveDate::from_ymd_opt(2024, 6, 30).expect("a day"))),
        );
        check(FactName::GraduatedOn, "2024年", Err("not-a-date"));
        check(FactName::OnEstablishment, "否", Ok(Scalar::Boolean(false)));
        check(FactName::ProjectsAccepted, "是", Ok(Scalar::Boolean(true)));
        check(FactName::Investment, "80000", Ok(Scalar::Integer(8_000_000)));
    }

    #[test]
    fn a_month_has_to_be_over_and_an_event_named() {
        let today = NaiveDate::from_ymd_opt(2026, 8, 1).expect("a day");
        let july = "2026-07".parse().ok();
        assert_eq!(key_of(KeyKind::Month, july, None, today), Ok("2026-07".to_owned()));
        let code = |result: Result<String, FieldError>| result.expect_err("refused").code;
        assert_eq!(code(key_of(KeyKind::Month, "2026-08".parse().ok(), None, today)), "month-not-finished");
        assert_eq!(code(key_of(KeyKind::Month, None, None, today)), "required");
        assert_eq!(code(key_of(KeyKind::Event, july, Some("a b"), today)), "bad-event-name");
        assert_eq!(key_of(KeyKind::Whole, None, None, today), Ok(String::new()));
    }

    #[test]
    fn every_fact_that_can_be_told_has_a_type_that_can_be_stored() {
        for told in TOLD {
            let keyed = matches!(told.fact.definition().kind, Kind::IntegersByKey | Kind::Texts);
            assert_eq!(keyed, told.key != KeyKind::Whole, "{}", told.fact.code());
        }
    }
}
