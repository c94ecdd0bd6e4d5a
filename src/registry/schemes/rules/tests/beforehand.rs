//! A trial on past data, and what somebody could get.

use uuid::Uuid;

use crate::kernel::ids::PersonId;
use crate::kernel::money::Fen;
use crate::registry::schemes::rules::assess::Compiled;
use crate::registry::schemes::rules::possible::possible;
use crate::registry::schemes::rules::tests::checks::seeded;
use crate::registry::schemes::rules::tests::table::facts;
use crate::registry::schemes::rules::trial::{Case, TooMuch, trial};
use crate::registry::schemes::{Beneficiary, BeneficiaryKind, ConditionOutcome};

fn compiled(code: &str) -> Compiled {
    Compiled::read(seeded(code)).expect("it is read")
}

fn case(number: u128, who: &str, parts: &[&str]) -> Case {
    let base = "employer_area=330203 months_in_post=2026-05|2026-06|2026-07 continuing_hours=2025:40 \
                level_at_month=2026-05:5|2026-06:5|2026-07:4 on_establishment=false black_listed=false";
    Case {
        beneficiary: Beneficiary::Person(PersonId::from_uuid(Uuid::from_u128(number))),
        facts: facts("2026-08-05", &format!("{base} {who}")),
        parts: parts.iter().map(|part| part.parse().expect("a part")).collect(),
    }
}

#[test]
fn a_trial_counts_people_parts_and_reasons() {
    let cases = || {
        vec![
            case(1, "", &["2026-05", "2026-06", "2026-07"]),
            case(2, "", &["2026-07"]),
            case(3, "on_establishment=true black_listed=true", &["2026-07"]),
            case(4, "on_establishment=true", &["2026-06", "2026-07"]),
            case(5, "black_listed=?", &["2026-07"]),
        ]
    };
    let told = trial(&compiled("ningbo-post-allowance"), cases()).expect("a sum");
    assert_eq!((told.paid.len(), told.due, told.not_due, told.unknown), (2, 4, 3, 1));
    assert_eq!(told.sum, Fen::new(2 * 30_000 + 2 * 40_000));
    let counts = |counts: &std::collections::BTreeMap<String, u64>| {
        counts.iter().map(|(id, count)| format!("{id} {count}")).collect::<Vec<_>>()
    };
    assert_eq!(counts(&told.failed), ["not-listed 1", "not-on-establishment 3"]);
    assert_eq!(counts(&told.undecided), ["not-listed 1"]);
    let mut reversed = cases();
    reversed.reverse();
    assert_eq!(trial(&compiled("ningbo-post-allowance"), reversed), Ok(told));
    let mut far_too_much = seeded("ningbo-post-allowance");
    far_too_much.amount = i64::MAX.to_string();
    let far_too_much = Compiled::read(far_too_much).expect("it is read");
    assert_eq!(trial(&far_too_much, cases()), Err(TooMuch));
}

#[test]
fn what_could_i_get_and_what_is_missing() {
    let codes = [
        "zhejiang-entry-award",
        "haining-post-allowance",
        "haining-level-award",
        "haining-carer-training",
        "haining-neighbour-point",
        "wuhan-post-allowance",
    ];
    let schemes: Vec<_> = codes.into_iter().map(compiled).collect();
    let facts = facts(
        "2026-08-05",
        "employer_area=330481101 home_area=330481 education=30 graduated_on=2021-06-30 joined_on=2021-07-01 \
         in_post=true contract_months=60 insured_months=61 service_months=61 on_establishment=false \
         black_listed=false paid_by_scheme=- months_in_post=2026-07 work_days=2026-07:18 \
         level_at_month=2026-07:4 level=4 level_obtained_on=4:2026-01-01 service_at_month=2026-07:60 \
         carer_trainings=-",
    );
    let found: Vec<_> = possible(&schemes, BeneficiaryKind::Person, &facts)
        .into_iter()
        .map(|one| {
            let missing: Vec<_> = one
                .missing
                .iter()
                .map(|missing| {
                    let mark = if missing.result.result == ConditionOutcome::Failed { "-" } else { "?" };
                    let words = missing.condition.map_or("", |condition| condition.remedy.en.as_str());
                    assert!(!words.is_empty(), "{}", missing.result.id);
                    format!("{mark}{}", missing.result.id)
                })
                .collect();
            let amount = one.amount.map_or_else(|| "?".to_owned(), |amount| amount.to_string());
            format!("{} {} {amount} {}", one.assessment.scheme, one.assessment.part, missing.join(" "))
        })
        .collect();
    assert_eq!(
        found,
        [
            "zhejiang-entry-award instalment-1 12000.00 ?no-tuition-refund",
            "zhejiang-entry-award instalment-2 12000.00 ?no-tuition-refund",
            "zhejiang-entry-award instalment-3 16000.00 ?no-tuition-refund",
            "haining-post-allowance 2026-07 400.00 -twenty-days",
            "haining-level-award level-4 1000.00 ",
        ]
    );
    assert!(possible(&schemes, BeneficiaryKind::Organisation, &facts).is_empty(), "no project is known");
}
