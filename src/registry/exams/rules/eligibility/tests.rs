use super::*;
use crate::seeds;

const ON: &str = "2026-11-21";

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

/// Somebody of 40 with nothing on record; each case adds what it is about.
fn nobody() -> Facts {
    Facts {
        birth_date: day("1986-03-01"),
        education: None,
        service: Vec::new(),
        certificates: Vec::new(),
        declarations: Vec::new(),
    }
}

fn served(facts: Facts, from: &str) -> Facts {
    Facts { service: vec![Period { from: day(from), to: None }], ..facts }
}

fn certified(facts: Facts, level: u8, on: &str) -> Facts {
    let level = SkillLevel::from_number(level).expect("a level");
    Facts { certificates: vec![(level, day(on))], ..facts }
}

fn schooled(facts: Facts, education: Education) -> Facts {
    Facts { education: Some(education), ..facts }
}

fn declared(mut facts: Facts, what: Declaration, on: Option<&str>) -> Facts {
    facts.declarations.push(Declared { what, on: on.map(day), note: None });
    facts
}

/// `Ok` names the route that is met, `Err` each unmet need as `route-suffix: what is there`.
fn check(set: &str, level: u8, facts: Facts, expected: Result<&str, &[&str]>) {
    let seeds = seeds::load().expect("the seeds");
    let conditions = seeds.condition_sets.iter().find(|known| known.code == set).expect("the set");
    let level = SkillLevel::from_number(level).expect("a level");
    let found = eligibility(&facts, conditions, level, day(ON));
    let prefix = format!("{set}-{level}-");
    let short = |route: &str| route.strip_prefix(&prefix).unwrap_or(route).to_owned();
    let told = |s: &Shortfall| {
        let had = match s.had {
            Had::Nothing => "nothing".to_owned(),
            Had::Years { years } => years.to_string(),
            Had::Education { education } => format!("education {education}"),
            Had::MajorNotDeclared => "major".to_owned(),
            Had::Undated => "undated".to_owned(),
        };
        format!("{}: {had}", short(&s.route))
    };
    let found: Result<String, Vec<String>> = found
        .map(|eligible| {
            assert_eq!(eligible.condition_set(), set);
            short(eligible.route())
        })
        .map_err(|shortfalls| shortfalls.iter().map(told).collect());
    let expected: Result<String, Vec<String>> = expected
        .map(ToOwned::to_owned)
        .map_err(|lines| lines.iter().map(|line| (*line).to_owned()).collect());
    assert_eq!(found, expected, "{set} level {level}: {facts:?}");
}

#[test]
fn the_national_set_of_2019() {
    let set = "cn-2019";
    // Service and a declaration.
    check(set, 5, nobody(), Err(&["service: 0", "apprenticeship: nothing"]));
    check(set, 5, served(nobody(), "2025-11-22"), Ok("service"));
    check(set, 5, served(nobody(), "2025-11-23"), Err(&["service: 0", "apprenticeship: nothing"]));
    check(set, 5, declared(nobody(), Declaration::Apprenticeship, None), Ok("apprenticeship"));
    // Service after a certificate counts from the certificate, not from the first day of work.
    let worked = served(certified(nobody(), 5, "2025-01-10"), "2023-06-01");
    check(set, 4, worked, Err(&["certificate: 1", "service: 3", "education: nothing"]));
    let earlier = served(certified(nobody(), 5, "2024-11-01"), "2023-06-01");
    check(set, 4, earlier, Ok("certificate"));
    // Education: the level, and that the field is declared.
    let lower = schooled(nobody(), Education::HighSchool);
    check(set, 4, lower, Err(&["certificate: nothing", "service: 0", "education: education 60"]));
    let silent = schooled(nobody(), Education::SecondaryVocational);
    check(set, 4, silent.clone(), Err(&["certificate: nothing", "service: 0", "education: major"]));
    check(set, 4, declared(silent, Declaration::RelatedMajor, None), Ok("education"));
    // A route with two needs tells both.
    check(
        set,
        3,
        schooled(nobody(), Education::MiddleSchool),
        Err(&[
            "certificate: nothing",
            "school: nothing",
            "school: nothing",
            "education: education 70",
            "education: nothing",
        ]),
    );
    let school = declared(certified(nobody(), 4, "2026-01-05"), Declaration::AdvancedTechnicalSchool, None);
    check(set, 3, school, Ok("school"));
    // Years since a declared day; without the day they can't be counted.
    let undated = declared(nobody(), Declaration::PreparatoryTechnician, None);
    check(
        set,
        2,
        undated,
        Err(&["certificate: nothing", "school: nothing", "school: nothing", "preparatory: undated"]),
    );
    let dated = declared(nobody(), Declaration::PreparatoryTechnician, Some("2024-06-01"));
    check(set, 2, served(dated, "2020-01-01"), Ok("preparatory"));
    check(set, 1, certified(nobody(), 3, "2015-01-01"), Err(&["certificate: nothing"]));
    check(set, 1, served(certified(nobody(), 2, "2022-01-01"), "2022-01-01"), Ok("certificate"));
}

