//! The transparency log over a real database and real files: stopped at every step, restored, forked, set back.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::Command;

use diesel::prelude::*;
use huzheng::app::clock::{Clock, SeededRandom, keep_offset, machine_now};
use huzheng::app::log::publisher::Step;
use huzheng::app::log::{Log, LogFault};
use huzheng::app::{App, trust};
use huzheng::db::schema::log_leaves;
use huzheng::db::{Database, DbError};
use huzheng::flows::certificate_issue::{Desk, certificate_issue};
use huzheng::http::problem::Problem;
use huzheng::kernel::context::{Actor, Context, Origin};
use huzheng::kernel::ids::{ApplicationId, PublicCode};
use huzheng::proof::content::Content;
use huzheng::proof::cose;
use huzheng::proof::frozen::RecordDigest;
use huzheng::proof::keys::KeyId;
use huzheng::proof::log::checkpoint::Checkpoint;
use huzheng::proof::log::{Leaf, LeafKind};
use huzheng::proof::payload::Payload;
use huzheng::proof::qr::signed_url;
use huzheng::proof::trust::{KeyState, TrustDocument};
use huzheng::registry::certificates::NewCertificate;
use huzheng::registry::certificates::error::Error;
use huzheng::registry::log::store;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::certificates::issue;
use crate::cli::huzheng;
use crate::support::databases::Kind;
use crate::support::passed::{certify, passed};
use crate::support::{World, on_both};

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

