//! From a passed exam to a certificate that anybody can check, and what becomes of it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use huzheng::app::trust;
use huzheng::db::DbError;
use huzheng::db::schema::{employments, log_leaves};
use huzheng::db::types::At;
use huzheng::http::problem::Problem;
use huzheng::kernel::context::Origin;
use huzheng::kernel::dates::shanghai_date;
use huzheng::kernel::ids::{ApplicationId, entity};
use huzheng::proof::status::{Standing, StatusSnapshot};
use huzheng::proof::trust::TrustList;
use huzheng::registry::certificates::{number_store, store};
use huzheng::registry::indicators::store::{Counted, headcounts, headcounts_by_child};
use serde_json::{Value, json};

use crate::support::databases::Kind;
use crate::support::passed::{certify, passed, passed_session};
use crate::support::people::identity_number;
use crate::support::{Answer, World, on_both};

pub fn issue(world: &World, application: ApplicationId) -> Answer {
    world.post("assessor", "/api/v1/certificates", json!({ "application_id": application }))
}

pub fn verdict(world: &World, content: &str) -> String {
    let answer = world.anybody().post("/api/v1/verifications", &json!({ "content": content })).expect(200);
    answer["verdict"].as_str().expect("a verdict").to_owned()
}

pub fn path(certificate: &Value) -> String {
    format!("/api/v1/certificates/{}", certificate["id"].as_str().expect("an id"))
}

pub fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("{field} in {value}"))
}

#[test]
fn issued_scanned_suspended_reinstated_and_revoked() {
    on_both(|world| {
        let application = passed(world, 1);
        assert_eq!(issue(world, application).conflict(), "no-issuing-key");
        certify(world, None);
        let elsewhere = world.post("body2", "/api/v1/certificates", json!({ "application_id": application }));
        elsewhere.expect(404);
        let made = issue(world, application).expect(201);
        assert_eq!(issue(world, application).conflict(), "already-issued");
        let content = text(&made, "qr_content");
        assert_eq!(verdict(world, content), "valid");
        let (kept, last) = content.split_at(content.len() - 8);
        let changed: String = last.chars().map(|digit| if digit == '0' { '1' } else { '0' }).collect();
        assert_ne!(verdict(world, &format!("{kept}{changed}")), "valid");

        check_public_answers(world, &made);

        check_paper(world, &made);
        check_pages(world, &made);
        let credentials = check_credentials(world, &made);

        let reason = |code: &str| json!({ "reason_code": code, "reason": "见调查报告" });
        let post = |who: &str, change: &str, code: &str| {
            world.post(who, &format!("{}/{change}", path(&made)), reason(code))
        };
        assert_eq!(post("assessor", "reinstate", "cleared").conflict(), "certificate-not-suspended");
        post("assessor", "suspend", "fraud").expect(422);
        post("assessor", "suspend", "investigation").expect(200);
        assert_eq!(verdict(world, content), "suspended");
        assert!(credentials.iter().all(|credential| verdict(world, credential) == "suspended"));
        post("bureau", "reinstate", "cleared").expect(200);
        assert_eq!(verdict(world, content), "valid");

        let asked = post("bureau", "revoke", "fraud").expect(202);
        assert_eq!(asked["pending"]["reason_code"], "fraud");
        assert_eq!(verdict(world, content), "valid", "one person alone revokes nothing");
        assert_eq!(post("bureau", "revoke", "fraud").conflict(), "second-person");
        let revoked = post("bureau2", "revoke", "fraud").expect(200);
        assert_eq!(revoked["state"], "revoked");
        assert_eq!(verdict(world, content), "revoked");
        assert!(credentials.iter().all(|credential| verdict(world, credential) == "revoked"));
        assert_eq!(credentials, forms(world, &made), "written again byte for byte");
        assert_eq!(post("bureau", "reinstate", "cleared").conflict(), "certificate-ended");
        check_published_files(world, &made);
    });
}

