//! The log as others see it: over HTTP, in another language, as a witness.

use std::path::Path;
use std::process::Command;

use huzheng::app::log::Log;
use huzheng::app::trust;
use huzheng::proof::log::checkpoint::Checkpoint;
use huzheng::proof::log::{Leaf, LeafKind};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::certificates::issue;
use crate::cli::huzheng;
use crate::log::{append, log_folder, of, offset, payload, publish, signer};
use crate::support::databases::Kind;
use crate::support::passed::{certify, passed};
use crate::support::{World, on_both};

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
        let signed = Checkpoint::sign(&origin, head, &*signer(&world)).expect("signed");
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
