//! The keys: what `huzheng keys` does while a server runs, and the drills for a stolen key, a rogue body, a list put
//! back and a clock set back.

mod token;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use huzheng::app::clock::{Clock, MachineRandom, keep_offset, machine_now};
use huzheng::app::{App, StartError};
use huzheng::jobs;
use huzheng::kernel::ids::PublicCode;
use huzheng::proof::cose;
use huzheng::proof::key_events::{KeyChange, changes};
use huzheng::proof::keys::{KeyId, PrivateKey, Purpose};
use huzheng::proof::payload::{Environment, Payload};
use huzheng::proof::qr::signed_url;
use huzheng::proof::trust::{TrustDocument, TrustList};
use serde_json::{Value, json};

use crate::certificates::issue;
use crate::support::World;
use crate::support::databases::Kind;
use crate::support::passed::{certify, passed};

/// What the binary printed and the exit status that it ended with.
struct Ran {
    code: Option<i32>,
    said: String,
}

impl Ran {
    #[track_caller]
    fn expect(self, code: i32, said: &str) -> Value {
        assert_eq!(self.code, Some(code), "{}", self.said);
        assert!(self.said.contains(said), "{said:?} in {}", self.said);
        serde_json::from_str(&self.said).unwrap_or_default()
    }
}

/// Runs `huzheng keys` on a data folder.
fn keys(folder: &Path, arguments: &[&str]) -> Ran {
    let out = Command::new(env!("CARGO_BIN_EXE_huzheng"))
        .arg("keys")
        .args(arguments)
        .arg("--json")
        .env("HUZHENG_DATA_DIR", folder)
        .env("HUZHENG_KEY_PASSPHRASE_FILE", folder.join("passphrase"))
        .env("HUZHENG_ENVIRONMENT", "test")
        .current_dir(folder)
        .output()
        .expect("the binary runs");
    let said = String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).into_owned();
    Ran { code: out.status.code(), said }
}

/// A registry whose body is certified, and whose clock the binary shares.
fn world() -> World {
    let world = World::new(Kind::Sqlite);
    certify(&world, None);
    share_clock(&world, 0);
    world
}

/// Has the binary's clock stand `ahead` seconds before the world's.
fn share_clock(world: &World, ahead: i64) {
    let offset = (world.app.clock.now() - machine_now()).num_seconds();
    keep_offset(world.folder(), offset + ahead).expect("kept");
}

fn body(world: &World) -> String {
    let trust = world.app.trust.current();
    trust.list.document().keys.iter().find_map(|key| key.body.as_ref()).expect("a body").to_string()
}

/// The verdict on `content`, and what the check of the key came to.
fn verdict(world: &World, content: &str) -> (String, String) {
    let answer = world.anybody().post("/api/v1/verifications", &json!({ "content": content })).expect(200);
    let checks = answer["checks"].as_array().expect("checks");
    let key = checks.iter().find(|check| check["name"] == "key").expect("a check");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    (text(&answer["verdict"]), text(&key["detail"]))
}

fn is(found: (String, String), verdict: &str, detail: &str) {
    assert_eq!((found.0.as_str(), found.1.as_str()), (verdict, detail));
}

fn key_files(folder: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join("keys")).expect("a folder");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix)));
    files.sort();
    files
}

/// The thief's copy of the body's issuing key.
fn stolen(world: &World) -> PrivateKey {
    let file = key_files(world.folder(), "issuing-").pop().expect("a key file");
    let pem = std::fs::read_to_string(file).expect("read");
    PrivateKey::from_pem(&pem, b"a passphrase for tests").expect("opens")
}

/// A certificate that nobody issued, signed with a stolen key: `made` under another number, code and name.
fn forgery(world: &World, key: &PrivateKey, made: &Value) -> String {
    let content = made["qr_content"].as_str().expect("content");
    let digits = content.split_once('#').expect("a fragment").1;
    let genuine = huzheng::proof::fragment::decode(digits).expect("digits");
    let mut payload =
        Payload::decode(cose::Envelope::parse(&genuine).expect("an envelope").payload).expect("ours");
    payload.code = PublicCode::from_bytes([0x5a; 16]);
    "李假".clone_into(&mut payload.holder);
    payload.status.index ^= 1;
    let id = KeyId::of(&key.public(), Environment::Test);
    let cwt = cose::sign(&payload.encode(), key, id).expect("signed");
    signed_url(&world.app.config.public_url(), &payload.code, &cwt)
}

