//! Certificates and the log: stopped at each step of issuing, restored, robbed.

use std::cell::Cell;
use std::process::Command;
use std::sync::Arc;

use diesel::prelude::*;
use huzheng::app::App;
use huzheng::app::clock::{Clock, SeededRandom};
use huzheng::db::DbError;
use huzheng::db::schema::log_leaves;
use huzheng::flows::certificate_issue::{Desk, certificate_issue};
use huzheng::http::problem::Problem;
use huzheng::kernel::context::{Actor, Origin};
use huzheng::kernel::ids::{ApplicationId, PublicCode};
use huzheng::proof::cose;
use huzheng::proof::frozen::RecordDigest;
use huzheng::proof::log::LeafKind;
use huzheng::proof::payload::Payload;
use huzheng::proof::qr::signed_url;
use huzheng::registry::certificates::NewCertificate;
use huzheng::registry::certificates::error::Error;
use serde_json::{Value, json};

use crate::certificates::issue;
use crate::cli::huzheng;
use crate::log::{context, log_folder, of, offset, other_server, payload, publish, roll_back, signer};
use crate::support::databases::Kind;
use crate::support::passed::{certify, passed};
use crate::support::{World, on_both};

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
        // The holder's own has the record beside it; the public one gives no name away.
        let own = world.get("assessor", &of(&made, ".proof")).text();
        let (header, rest) = own.split_once("\nextra ").expect("a record");
        let (_, rest) = rest.split_once('\n').expect("a line");
        assert_eq!(text, format!("{header}\n{rest}"));
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
        other_server(world).publish(&*signer(world), app.clock.now()).expect("published");
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
    let start = |now| App::start(config.clone(), Clock::standing(now), Arc::new(SeededRandom::new("r")));
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
        Arc::new(SeededRandom::new("r")),
    );
    let late_clock = late_clock.expect("it starts and serves");
    let refused = issue_at(&late_clock.desk(), &late_clock, &assessor(&world), late).expect_err("refused");
    assert!(matches!(refused, Error::LogClockBehind(_)), "{refused}");
}

/// A certificate that nobody issued, signed with the stolen key of the body that issued `like`.
fn forge(world: &World, like: &Payload, record: RecordDigest) -> String {
    let trust = world.app.trust.current();
    let certified = trust.list.issuing(&like.body).expect("certified");
    let key = world.app.keyring.signer(certified).expect("a key");
    let mut code = *like.code.bytes();
    code[0] ^= 1;
    let code = PublicCode::from_bytes(code);
    let forged = Payload { code, holder: "赵假证".to_owned(), record, ..like.clone() };
    let signed = cose::sign(&forged.encode(), &*key, certified.id).expect("signed");
    signed_url(&world.app.config.public_url(), &code, &signed)
}

#[test]
fn after_a_theft_genuine_certificates_stay_valid_and_forgeries_do_not() {
    let world = World::new(Kind::Sqlite);
    certify(&world, None);
    let genuine = issue(&world, passed(&world, 1)).expect(201);
    let after = issue(&world, passed(&world, 2)).expect(201);
    let forged = forge(&world, &payload(&genuine), RecordDigest([7; 32]));
    // One that repeats what the log has of the genuine one.
    let repeated = forge(&world, &payload(&genuine), payload(&genuine).record);
    let cutoff = after["log"]["index"].to_string();
    offset(&world);
    let stolen =
        world.app.trust.current().list.issuing(&payload(&genuine).body).expect("certified").id.to_string();
    for arguments in [&["keys", "halt", &stolen][..], &["keys", "cutoff", &stolen, "--below", &cutoff]] {
        let out = huzheng(world.folder(), arguments);
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    }
    world.app.keep_current();
    let scan = |content: &str| {
        world.anybody().post("/api/v1/verifications", &json!({ "content": content })).expect(200)
    };
    let content = |made: &Value| made["qr_content"].as_str().expect("content").to_owned();
    assert_eq!(scan(&content(&genuine))["verdict"], "valid");
    for forged in [&forged, &repeated] {
        let refused = scan(forged);
        assert_eq!(refused["verdict"], "status_unknown");
        assert!(refused.get("log").is_none());
    }
    let behind = scan(&content(&after));
    assert_eq!(behind["verdict"], "forged");
    assert!(behind.get("certificate").is_none() && behind.get("log").is_none(), "{behind}");
    let anybody = world.anybody().with_header("Accept", "application/json");
    let by_code = |made: &Value| anybody.get(&format!("/v/{}", made["code"].as_str().expect("a code")));
    assert_eq!(by_code(&genuine).expect(200)["verdict"], "valid");
    assert_eq!(by_code(&after).expect(200)["verdict"], "forged");

    // Off line the same, with the proof in a file.
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
    assert_eq!(verdict(&["--log", &proof, &repeated]), said(1, "status_unknown"));
    let broken = folder.join("broken").display().to_string();
    std::fs::write(&broken, "c2sp.org/tlog-proof@v1\n").expect("written");
    assert_eq!(huzheng(&folder, &["verify", "--log", &broken, &forged]).status.code(), Some(3));
    let unknown = huzheng(&folder, &["log", "proof", "S000033001032265999999"]);
    assert_ne!(unknown.status.code(), Some(0));
}
