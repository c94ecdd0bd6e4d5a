//! What holds of every scheme and all facts.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use crate::kernel::codes::Code;
use crate::kernel::month::Month;
use crate::kernel::skill::SkillLevel;
use crate::registry::schemes::facts::{Fact, FactName, Facts, Kind, Source, SourceKind, Value};
use crate::registry::schemes::rules::assess::{Compiled, assess};
use crate::registry::schemes::{EventName, Outcome, Part, Schedule};
use crate::seeds;

fn schemes() -> Vec<Compiled> {
    let seeds = seeds::load().expect("the seeds");
    let read = |table: toml::Table| Compiled::read(table.try_into().expect("a scheme")).expect("it is read");
    seeds.schemes.into_iter().map(read).collect()
}

fn day() -> impl Strategy<Value = NaiveDate> {
    (0u64..3_000).prop_map(|days| NaiveDate::default() + Days::new(17_900 + days))
}

/// Keys that schemes ask for: the month, the years, an event, a level.
fn key() -> impl Strategy<Value = String> {
    prop_oneof![Just("2026-07"), Just("2026"), Just("2025"), Just("e1"), Just("3")].prop_map(str::to_owned)
}

fn integer() -> impl Strategy<Value = i64> {
    prop_oneof![0i64..=5, 0i64..=200, 0i64..=10_000_000]
}

fn value(name: FactName) -> BoxedStrategy<Value> {
    const TEXTS: [&str; 7] = ["20", "30", "40", "caregiver", "public-welfare", "330481", "420106"];
    match name.definition().kind {
        Kind::Boolean => any::<bool>().prop_map(Value::Boolean).boxed(),
        Kind::Integer => integer().prop_map(Value::Integer).boxed(),
        Kind::Date => day().prop_map(Value::Date).boxed(),
        Kind::Text => prop::sample::select(&TEXTS[..]).prop_map(|text| Value::Text(text.to_owned())).boxed(),
        Kind::Texts => prop::collection::vec(key(), 0..3).prop_map(Value::Texts).boxed(),
        Kind::IntegersByKey => {
            prop::collection::btree_map(key(), integer(), 0..4).prop_map(Value::IntegersByKey).boxed()
        }
        Kind::DatesByKey => {
            prop::collection::btree_map(key(), day(), 0..3).prop_map(Value::DatesByKey).boxed()
        }
    }
}

/// Of every fact, something or nothing.
fn some_facts() -> impl Strategy<Value = Facts> {
    let each: Vec<_> = FactName::ALL.iter().map(|name| prop::option::weighted(0.9, value(*name))).collect();
    let values = each.prop_map(|values| {
        let source = || Source { kind: SourceKind::Import, reference: String::new() };
        let known = FactName::ALL.iter().zip(values);
        known
            .filter_map(|(name, value)| Some((*name, Fact { value: Some(value?), source: source() })))
            .collect()
    });
    (day(), values).prop_map(|(on, values): (_, BTreeMap<_, _>)| Facts { on, values })
}

fn part(schedule: &Schedule) -> Part {
    match schedule {
        Schedule::Once => Part::Once,
        Schedule::Monthly => Part::Month("2026-07".parse::<Month>().expect("a month")),
        Schedule::Instalments { .. } => Part::Instalment(2),
        Schedule::PerLevel => Part::Level(SkillLevel::Three),
        Schedule::PerEvent => Part::Event(EventName::new("e1").expect("a name")),
    }
}