#[test]
fn a_stolen_key_is_halted_and_cut_off_and_nothing_is_reissued() {
    let world = world();
    let genuine = issue(&world, passed(&world, 1)).expect(201);
    let content = genuine["qr_content"].as_str().expect("content").to_owned();
    let forged = forgery(&world, &stolen(&world), &genuine);
    // Off line the theft does not show: that is what the drill is for.
    is(verdict(&world, &forged), "valid", "ok");
    is(verdict(&world, &content), "valid", "ok");
    let before: Value = world
        .get("assessor", &format!("/api/v1/certificates/{}", genuine["id"].as_str().expect("id")))
        .expect(200);

    let body = body(&world);
    keys(world.folder(), &["cutoff", &body, "--below", "1"]).expect(3, "halted key");
    let halted = keys(world.folder(), &["halt", &body]).expect(0, "");
    let thief = halted["keys"][0].as_str().expect("a key").to_owned();
    world.app.keep_current();
    is(verdict(&world, &forged), "status_unknown", "key-halted");
    is(verdict(&world, &content), "status_unknown", "key-halted");
    assert_eq!(issue(&world, passed(&world, 2)).conflict(), "issuing-key-unusable");

    let last = genuine["log"]["index"].as_u64().expect("an index");
    keys(world.folder(), &["cutoff", &body, "--below", &(last + 1).to_string()]).expect(0, &thief);
    keys(world.folder(), &["rotate", &body]).expect(0, "");
    world.app.keep_current();
    // Both need the log's proof now, which only the genuine one has.
    is(verdict(&world, &forged), "status_unknown", "ok");
    is(verdict(&world, &content), "valid", "ok");
    let fresh = issue(&world, passed(&world, 3)).expect(201);
    is(verdict(&world, fresh["qr_content"].as_str().expect("content")), "valid", "ok");

    let path = format!("/api/v1/certificates/{}", genuine["id"].as_str().expect("id"));
    let after: Value = world.get("assessor", &path).expect(200);
    assert_eq!(before, after, "nothing was issued again");
    let did = world.anybody().get("/.well-known/did.json").expect(200);
    let method = |id: &str| {
        let methods = did["verificationMethod"].as_array().expect("methods").clone();
        methods.into_iter().find(|method| method["id"].as_str().expect("id").ends_with(id)).expect("a method")
    };
    assert!(method(&thief)["revoked"].is_string());
    assert!(!did["assertionMethod"].to_string().contains(&thief));
    let jwks = world.anybody().get("/.well-known/jwks.json").expect(200);
    assert!(!jwks.to_string().contains(&thief));
    keys(world.folder(), &["halt", &thief]).expect(3, "already");
    keys(world.folder(), &["retire", &thief]).expect(3, "already");
}

#[test]
fn a_rogue_body_issues_no_more_within_seconds() {
    let world = world();
    let made = issue(&world, passed(&world, 1)).expect(201);
    let content = made["qr_content"].as_str().expect("content").to_owned();
    let background = jobs::start(&world.app);
    keys(world.folder(), &["halt", &body(&world)]).expect(0, "halted");
    let from = Instant::now();
    while verdict(&world, &content).0 == "valid" {
        assert!(from.elapsed() < Duration::from_secs(5), "the halt was not taken up");
        std::thread::sleep(Duration::from_millis(50));
    }
    is(verdict(&world, &content), "status_unknown", "key-halted");
    assert_eq!(issue(&world, passed(&world, 2)).conflict(), "issuing-key-unusable");
    background.stop();
}

#[test]
fn a_rotated_key_s_certificates_stay_good_and_it_stays_published() {
    let world = world();
    let made = issue(&world, passed(&world, 1)).expect(201);
    let content = made["qr_content"].as_str().expect("content").to_owned();
    let old = stolen(&world).public();
    let old_id = KeyId::of(&old, Environment::Test).to_string();
    let rotated = keys(world.folder(), &["rotate", &body(&world)]).expect(0, "rotated");
    world.app.keep_current();
    is(verdict(&world, &content), "valid", "ok");
    let again = issue(&world, passed(&world, 2)).expect(201);
    is(verdict(&world, again["qr_content"].as_str().expect("content")), "valid", "ok");
    let did = world.anybody().get("/.well-known/did.json").expect(200);
    assert!(did["assertionMethod"].to_string().contains(&old_id));
    assert!(did["verificationMethod"].to_string().contains(&old.to_string()));
    assert!(world.anybody().get("/.well-known/jwks.json").expect(200).to_string().contains(&old_id));
    let new_id = rotated["keys"][0].as_str().expect("a key");
    assert!(did["assertionMethod"].to_string().contains(new_id) && new_id != old_id);
}

