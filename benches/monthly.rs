//! 月度核算: how long a month's run takes for 100,000 caregivers on PostgreSQL, and how that grows: facts gathered, every
//! scheme in force weighed, drafts of claims written. `cargo bench --bench monthly`; with `HUZHENG_BENCH_LARGE=1` also
//! 1,000,000. It fails where 100,000 take longer than the project promises.

#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the suite's support is shared with its tests"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::process::ExitCode;
use std::time::Instant;

use diesel::connection::SimpleConnection;
use huzheng::db::DbError;
use huzheng::flows::monthly_run::{Proposed, monthly_run};
use huzheng::kernel::context::Origin;
use support::databases::Kind;
use support::world::World;

/// Seconds for 100,000 people.
const CEILING: f64 = 60.0;

fn main() -> ExitCode {
    let mut sizes = vec![10_000, 100_000];
    if std::env::var_os("HUZHENG_BENCH_LARGE").is_some() {
        sizes.push(1_000_000);
    }
    let mut within = true;
    println!("   people    seconds  µs a person   weighed    drafts   unknown            yuan");
    for size in sizes {
        let (seconds, done) = measure(size);
        let each = seconds * 1e6 / f64::from(size);
        println!(
            "{size:>9} {seconds:>10.2} {each:>12.1} {:>9} {:>9} {:>9} {:>15}",
            done.assessed, done.proposed, done.unknown, done.amount_fen
        );
        within &= size > 100_000 || seconds <= CEILING;
    }
    println!("100,000 people: at most {CEILING} s: {}", if within { "kept" } else { "not kept" });
    if within { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn measure(size: u32) -> (f64, Proposed) {
    let world = World::new(Kind::Postgres);
    let fill = |conn: &mut huzheng::db::Conn| conn.batch_execute(&filling(size)).map_err(DbError::from);
    world.app.database.read(fill).expect("people are there");
    let context = world.app.context(None, Origin::CommandLine);
    let start = Instant::now();
    let month = "2026-10".parse().expect("a month");
    let done = monthly_run(&world.app.database, &context, &world.app.schemes, month).expect("a run");
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!(done.people, u64::from(size));
    assert!(done.proposed > u64::from(size) / 2, "{done:?}");
    let again = monthly_run(&world.app.database, &context, &world.app.schemes, month).expect("a run");
    assert_eq!(again.proposed, 0, "nothing is proposed twice");
    (seconds, done)
}

/// `size` caregivers in the city, fifty an institution, each with a certificate from elsewhere. Of nine in ten the days
/// of work are told, of half of them the insurance.
fn filling(size: u32) -> String {
    let id = |kind: &str, n: &str| {
        format!("('{kind}0000000-0000-7000-8000-' || lpad(to_hex({n}), 12, '0'))::uuid")
    };
    let (organisation, person) = (id("a", "i / 50"), id("b", "i"));
    let (employment, certificate) = (id("c", "i"), id("d", "i"));
    let told = |kind: &str, fact: &str, month: &str, value: &str, which: &str| {
        format!(
            "INSERT INTO statements (id, person_id, fact, told_for, value, told_by, file, file_row, recorded_at)
             SELECT {}, {person}, '{fact}', '{month}', {value}, 'x', 'x.xlsx', i, now() FROM n WHERE {which};",
            id(kind, "i")
        )
    };
    format!(
        "SET session_replication_role = replica;
         CREATE TEMPORARY TABLE n AS SELECT generate_series(0, {size} - 1) AS i;
         INSERT INTO organisations (id, kind, name, name_en, area_code, institution_kind, status, created_at, version)
         SELECT {organisation}, 'institution', 'x', 'x', '330481101', NULL, 'active', now(), 1 FROM n WHERE i % 50 = 0;
         INSERT INTO people (id, document_kind, document_sealed, document_index, name, gender, birth_date, education, created_at, version)
         SELECT {person}, 'resident-id', '\\x00', decode(lpad(to_hex(i), 64, '0'), 'hex'), 'x', '2', '1974-01-01', '30', now(), 1 FROM n;
         INSERT INTO employments (id, person_id, organisation_id, position, post_kind, from_date, recorded_at, version)
         SELECT {employment}, {person}, {organisation}, 'caregiver', 'regular', '2021-07-01', now(), 1 FROM n;
         INSERT INTO recorded_certificates (id, person_id, number, issuer, occupation, specialty, level, issued_on, evidence,
             checker, checked_on, national_query, recorded_at, version)
         SELECT {certificate}, {person}, '浙养护2025第' || lpad(i::text, 7, '0') || '号', 'x', '4-10-01-05', 'general', (3 + i % 3)::text, '2026-03-01', 'x', 'x',
             '2026-03-02', 'found', now(), 1 FROM n;
         {} {} {}
         SET session_replication_role = DEFAULT;
         ANALYZE;",
        told("e", "work_days", "2026-10", "'i' || (15 + i % 9)", "i % 10 < 9"),
        told("f", "insured", "2026-10", "'i1'", "i % 20 < 9"),
        told("9", "insurance_paid", "2026-10", "'i120000'", "i % 20 < 9"),
    )
}