/// Card, phone and drawing are to be had; the session's print is the body's own, and each certificate in it is on
/// record as opened.
fn check_forms(world: &World, made: &Value) {
    let bytes = |form: &str| {
        let answer = world.get("assessor", &format!("{}{form}", path(made)));
        assert_eq!(answer.status, 200, "{form}: {}", answer.text());
        answer.bytes
    };
    assert!(bytes(".pdf").starts_with(b"%PDF-") && bytes(".pdf?form=card").starts_with(b"%PDF-"));
    let phone = bytes(".png?form=phone");
    let scanned = world.anybody().upload("/api/v1/verifications", ("photo.png", &phone), &[]).expect(200);
    assert_eq!(scanned["verdict"], "valid");
    assert!(String::from_utf8(bytes(".svg?form=phone")).is_ok_and(|svg| svg.starts_with("<svg ")));
    world.get("assessor", &format!("{}.pdf?form=poster", path(made))).expect(422);

    let application = text(made, "application_id");
    let session = world.get("assessor", &format!("/api/v1/applications/{application}")).expect(200);
    let session = format!("/api/v1/exam-sessions/{}/certificates", text(&session, "session_id"));
    let prints = || {
        let lines = world.app.database.read(|conn| {
            use huzheng::db::schema::audit_events;
            audit_events::table
                .filter(audit_events::action.eq("certificate_print"))
                .count()
                .get_result::<i64>(conn)
                .map_err(DbError::from)
        });
        lines.expect("a count")
    };
    let before = prints();
    let batch = world.get("assessor", &format!("{session}.pdf?cut=none"));
    assert_eq!(batch.status, 200, "{}", batch.text());
    assert!(batch.bytes.starts_with(b"%PDF-"));
    assert_eq!(prints(), before + 1);
    let ledger = world.get("assessor", &format!("{session}.xlsx"));
    assert!(ledger.status == 200 && ledger.bytes.starts_with(b"PK"));
    world.get("body2", &format!("{session}.pdf")).expect(404);
    world.get("bureau", &format!("{session}.pdf")).expect(403);
}

/// The picture of the paper leads to the same answer, and who printed it is on record.
fn check_paper(world: &World, made: &Value) {
    let png = world.get("bureau", &format!("{}.png", path(made)));
    assert_eq!(png.status, 200, "{}", png.text());
    let scanned = world.anybody().upload("/api/v1/verifications", ("photo.png", &png.bytes), &[]).expect(200);
    assert_eq!(scanned["verdict"], "valid");
    assert_eq!(scanned["certificate"]["number"], made["number"]);
    world.get("body2", &format!("{}.pdf", path(made))).expect(404);
    let cwt = world.get("assessor", &format!("{}.cwt", path(made)));
    let scanned = world.anybody().upload("/api/v1/verifications", ("c.cwt", &cwt.bytes), &[]).expect(200);
    assert_eq!(scanned["verdict"], "valid");
    let lines = world.app.database.read(|conn| {
        let subject = Some(("certificate", text(made, "id")));
        Ok::<_, Problem>(huzheng::registry::audit::store::latest(conn, subject, None, 10)?)
    });
    let lines = lines.expect("read");
    let prints = lines.iter().filter(|line| line.action == "certificate_print");
    assert_eq!(prints.count(), 1);
    let told = format!("{lines:?}");
    assert!(!told.contains(&identity_number(1)), "an audit line holds no identity number");
    check_forms(world, made);
}

/// The certificate as credentials: JSON-LD with either proof, and a JWT.
fn forms(world: &World, made: &Value) -> [String; 3] {
    let get = |ending: &str, content_type: &str| {
        let answer = world.get("assessor", &format!("{}.{ending}", path(made)));
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("content-type"), Some(content_type));
        answer.text()
    };
    [
        get("jsonld", "application/vc"),
        get("jsonld?suite=eddsa-jcs-2022", "application/vc"),
        get("jwt", "application/vc+jwt"),
    ]
}

