use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, Weekday};

use super::calendar::CalendarBasis;
use super::*;
use crate::kernel::certificate_number::{BodyCode, BodyKind};
use crate::kernel::codes::Code;

fn seeds() -> Seeds {
    load().expect("the seed files parse")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn area_codes(seeds: &Seeds) -> BTreeSet<AreaCode> {
    seeds.areas.iter().map(|area| area.code.clone()).collect()
}

#[test]
fn an_unknown_or_missing_field_is_an_error_that_names_the_file() {
    let check = |text: &str| parse::<AreaFile>("areas/zhejiang.toml", text).map(|file| file.area.len());
    let whole = "[[area]]\ncode = \"33\"\nname = \"浙江省\"\nname_en = \"Zhejiang\"\nkind = \"province\"\n";
    assert_eq!(check(whole).ok(), Some(1));
    for bad in
        [whole.replace("province", "canton"), whole.replace("\"33\"", "\"3\""), format!("{whole}x = 1")]
    {
        let error = check(&bad).expect_err("refused");
        assert_eq!(error.to_string(), "seed file areas/zhejiang.toml cannot be read");
    }
    assert!(parse::<AreaFile>("x", "[[area]]\ncode = \"33\"").is_err());
    let need = "kind = \"age\"\nyears = 16\nlevel = 5";
    assert!(parse::<Need>("x", need).is_err(), "a need takes no field that isn't its own");
    assert!(parse::<Need>("x", "kind = \"certificate\"\nlevel = 6").is_err());
}

#[test]
fn every_file_opens_with_its_source() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/seeds");
    let mut folders = vec![std::path::PathBuf::from(root)];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("UTF-8");
            let header: Vec<_> = text.lines().take_while(|line| line.starts_with('#')).collect();
            assert!(header.iter().any(|line| line.contains("来源 Source:")), "{}", path.display());
            seen += 1;
        }
    }
    // A file that is added must also be loaded, and so be counted here.
    assert_eq!(seen, 20);
}

#[test]
fn areas_come_after_their_parents_and_fit_their_kind() {
    let seeds = seeds();
    let mut known = BTreeSet::new();
    for area in &seeds.areas {
        if let Some(parent) = area.code.parent() {
            assert!(known.contains(&parent), "{} has no parent before it", area.code);
        }
        let digits = match area.kind {
            AreaKind::Province => 2,
            AreaKind::Prefecture => 4,
            AreaKind::County => 6,
            AreaKind::Town => 9,
            AreaKind::Village => 12,
        };
        assert_eq!(area.code.as_str().len(), digits, "{}", area.name);
        assert!(known.insert(area.code.clone()), "{} twice", area.code);
    }
    let within = |code: &str| {
        let parent: AreaCode = code.parse().expect("a code");
        seeds.areas.iter().filter(|area| area.code.parent().as_ref() == Some(&parent)).count()
    };
    assert_eq!(within("330481"), 12);
    assert_eq!(within("3301"), 13);
}

#[test]
fn populations_are_of_known_areas_and_grow() {
    let seeds = seeds();
    let demo = demo::load().expect("the demo's files parse");
    let known = area_codes(&seeds);
    let mut by_area: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for figure in seeds.populations.iter().chain(&demo.populations) {
        assert!(known.contains(&figure.area), "{}", figure.area);
        assert!(figure.persons > 0 && !figure.source.is_empty());
        assert!(figure.age_to.is_none_or(|to| to >= figure.age_from));
        by_area.entry(figure.area.clone()).or_default().push((figure.on, figure.persons));
    }
    for (area, figures) in &by_area {
        assert!(figures.is_sorted() && figures.len() == 2, "{area}: {figures:?}");
    }
    let figures: Vec<_> = seeds.populations.iter().map(|f| (f.area.as_str(), f.persons, f.kind)).collect();
    assert_eq!(
        figures,
        [
            ("330481", 196_500, FigureKind::Measured),
            ("330481", 239_000, FigureKind::Forecast),
            ("3301", 2_110_000, FigureKind::Measured),
            ("3301", 2_640_000, FigureKind::Forecast),
        ]
    );
    assert!(seeds.populations.iter().all(|figure| !figure.illustrative));
}

#[test]
fn the_demo_s_towns_leave_one_out_and_room_for_it() {
    let seeds = seeds();
    let demo = demo::load().expect("the demo's files parse");
    let all = area_codes(&seeds);
    let without: Vec<_> = all
        .iter()
        .filter(|code| code.parent().is_some_and(|parent| parent == demo.area))
        .filter(|code| demo.populations.iter().all(|figure| figure.area != **code))
        .map(AreaCode::as_str)
        .collect();
    assert_eq!(without, ["330481108"]);
    assert!(demo.populations.iter().all(|figure| figure.illustrative));
    for (on, left) in [("2020-12-31", 7_500), ("2025-12-31", 8_800)] {
        let towns: i64 = demo.populations.iter().filter(|f| f.on == day(on)).map(|f| f.persons).sum();
        let county = seeds.populations.iter().find(|f| f.on == day(on) && f.area == demo.area);
        assert_eq!(county.map(|county| county.persons - towns), Some(left), "{on}");
    }
}

