//! From a passed exam to a certificate that anybody can check, and what becomes of it.

use std::collections::BTreeSet;

use huzheng::app::trust;
use huzheng::http::problem::Problem;
use huzheng::kernel::ids::ApplicationId;
use huzheng::proof::status::{Standing, StatusSnapshot};
use huzheng::proof::trust::TrustList;
use huzheng::registry::certificates::number_store;
use serde_json::{Value, json};

use crate::support::passed::{certify, passed};
use crate::support::people::identity_number;
use crate::support::{Answer, World, on_both};

fn issue(world: &World, application: ApplicationId) -> Answer {
    world.post("assessor", "/api/v1/certificates", json!({ "application_id": application }))
}

fn verdict(world: &World, content: &str) -> String {
    let answer = world.anybody().post("/api/v1/verifications", &json!({ "content": content })).expect(200);
    answer["verdict"].as_str().expect("a verdict").to_owned()
}

fn path(certificate: &Value) -> String {
    format!("/api/v1/certificates/{}", certificate["id"].as_str().expect("an id"))
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
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

        let reason = |code: &str| json!({ "reason_code": code, "reason": "见调查报告" });
        let post = |who: &str, change: &str, code: &str| {
            world.post(who, &format!("{}/{change}", path(&made)), reason(code))
        };
        assert_eq!(post("assessor", "reinstate", "cleared").conflict(), "certificate-not-suspended");
        post("assessor", "suspend", "fraud").expect(422);
        post("assessor", "suspend", "investigation").expect(200);
        assert_eq!(verdict(world, content), "suspended");
        post("bureau", "reinstate", "cleared").expect(200);
        assert_eq!(verdict(world, content), "valid");

        let asked = post("bureau", "revoke", "fraud").expect(202);
        assert_eq!(asked["pending"]["reason_code"], "fraud");
        assert_eq!(verdict(world, content), "valid", "one person alone revokes nothing");
        assert_eq!(post("bureau", "revoke", "fraud").conflict(), "second-person");
        let revoked = post("bureau2", "revoke", "fraud").expect(200);
        assert_eq!(revoked["state"], "revoked");
        assert_eq!(verdict(world, content), "revoked");
        assert_eq!(post("bureau", "reinstate", "cleared").conflict(), "certificate-ended");
        check_published_files(world, &made);
    });
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
