//! 发证批次: how many certificates a second a session's issue makes (lint, number, signatures, self-check, rows, leaf,
//! audit, outbox) on SQLite and on PostgreSQL, beside bare signatures in the same run, and how soon after the last one
//! the status lists and the log are published. `cargo bench --bench issue`; it fails below what the project promises.

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
use std::time::{Duration, Instant};

use ed25519_dalek::{Signer, SigningKey};
use huzheng::flows::certificate_issue::{Desk, session_certificates_issue};
use huzheng::kernel::context::{Actor, Origin, Role};
use huzheng::registry::accounts;
use support::databases::Kind;
use support::passed::{certify, passed_session};
use support::world::World;

const CERTIFICATES: u32 = 10_000;
const ROUNDS: usize = 3;
/// A second, on either database, where one thread makes [`SIGNATURES`] bare signatures a second; on a slower machine, or
/// beside other work, less in proportion.
const FLOOR: f64 = 5_000.0;
const SIGNATURES: f64 = 70_000.0;
/// From the last certificate to what everybody can read.
const PUBLISHED: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let kept = [Kind::Sqlite, Kind::Postgres].map(|kind| {
        // The fastest of some rounds: what else runs on the machine only makes one slower.
        let rounds = (0..ROUNDS).map(|_| {
            let before = signatures();
            let (rate, published) = issue(kind);
            (rate, published, f64::midpoint(before, signatures()))
        });
        let (rate, published, bare) =
            rounds.max_by(|one, other| one.0.total_cmp(&other.0)).expect("at least one round");
        let floor = FLOOR * (bare / SIGNATURES).min(1.0);
        println!(
            "certificates on {kind:<10?} {rate:>7.0} a second (at least {floor:.0}, beside {bare:.0} bare signatures); \
             published after {published:.2?} (at most {PUBLISHED:?})"
        );
        rate >= floor && published <= PUBLISHED
    });
    if kept.iter().all(|kept| *kept) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Bare ones, a second, in one thread.
fn signatures() -> f64 {
    let key = SigningKey::from_bytes(&[7; 32]);
    let start = Instant::now();
    for n in 0..CERTIFICATES {
        std::hint::black_box(key.sign(&[n.to_be_bytes(); 50].concat()));
    }
    f64::from(CERTIFICATES) / start.elapsed().as_secs_f64()
}

/// Certificates a second, and how long after the last one the lists and the log are out.
fn issue(kind: Kind) -> (f64, Duration) {
    let world = World::new(kind);
    certify(&world, None);
    let (session, applications) = passed_session(&world, 0..CERTIFICATES);
    let actor = assessor(&world);
    let context = world.app.context(Some(actor.clone()), Origin::CommandLine);
    let start = Instant::now();
    // The log is published afterwards, and measured with the lists.
    let desk = Desk { issued: Box::new(|| {}), ..world.app.desk() };
    let issued = session_certificates_issue(&desk, &context, &actor, session).expect("the session is issued");
    let rate = f64::from(CERTIFICATES) / start.elapsed().as_secs_f64();
    let good = issued.iter().filter(|one| one.result.is_ok()).count();
    assert_eq!(good, applications.len());
    let start = Instant::now();
    world.app.keep_current();
    let published = start.elapsed();
    let head = world.app.log.published().expect("a checkpoint").head;
    assert!(head.size >= u64::from(CERTIFICATES), "{head:?}");
    (rate, published)
}

fn assessor(world: &World) -> Actor {
    let all = world.app.database.read(accounts::store::list).expect("accounts");
    let account = all.into_iter().find(|account| account.username == "assessor").expect("an account");
    Actor {
        account: account.id,
        name: account.name,
        role: Role::Assessor,
        organisation: account.organisation_id,
        area: None,
        person: None,
    }
}