#[test]
fn targets_are_the_plans() {
    let seeds = seeds();
    let known = area_codes(&seeds);
    let mut found = Vec::new();
    for jurisdiction in &seeds.jurisdictions {
        assert!(known.contains(&jurisdiction.area));
        for target in &jurisdiction.targets {
            assert!(target.valid_from < target.due && target.valid_to.is_none());
            let of_elders = target.indicator == Indicator::CaregiversPer10000;
            assert_eq!(target.basis.is_some(), of_elders, "{}", target.indicator);
            found.push((jurisdiction.area.as_str(), target.indicator, target.value, target.basis));
        }
    }
    let registered = Some(Basis::Registered);
    let resident = Some(Basis::Resident);
    assert_eq!(
        found,
        [
            ("330481", Indicator::CaregiversPer10000, 3_000, registered),
            ("330481", Indicator::DualCertifiedShare, 10_000, None),
            ("330481", Indicator::SeniorShare, 2_000, None),
            ("330481", Indicator::AssessedShare, 8_000, None),
            ("3301", Indicator::CaregiversPer10000, 2_800, resident),
            ("3301", Indicator::SeniorShare, 2_000, None),
        ]
    );
}

#[test]
fn one_condition_set_applies_on_any_day() {
    let seeds = seeds();
    for jurisdiction in &seeds.jurisdictions {
        let in_force = &jurisdiction.condition_sets;
        for (earlier, later) in in_force.iter().zip(&in_force[1..]) {
            assert_eq!(earlier.valid_to.and_then(|to| to.succ_opt()), Some(later.valid_from));
        }
        assert_eq!(in_force.last().map(|last| last.valid_to), Some(None));
        for entry in in_force {
            let set = seeds.condition_sets.iter().find(|set| set.code == entry.code).expect("a known set");
            assert!(set.valid_from <= entry.valid_from);
            let applies = set.jurisdiction == "cn"
                || jurisdiction.area.is_within(&set.jurisdiction.parse().expect("an area code"));
            assert!(applies, "{} in {}", set.code, jurisdiction.area);
        }
        let rules = &jurisdiction.rules;
        assert!(rules.panels_odd.value && rules.practical_examiners_min.value % 2 == 1);
        assert_eq!(rules.review_panel_min.value % 2, 1);
        assert_eq!((rules.class_size_max.value, rules.exam_notice_working_days.value), (50, 5));
    }
}

#[test]
fn the_standard_has_a_review_for_levels_two_and_one_alone() {
    let standard = seeds().standard;
    let levels: Vec<_> = standard.levels.iter().map(|level| level.level).collect();
    assert_eq!(levels, SkillLevel::ALL);
    for level in &standard.levels {
        let parts: Vec<_> = level.parts.iter().map(|part| part.part).collect();
        let expected = if matches!(level.level, SkillLevel::Two | SkillLevel::One) { 3 } else { 2 };
        assert_eq!(parts, ExamPart::ALL[..expected], "{}", level.title);
        assert!(level.parts.iter().all(|part| (part.pass_mark, part.maximum) == (60, 100)));
    }
}

#[test]
fn conditions_ask_for_lower_certificates_by_distinct_routes() {
    let mut codes = BTreeSet::new();
    for set in seeds().condition_sets {
        let levels: Vec<_> = set.levels.iter().map(|level| level.level).collect();
        assert_eq!(levels, SkillLevel::ALL, "{}", set.code);
        for level in &set.levels {
            assert!(!level.routes.is_empty());
            for route in &level.routes {
                assert!(codes.insert(route.code.clone()), "{} twice", route.code);
                assert!(route.code.starts_with(&format!("{}-{}-", set.code, level.level)), "{}", route.code);
                assert!(!route.needs.is_empty());
                for need in &route.needs {
                    if let Need::Certificate { level: held }
                    | Need::ServiceAfterCertificate { level: held, .. } = need
                    {
                        assert_eq!(held.number(), level.level.number() + 1, "{}", route.code);
                    }
                }
            }
        }
    }
}