/// Every credential is checked like the QR, handed in as text or as a file.
fn check_credentials(world: &World, made: &Value) -> [String; 3] {
    let credentials = forms(world, made);
    for credential in &credentials {
        assert_eq!(verdict(world, credential), "valid");
        let file = ("certificate", credential.as_bytes());
        let found = world.anybody().upload("/api/v1/verifications", file, &[]).expect(200);
        assert_eq!((&found["verdict"], &found["certificate"]["number"]), (&json!("valid"), &made["number"]));
        let holder = text(&found["certificate"], "holder");
        let changed = credential.replacen(holder, "王桂芳", 1);
        if changed == *credential {
            // In the JWT the name stands in base 64.
            assert!(credential.starts_with("eyJ"));
            continue;
        }
        let found = world.anybody().post("/api/v1/verifications", &json!({ "content": changed })).expect(200);
        assert_eq!((&found["verdict"], &found["certificate"]), (&json!("forged"), &Value::Null));
    }
    for credential in &credentials[..2] {
        let document: Value = serde_json::from_str(credential).expect("JSON");
        assert!(document["proof"].is_array());
        let did = world.anybody().get("/.well-known/did.json").expect(200);
        assert_eq!(document["issuer"]["id"], did["id"]);
        let methods = did["assertionMethod"].as_array().expect("methods");
        assert!(methods.contains(&document["proof"][0]["verificationMethod"]));
    }
    world.get("body2", &format!("{}.jsonld", path(made))).expect(404);
    world.get("assessor", &format!("{}.jsonld?suite=ecdsa-rdfc-2019", path(made))).expect(422);
    credentials
}

/// Every page of a certificate renders for whom it is.
fn check_pages(world: &World, made: &Value) {
    let (bureau, _) = world.page_session("bureau");
    let detail = format!("/certificates/{}", text(made, "id"));
    for address in [
        "/certificates",
        "/certificates?state=valid",
        &detail,
        &format!("{detail}/revoke"),
        "/lookup",
        "/scan",
    ] {
        let page = bureau.get(address);
        assert_eq!(page.status, 200, "{address}: {}", page.text());
    }
    assert!(bureau.get("/certificates").text().contains(text(made, "number")));
}

/// By address, by number and name, and at the door.
fn check_public_answers(world: &World, made: &Value) {
    let anybody = world.anybody().with_header("Accept", "application/json");
    let address = format!("/v/{}", text(made, "code"));
    let found = anybody.get(&address).expect(200);
    assert_eq!(found["verdict"], "valid");
    let masked = text(&found["certificate"], "holder");
    assert!(masked.contains('*') && !masked.contains(text(made, "holder")), "{masked}");
    let unknown = anybody.get("/v/aaaaaaaaaaaaaaaaaaaaaaaaaa").expect(404);
    assert_eq!(unknown["verdict"], "not_found");
    let html = world.anybody().get(&address).text();
    assert!(html.contains(masked) && !html.contains(text(made, "holder")), "the page masks the name");

    let look_up = |name: &str| {
        let asked = json!({ "number": made["number"], "name": name });
        world.anybody().post("/api/v1/lookups", &asked).expect(200)["verdict"].clone()
    };
    assert_eq!(look_up(text(made, "holder")), "valid");
    assert_eq!(look_up("别人"), "not_found");

    let number = identity_number(1);
    let at_the_door = |name: &str, last4: &str| {
        let claim = json!({ "name": name, "id_last4": last4 });
        anybody.post(&format!("{address}/holder-match"), &claim).expect(200)["match"].clone()
    };
    assert_eq!(at_the_door(text(made, "holder"), &number[14..]), true);
    assert_eq!(at_the_door("别人", &number[14..]), false);
}

/// What `huzheng verify` reads says the same as the server.
fn check_published_files(world: &World, made: &Value) {
    let now = world.app.clock.now();
    let read = |name: &str| std::fs::read_to_string(world.folder().join(name)).expect("a file");
    let trust = TrustList::read(&read(trust::FILE), None, now).expect("a trust list");
    let mut status = StatusSnapshot::default();
    status.take_up(&read("status/1.json"), &trust, now).expect("status lists");
    let known = world.app.database.read(|conn| {
        let code = text(made, "code").parse().expect("a code");
        Ok::<_, Problem>(huzheng::registry::certificates::store::find_by_code(conn, &code)?)
    });
    let known = known.expect("read").expect("a certificate");
    assert_eq!(status.lookup(&known.code, known.place, now), Standing::Revoked { on: None });
}