fn publish(world: &World) -> Result<Checkpoint, LogFault> {
    world.app.log.publish(&world.app.keyring.log, world.app.clock.now())
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
        assert!(checkpoint.is_signed_by(&world.app.keyring.log.public()));
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
            let stopped = other_server(world).publish_until(&world.app.keyring.log, now, Some(step));
            assert_eq!(stopped.expect("stopped").head.size, before, "{step:?}");
            // Nobody sees what no checkpoint covers.
            let proof = world.app.database.read(|conn| other_server(world).proof(conn, &leaf(numbers.start)));
            assert!(proof.expect("read").is_none(), "{step:?}");
            let folder = huzheng::app::log::folder::Folder::new(&log_folder(world));
            assert_eq!(folder.checkpoint().expect("read").expect("there").head.size, before, "{step:?}");
            // Another entry comes in between, and the next server goes on.
            append(world, 10_000 + round..10_001 + round);
            let after = other_server(world).publish(&world.app.keyring.log, now).expect("published");
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
        refused(other_server(world).publish(&world.app.keyring.log, world.app.clock.now()).map(|_| ()));
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
        let refused = log.publish(&world.app.keyring.log, now).expect_err("refused");
        assert!(matches!(refused, LogFault::DatabaseBehind { .. }), "{refused}");
        append(&stranger, 500..600);
        publish(&stranger).expect("its own log");
        let refused = log.publish(&world.app.keyring.log, now).expect_err("refused");
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
        let refused = other_server(world).publish(&world.app.keyring.log, now).expect_err("refused");
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
                        log.publish(&world.app.keyring.log, world.app.clock.now()).expect("published");
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
        let refused = world.app.log.publish(&world.app.keyring.log, back.now()).expect_err("refused");
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

/// What the signed content of an answered certificate says.
fn payload(made: &Value) -> Payload {
    let content = made["qr_content"].as_str().expect("released");
    let Ok(Content::Signed { cwt, .. }) = Content::read_text(content) else { panic!("{content}") };
    Payload::decode(cose::Envelope::parse(&cwt).expect("an envelope").payload).expect("a payload")
}

fn of(made: &Value, form: &str) -> String {
    format!("/api/v1/certificates/{}{form}", made["id"].as_str().expect("an id"))
}

#[test]
fn nothing_is_released_before_the_log_has_published_it() {
    on_both(|world| {
        certify(world, None);
        let first = issue(world, passed(world, 1)).expect(201);
        let size = first["log"]["size"].as_u64().expect("a size");
        // The disk fails between lock and tiles: nothing can be written where the next bundle is to lie.
        let fault = log_folder(world).join(format!("tile/entries/000.p/{}.new", size + 1));
        std::fs::create_dir_all(&fault).expect("a fault");
        let made = issue(world, passed(world, 2)).expect(201);
        assert_eq!((&made["qr_content"], &made["log"]), (&Value::Null, &Value::Null));
        let anybody = world.anybody().with_header("Accept", "application/json");
        let code = made["code"].as_str().expect("a code");
        for form in [".cwt", ".pdf", ".png", ".proof"] {
            let answer = world.get("assessor", &of(&made, form));
            assert_eq!((answer.status, answer.header("Retry-After")), (409, Some("2")), "{form}");
        }
        assert_eq!(anybody.get(&format!("/v/{code}")).expect(404)["verdict"], "not_found");
        anybody.get(&format!("/log/proof/{code}")).expect(404);
        let listed = world.get("assessor", "/api/v1/certificates").expect(200);
        let waiting: Vec<_> =
            listed.as_array().expect("a list").iter().filter(|one| one["qr_content"].is_null()).collect();
        assert_eq!(waiting.len(), 1);
        assert_eq!(waiting[0]["id"], made["id"]);

        std::fs::remove_dir(&fault).expect("mended");
        world.app.keep_current();
        let made = world.get("assessor", &of(&made, "")).expect(200);
        assert_eq!(made["log"]["index"], json!(size));
        assert_eq!(world.get("assessor", &of(&made, ".cwt")).status, 200);
        let scanned = anybody.get(&format!("/v/{code}")).expect(200);
        assert_eq!(scanned["verdict"], "valid");
        assert_eq!(scanned["log"]["proof"], made["log"]["proof"]);
        let check = scanned["checks"].as_array().expect("checks").iter().find(|check| check["name"] == "log");
        assert_eq!(check.expect("the check")["result"], "passed");
        let text = anybody.get(&format!("/log/proof/{code}")).text();
        assert_eq!(text, world.get("assessor", &of(&made, ".proof")).text());
        let content = json!({ "content": made["qr_content"] });
        let posted = anybody.post("/api/v1/verifications", &content).expect(200);
        assert_eq!(posted["log"]["index"], made["log"]["index"]);
    });
}

fn assessor(world: &World) -> Actor {
    let all =
        world.app.database.read(|conn| Ok::<_, Problem>(huzheng::registry::accounts::store::list(conn)?));
    let all = all.expect("read");
    all.iter().find(|account| account.username == "assessor").expect("an account").actor()
}

fn issue_at(desk: &Desk<'_>, app: &App, actor: &Actor, application: ApplicationId) -> Result<(), Error> {
    let context = app.context(Some(actor.clone()), Origin::CommandLine);
    let new = NewCertificate { application_id: application, number: None };
    certificate_issue(desk, &context, actor, &new).map(|_| ())
}

/// Certificates, their leaves, and their entries in the log, however the issuing of each was stopped.
fn counts(world: &World) -> [u64; 3] {
    use huzheng::db::schema::certificates;
    let of_kind = log_leaves::table.filter(log_leaves::kind.eq(LeafKind::Certificate)).count();
    let counted = world.app.database.read(|conn| {
        let rows: [i64; 2] = [certificates::table.count().get_result(conn)?, of_kind.get_result(conn)?];
        Ok::<_, DbError>(rows)
    });
    let [made, leaves] = counted.expect("counted").map(|count| u64::try_from(count).expect("a count"));
    let walk = world.app.log.walk(&world.app.trust.current().list).expect("a walk");
    assert_eq!(walk.faults, Vec::<String>::new());
    [made, leaves, walk.entries["certificate"]]
}

#[test]
fn a_server_killed_at_any_step_of_issuing_loses_and_releases_nothing() {
    on_both(|world| {
        certify(world, None);
        let app = &world.app;
        let actor = assessor(world);
        let (early, late) = (passed(world, 1), passed(world, 2));
        // Before the first transaction ends: nothing stays.
        let stopped = || Err(Error::LogDisagrees("killed".to_owned()));
        let desk = Desk { may_sign: Box::new(|_| stopped()), ..app.desk() };
        issue_at(&desk, app, &actor, early).expect_err("killed");
        assert_eq!(counts(world), [0, 0, 0]);
        // Between the two transactions: a number is taken, and the next call goes on with it.
        let asked = Cell::new(0);
        let real = app.desk();
        let key = Box::new(|body: &_| {
            asked.set(asked.get() + 1);
            if asked.get() > 1 { Err(Error::NoKey) } else { (real.signing_key)(body) }
        });
        let desk = Desk { signing_key: key, ..app.desk() };
        issue_at(&desk, app, &actor, early).expect_err("killed");
        assert_eq!(counts(world), [0, 0, 0]);
        let reserved = || world.get("bureau", "/api/v1/certificate-numbers?state=reserved").expect(200);
        let taken = reserved()[0]["number"].clone();
        let made = issue(world, early).expect(201);
        assert_eq!(made["number"], taken);
        assert_eq!(reserved(), json!([]));
        assert_eq!(counts(world), [1, 1, 1]);
        // After the second transaction: stored, in no log, released to nobody, until a publisher comes round.
        let desk = Desk { issued: Box::new(|| {}), ..app.desk() };
        issue_at(&desk, app, &actor, late).expect("stored");
        assert_eq!(counts(world), [2, 2, 1]);
        let listed = world.get("assessor", "/api/v1/certificates").expect(200);
        assert_eq!(
            listed.as_array().expect("a list").iter().filter(|one| one["qr_content"].is_null()).count(),
            1
        );
        other_server(world).publish(&app.keyring.log, app.clock.now()).expect("published");
        assert_eq!(counts(world), [2, 2, 2]);
        let listed = world.get("assessor", "/api/v1/certificates").expect(200);
        assert!(listed.as_array().expect("a list").iter().all(|one| one["qr_content"].is_string()));
    });
}

#[test]
fn a_restored_registry_signs_nothing_and_says_why() {
    on_both(|world| {
        certify(world, None);
        issue(world, passed(world, 1)).expect(201);
        let size = publish(world).expect("published").head.size;
        issue(world, passed(world, 2)).expect(201);
        roll_back(world, size);
        let refused = passed(world, 3);
        assert_eq!(issue(world, refused).conflict(), "log-disagrees");
        let numbers = world.get("bureau", "/api/v1/certificate-numbers?state=reserved").expect(200);
        assert_eq!(numbers, json!([]));
        let trust = world.app.trust.current();
        world.app.log.recover(&context(world), &trust.list, 1).expect("recovered");
        issue(world, refused).expect(201);
    });
}

#[test]
fn a_database_file_copied_back_is_refused_by_the_next_server() {
    let world = World::new(Kind::Sqlite);
    certify(&world, None);
    let application = passed(&world, 1);
    let late = passed(&world, 2);
    let copy = world.folder().join("copy.sqlite");
    let backup = world.app.database.read(|conn| {
        Ok::<_, DbError>(diesel::sql_query(format!("VACUUM INTO '{}'", copy.display())).execute(conn)?)
    });
    backup.expect("a backup");
    issue(&world, application).expect(201);
    let mut config = world.app.config.clone();
    config.database_url = Some(format!("sqlite:{}", copy.display()));
    let start =
        |now| App::start(config.clone(), Clock::standing(now), std::sync::Arc::new(SeededRandom::new("r")));
    let restored = start(world.app.clock.now()).expect("it starts and serves");
    let refused = issue_at(&restored.desk(), &restored, &assessor(&world), late).expect_err("refused");
    assert!(matches!(refused, Error::LogDisagrees(_)), "{refused}");
    // The same by the command line.
    offset(&world);
    let verify = |url: &str| {
        Command::new(env!("CARGO_BIN_EXE_huzheng"))
            .args(["log", "verify", "--json"])
            .env("HUZHENG_DATA_DIR", world.folder())
            .env("HUZHENG_DATABASE_URL", url)
            .env("HUZHENG_ENVIRONMENT", "test")
            .output()
            .expect("the binary runs")
    };
    let found = verify(&format!("sqlite:{}", copy.display()));
    let said: Value = serde_json::from_slice(&found.stdout).expect("JSON");
    assert_eq!(found.status.code(), Some(1));
    assert!(said["faults"][0].as_str().expect("a fault").contains("restored"), "{said}");
    let url = world.app.config.database_url.clone().expect("an address");
    let found = verify(&url);
    assert_eq!(found.status.code(), Some(0), "{}", String::from_utf8_lossy(&found.stdout));
    // A server whose clock is an hour late.
    config.database_url = Some(url);
    let late_clock = App::start(
        config,
        Clock::standing(world.app.clock.now() - chrono::TimeDelta::hours(1)),
        std::sync::Arc::new(SeededRandom::new("r")),
    );
    let late_clock = late_clock.expect("it starts and serves");
    let refused = issue_at(&late_clock.desk(), &late_clock, &assessor(&world), late).expect_err("refused");
    assert!(matches!(refused, Error::LogClockBehind(_)), "{refused}");
}

/// Lets the binary, which reads the machine's clock, have the world's time.
fn offset(world: &World) {
    let offset = (world.app.clock.now() - machine_now()).num_seconds() + 1;
    keep_offset(world.folder(), offset).expect("kept");
}

/// Publishes the trust list with `change` made to it, as the root would.
fn revise_trust(world: &World, change: impl FnOnce(&mut TrustDocument)) {
    let mut document = world.app.trust.current().list.document().clone();
    change(&mut document);
    document.version += 1;
    document.issued_at = world.app.clock.now();
    let root = world.app.keyring.root().expect("a root key");
    let text = document.sign(&root).expect("signed");
    std::thread::sleep(std::time::Duration::from_millis(20));
    std::fs::write(world.folder().join(trust::FILE), text).expect("written");
    world.app.keep_current();
}

/// A certificate that nobody issued, signed with the stolen key of the body that issued `like`.
fn forge(world: &World, like: &Payload) -> String {
    let key = world.app.keyring.issuing(&like.body).expect("a key file").expect("a key");
    let mut code = *like.code.bytes();
    code[0] ^= 1;
    let code = PublicCode::from_bytes(code);
    let forged =
        Payload { code, holder: "赵假证".to_owned(), record: RecordDigest([7; 32]), ..like.clone() };
    let id = KeyId::of(&key.public(), world.app.environment);
    signed_url(&world.app.config.public_url(), &code, &cose::sign(&forged.encode(), &key, id))
}

#[test]
fn after_a_theft_genuine_certificates_stay_valid_and_forgeries_do_not() {
    let world = World::new(Kind::Sqlite);
    certify(&world, None);
    let genuine = issue(&world, passed(&world, 1)).expect(201);
    let after = issue(&world, passed(&world, 2)).expect(201);
    let forged = forge(&world, &payload(&genuine));
    let cutoff = after["log"]["index"].as_u64();
    let halted = world.app.clock.now();
    let body = payload(&genuine).body;
    revise_trust(&world, |document| {
        let stolen = document.keys.iter_mut().find(|key| key.body.as_ref() == Some(&body)).expect("its key");
        (stolen.state, stolen.halted_at, stolen.cutoff) = (KeyState::Halted, Some(halted), cutoff);
    });
    let scan = |content: &str| {
        world.anybody().post("/api/v1/verifications", &json!({ "content": content })).expect(200)
    };
    let content = |made: &Value| made["qr_content"].as_str().expect("content").to_owned();
    assert_eq!(scan(&content(&genuine))["verdict"], "valid");
    let refused = scan(&forged);
    assert_eq!(refused["verdict"], "status_unknown");
    assert!(refused.get("log").is_none());
    let behind = scan(&content(&after));
    assert_eq!(behind["verdict"], "forged");
    assert!(behind.get("certificate").is_none() && behind.get("log").is_none(), "{behind}");
    let anybody = world.anybody().with_header("Accept", "application/json");
    let by_code = |made: &Value| anybody.get(&format!("/v/{}", made["code"].as_str().expect("a code")));
    assert_eq!(by_code(&genuine).expect(200)["verdict"], "valid");
    assert_eq!(by_code(&after).expect(200)["verdict"], "forged");

    // Off line the same, with the proof in a file.
    offset(&world);
    let folder = world.folder().to_owned();
    let proof = folder.join("one.tlog-proof").display().to_string();
    let shown = huzheng(&folder, &["log", "proof", genuine["number"].as_str().expect("a number")]);
    assert_eq!(shown.status.code(), Some(0), "{}", String::from_utf8_lossy(&shown.stderr));
    std::fs::write(&proof, &shown.stdout).expect("written");
    let verdict = |arguments: &[&str]| {
        let out = huzheng(&folder, &[&["verify", "--json"], arguments].concat());
        let report: Value = serde_json::from_slice(&out.stdout).expect("JSON");
        (out.status.code(), report["verdict"].as_str().unwrap_or("no verdict").to_owned())
    };
    let said = |code, word: &str| (Some(code), word.to_owned());
    assert_eq!(verdict(&["--log", &proof, &content(&genuine)]), said(0, "valid"));
    assert_eq!(verdict(&[&content(&genuine)]), said(1, "status_unknown"));
    assert_eq!(verdict(&["--log", &proof, &forged]), said(1, "status_unknown"));
    let broken = folder.join("broken").display().to_string();
    std::fs::write(&broken, "c2sp.org/tlog-proof@v1\n").expect("written");
    assert_eq!(huzheng(&folder, &["verify", "--log", &broken, &forged]).status.code(), Some(3));
    let unknown = huzheng(&folder, &["log", "proof", "S000033001032265999999"]);
    assert_ne!(unknown.status.code(), Some(0));
}

/// The whole log, over HTTP, by a program in another language that shares no line with ours.
#[test]
fn another_language_walks_the_log_and_proves_certificates() {
    on_both(|world| {
        certify(world, None);
        let early = issue(world, passed(world, 1)).expect(201);
        append(world, 0..600);
        let late = issue(world, passed(world, 2)).expect(201);
        let pair = |made: &Value, digest: [u8; 32]| {
            format!("{}={}", made["code"].as_str().expect("a code"), hex::encode(digest))
        };
        let walk = |arguments: &[String]| {
            let root = Path::new(env!("CARGO_MANIFEST_DIR"));
            let mut python = Command::new(root.join("target/python/bin/python"));
            python
                .arg(root.join("tests/python/walk_log.py"))
                .arg(world.app.config.public_url())
                .args(arguments);
            python.output().expect("`make setup` makes the Python environment")
        };
        let good = [pair(&early, payload(&early).record.0), pair(&late, payload(&late).record.0)];
        let out = walk(&good);
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        let seen: Value = serde_json::from_slice(&out.stdout).expect("JSON");
        let head = world.app.log.published().expect("published").head;
        assert_eq!((&seen["size"], &seen["root"]), (&json!(head.size), &json!(head.root.to_string())));
        assert_eq!(seen["proved"].as_object().expect("proved").len(), 2);
        assert_eq!(walk(&[pair(&early, payload(&late).record.0)]).status.code(), Some(1));
        let tile = log_folder(world).join("tile/0/001");
        let mut bytes = std::fs::read(&tile).expect("a tile");
        bytes[1000] ^= 1;
        std::fs::write(&tile, bytes).expect("written");
        assert_eq!(walk(&good).status.code(), Some(1));
    });
}

#[test]
fn files_of_the_log_are_served_as_the_standard_has_it() {
    let world = World::new(Kind::Sqlite);
    append(&world, 0..300);
    publish(&world).expect("published");
    let anybody = world.anybody();
    let checkpoint = anybody.get("/log/checkpoint");
    assert_eq!(
        (checkpoint.status, checkpoint.header("Content-Type")),
        (200, Some("text/plain; charset=utf-8"))
    );
    assert_eq!(
        Checkpoint::read(&checkpoint.text()).map(|read| read.head),
        Ok(publish(&world).expect("p").head)
    );
    let full = anybody.get("/log/tile/0/000");
    assert_eq!((full.status, full.bytes.len()), (200, 8192));
    assert!(full.header("Cache-Control").is_some_and(|cache| cache.contains("immutable")));
    // A partial tile that gave way to the full one is still its beginning.
    assert_eq!(anybody.get("/log/tile/0/000.p/7").bytes, full.bytes[..7 * 32]);
    assert_eq!(anybody.get("/log/tile/entries/000.p/2").bytes.len(), 72);
    for path in [
        "0/000.p/0",
        "0/009",
        "64/000",
        "entries/",
        "0/../../log-lock/checkpoint.json",
        "x/000",
        "0/000.p/256",
    ] {
        assert_eq!(anybody.get(&format!("/log/tile/{path}")).status, 404, "{path}");
    }
    assert_eq!(anybody.get("/log/proof/nothing").status, 404);
}

#[test]
fn a_witness_cosigns_what_continues_and_nothing_else() {
    let world = World::new(Kind::Sqlite);
    append(&world, 0..3);
    publish(&world).expect("published");
    offset(&world);
    let folder = world.folder().to_owned();
    let log = folder.join("log").display().to_string();
    let seen = folder.join("seen").display().to_string();
    let key = folder.join("witness.pem").display().to_string();
    let cosign = || {
        let arguments =
            ["log", "cosign", "--json", "--from", &log, "--name", "witness.example/w", "--key", &key];
        huzheng(&folder, &[&arguments[..], &["--seen", &seen]].concat())
    };
    let first = cosign();
    assert_eq!(first.status.code(), Some(0), "{}", String::from_utf8_lossy(&first.stdout));
    let said: Value = serde_json::from_slice(&first.stdout).expect("JSON");
    let mut config = world.app.config.clone();
    config.log_witnesses = vec![said["witness"].as_str().expect("a key").to_owned()];
    let watched = Log::new(&config, world.app.database.clone(), world.app.environment).expect("a log");
    let copy = Checkpoint::read(said["cosigned"].as_str().expect("a note")).expect("a checkpoint");
    watched.take_cosignatures(&copy).expect("taken over");
    assert_eq!(watched.walk(&world.app.trust.current().list).expect("a walk").cosignatures.len(), 1);
    assert!(world.anybody().get("/log/checkpoint").text().contains("witness.example/w"));
    append(&world, 3..300);
    publish(&world).expect("published");
    assert!(watched.take_cosignatures(&copy).is_err(), "of another checkpoint");
    assert_eq!(cosign().status.code(), Some(0));
    // The log is replaced by a shorter one, and by another one of the same length.
    let now = world.app.clock.now();
    for count in [2, 400] {
        let forked = World::new(Kind::Sqlite);
        append(&forked, 1000..1000 + count);
        publish(&forked).expect("published");
        std::fs::remove_dir_all(folder.join("log")).expect("removed");
        let head = forked.app.log.published().expect("published").head;
        let from = format!("{}/.", forked.folder().join("log").display());
        let copied = Command::new("cp").args(["-r", &from, &log]).status().expect("copied");
        assert!(copied.success() && head.size > count);
        let origin = huzheng::proof::log::inclusion::origin(
            &trust::public_host(&world.app.config),
            world.app.environment,
        );
        let signed = Checkpoint::sign(&origin, head, &world.app.keyring.log).expect("signed");
        std::fs::write(folder.join("log/checkpoint"), signed.text()).expect("written");
        let refused = cosign();
        let said = String::from_utf8_lossy(&refused.stdout).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{now}: {said}");
        assert!(said.contains("not cosigned"), "{said}");
    }
}

#[test]
fn key_events_trust_lists_and_status_lists_are_entries_too() {
    on_both(|world| {
        let count = || world.app.log.walk(&world.app.trust.current().list).expect("a walk").entries;
        let before = count();
        assert!(before["trust-list"] == 1 && before["key-event"] == 3, "{before:?}");
        certify(world, None);
        let certified = count();
        assert_eq!((certified["trust-list"], certified["key-event"]), (2, 4));
        let made = issue(world, passed(world, 1)).expect(201);
        world.app.keep_current();
        let issued = count();
        // The first list's two bit strings; nothing more while no bit changes.
        assert_eq!(issued["status-list"], 2);
        let reason = json!({ "reason_code": "investigation", "reason": "核查中" });
        let suspended = world.post("bureau", &of(&made, "/suspend"), reason);
        assert_eq!(suspended.status, 200, "{}", suspended.text());
        world.app.keep_current();
        world.app.keep_current();
        assert_eq!(count()["status-list"], 3);
        let text = std::fs::read(world.folder().join(trust::FILE)).expect("a trust list");
        let leaf = Leaf { kind: LeafKind::TrustList, digest: Sha256::digest(text).into() };
        let proof = world.app.database.read(|conn| world.app.log.proof(conn, &leaf));
        assert!(proof.expect("read").is_some());
    });
}