#[test]
fn the_zhejiang_set_of_2025() {
    let set = "zhejiang-2025";
    let willing = |birth: &str| {
        let young = Facts { birth_date: day(birth), ..nobody() };
        declared(young, Declaration::WorkingOrIntending, None)
    };
    check(set, 5, willing("2010-11-21"), Ok("age"));
    check(set, 5, willing("2010-11-22"), Err(&["age: 15"]));
    check(set, 5, nobody(), Err(&["age: nothing"]));
    check(set, 4, served(nobody(), "2021-11-23"), Ok("service"));
    check(set, 4, served(certified(nobody(), 5, "2023-11-20"), "2022-01-01"), Ok("certificate"));
    check(
        set,
        4,
        served(certified(nobody(), 5, "2024-01-01"), "2022-01-01"),
        Err(&["service: 4", "certificate: 2", "education: nothing"]),
    );
    // A bare certificate, with an education.
    let both = schooled(certified(nobody(), 4, "2026-11-01"), Education::JuniorCollege);
    check(set, 3, declared(both, Declaration::RelatedMajor, None), Ok("education"));
    check(set, 3, declared(nobody(), Declaration::SeniorTechnicianClass, None), Ok("class"));
    let titled = declared(nobody(), Declaration::JuniorTitle, Some("2025-10-01"));
    check(set, 3, served(titled.clone(), "2025-01-01"), Ok("title"));
    check(
        set,
        3,
        titled,
        Err(&[
            "service: 0",
            "certificate: nothing",
            "title: 0",
            "class: nothing",
            "education: nothing",
            "education: nothing",
        ]),
    );
    check(set, 2, served(certified(nobody(), 3, "2022-01-01"), "2015-01-01"), Err(&["certificate: 4"]));
    check(set, 1, served(certified(nobody(), 2, "2021-01-01"), "2015-01-01"), Ok("certificate"));
}

/// Spells add up, and days of two posts at a time count once.
#[test]
fn service_is_added_up_over_spells() {
    let spell = |from: &str, to: &str| Period { from: day(from), to: Some(day(to)) };
    let year_in_parts = vec![spell("2024-01-01", "2024-06-30"), spell("2025-01-01", "2025-07-03")];
    check("cn-2019", 5, Facts { service: year_in_parts, ..nobody() }, Ok("service"));
    let twice = vec![spell("2025-01-01", "2025-07-03"), spell("2025-01-01", "2025-07-03")];
    let none = Err(&["service: 0", "apprenticeship: nothing"][..]);
    check("cn-2019", 5, Facts { service: twice, ..nobody() }, none);
}

#[test]
fn the_day_decides_which_set_applies() {
    let seeds = seeds::load().expect("the seeds");
    let in_force = |area: &str, on: &str| {
        let area = area.parse().expect("an area");
        let set = conditions_in_force(&seeds, &area, Occupation::ElderlyCareWorker, day(on));
        set.map(|set| set.code.clone())
    };
    assert_eq!(in_force("330481", "2024-12-31").as_deref(), Some("cn-2019"));
    assert_eq!(in_force("330481", "2025-01-01").as_deref(), Some("zhejiang-2025"));
    assert_eq!(in_force("330481101", "2026-11-21").as_deref(), Some("zhejiang-2025"));
    assert_eq!(in_force("330481", "2019-01-01"), None);
    assert_eq!(in_force("42", "2026-11-21"), None);
}

/// A decision is read years later as it was written.
#[test]
fn shortfalls_are_read_back_as_written() {
    let written = vec![
        Shortfall {
            route: "r".to_owned(),
            need: Need::ServiceAfterCertificate { level: SkillLevel::Three, years: 4 },
            had: Had::Years { years: 2 },
        },
        Shortfall {
            route: "r".to_owned(),
            need: Need::Education { at_least: Education::JuniorCollege, field: true },
            had: Had::Education { education: Education::HighSchool },
        },
        Shortfall {
            route: "r".to_owned(),
            need: Need::DeclaredYears { what: Declaration::JuniorTitle, years: 1 },
            had: Had::Undated,
        },
    ];
    let text = serde_json::to_string(&written).expect("JSON");
    assert_eq!(serde_json::from_str::<Vec<Shortfall>>(&text).expect("shortfalls"), written);
}