/// Facts that make a scheme due, so that the properties are not about refusals alone.
fn due_facts(compiled: &Compiled) -> Facts {
    use crate::registry::schemes::rules::tests::table::facts;
    let scheme = &compiled.scheme;
    let area = format!("employer_area={0} home_area={0}", scheme.area);
    let base = "in_post=true joined_on=2021-07-01 graduated_on=2021-06-30 contract_months=60 insured_months=60 \
                service_months=60 education=30 on_establishment=false tuition_reimbursed=false black_listed=false \
                paid_by_scheme=- months_in_post=2026-07 level_at_month=2026-07:3 continuing_hours=2025:40 \
                post_since=2021-07-01 work_days=2026-07:22 level=3 level_obtained_on=3:2026-05-01 \
                service_at_month=2026-07:60 first_certificate_on=2023-01-01 other_training_subsidy=false \
                economic_difficulty=true age=70 elder_grade=3 facilities_graded_3a=6 trainings_finished=e1 \
                trainings_certified=e1 training_fee=e1:90000 trainings_paid=- centre_upgrades=e1 \
                projects_accepted=e1 investment=e1:4000000 neighbour_points=e1 jiaxing_stations=- \
                position=caregiver insured=2026-07:1 insurance_paid=2026-07:80000 contest_rank=e1:1 \
                contest_tier=e1:3 cares_for_disabled_relative=true carer_trainings=e1 \
                post_kind=public-welfare employment_difficulty=true";
    let joined = if scheme.code == "zhejiang-entry-award-2020" {
        "joined_on=2020-01-01 graduated_on=2019-06-30"
    } else {
        ""
    };
    facts("2026-08-05", &format!("{base} {area} {joined}"))
}

#[test]
fn every_scheme_pays_somebody() {
    for compiled in schemes() {
        let facts = due_facts(&compiled);
        let assessment = assess(&compiled, &facts, &part(&compiled.scheme.schedule));
        assert_eq!(assessment.outcome, Outcome::Due, "{assessment:#?}");
    }
}

/// To leave a fact out makes a decision unknown or leaves it as it was. It never turns one into another.
fn forgetting_only_makes_unknown(compiled: &Compiled, facts: &Facts) {
    let part = part(&compiled.scheme.schedule);
    let whole = assess(compiled, facts, &part);
    for name in facts.values.keys() {
        let mut less = facts.clone();
        less.values.remove(name);
        let assessment = assess(compiled, &less, &part);
        let same = (assessment.outcome, assessment.amount) == (whole.outcome, whole.amount);
        assert!(same || assessment.outcome == Outcome::Unknown, "{}: without {name}", compiled.scheme.code);
        // A value of another type is no knowledge either.
        let wrong = Value::Text("?".to_owned());
        if name.definition().kind != wrong.kind() {
            let source = Source { kind: SourceKind::Import, reference: String::new() };
            less.values.insert(*name, Fact { value: Some(wrong), source });
            assert_eq!(assess(compiled, &less, &part).outcome, assessment.outcome);
        }
    }
}

#[test]
fn what_is_due_rests_on_known_facts() {
    for compiled in schemes() {
        forgetting_only_makes_unknown(&compiled, &due_facts(&compiled));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn unknown_facts_never_make_something_due(facts in some_facts()) {
        for compiled in schemes() {
            forgetting_only_makes_unknown(&compiled, &facts);
        }
    }

    #[test]
    fn no_order_and_no_other_fact_matters(facts in some_facts(), seed in any::<u64>()) {
        for compiled in schemes() {
            let part = part(&compiled.scheme.schedule);
            let assessment = assess(&compiled, &facts, &part);
            // Put in another order.
            let mut entries: Vec<_> = facts.values.clone().into_iter().collect();
            entries.sort_by_key(|(name, _)| (*name as u64).wrapping_mul(seed | 1));
            let mut shuffled = Facts::new(facts.on);
            for (name, fact) in entries {
                shuffled.values.insert(name, fact);
            }
            prop_assert_eq!(&assess(&compiled, &shuffled, &part), &assessment);
            // With nothing but the facts that the decision names.
            let named: std::collections::BTreeSet<_> =
                assessment.conditions.iter().flat_map(|one| one.facts.iter().map(|fact| fact.name)).collect();
            let mut only = facts.clone();
            only.values.retain(|name, _| named.contains(name));
            let again = assess(&compiled, &only, &part);
            prop_assert_eq!((again.outcome, again.amount), (assessment.outcome, assessment.amount));
        }
    }

    #[test]
    fn frozen_facts_decide_the_same(facts in some_facts()) {
        let frozen = serde_json_canonicalizer::to_string(&facts).expect("facts are written");
        let thawed: Facts = serde_json::from_str(&frozen).expect("facts are read");
        prop_assert_eq!(&thawed, &facts);
        prop_assert_eq!(serde_json_canonicalizer::to_string(&thawed).expect("facts are written"), frozen);
        for compiled in schemes() {
            let part = part(&compiled.scheme.schedule);
            prop_assert_eq!(assess(&compiled, &thawed, &part), assess(&compiled, &facts, &part));
        }
    }
}
