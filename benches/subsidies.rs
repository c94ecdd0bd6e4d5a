//! How long it takes to decide who is owed what: each of 100,000 people against ten schemes, on one core, and how that
//! grows. `cargo bench --bench subsidies`; with `HUZHENG_BENCH_LARGE=1` also 1,000,000 people. Facts are made in
//! portions before the clock runs; what is measured is `rules::assess` with everything that a decision keeps.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};
use huzheng::kernel::money::Fen;
use huzheng::kernel::month::Month;
use huzheng::kernel::skill::SkillLevel;
use huzheng::registry::schemes::facts::{FactName, Facts, Source, SourceKind, Value};
use huzheng::registry::schemes::rules::assess::{Compiled, assess};
use huzheng::registry::schemes::{Outcome, Part, service};
use huzheng::seeds;

/// Seconds for 100,000 people.
const CEILING: f64 = 20.0;
const PORTION: u32 = 1_000;
const SCHEMES: [(&str, &str); 10] = [
    ("zhejiang-entry-award", "instalment-1"),
    ("zhejiang-entry-award-2020", "once"),
    ("ningbo-post-allowance", "2026-07"),
    ("hangzhou-post-allowance", "2026-07"),
    ("haining-post-allowance", "2026-07"),
    ("haining-insurance-subsidy", "2026-07"),
    ("haining-level-award", "level-4"),
    ("changzhou-level-award", "level-4"),
    ("zhengzhou-service-allowance", "2026-07"),
    ("yichang-first-certificate", "once"),
];

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<ExitCode, Failure> {
    let schemes = schemes()?;
    let mut sizes = vec![10_000, 100_000];
    if std::env::var_os("HUZHENG_BENCH_LARGE").is_some() {
        sizes.push(1_000_000);
    }
    let mut within = true;
    println!("   people    seconds  µs a person       due   not due   unknown        yuan");
    for size in sizes {
        let (took, told) = measure(&schemes, size)?;
        let seconds = took.as_secs_f64();
        let each = seconds * 1e6 / f64::from(size);
        let [due, not_due, unknown] = told.counts;
        println!(
            "{size:>9} {seconds:>10.2} {each:>12.2} {due:>9} {not_due:>9} {unknown:>9} {:>11}",
            told.sum
        );
        within &= size > 100_000 || seconds <= CEILING;
    }
    let kept = if within { "kept" } else { "not kept" };
    println!("100,000 people against {} schemes: at most {CEILING} s on one core: {kept}", schemes.len());
    Ok(if within { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn schemes() -> Result<Vec<(Compiled, Part)>, Failure> {
    let seeds = seeds::load()?;
    let mut schemes = Vec::new();
    for (code, part) in SCHEMES {
        let table =
            seeds.schemes.iter().find(|table| table.get("code").and_then(|c| c.as_str()) == Some(code));
        let scheme = service::seeded(table.ok_or("a scheme that is not in the seeds")?)?;
        schemes.push((Compiled::read(scheme)?, part.parse()?));
    }
    Ok(schemes)
}

struct Told {
    /// Due, not due, unknown.
    counts: [u64; 3],
    sum: Fen,
}

fn measure(schemes: &[(Compiled, Part)], size: u32) -> Result<(Duration, Told), Failure> {
    let mut told = Told { counts: [0; 3], sum: Fen::ZERO };
    let mut took = Duration::ZERO;
    for portion in 0..size / PORTION {
        let people: Vec<Facts> =
            (0..PORTION).map(|index| person(portion * PORTION + index)).collect::<Result<_, _>>()?;
        let start = Instant::now();
        for facts in &people {
            for (compiled, part) in schemes {
                let assessment = assess(compiled, facts, part);
                let place = match assessment.outcome {
                    Outcome::Due => 0,
                    Outcome::NotDue => 1,
                    Outcome::Unknown => 2,
                };
                told.counts[place] += 1;
                told.sum = told.sum.checked_add(assessment.amount).ok_or("more than fits")?;
            }
        }
        took += start.elapsed();
    }
    Ok((took, told))
}

/// Somebody of a register: what is known of them differs by `index`.
fn person(index: u32) -> Result<Facts, Failure> {
    let pick = |count: u32| ((index.wrapping_mul(2_654_435_761) >> 8) & 0xffff) % count.max(1);
    let on: NaiveDate = "2026-08-05".parse()?;
    let month: Month = "2026-07".parse()?;
    let joined = on - Days::new(u64::from(pick(4_000)));
    let service = i64::from(pick(4_000) / 30);
    let level =
        SkillLevel::from_number(u8::try_from(index % 6)?).map_or(0, |level| i64::from(level.number()));
    let areas = ["330481101", "330203", "330106", "320411", "410102", "420502"];
    let area = areas[usize::try_from(index % 6)?].to_owned();
    let by_month = |value: i64| Value::IntegersByKey([(month.to_string(), value)].into());
    let certificates = if level == 0 { None } else { Some((level.to_string(), on - Days::new(100))) };
    let mut facts = Facts::new(on);
    let values = [
        (FactName::Age, Value::Integer(i64::from(20 + index % 40))),
        (FactName::Education, Value::Text(["20", "30", "40", "60"][usize::try_from(index % 4)?].to_owned())),
        (FactName::GraduatedOn, Value::Date(joined - Days::new(u64::from(index % 1_500)))),
        (FactName::TuitionReimbursed, Value::Boolean(index.is_multiple_of(50))),
        (FactName::OtherTrainingSubsidy, Value::Boolean(index.is_multiple_of(7))),
        (FactName::BlackListed, Value::Boolean(index.is_multiple_of(500))),
        (FactName::HomeArea, Value::Text(area.clone())),
        (FactName::InPost, Value::Boolean(!index.is_multiple_of(20))),
        (FactName::JoinedOn, Value::Date(joined)),
        (FactName::PostSince, Value::Date(joined)),
        (FactName::ServiceMonths, Value::Integer(service)),
        (FactName::ServiceAtMonth, by_month(service)),
        (FactName::MonthsInPost, Value::Texts(vec!["2026-06".to_owned(), month.to_string()])),
        (FactName::Position, Value::Text("caregiver".to_owned())),
        (FactName::EmployerArea, Value::Text(area)),
        (FactName::EmployerKind, Value::Text("care-home".to_owned())),
        (FactName::OnEstablishment, Value::Boolean(index.is_multiple_of(30))),
        (FactName::ContractMonths, Value::Integer(36)),
        (FactName::WorkDays, by_month(i64::from(15 + index % 10))),
        (FactName::Insured, by_month(1)),
        (FactName::InsuredMonths, Value::Integer(service)),
        (FactName::InsurancePaid, by_month(90_000)),
        (FactName::Level, Value::Integer(level)),
        (FactName::LevelAtMonth, by_month(level)),
        (FactName::LevelObtainedOn, Value::DatesByKey(certificates.into_iter().collect())),
        (FactName::FirstCertificateOn, Value::Date(on - Days::new(100))),
        (FactName::FirstAidValid, Value::Boolean(true)),
        (FactName::ContinuingHours, Value::IntegersByKey([("2025".to_owned(), 24)].into())),
        (
            FactName::PaidByScheme,
            Value::IntegersByKey([("changzhou-level-award".to_owned(), 100_000)].into()),
        ),
    ];
    for (name, value) in values {
        // Of every tenth person something is not known.
        if !(index.is_multiple_of(10) && name == FactName::WorkDays) {
            let source = Source { kind: SourceKind::Import, reference: format!("2026-07.xlsx:{index}") };
            facts.set(name, value, source);
        }
    }
    Ok(facts)
}
