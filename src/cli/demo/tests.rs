use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{TimeZone, Utc};
use confique::Config as _;

use crate::app::App;
use crate::app::clock::{Clock, SeededRandom};
use crate::app::keyring::Keyring;
use crate::cli::demo::load;
use crate::config::Config;
use crate::db::DbError;
use crate::flows;
use crate::flows::demo::Loaded;
use crate::kernel::codes::Code;
use crate::kernel::context::Origin;
use crate::kernel::vocabulary::Indicator;
use crate::proof::payload::{CertificateType, Environment};
use crate::registry::indicators;
use crate::registry::indicators::{ChildReport, Figure, Question, Report};

/// An application on an empty SQLite file in a folder of its own, on a Saturday in November.
fn application(folder: &std::path::Path) -> App {
    let mut config = Config::builder().load().expect("the defaults load");
    config.data_dir = folder.to_owned();
    config.environment = "demo".to_owned();
    let passphrase = folder.join("passphrase");
    std::fs::write(&passphrase, "for the tests").expect("a passphrase");
    config.key_passphrase_file = Some(passphrase);
    let opened = crate::app::passphrase(&config).expect("the passphrase");
    Keyring::init(&crate::app::keys_folder(&config), &opened, Environment::Demo).expect("keys");
    let now = Utc.with_ymd_and_hms(2026, 11, 21, 3, 0, 0).single().expect("a time");
    let random = Arc::new(SeededRandom::new("the registry's own"));
    let app = App::start(config, Clock::standing(now), random).expect("the application starts");
    let context = app.context(None, Origin::CommandLine);
    app.database.write(|tx| flows::seed::seed(tx, &context, &app.seeds)).expect("the seeds");
    app
}

fn fill(app: &App, seed: &str) -> Option<Loaded> {
    let context = app.context(None, Origin::CommandLine);
    load(app, &context, &SeededRandom::new(seed), "a password for all").expect("the demonstration loads")
}

fn report(app: &App) -> Report {
    let question =
        Question { area: app.area.clone(), on: app.context(None, Origin::CommandLine).today(), basis: None };
    app.database
        .read(|conn| indicators::service::report(conn, &app.seeds.positions, &question))
        .expect("a report")
}

/// How many rows each table has.
fn rows(app: &App) -> Vec<(&'static str, i64)> {
    use diesel::prelude::*;
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        count: i64,
    }
    let count = |table| {
        let sql = format!("SELECT COUNT(*) AS count FROM {table}");
        let found =
            app.database.read(|conn| diesel::sql_query(sql).get_result::<Count>(conn).map_err(DbError::from));
        (table, found.expect("a count").count)
    };
    TABLES.map(count).to_vec()
}

const TABLES: [&str; 16] = [
    "organisations",
    "accreditations",
    "people",
    "accounts",
    "employments",
    "declared_services",
    "classes",
    "enrolments",
    "attendances",
    "exam_sessions",
    "applications",
    "scores",
    "certificates",
    "recorded_certificates",
    "first_aid_certificates",
    "outbox",
];

fn numbers(app: &App) -> Vec<String> {
    use crate::db::schema::certificates::dsl::{certificates, number};
    use diesel::prelude::*;
    let found = app
        .database
        .read(|conn| certificates.select(number).order(number).load::<String>(conn).map_err(DbError::from));
    found.expect("numbers")
}

fn types(app: &App) -> Vec<String> {
    use crate::db::schema::certificates::dsl::{certificates, kind};
    use diesel::prelude::*;
    let found = app.database.read(|conn| certificates.select(kind).load(conn).map_err(DbError::from));
    found.expect("types")
}

#[test]
fn the_city_is_as_planned_and_the_same_every_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = application(folder.path());
    let loaded = fill(&app, "haining").expect("an empty registry is filled");
    let counted = rows(&app);
    let of = |table| counted.iter().find(|(name, _)| *name == table).expect("a table").1;
    assert_eq!(of("organisations"), 46);
    assert_eq!(of("accounts"), 17);
    assert!((1_150..1_250).contains(&of("people")), "{}", of("people"));
    assert_eq!(of("outbox"), 0, "nobody has an address, so nothing is sent");
    figures(&report(&app));
    let types: BTreeSet<_> = types(&app).into_iter().collect();
    assert_eq!(types.len(), CertificateType::ALL.len(), "{types:?}");
    assert!(loaded.sample.verify_url.contains('#'), "the address carries the signed content");
    assert!(fill(&app, "haining").is_none(), "a second start finds it filled");
    assert_eq!(rows(&app), counted);

    let again = tempfile::tempdir().expect("a folder");
    let other = application(again.path());
    let reloaded = fill(&other, "haining").expect("an empty registry is filled");
    assert_eq!(numbers(&other), numbers(&app));
    assert_eq!(rows(&other), counted);
    assert_eq!(reloaded.sample.holder, loaded.sample.holder);
}

/// 25.5 per 10,000, 68 % assessed, 17 % senior, 80 % dual; the towns differ, and one has no count of its elders.
fn figures(report: &Report) {
    let hundredths =
        |figure: &Figure, whole: i64| figure.denominator.map(|below| figure.numerator * 100 * whole / below);
    let of =
        |indicator| report.figures.iter().find(|figure| figure.indicator == indicator).expect("a figure");
    let within = |indicator, whole, band: std::ops::RangeInclusive<i64>| {
        let found = hundredths(of(indicator), whole).expect("a figure that can be computed");
        assert!(band.contains(&found), "{indicator}: {found} hundredths");
    };
    within(Indicator::CaregiversPer10000, 10_000, 2_500..=2_600);
    within(Indicator::AssessedShare, 100, 6_700..=6_900);
    within(Indicator::SeniorShare, 100, 1_600..=1_800);
    within(Indicator::DualCertifiedShare, 100, 7_900..=8_100);
    let assessed = |child: &ChildReport| {
        let figure = child.figures.iter().find(|figure| figure.indicator == Indicator::AssessedShare);
        hundredths(figure.expect("a figure"), 100).expect("every town has caregivers")
    };
    let (low, high) =
        (report.children.iter().map(assessed).min(), report.children.iter().map(assessed).max());
    assert!(high.expect("towns") - low.expect("towns") > 1_500, "the towns differ: {low:?} to {high:?}");
    let uncounted = |child: &&ChildReport| {
        child
            .figures
            .iter()
            .any(|figure| figure.indicator == Indicator::CaregiversPer10000 && figure.denominator.is_none())
    };
    let uncounted: Vec<_> =
        report.children.iter().filter(uncounted).map(|child| child.area.name.as_str()).collect();
    assert_eq!(uncounted, ["黄湾镇"]);
}