/// Makes the holder of `made` a caregiver of the institution, long ago.
pub fn employ(world: &World, made: &Value) {
    let context = world.app.context(None, Origin::CommandLine);
    let code = text(made, "code").parse().expect("a code");
    let employed = world.app.database.write(|tx| {
        let held = store::find_by_code(tx, &code)?.expect("a certificate");
        diesel::insert_into(employments::table)
            .values((
                employments::id.eq(context.fresh_id::<entity::Employment>()),
                employments::person_id.eq(held.person),
                employments::organisation_id.eq(world.organisations["institution"]),
                employments::position.eq("caregiver"),
                employments::post_kind.eq("regular"),
                employments::from_date.eq(context.today() - chrono::Days::new(1000)),
                employments::recorded_at.eq(At(context.now)),
                employments::version.eq(1),
            ))
            .execute(&mut **tx)
            .expect("a spell");
        Ok::<_, Problem>(())
    });
    employed.expect("employed");
}

#[test]
fn the_figures_count_a_certificate_on_the_days_that_it_was_valid() {
    on_both(|world| {
        certify(world, None);
        let start = shanghai_date(world.app.clock.now());
        // How many were certified on the day before and the five from then on, in the city and in its town.
        let certified = || {
            [-1, 0, 1, 2, 3, 4].map(|day| {
                let on = start + chrono::TimeDelta::days(day);
                let counted = Counted { on, positions: &["caregiver"] };
                let area = "330481".parse().expect("an area");
                let found = world.app.database.read(|conn| {
                    let whole = headcounts(conn, counted, &area)?.certified;
                    let parts = headcounts_by_child(conn, counted, &area)?;
                    assert_eq!(parts.values().map(|part| part.certified).sum::<i64>(), whole, "{on}");
                    Ok::<_, Problem>(whole)
                });
                found.expect("counted")
            })
        };
        let change = |made: &Value, change: &str, code: &str| {
            let reason = json!({ "reason_code": code, "reason": "见调查报告" });
            for who in if change == "revoke" { &["bureau", "bureau2"][..] } else { &["bureau"] } {
                let answer = world.post(who, &format!("{}/{change}", path(made)), reason.clone());
                assert!(matches!(answer.status, 200 | 202), "{change}: {}", answer.text());
            }
        };
        let made = issue(world, passed(world, 1)).expect(201);
        employ(world, &made);
        assert_eq!(certified(), [0, 1, 1, 1, 1, 1]);
        change(&made, "suspend", "investigation");
        assert_eq!(certified(), [0, 0, 0, 0, 0, 0], "a day belongs to the state at its end");
        world.advance_days(1);
        change(&made, "reinstate", "cleared");
        assert_eq!(certified(), [0, 0, 1, 1, 1, 1]);
        world.advance_days(1);
        change(&made, "suspend", "investigation");
        change(&made, "reinstate", "cleared");
        assert_eq!(certified(), [0, 0, 1, 1, 1, 1]);
        world.advance_days(1);
        change(&made, "suspend", "investigation");
        assert_eq!(certified(), [0, 0, 1, 1, 0, 0], "valid on the last day before");
        world.advance_days(1);
        change(&made, "revoke", "fraud");
        assert_eq!(certified(), [0, 0, 1, 1, 0, 0]);
        let other = issue(world, passed(world, 2)).expect(201);
        employ(world, &other);
        assert_eq!(certified(), [0, 0, 1, 1, 0, 1]);
        change(&other, "revoke", "fraud");
        assert_eq!(certified(), [0, 0, 1, 1, 0, 0], "issued and revoked on one day");
    });
}