#[test]
fn the_registry_s_own_keys_rotate_under_a_running_server() {
    let world = world();
    let signer = |purpose| world.app.signer(purpose).expect("a signer").1.id.to_string();
    for purpose in [Purpose::Status, Purpose::Log] {
        let before = signer(purpose);
        keys(world.folder(), &["retire", &before]).expect(3, "rotate");
        let done = keys(world.folder(), &["rotate", &purpose.to_string()]).expect(0, "rotated");
        world.app.keep_current();
        assert_eq!(signer(purpose), done["keys"][0]);
        assert_ne!(signer(purpose), before);
    }
    // The lists are signed anew at once, or other verifiers would refuse them.
    passed(&world, 1);
    issue(&world, passed(&world, 2)).expect(201);
    world.app.keep_current();
    let bundle = world.anybody().get("/status/1").expect(200);
    let mut snapshot = huzheng::proof::status::StatusSnapshot::default();
    let trust = world.app.trust.current();
    assert_eq!(snapshot.take_up(&bundle.to_string(), &trust.list, world.app.clock.now()), Ok(()));
    keys(world.folder(), &["rotate", "api"]).expect(0, "rotated");
    keys(world.folder(), &["rotate", "root"]).expect(2, "root");
    keys(world.folder(), &["rotate", "status", "--until", "2030-01-01"]).expect(2, "--until");
}

#[test]
fn each_version_is_kept_and_its_changes_can_be_told() {
    let world = world();
    let body = body(&world);
    keys(world.folder(), &["rotate", &body]).expect(0, "");
    keys(world.folder(), &["halt", &body]).expect(0, "");
    keys(world.folder(), &["cutoff", &body, "--below", "7"]).expect(0, "");
    keys(world.folder(), &["renew"]).expect(0, "\"version\":6");
    let version = |n: u32| -> TrustDocument {
        let file = world.folder().join(format!("trust-lists/{n}.json"));
        let text = std::fs::read_to_string(file).expect("kept");
        TrustList::read_even_expired(&text, None).expect("a list").document().clone()
    };
    let told = |n: u32| -> Vec<KeyChange> {
        changes(Some(&version(n - 1)), &version(n)).iter().map(|event| event.event).collect()
    };
    assert_eq!(changes(None, &version(1)).len(), 3, "root, status and log");
    assert_eq!(told(2), [KeyChange::Certified]);
    assert_eq!(told(3), [KeyChange::Retired, KeyChange::Rotated]);
    assert_eq!(told(4), [KeyChange::Halted]);
    assert_eq!(told(5), [KeyChange::CutOff]);
    assert_eq!(told(6), []);
}

#[test]
fn what_is_asked_of_the_root_key_wrongly_is_refused_by_its_field() {
    let world = world();
    let certify = |change: &[&str]| {
        let mut arguments = vec!["certify", "S000033009999", "--name-zh", "中心", "--name-en", "Centre"];
        arguments.extend(change);
        keys(world.folder(), &arguments)
    };
    certify(&["--until", "2020-01-01"]).expect(3, "--until");
    certify(&["--until", "2027-01-01", "--from", "2028-01-01"]).expect(3, "--until");
    certify(&["--until", "2027-01-01", "--cap", "0"]).expect(3, "--cap");
    certify(&["--until", "soon"]).expect(2, "--until");
    certify(&["--until", "2027-01-01", "--type", "driving"]).expect(2, "--type");
    certify(&["--until", "2027-01-01", "--environment", "production"]).expect(2, "--environment");
    certify(&["--until", "2027-01-01", "--token"]).expect(2, "HUZHENG_PKCS11_MODULE");
    certify(&[]).expect(2, "--until");
    let named = ["certify", "9", "--name-zh", "中心", "--name-en", "Centre", "--until", "2027-01-01"];
    keys(world.folder(), &named).expect(2, "BODY");
    let empty = ["certify", "S000033009999", "--name-zh", " ", "--name-en", "C", "--until", "2027-01-01"];
    keys(world.folder(), &empty).expect(3, "--name-zh");
    for command in ["retire", "halt"] {
        keys(world.folder(), &[command, "0123456789abcdef"]).expect(3, "0123456789abcdef");
    }
    keys(world.folder(), &["rotate", "S000033009999"]).expect(3, "S000033009999");
    keys(world.folder(), &["init"]).expect(1, "already");
    let listed = keys(world.folder(), &["list"]).expect(0, "");
    assert_eq!(listed["version"], 2, "nothing was published");
    let root = listed["keys"][0]["id"].as_str().expect("an id");
    keys(world.folder(), &["halt", root]).expect(3, "root");
    certify(&["--until", "2027-01-01", "--cap", "5", "--type", "skill", "--environment", "test"])
        .expect(0, "certified");
}

