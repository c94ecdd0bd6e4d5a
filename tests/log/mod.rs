//! The transparency log over a real database and real files: stopped at every step, restored, forked, set back.

mod certificates;
mod elsewhere;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use diesel::prelude::*;
use huzheng::app::clock::{Clock, keep_offset, machine_now};
use huzheng::app::log::publisher::Step;
use huzheng::app::log::{Log, LogFault};
use huzheng::db::schema::log_leaves;
use huzheng::db::{Database, DbError};
use huzheng::kernel::context::{Context, Origin};
use huzheng::proof::content::Content;
use huzheng::proof::cose;
use huzheng::proof::keys::{Purpose, Signer};
use huzheng::proof::log::checkpoint::Checkpoint;
use huzheng::proof::log::{Leaf, LeafKind};
use huzheng::proof::payload::Payload;
use huzheng::registry::log::store;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::databases::Kind;
use crate::support::{World, on_both};

/// What the signed content of an answered certificate says.
fn payload(made: &Value) -> Payload {
    let content = made["qr_content"].as_str().expect("released");
    let Ok(Content::Signed { cwt, .. }) = Content::read_text(content) else { panic!("{content}") };
    Payload::decode(cose::Envelope::parse(&cwt).expect("an envelope").payload).expect("a payload")
}

fn of(made: &Value, form: &str) -> String {
    format!("/api/v1/certificates/{}{form}", made["id"].as_str().expect("an id"))
}

/// Lets the binary, which reads the machine's clock, have the world's time.
fn offset(world: &World) {
    let offset = (world.app.clock.now() - machine_now()).num_seconds() + 1;
    keep_offset(world.folder(), offset).expect("kept");
}

fn leaf(number: u64) -> Leaf {
    Leaf { kind: LeafKind::Certificate, digest: Sha256::digest(number.to_be_bytes()).into() }
}

fn context(world: &World) -> Context {
    world.app.context(None, Origin::CommandLine)
}

fn append(world: &World, numbers: std::ops::Range<u64>) {
    let leaves: Vec<_> = numbers.map(leaf).collect();
    let context = context(world);
    let written = world.app.database.write(|tx| store::append(tx, &context, &leaves));
    written.expect("written");
}

fn signer(world: &World) -> Arc<dyn Signer> {
    world.app.signer(Purpose::Log).expect("a log key").0
}

fn publish(world: &World) -> Result<Checkpoint, LogFault> {
    world.app.log.publish(&*signer(world), world.app.clock.now())
}

/// The log as another server process sees it: the same files and database, nothing in memory.
fn other_server(world: &World) -> Log {
    Log::new(&world.app.config, world.app.database.clone(), world.app.environment).expect("a log")
}

fn faults(world: &World) -> Vec<String> {
    world.app.log.walk(&world.app.trust.current().list).expect("a walk").faults
}

fn log_folder(world: &World) -> PathBuf {
    world.folder().join("log")
}

#[test]
fn what_is_entered_is_published_in_its_order() {
    on_both(|world| {
        let start = publish(world).expect("published").head.size;
        append(world, 0..700);
        let checkpoint = publish(world).expect("published");
        assert_eq!(checkpoint.head.size, start + 700);
        assert!(checkpoint.is_signed_by(&signer(world).public()));
        assert_eq!(faults(world), Vec::<String>::new());
        append(world, 700..1000);
        let later = publish(world).expect("published");
        assert_eq!(later.head.size, start + 1000);
        assert_eq!(publish(world).expect("nothing new"), later);
        for number in [0, 255, 256, 699, 700, 999] {
            let proof = world.app.database.read(|conn| world.app.log.proof(conn, &leaf(number)));
            let proof = proof.expect("read").expect("a proof");
            assert_eq!(proof.index, start + number);
            assert_eq!(proof.check(&leaf(number), &world.app.trust.current().list), Ok(()));
        }
        let unknown = world.app.database.read(|conn| world.app.log.proof(conn, &leaf(5000)));
        assert!(unknown.expect("read").is_none());
    });
}

#[test]
fn a_stop_after_any_step_loses_nothing_and_releases_nothing() {
    on_both(|world| {
        let start = publish(world).expect("published").head.size;
        for (round, step) in (0..).zip([Step::Indexed, Step::Locked, Step::TilesWritten]) {
            let numbers = round * 300..round * 300 + 300;
            append(world, numbers.clone());
            let now = world.app.clock.now();
            let before = world.app.log.published().expect("published").head.size;
            let stopped = other_server(world).publish_until(&*signer(world), now, Some(step));
            assert_eq!(stopped.expect("stopped").head.size, before, "{step:?}");
            // Nobody sees what no checkpoint covers.
            let proof = world.app.database.read(|conn| other_server(world).proof(conn, &leaf(numbers.start)));
            assert!(proof.expect("read").is_none(), "{step:?}");
            let folder = huzheng::app::log::folder::Folder::new(&log_folder(world));
            assert_eq!(folder.checkpoint().expect("read").expect("there").head.size, before, "{step:?}");
            // Another entry comes in between, and the next server goes on.
            append(world, 10_000 + round..10_001 + round);
            let after = other_server(world).publish(&*signer(world), now).expect("published");
            assert_eq!(after.head.size, before + 301, "{step:?}");
            world.app.log.look().expect("read");
            assert_eq!(faults(world), Vec::<String>::new(), "{step:?}");
        }
        let held = world.app.database.read(store::size).expect("read");
        assert_eq!(held, start + 903);
    });
}

