//! How long the headcounts behind the figures take on SQLite, and how that grows with the register: one city of
//! 10,000 people, its towns in one query, and the whole province. `cargo bench --bench ratio`; with
//! `HUZHENG_BENCH_LARGE=1` also a register of 1,000,000. It fails where a city's own register takes longer
//! than was promised; how that grows is told.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use chrono::NaiveDate;
use diesel::connection::SimpleConnection;
use huzheng::db::{Conn, Database, DatabaseUrl, DbError, migrations};
use huzheng::kernel::area::AreaCode;
use huzheng::registry::indicators::store::{Counted, headcounts, headcounts_by_child};

/// Milliseconds for one city of 10,000 people.
const CEILING: f64 = 20.0;
const CITY: u32 = 10_000;
const ROUNDS: usize = 25;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<ExitCode, Failure> {
    let mut sizes = vec![10_000, 100_000];
    if std::env::var_os("HUZHENG_BENCH_LARGE").is_some() {
        sizes.push(1_000_000);
    }
    let mut within = true;
    let mut before: Option<[f64; 3]> = None;
    println!("people in register      city  towns of city      province   (ms, the fastest of {ROUNDS})");
    for size in sizes {
        let times = measure(size)?;
        print!("{size:>18} {:>9.2} {:>14.2} {:>13.2}", times[0], times[1], times[2]);
        if let Some(before) = before {
            print!(
                "   × {:.2}, {:.2}, {:.2}",
                times[0] / before[0],
                times[1] / before[1],
                times[2] / before[2]
            );
        }
        println!();
        within &= size > CITY || times[0] <= CEILING;
        before = Some(times);
    }
    println!(
        "a register of one city of {CITY} people: at most {CEILING} ms: {}",
        if within { "kept" } else { "not kept" }
    );
    Ok(if within { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The fastest of the rounds for the city, its towns and the province in a register of `size` people.
fn measure(size: u32) -> Result<[f64; 3], Failure> {
    let path = std::env::temp_dir().join(format!("huzheng-ratio-{}-{size}.db", std::process::id()));
    let result = measure_in(&path, size);
    for suffix in ["", "-wal", "-shm"] {
        let mut file = path.clone().into_os_string();
        file.push(suffix);
        // What was never written need not be taken away.
        let _ = std::fs::remove_file(file);
    }
    result
}

fn measure_in(path: &Path, size: u32) -> Result<[f64; 3], Failure> {
    let database = Database::open(&DatabaseUrl::Sqlite(path.to_owned()), 1)?;
    database.read(|conn| Ok::<_, DbError>(migrations::run(conn)))??;
    database.read(|conn| conn.batch_execute(&filling(size)).map_err(DbError::from))?;
    let counted = Counted { on: "2026-11-21".parse::<NaiveDate>()?, positions: &["caregiver"] };
    let (city, province): (AreaCode, AreaCode) =
        ("330481".parse().map_err(|_| "no code")?, "33".parse().map_err(|_| "no code")?);
    let persons = |found: i64, expected: u32| {
        if found == i64::from(expected) { Ok(()) } else { Err(format!("{found} persons, not {expected}")) }
    };
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let counts = database.read(|conn: &mut Conn| headcounts(conn, counted, &city))?;
        times[0].push(start.elapsed().as_secs_f64() * 1e3);
        persons(counts.employed, CITY)?;
        let start = Instant::now();
        let towns = database.read(|conn: &mut Conn| headcounts_by_child(conn, counted, &city))?;
        times[1].push(start.elapsed().as_secs_f64() * 1e3);
        persons(towns.values().map(|town| town.certified).sum(), u32::try_from(counts.certified)?)?;
        let start = Instant::now();
        let counts = database.read(|conn: &mut Conn| headcounts(conn, counted, &province))?;
        times[2].push(start.elapsed().as_secs_f64() * 1e3);
        persons(counts.employed, size)?;
    }
    Ok(times.map(|times| times.into_iter().fold(f64::INFINITY, f64::min)))
}

/// `size` people, each employed; three in four hold a certificate of ours, one in twelve one from elsewhere, and
/// nine in ten a 救护员证. The first 10,000 work in the ten towns of one city, the others all over the province.
fn filling(size: u32) -> String {
    let (numbers, at) = (
        format!("WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {size})"),
        "'2026-01-01T00:00:00.000000Z'",
    );
    let id = |kind: char| format!("CAST('{kind}' || printf('%015d', i) AS BLOB)");
    // Fifty persons an organisation; a city's organisations spread over its towns.
    let organisation = "CAST('o' || printf('%015d', i / 50) AS BLOB)";
    let (person, employment, certificate) = (id('p'), id('e'), id('c'));
    let level = "CASE WHEN i % 5 = 0 THEN '3' WHEN i % 3 = 0 THEN '4' ELSE '5' END";
    format!(
        "PRAGMA foreign_keys = OFF; BEGIN;
         INSERT INTO organisations (id, kind, name, name_en, area_code, status, created_at, version)
         {numbers} SELECT {organisation}, 'institution', 'x', 'x', CASE WHEN i < {CITY}
             THEN printf('3304811%02d', i / 50 % 10) ELSE printf('33%02d%02d1%02d', i / 50 % 3, 1 + i / 150 % 9, i / 50 % 10) END,
             'active', {at}, 1 FROM n WHERE i % 50 = 0;
         INSERT INTO people (id, document_kind, document_sealed, document_index, name, gender, birth_date, created_at, version)
         {numbers} SELECT {person}, 'resident-id', zeroblob(48), {person}, 'x', '2', '1974-01-01', {at}, 1 FROM n;
         INSERT INTO employments (id, person_id, organisation_id, position, post_kind, from_date, recorded_at, version)
         {numbers} SELECT {employment}, {person}, {organisation}, 'caregiver', 'regular', '2024-01-01', {at}, 1 FROM n;
         INSERT INTO certificates (id, code, number, person_id, body_id, occupation, specialty, level, holder, issued_on,
             record, cwt, proofs, key_id, status_list, status_index, state, state_since, upload_state, issued_at, changed_at, version)
         {numbers} SELECT {certificate}, {certificate}, printf('S%021d', i), {person}, {organisation}, '4-10-01-05',
             'general', {level}, 'x', '2025-01-01', '{{}}', zeroblob(300), x'', 'k', 1, i, 'valid', '2025-01-01', 'pending',
             {at}, {at}, 1 FROM n WHERE i % 4 < 3;
         INSERT INTO certificate_standings (certificate_id, state, from_date)
         SELECT id, 'valid', issued_on FROM certificates;
         INSERT INTO recorded_certificates (id, person_id, number, issuer, occupation, specialty, level, issued_on,
             evidence, checker, checked_on, national_query, recorded_at, version)
         {numbers} SELECT {certificate}, {person}, 'n' || i, 'x', '4-10-01-05', 'general', {level}, '2020-01-01', 'x', 'x',
             '2025-01-01', 'found', {at}, 1 FROM n WHERE i % 12 = 3;
         INSERT INTO first_aid_certificates (id, person_id, kind, issuer, number, issued_on, expires_on, recorded_at, version)
         {numbers} SELECT {certificate}, {person}, 'rescuer', 'x', 'n' || i, '2025-01-01', '2027-12-31', {at}, 1
             FROM n WHERE i % 10 < 9;
         COMMIT;"
    )
}