#[test]
fn a_key_signs_within_its_validity_alone() {
    let world = World::new(Kind::Sqlite);
    certify(&world, None);
    share_clock(&world, 0);
    let body = body(&world);
    let first = ["certify", &body, "--name-zh", "中心", "--name-en", "Centre"];
    let later = [&first[..], &["--from", "2026-11-22", "--until", "2026-11-22"]].concat();
    keys(world.folder(), &later).expect(0, "");
    world.app.keep_current();
    assert_eq!(issue(&world, passed(&world, 1)).conflict(), "issuing-key-unusable");
    world.advance_days(1);
    world.app.keep_current();
    let made = issue(&world, passed(&world, 2)).expect(201);
    world.advance_days(1);
    world.app.keep_current();
    assert_eq!(issue(&world, passed(&world, 3)).conflict(), "issuing-key-unusable");
    is(verdict(&world, made["qr_content"].as_str().expect("content")), "valid", "ok");
}

#[test]
fn the_cap_of_a_day_counts_to_its_last_certificate() {
    let world = World::new(Kind::Sqlite);
    certify(&world, Some(2));
    for n in 1..=2 {
        issue(&world, passed(&world, n)).expect(201);
    }
    assert_eq!(issue(&world, passed(&world, 3)).conflict(), "daily-cap");
    world.advance_days(1);
    issue(&world, passed(&world, 4)).expect(201);
}

#[test]
fn key_files_that_others_may_have_read_or_changed_are_refused() {
    use std::os::unix::fs::PermissionsExt;
    let world = world();
    let folder = world.folder();
    let api = folder.join("keys/api.pem");
    let mode = |file: &Path, mode| {
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).expect("set");
    };
    for open in [0o644, 0o640, 0o604] {
        mode(&api, open);
        keys(folder, &["list"]).expect(1, "others may read it");
    }
    mode(&api, 0o600);
    keys(folder, &["list"]).expect(0, "");

    let good = std::fs::read_to_string(&api).expect("read");
    let middle = good.len() / 2;
    let other = if &good[middle..=middle] == "A" { "B" } else { "A" };
    std::fs::write(&api, format!("{}{other}{}", &good[..middle], &good[middle + 1..])).expect("written");
    keys(folder, &["list"]).expect(1, "api.pem");
    std::fs::write(&api, &good).expect("written");

    std::fs::write(folder.join("passphrase"), "another passphrase").expect("written");
    keys(folder, &["list"]).expect(1, "wrong passphrase");
    std::fs::write(folder.join("passphrase"), "a passphrase for tests").expect("written");

    // A root key that is another's, and an issuing key that is not the certified one.
    let root = folder.join("keys/root.pem");
    std::fs::copy(&api, &root).expect("copied");
    keys(folder, &["renew"]).expect(1, "root.pem holds key");
    let issuing = key_files(folder, "issuing-").pop().expect("a key");
    std::fs::copy(&api, &issuing).expect("copied");
    let app = restarted(&world).expect("starts and says so");
    let trust = app.trust.current();
    let certified = trust.list.issuing(&body(&world).parse().expect("a body")).expect("a key");
    let error = app.keyring.signer(certified).err().expect("refused");
    assert!(error.to_string().contains("holds key"), "{error}");
}

/// Another server on the same data folder.
fn restarted(world: &World) -> Result<App, StartError> {
    App::start(world.app.config.clone(), Clock::standing(world.app.clock.now()), Arc::new(MachineRandom))
}

#[test]
fn a_trust_list_that_was_put_back_is_refused_also_after_a_restart() {
    let world = world();
    let file = world.folder().join("trust-list.json");
    let before = std::fs::read(&file).expect("read");
    keys(world.folder(), &["halt", &body(&world)]).expect(0, "");
    world.app.keep_current();
    let halted = std::fs::read(&file).expect("read");
    let version = || world.app.trust.current().list.document().version;
    assert_eq!(version(), 3);

    replace(&file, &before);
    world.app.keep_current();
    assert_eq!(version(), 3, "the version in force stays");
    assert_eq!(issue(&world, passed(&world, 1)).conflict(), "issuing-key-unusable");
    let error = restarted(&world).err().expect("refused").to_string();
    assert!(error.contains("version 2, and version 3"), "{error}");
    keys(world.folder(), &["renew"]).expect(1, "version 3");
    keys(world.folder(), &["list"]).expect(1, "version 3");

    // Signed by another root: a list of another registry.
    let other = World::new(Kind::Sqlite);
    replace(&file, &std::fs::read(other.folder().join("trust-list.json")).expect("read"));
    world.app.keep_current();
    assert_eq!(version(), 3);
    keys(world.folder(), &["list"]).expect(1, "another root key");
    replace(&file, b"{");
    world.app.keep_current();
    assert_eq!(version(), 3);
    replace(&file, &halted);
    keys(world.folder(), &["list"]).expect(0, "");
}