#[test]
fn a_second_scan_asks_no_database() {
    let world = World::new(crate::support::databases::Kind::Sqlite);
    certify(&world, None);
    let made = issue(&world, passed(&world, 1)).expect(201);
    let other = issue(&world, passed(&world, 2)).expect(201);
    let anybody = world.anybody().with_header("Accept", "application/json");
    let address = |made: &Value| format!("/v/{}", text(made, "code"));
    anybody.get(&address(&made)).expect(200);
    let without = world.app.database.read(|conn| {
        conn.batch_execute("ALTER TABLE certificates RENAME TO moved_away").map_err(DbError::from)
    });
    without.expect("moved away");
    assert_eq!(anybody.get(&address(&made)).expect(200)["verdict"], "valid");
    anybody.get(&address(&other)).expect(500);
    // Its own content is enough, scanned for the first time.
    assert_eq!(verdict(&world, text(&other, "qr_content")), "valid");
}

#[test]
fn guesses_at_addresses_are_throttled_and_scans_are_not() {
    let world = World::new(crate::support::databases::Kind::Sqlite);
    certify(&world, None);
    let made = issue(&world, passed(&world, 1)).expect(201);
    let anybody = world.anybody().with_header("Accept", "application/json");
    let address = format!("/v/{}", text(&made, "code"));
    anybody.get(&address).expect(200);
    let letter = |n: u8| char::from(b'a' + n);
    let guess =
        |n: u8| anybody.get(&format!("/v/{}{}{}", letter(n / 20), letter(n % 20), "a".repeat(24))).status;
    let refused = (0..40).find(|n| guess(*n) == 429);
    assert!(refused.is_some_and(|n| n >= 20), "{refused:?}");
    anybody.get(&address).expect(200);
}

#[test]
fn a_replacement_points_on() {
    on_both(|world| {
        certify(world, None);
        let old = issue(world, passed(world, 2)).expect(201);
        let reason = json!({ "reason_code": "damaged", "reason": "水渍" });
        let new = world.post("assessor", &format!("{}/replace", path(&old)), reason.clone()).expect(200);
        assert_ne!(new["number"], old["number"]);
        assert_eq!(verdict(world, text(&new, "qr_content")), "valid");
        let content = json!({ "content": old["qr_content"] });
        let answer = world.anybody().post("/api/v1/verifications", &content).expect(200);
        assert_eq!(answer["verdict"], "replaced");
        assert_eq!(answer["certificate"]["replaced_by"]["number"], new["number"]);
        let again = world.post("assessor", &format!("{}/replace", path(&old)), reason);
        assert_eq!(again.conflict(), "certificate-ended");
    });
}

#[test]
fn numbers_never_repeat_and_none_is_lost() {
    on_both(|world| {
        certify(world, Some(12));
        let waiting: Vec<ApplicationId> = (10..20).map(|n| passed(world, n)).collect();
        let issued: Vec<Value> = std::thread::scope(|scope| {
            // Each application by two callers at once.
            let calls: Vec<_> = waiting
                .iter()
                .chain(&waiting)
                .map(|application| scope.spawn(|| issue(world, *application)))
                .collect();
            let answers = calls.into_iter().map(|call| call.join().expect("no panic"));
            answers.filter(|answer| answer.status == 201).map(|answer| answer.json()).collect()
        });
        let numbers: BTreeSet<String> = issued.iter().map(|one| text(one, "number").to_owned()).collect();
        let serials: BTreeSet<u32> =
            numbers.iter().map(|number| number[16..].parse().expect("a serial")).collect();
        assert_eq!(serials, (1..=10).collect());
        let missing = world.app.database.read(|conn| Ok::<_, Problem>(number_store::unexplained(conn)?));
        assert!(missing.expect("read").is_empty());
        let left = world.get("bureau", "/api/v1/certificate-numbers?state=reserved").expect(200);
        assert_eq!(left, json!([]));

        issue(world, passed(world, 20)).expect(201);
        issue(world, passed(world, 21)).expect(201);
        assert_eq!(issue(world, passed(world, 22)).conflict(), "daily-cap");
    });
}