/// The years, ages and levels of a route's needs stand in both of its sentences.
#[test]
fn sentences_say_the_needs() {
    for set in seeds().condition_sets {
        for route in set.levels.iter().flat_map(|level| &level.routes) {
            for need in &route.needs {
                let (zh, en) = match *need {
                    Need::Age { years } => (format!("满{years}周岁"), format!("ged {years} ")),
                    Need::Service { years }
                    | Need::ServiceAfterCertificate { years, .. }
                    | Need::DeclaredYears { years, .. } => {
                        (format!("满{years}年"), format!("t least {years} year"))
                    }
                    Need::Certificate { level } => ("证书".into(), format!("level {level} certificate")),
                    Need::Education { .. } => ("毕业证书".into(), "diploma".into()),
                    Need::Declared { .. } => continue,
                };
                assert!(route.zh.contains(&zh), "{}: {zh}", route.code);
                assert!(route.en.contains(&en), "{}: {en}", route.code);
            }
        }
    }
}

#[test]
fn conditions_read_as_the_documents_have_them() {
    let seeds = seeds();
    let needs = |code: &str| {
        let routes = seeds.condition_sets.iter().flat_map(|set| &set.levels).flat_map(|level| &level.routes);
        routes.into_iter().find(|route| route.code == code).map(|route| route.needs.clone())
    };
    let check = |code: &str, expected: &[Need]| assert_eq!(needs(code).as_deref(), Some(expected), "{code}");
    check("cn-2019-5-service", &[Need::Service { years: 1 }]);
    check("cn-2019-4-service", &[Need::Service { years: 4 }]);
    check("cn-2019-4-certificate", &[Need::ServiceAfterCertificate { level: SkillLevel::Five, years: 2 }]);
    check(
        "cn-2019-3-education",
        &[
            Need::Education { at_least: Education::JuniorCollege, field: true },
            Need::ServiceAfterCertificate { level: SkillLevel::Four, years: 2 },
        ],
    );
    check(
        "zhejiang-2025-5-age",
        &[Need::Age { years: 16 }, Need::Declared { what: Declaration::WorkingOrIntending }],
    );
    check("zhejiang-2025-3-service", &[Need::Service { years: 10 }]);
    check("zhejiang-2025-3-title", &[Need::DeclaredYears { what: Declaration::JuniorTitle, years: 1 }]);
    check(
        "zhejiang-2025-2-certificate",
        &[Need::ServiceAfterCertificate { level: SkillLevel::Three, years: 5 }],
    );
}

#[test]
fn programmes_add_up_and_teach_rehabilitation_and_first_aid() {
    let seeds = seeds();
    let mut codes = BTreeSet::new();
    let mut levels = Vec::new();
    for programme in &seeds.programmes {
        assert!(codes.insert(&programme.code), "{} twice", programme.code);
        let hours: u32 = programme.modules.iter().map(|module| module.hours).sum();
        assert_eq!(hours, programme.hours, "{}", programme.code);
        let modules: BTreeSet<_> = programme.modules.iter().map(|module| &module.code).collect();
        assert_eq!(modules.len(), programme.modules.len(), "{}", programme.code);
        let Some(level) = programme.level else { continue };
        levels.push(level);
        for theme in [ModuleTheme::Rehabilitation, ModuleTheme::FirstAid] {
            let taught = programme.modules.iter().any(|module| module.theme == theme && module.mandatory);
            assert!(taught, "{} lacks {theme}", programme.code);
        }
    }
    assert_eq!(levels, SkillLevel::ALL);
    for audience in Audience::ALL {
        assert!(seeds.programmes.iter().any(|programme| programme.audience == *audience), "{audience}");
    }
}

#[test]
fn a_completion_earns_what_is_in_force_on_its_day() {
    let seeds = seeds();
    let check = |programme: &str, on: &str, expected: Option<TrainingKind>| {
        assert_eq!(seeds.training_certificate(programme, day(on)), expected, "{programme} {on}");
    };
    check("caregiver-5", "2026-11-21", Some(TrainingKind::Completion));
    check("caregiver-5", "2020-12-31", None);
    check("family-carer-16", "2026-11-21", Some(TrainingKind::FamilyCarer));
    check("care-manager-60", "2026-11-21", Some(TrainingKind::CareManager));
    check("device-fitter-40", "2026-11-21", Some(TrainingKind::DeviceFitter));
    check("first-aid-16", "2026-11-21", None);
    check("unknown", "2026-11-21", None);
}

/// However the notices shift days, working time is lost for the statutory days and for no others.
#[test]
fn each_year_loses_exactly_its_statutory_days() {
    let weekend = |day: &NaiveDate| matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    let calendar = seeds().calendar;
    let years: Vec<_> = calendar.years.iter().map(|year| year.year).collect();
    assert_eq!(years, [2024, 2025, 2026, 2027, 2028]);
    for year in &calendar.years {
        let off: BTreeSet<_> = year.days_off().collect();
        assert_eq!(off.len(), year.days_off().count(), "{}: a day off twice", year.year);
        assert!(off.iter().chain(&year.worked).all(|day| day.year() == year.year));
        assert!(year.worked.iter().all(|day| weekend(day) && !off.contains(day)), "{}", year.year);
        assert!(year.compensation.iter().all(|day| !weekend(day)));
        let lost = off.iter().filter(|day| !weekend(day)).count() - year.worked.len();
        assert_eq!(u32::try_from(lost), Ok(year.statutory_days), "{}", year.year);
        let notice = year.basis == CalendarBasis::Notice;
        assert_eq!((year.published.is_some(), year.illustrative), (notice, !notice), "{}", year.year);
    }
}