/// As `huzheng keys` writes it: a new file in place of the old.
fn replace(file: &Path, content: &[u8]) {
    let new = file.with_extension("tmp");
    std::fs::write(&new, content).expect("written");
    std::fs::rename(&new, file).expect("renamed");
}

#[test]
fn a_root_key_kept_elsewhere_and_a_list_that_expires_without_it() {
    let world = world();
    let made = issue(&world, passed(&world, 1)).expect(201);
    let content = made["qr_content"].as_str().expect("content").to_owned();
    let safe = tempfile::tempdir().expect("a folder");
    let stick = safe.path().join("root.pem").display().to_string();
    let secret = safe.path().join("passphrase").display().to_string();
    std::fs::write(&secret, "known to two people").expect("written");
    keys(world.folder(), &["export-root", &stick, "--new-passphrase-file", &secret]).expect(0, "moved");
    assert!(!world.folder().join("keys/root.pem").exists());
    for command in [&["renew"] as &[&str], &["halt", &body(&world)], &["rotate", "status"]] {
        keys(world.folder(), command).expect(1, "--root FILE");
    }
    keys(world.folder(), &["renew", "--root", &stick]).expect(1, "wrong passphrase");

    world.advance_days(400);
    share_clock(&world, 0);
    world.app.keep_current();
    is(verdict(&world, &content), "status_unknown", "trust-list-expired");
    assert_eq!(issue(&world, passed(&world, 2)).conflict(), "trust-list-expired");
    let app = restarted(&world).expect("a server with an expired list still tells forgeries");
    drop(app);
    let root = ["--root", &stick, "--root-passphrase-file", &secret];
    keys(world.folder(), &[&["renew"], &root[..]].concat()).expect(0, "renewed");
    world.app.keep_current();
    is(verdict(&world, &content), "valid", "ok");
    issue(&world, passed(&world, 3)).expect(201);
}

#[test]
fn a_root_key_at_hand_renews_a_list_before_it_expires() {
    let world = world();
    world.advance_days(340);
    world.app.keep_current();
    let trust = world.app.trust.current();
    assert_eq!(trust.list.document().version, 3);
    assert!(!trust.list.is_expired(world.app.clock.now() + chrono::TimeDelta::days(300)));
}

#[test]
fn a_clock_behind_the_trust_list_signs_nothing() {
    let world = world();
    share_clock(&world, 600);
    keys(world.folder(), &["renew"]).expect(0, "");
    world.app.keep_current();
    let application = passed(&world, 1);
    assert_eq!(issue(&world, application).conflict(), "clock-behind");
    assert!(world.app.signer(Purpose::Status).is_err());
    share_clock(&world, 0);
    keys(world.folder(), &["renew"]).expect(1, "the clock is behind");
    world.app.clock.advance(600);
    issue(&world, application).expect(201);
}

#[test]
fn a_folder_from_before_the_log_s_key_gets_one_where_the_root_key_is_at_hand() {
    let world = world();
    let log = world.app.signer(Purpose::Log).expect("a log key").1;
    // As the list was before: without it, and nothing seen yet.
    let mut document = world.app.trust.current().list.document().clone();
    document.keys.retain(|key| key.purpose != Purpose::Log);
    let root = world.app.keyring.root().expect("the root key");
    let old = document.sign(&root).expect("signed");
    let file = world.folder().join("trust-list.json");
    let again = || {
        std::fs::remove_file(world.folder().join("trust-seen.json")).expect("removed");
        replace(&file, old.as_bytes());
        restarted(&world).expect("starts")
    };
    let made = again().signer(Purpose::Log).expect("a new log key").1;
    assert_ne!(made.id, log.id);
    // Key files were named by their purpose alone, and are still found.
    let status = key_files(world.folder(), "status-").pop().expect("a status key");
    std::fs::rename(status, world.folder().join("keys/status.pem")).expect("renamed");
    again().signer(Purpose::Status).expect("the status key");
    std::fs::rename(world.folder().join("keys/root.pem"), world.folder().join("root.pem")).expect("moved");
    let error = again().signer(Purpose::Log).err().expect("none").to_string();
    assert!(error.contains("no log key in force"), "{error}");
}