/// Takes the database back to where `keep` entries of the log were published.
fn roll_back(world: &World, keep: u64) {
    let keep = i64::try_from(keep).expect("small");
    let rolled = world.app.database.write(|tx| {
        diesel::delete(log_leaves::table.filter(log_leaves::log_index.ge(keep))).execute(&mut **tx)?;
        Ok::<_, DbError>(())
    });
    rolled.expect("rolled back");
}

fn may_sign(world: &World) -> Result<(), LogFault> {
    let now = world.app.clock.now();
    world.app.database.read(|conn| world.app.log.may_sign(conn, now))
}

#[test]
fn a_restored_database_neither_publishes_nor_signs_until_it_agrees() {
    on_both(|world| {
        append(world, 0..40);
        let before = publish(world).expect("published").head.size;
        append(world, 40..60);
        let size = publish(world).expect("published").head.size;
        may_sign(world).expect("all is well");
        roll_back(world, before);
        append(world, 1000..1001);
        let refused = |fault: Result<(), LogFault>| {
            assert!(
                matches!(fault, Err(LogFault::DatabaseBehind { held, size: of }) if held == before && of == size)
            );
        };
        refused(may_sign(world));
        refused(publish(world).map(|_| ()));
        refused(other_server(world).publish(&*signer(world), world.app.clock.now()).map(|_| ()));
        assert!(faults(world)[0].contains("restored"), "{:?}", faults(world));
        // The lost entries come back from the published log, only when their loss is accepted.
        let trust = world.app.trust.current();
        let recover = |accepted| world.app.log.recover(&context(world), &trust.list, accepted);
        assert!(recover(19).expect_err("refused").to_string().contains("--accept-lost 20"));
        refused(may_sign(world));
        let recovered = recover(20).expect("recovered");
        assert_eq!((recovered.linked, recovered.written, recovered.lost_certificates), (0, 20, 20));
        may_sign(world).expect("it agrees");
        assert_eq!(publish(world).expect("published").head.size, size + 1);
        assert_eq!(faults(world), Vec::<String>::new());
    });
}

#[test]
fn a_restored_entry_that_waits_gets_its_own_index_back() {
    on_both(|world| {
        append(world, 0..5);
        publish(world).expect("published");
        let size = world.app.database.read(store::size).expect("read");
        let unindexed = world.app.database.write(|tx| {
            let lost: Option<i64> = None;
            let last =
                log_leaves::table.filter(log_leaves::log_index.ge(i64::try_from(size - 2).expect("small")));
            diesel::update(last).set(log_leaves::log_index.eq(lost)).execute(&mut **tx)?;
            Ok::<_, DbError>(())
        });
        unindexed.expect("restored");
        assert!(matches!(may_sign(world), Err(LogFault::DatabaseBehind { .. })));
        let trust = world.app.trust.current();
        let recovered = world.app.log.recover(&context(world), &trust.list, 0).expect("recovered");
        assert_eq!((recovered.linked, recovered.written), (2, 0));
        assert_eq!(faults(world), Vec::<String>::new());
    });
}

#[test]
fn another_database_on_the_same_lock_is_refused() {
    on_both(|world| {
        append(world, 0..40);
        publish(world).expect("published");
        // One that never held an entry, and one that went its own way.
        let stranger = World::new(Kind::Sqlite);
        let foreign =
            |database: Database| Log::new(&world.app.config, database, world.app.environment).expect("a log");
        let log = foreign(stranger.app.database.clone());
        let now = world.app.clock.now();
        let refused = log.publish(&*signer(world), now).expect_err("refused");
        assert!(matches!(refused, LogFault::DatabaseBehind { .. }), "{refused}");
        append(&stranger, 500..600);
        publish(&stranger).expect("its own log");
        let refused = log.publish(&*signer(world), now).expect_err("refused");
        assert!(matches!(refused, LogFault::OtherDatabase { .. }), "{refused}");
        let refused = stranger.app.database.read(|conn| log.may_sign(conn, now)).expect_err("refused");
        assert!(matches!(refused, LogFault::OtherDatabase { .. }), "{refused}");
        // A copy whose last entry is the published one and an earlier one is not.
        let forged = world.app.database.write(|tx| {
            let fourth = log_leaves::table.filter(log_leaves::log_index.eq(3));
            diesel::update(fourth).set(log_leaves::digest.eq(vec![9_u8; 32])).execute(&mut **tx)?;
            Ok::<_, DbError>(())
        });
        forged.expect("changed");
        let refused = other_server(world).publish(&*signer(world), now).expect_err("refused");
        assert!(matches!(refused, LogFault::OtherDatabase { .. }), "{refused}");
        assert_eq!(faults(world), ["entry 3 of the database is not the published one"]);
    });
}