#[test]
fn what_nobody_can_read_is_an_answer_and_what_is_no_request_a_problem() {
    let world = World::new(crate::support::databases::Kind::Sqlite);
    assert_eq!(verdict(&world, "hello"), "unsupported");
    assert_eq!(verdict(&world, "https://elsewhere.example/v/aaaaaaaaaaaaaaaaaaaaaaaaaa"), "forged");
    let anybody = world.anybody();
    anybody.send("POST", "/api/v1/verifications", "application/json", b"{").expect(400);
    anybody.send("POST", "/api/v1/verifications", "text/plain", b"x").expect(415);
    anybody.post("/api/v1/verifications", &json!({})).expect(422);
    let large = json!({ "content": "0".repeat(300_000) });
    anybody.post("/api/v1/verifications", &large).expect(413);
    for (address, status) in
        [("/trust-list.json", 200), ("/.well-known/did.json", 200), ("/status/1", 200), ("/status/7", 404)]
    {
        let answer = anybody.with_header("Accept", "application/json").get(address);
        assert_eq!(answer.status, status, "{address}");
    }
}

/// The certificate as read from its QR, checked by two libraries that nobody here wrote, with the published key; and
/// not with a byte changed.
#[test]
fn libraries_of_others_accept_it_and_refuse_a_changed_byte() {
    let world = World::new(Kind::Sqlite);
    certify(&world, None);
    let made = issue(&world, passed(&world, 1)).expect(201);
    let digits = text(&made, "qr_content").split_once('#').expect("a fragment").1.to_owned();
    let cwt = huzheng::proof::fragment::decode(&digits).expect("digits");
    let keys = world.anybody().get("/.well-known/jwks.json").expect(200);
    let published = keys["keys"].as_array().expect("keys");
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/python/bin/python");
    assert!(python.exists(), "`make setup` makes the Python environment");
    let accepts = |content: &[u8]| {
        let file = world.folder().join("certificate.cwt");
        std::fs::write(&file, content).expect("written");
        // Whose key it is stands in the content; here every published key is tried, so that none is assumed.
        published.iter().any(|key| {
            let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/verify_cwt.py");
            let out = Command::new(&python).arg(script).arg(key.to_string()).arg(&file).output();
            let out = out.expect("python runs");
            let claims = String::from_utf8_lossy(&out.stdout).into_owned();
            let said = out.status.success();
            assert!(!said || claims.contains(text(&made, "number")), "{claims}");
            said
        })
    };
    assert!(accepts(&cwt));
    let mut changed = cwt.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    assert!(!accepts(&changed));
}

/// A session is issued in one go, up to what the key may sign in a day; the rest follows the next day. Every
/// certificate has its leaf, and every number is explained.
#[test]
fn a_session_is_issued_as_far_as_the_key_may() {
    on_both(|world| {
        certify(world, Some(3));
        let (session, applications) = passed_session(world, 0..5);
        let leaves = || {
            let count = |conn: &mut huzheng::db::Conn| log_leaves::table.count().get_result(conn);
            world.app.database.read(|conn| count(conn).map_err(DbError::from)).expect("a count")
        };
        let before: i64 = leaves();
        let at = format!("/api/v1/exam-sessions/{session}/certificates");
        let all = world.post("assessor", &at, json!({})).expect(200);
        let answers = all.as_array().expect("a list");
        assert_eq!(answers.len(), applications.len());
        let numbers: BTreeSet<_> = answers.iter().filter_map(|one| one["number"].as_str()).collect();
        let refused: Vec<_> = answers.iter().filter_map(|one| one["refused"].as_str()).collect();
        assert_eq!((numbers.len(), refused), (3, vec!["daily-cap"; 2]));
        assert_eq!(leaves() - before, 3);
        world.advance_days(1);
        let rest = world.post("assessor", &at, json!({})).expect(200);
        assert_eq!(rest.as_array().map(Vec::len), Some(2));
        assert!(rest.as_array().expect("a list").iter().all(|one| one["refused"].is_null()), "{rest:?}");
        assert_eq!(leaves() - before, 5);
        let unexplained =
            world.app.database.read(|conn| number_store::unexplained(conn).map_err(Problem::from));
        assert_eq!(unexplained.expect("numbers"), []);
    });
}