#[test]
fn working_days_of_a_notice_that_runs_into_the_next_year() {
    let calendar = seeds().calendar;
    let days = calendar.working_days();
    // Sunday 20 September 2026 is worked, Friday 25 September is not.
    assert_eq!(days.is_working(day("2026-09-20")), Ok(true));
    assert_eq!(days.is_working(day("2026-09-25")), Ok(false));
    // After Monday 28 December: three days to the year's end, New Year's Day and a weekend, two days more.
    assert_eq!(days.after(day("2026-12-28"), 5), Ok(day("2027-01-05")));
    assert_eq!(calendar.basis_of(2026), Some(CalendarBasis::Notice));
    assert_eq!(calendar.basis_of(2027), Some(CalendarBasis::Statutory));
    assert_eq!(calendar.basis_of(2029), None);
}

#[test]
fn demo_organisations_are_marked_and_complete() {
    use crate::kernel::vocabulary::OrganisationKind as Kind;
    let seeds = seeds();
    let demo = demo::load().expect("the demo's files parse");
    assert!(demo.illustrative);
    let known = area_codes(&seeds);
    let mut keys = BTreeSet::new();
    let mut kinds: BTreeMap<&str, u32> = BTreeMap::new();
    let mut bodies = BTreeSet::new();
    for organisation in &demo.organisations {
        assert!(keys.insert(&organisation.key), "{} twice", organisation.key);
        assert!(organisation.name.ends_with("（演示）") && organisation.name_en.ends_with(" (demo)"));
        assert!(known.contains(&organisation.area) && organisation.area.is_within(&demo.area));
        let institution = organisation.kind == Kind::CareInstitution;
        assert_eq!(organisation.beds.is_some(), institution, "{}", organisation.key);
        assert_eq!(organisation.institution_kind.is_some(), institution, "{}", organisation.key);
        let issues = organisation.body_code.as_ref().map(BodyCode::kind);
        let due = match organisation.kind {
            Kind::AssessmentBody => Some(BodyKind::Assessment),
            Kind::TrainingSchool => issues.and(Some(BodyKind::Training)),
            Kind::FirstAidIssuer => issues.and(Some(BodyKind::FirstAid)),
            _ => None,
        };
        assert_eq!(issues, due, "{}", organisation.key);
        assert_eq!(
            !organisation.levels.is_empty(),
            matches!(organisation.kind, Kind::TrainingSchool | Kind::AssessmentBody)
        );
        bodies.extend(organisation.body_code.as_ref().map(ToString::to_string));
        *kinds.entry(organisation.kind.code()).or_default() += 1;
    }
    let counts = Kind::ALL.iter().map(|kind| kinds[kind.code()]).collect::<Vec<_>>();
    assert_eq!(counts, [1, 1, 12, 4, 2, 1, 25]);
    assert_eq!(bodies.len(), 5);
    let towns: BTreeSet<_> = demo
        .organisations
        .iter()
        .filter(|organisation| organisation.kind == Kind::TownOffice)
        .map(|organisation| organisation.area.as_str())
        .collect();
    assert_eq!(towns.len(), 12);
    assert!(towns.iter().all(|code| code.len() == 9));
}

#[test]
fn demo_weights_add_up_and_names_do_not_repeat() {
    let seeds = seeds();
    let demo = demo::load().expect("the demo's files parse");
    assert_eq!(demo.staff_mix.iter().map(|share| share.weight).sum::<u32>(), 100);
    let positions: BTreeSet<_> = seeds.positions.iter().map(|position| &position.code).collect();
    assert!(demo.staff_mix.iter().all(|share| positions.contains(&share.position)));
    assert_eq!(seeds.positions.iter().filter(|position| position.caregiver).count(), 1);
    assert_eq!(demo.names.surnames.iter().map(|(_, weight)| weight).sum::<u32>(), 1_000);
    assert!(demo.names.surnames.iter().all(|(_, weight)| *weight > 0));
    let surnames: BTreeSet<_> = demo.names.surnames.iter().map(|(surname, _)| surname).collect();
    let female: BTreeSet<_> = demo.names.female.iter().collect();
    let male: BTreeSet<_> = demo.names.male.iter().collect();
    assert_eq!((surnames.len(), female.len(), male.len()), (120, 200, 80));
    assert_eq!((demo.names.female.len(), demo.names.male.len()), (200, 80));
}