#[test]
fn two_servers_make_one_log() {
    on_both(|world| {
        let start = publish(world).expect("published").head.size;
        std::thread::scope(|scope| {
            for server in 0..4_u64 {
                scope.spawn(move || {
                    let log = other_server(world);
                    for round in 0..8 {
                        let number = server * 1000 + round * 10;
                        append(world, number..number + 3);
                        log.publish(&*signer(world), world.app.clock.now()).expect("published");
                    }
                });
            }
        });
        assert_eq!(publish(world).expect("published").head.size, start + 96);
        assert_eq!(faults(world), Vec::<String>::new());
    });
}

#[test]
fn a_clock_set_back_stops_signing_and_publishing() {
    on_both(|world| {
        append(world, 0..3);
        publish(world).expect("published");
        let back = Clock::standing(world.app.clock.now() - chrono::TimeDelta::minutes(1));
        append(world, 3..6);
        let refused = world.app.log.publish(&*signer(world), back.now()).expect_err("refused");
        assert!(matches!(refused, LogFault::ClockBehind { .. }), "{refused}");
        let refused = world.app.database.read(|conn| world.app.log.may_sign(conn, back.now()));
        assert!(matches!(refused, Err(LogFault::ClockBehind { .. })));
        publish(world).expect("by the right clock");
    });
}

#[test]
fn a_lock_that_is_gone_or_old_stops_the_log() {
    on_both(|world| {
        let lock = world.folder().join("log-lock/checkpoint.json");
        publish(world).expect("published");
        let old = std::fs::read(&lock).expect("a lock");
        append(world, 0..3);
        publish(world).expect("published");
        let good = std::fs::read(&lock).expect("a lock");
        std::fs::write(&lock, &old).expect("written");
        append(world, 3..4);
        assert!(matches!(publish(world), Err(LogFault::LockBehind(_))));
        std::fs::write(&lock, b"{}").expect("written");
        assert!(matches!(publish(world), Err(LogFault::BrokenLock(..))));
        std::fs::remove_file(&lock).expect("removed");
        assert!(matches!(publish(world), Err(LogFault::NoLock(_))));
        assert!(matches!(may_sign(world), Err(LogFault::NoLock(_))));
        let trust = world.app.trust.current();
        assert!(world.app.log.recover(&context(world), &trust.list, 0).expect("recovered").lock);
        publish(world).expect("published");
        std::fs::write(&lock, &good).expect("written");
        assert!(matches!(publish(world), Err(LogFault::LockBehind(_))));
    });
}

#[test]
fn a_changed_file_is_found_and_nothing_is_built_on_it() {
    on_both(|world| {
        append(world, 0..300);
        publish(world).expect("published");
        let flip = |path: &Path| {
            let mut bytes = std::fs::read(path).expect("a tile");
            bytes[5] ^= 1;
            std::fs::write(path, bytes).expect("written");
        };
        let tile = log_folder(world).join("tile/0/000");
        flip(&tile);
        assert!(!faults(world).is_empty());
        assert!(world.app.database.read(|conn| world.app.log.proof(conn, &leaf(7))).is_err());
        flip(&tile);
        assert_eq!(faults(world), Vec::<String>::new());
        let checkpoint = log_folder(world).join("checkpoint");
        let text = std::fs::read_to_string(&checkpoint).expect("a checkpoint");
        std::fs::remove_file(&checkpoint).expect("removed");
        // The checkpoint comes back from the lock, the tiles from the database.
        std::fs::remove_dir_all(log_folder(world).join("tile")).expect("removed");
        publish(world).expect("published");
        assert_eq!(std::fs::read_to_string(&checkpoint).expect("a checkpoint"), text);
        assert_eq!(faults(world), Vec::<String>::new());
    });
}

#[test]
fn ten_thousand_entries_are_published_well_within_five_seconds() {
    on_both(|world| {
        append(world, 0..10_000);
        let start = std::time::Instant::now();
        publish(world).expect("published");
        let taken = start.elapsed();
        eprintln!("10,000 entries published in {taken:?} on {:?}", world.kind);
        assert!(taken < std::time::Duration::from_secs(5), "{taken:?}");
    });
}
