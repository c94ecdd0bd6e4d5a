//! What becomes of a certificate after its issue: a name corrected, a term renewed, and all of a body's revoked at once.

use std::time::{Duration, Instant};

use diesel::prelude::*;
use huzheng::db::schema::certificate_standings;
use huzheng::http::problem::Problem;
use huzheng::jobs;
use huzheng::kernel::certificate_number::{CertificateNumber, Series};
use huzheng::kernel::context::Origin;
use huzheng::kernel::ids::{CertificateId, PublicCode, entity};
use huzheng::kernel::skill::SkillLevel;
use huzheng::proof::frozen::FrozenRecord;
use huzheng::proof::payload::StatusPlace;
use huzheng::registry::certificates::held::held;
use huzheng::registry::certificates::{Reservation, ReservationState, number_store, store};
use serde_json::{Value, json};

use crate::certificates::{issue, path, text, verdict};
use crate::support::mails::{deliver_all, mails};
use crate::support::passed::{certify, passed};
use crate::support::{Answer, World, on_both, on_both_with_term};

const BULK: &str = "/api/v1/certificates/revocations";

fn reason(code: &str) -> Value {
    json!({ "reason_code": code, "reason": "见调查报告" })
}

/// A second after what was done before, so that histories have an order.
fn change(world: &World, who: &str, made: &Value, change: &str, code: &str) -> Answer {
    world.app.clock.advance(1);
    world.post(who, &format!("{}/{change}", path(made)), reason(code))
}

fn whole(world: &World, made: &Value) -> Value {
    world.get("bureau", &path(made)).expect(200)
}

fn id(made: &Value) -> CertificateId {
    text(made, "id").parse().expect("an id")
}

/// From which day to which, and in which state.
fn standings(world: &World, made: &Value) -> Vec<(String, String, Option<String>)> {
    use certificate_standings as standings;
    let rows: Vec<(String, chrono::NaiveDate, Option<chrono::NaiveDate>)> = world
        .app
        .database
        .read(|conn| {
            let rows = standings::table
                .filter(standings::certificate_id.eq(id(made)))
                .order(standings::from_date)
                .select((standings::state, standings::from_date, standings::to_date))
                .load(conn);
            Ok::<_, Problem>(rows.expect("standings"))
        })
        .expect("read");
    rows.into_iter().map(|(state, from, to)| (state, from.to_string(), to.map(|to| to.to_string()))).collect()
}

fn bulk(world: &World, from: &str, to: &str, code: &str) -> Value {
    let bodies = world.get("bureau", "/api/v1/organisations?kind=assessor").expect(200);
    let own = |body: &&Value| body["id"] == world.organisation("assessor");
    let body = bodies.as_array().and_then(|all| all.iter().find(own)).expect("the body").clone();
    json!({
        "body_code": body["body_code"], "issued_from": from, "issued_to": to, "reason_code": code,
        "reason": "评价机构编造成绩",
    })
}

#[test]
fn a_body_s_certificates_of_a_period_are_revoked_together() {
    on_both(|world| {
        certify(world, None);
        let made: Vec<Value> = (1..=4).map(|n| issue(world, passed(world, n)).expect(201)).collect();
        let [valid, suspended, ended, waiting] = made.as_slice() else { panic!("four") };
        change(world, "bureau", suspended, "suspend", "investigation").expect(200);
        change(world, "bureau", ended, "revoke", "fraud").expect(202);
        change(world, "bureau2", ended, "revoke", "fraud").expect(200);
        change(world, "bureau", waiting, "revoke", "fraud").expect(202);
        world.advance_days(5);
        let later = issue(world, passed(world, 5)).expect(201);

        check_refusals(world);
        let asked = bulk(world, "2026-11-21", "2026-11-22", "body-misconduct");
        world.post("assessor", BULK, asked.clone()).expect(403);
        let pending = world.post("bureau", BULK, asked.clone()).expect(202);
        assert_eq!(
            (&pending["pending"]["open"], &pending["pending"]["state"]),
            (&json!(3), &json!("pending"))
        );
        assert_eq!(verdict(world, text(valid, "qr_content")), "valid", "one person alone revokes nothing");
        assert_eq!(world.post("bureau", BULK, asked.clone()).conflict(), "second-person");
        let other = bulk(world, "2026-11-21", "2026-11-22", "fraud");
        assert_eq!(world.post("bureau2", BULK, other).conflict(), "other-reason");
        check_pages(world, text(&pending["pending"], "id"));
        let done = world.post("bureau2", BULK, asked).expect(200);
        assert_eq!((&done["revoked"], &done["left_ended"]), (&json!(3), &json!(1)));
        assert_eq!(done["state"], "done");

        for one in [valid, suspended, waiting] {
            assert_eq!(verdict(world, text(one, "qr_content")), "revoked");
            let told = mails(world, "certificate", "revoke");
            assert_eq!(told.iter().filter(|mail| mail["data"]["number"] == one["number"]).count(), 1);
        }
        assert_eq!(verdict(world, text(&later, "qr_content")), "valid");
        check_history(world, waiting, &done);
        let revoked = |from: &str| ("revoked".to_owned(), from.to_owned(), None);
        let before = ("valid".to_owned(), "2026-11-21".to_owned(), Some("2026-11-25".to_owned()));
        assert_eq!(standings(world, valid), [before, revoked("2026-11-26")]);

        // Issued and revoked on one day, and everything else left as it is.
        let asked = bulk(world, "2026-11-21", "2026-11-26", "body-misconduct");
        world.post("bureau2", BULK, asked.clone()).expect(202);
        let done = world.post("bureau", BULK, asked).expect(200);
        assert_eq!((&done["revoked"], &done["left_ended"]), (&json!(1), &json!(4)));
        assert_eq!(standings(world, &later), [revoked("2026-11-26")]);
        let listed = world.get("bureau", BULK).expect(200);
        assert_eq!(listed.as_array().expect("a list").len(), 2);
        deliver_all(world);
    });
}

fn check_refusals(world: &World) {
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut asked = bulk(world, "2026-11-21", "2026-11-22", "body-misconduct");
        change(&mut asked);
        world.post("bureau", BULK, asked).field_errors()
    };
    let error = |field: &str, code: &str| vec![(field.to_owned(), code.to_owned())];
    assert_eq!(refused(&|asked| asked["body_code"] = Value::Null), error("body_code", "required"));
    assert_eq!(
        refused(&|asked| asked["body_code"] = json!("S000033999999")),
        error("body_code", "unknown-body")
    );
    assert_eq!(
        refused(&|asked| {
            asked["body_code"] = Value::Null;
            asked["body_id"] = json!(world.organisation("school2"));
        }),
        error("body_id", "unknown-body")
    );
    assert_eq!(refused(&|asked| asked["issued_to"] = json!("2026-11-20")), error("issued_to", "date-order"));
    assert_eq!(refused(&|asked| asked["issued_to"] = json!("2026-12-31")), error("issued_to", "future-date"));
    assert_eq!(
        refused(&|asked| asked["reason_code"] = json!("damaged")),
        error("reason_code", "reason-for-another-change")
    );
    assert_eq!(refused(&|asked| asked["reason"] = json!("")), error("reason", "required"));
}

/// What the second person sees before the confirmation, and the count before a request is made.
fn check_pages(world: &World, id: &str) {
    let (page, csrf) = world.page_session("bureau2");
    let home = page.get("/").text();
    assert!(home.contains(&format!("/revocations/{id}")), "the second person's task");
    assert!(page.get("/revocations").text().contains(&format!("/revocations/{id}")));
    let detail = page.get(&format!("/revocations/{id}"));
    assert_eq!(detail.status, 200, "{}", detail.text());
    assert!(detail.text().contains("name=\"confirmed\""));
    let (first, _) = world.page_session("bureau");
    assert!(!first.get(&format!("/revocations/{id}")).text().contains("name=\"confirmed\""));
    let form = |confirmed: &str| {
        format!(
            "csrf={csrf}&body_id={}&issued_from=2026-11-26&issued_to=2026-11-26&reason_code=fraud&reason=x{confirmed}",
            world.organisation("assessor")
        )
    };
    let post =
        |form: &str| page.send("POST", "/revocations", "application/x-www-form-urlencoded", form.as_bytes());
    let preview = post(&form(""));
    assert_eq!(preview.status, 200, "{}", preview.text());
    assert!(preview.text().contains("<dd class=\"number\">1</dd>"), "the count comes before the request");
    let wrong = post(&form("").replace("issued_to=2026-11-26", "issued_to=2026-11-25"));
    assert_eq!(wrong.status, 422);
}

/// A single request that was overtaken waits no more, and each certificate tells who asked and who decided.
fn check_history(world: &World, waiting: &Value, done: &Value) {
    let whole = whole(world, waiting);
    let events = whole["events"].as_array().expect("events");
    let states: Vec<_> = events.iter().filter_map(|event| event["state"].as_str()).collect();
    assert_eq!(states, ["done", "dropped", "done"]);
    let last = events.last().expect("an event");
    assert_eq!(last["requested_by"], done["requested_by"]);
    assert_eq!(last["approved_by"], done["approved_by"]);
    assert_eq!(last["reason_code"], "body-misconduct");
    let lines = world.app.database.read(|conn| {
        let subject = Some(("certificate", text(waiting, "id")));
        Ok::<_, Problem>(huzheng::registry::audit::store::latest(conn, subject, None, 10)?)
    });
    let lines = lines.expect("read");
    assert!(
        lines.iter().any(|line| line.action == "certificate_revoke" && line.details["bulk"] == done["id"])
    );
}

/// A rogue body's ten thousand, in the time that a caller waits for an answer.
#[test]
fn ten_thousand_are_revoked_in_one_transaction() {
    const MANY: u32 = 10_000;
    on_both(|world| {
        certify(world, None);
        let made = issue(world, passed(world, 1)).expect(201);
        multiply(world, id(&made), MANY);
        let asked = bulk(world, "2026-11-21", "2026-11-21", "body-misconduct");
        let pending = world.post("bureau", BULK, asked.clone()).expect(202);
        assert_eq!(pending["pending"]["open"], MANY + 1);
        let started = Instant::now();
        let done = world.post("bureau2", BULK, asked).expect(200);
        let took = started.elapsed();
        eprintln!("{:?}: {} revoked in {took:?}", world.kind, done["revoked"]);
        assert_eq!(done["revoked"], MANY + 1);
        assert!(took < Duration::from_secs(50), "{took:?} in a build without optimisation");
        assert_eq!(verdict(world, text(&made, "qr_content")), "revoked");
        assert_eq!(mails(world, "certificate", "revoke").len(), MANY as usize + 1);
        let marks = world.app.database.read(|conn| Ok::<_, Problem>(store::marks(conn, None)?));
        assert_eq!(marks.expect("marks").len(), MANY as usize + 1);
    });
}

/// Copies of a certificate under numbers of their own.
fn multiply(world: &World, id: CertificateId, count: u32) {
    let context = world.app.context(None, Origin::CommandLine);
    let written = world.app.database.write(|tx| {
        let first = store::find(tx, id)?.expect("a certificate");
        let (mut reservations, mut certificates) = (Vec::new(), Vec::new());
        for n in 0..count {
            let record = FrozenRecord {
                number: CertificateNumber::in_series(
                    &first.record.body.code,
                    2026,
                    Series::of_level(SkillLevel::Five),
                    100_000 + n,
                )
                .expect("a number"),
                code: PublicCode::from_bytes(context.random_bytes()),
                status: StatusPlace { list: 2, index: n },
                ..FrozenRecord::clone(&first.record)
            };
            let record = record.seal().expect("a record");
            let mut copy = first.clone();
            copy.id = context.fresh_id::<entity::Certificate>();
            copy.code = record.code;
            copy.number = record.number.clone();
            copy.place = record.status;
            reservations.push(Reservation {
                number: record.number.clone(),
                code: record.code,
                person: copy.person,
                body: copy.body,
                origin: None,
                replaces: None,
                renews: None,
                record,
                state: ReservationState::Issued,
                explanation: None,
                reserved_at: context.now,
            });
            certificates.push(copy);
        }
        number_store::insert(tx, &context, &reservations)?;
        store::insert(tx, &context, &certificates)?;
        Ok::<_, Problem>(())
    });
    written.expect("copies");
}

#[test]
fn a_name_is_corrected_by_a_new_certificate() {
    on_both(|world| {
        certify(world, None);
        let old = issue(world, passed(world, 1)).expect(201);
        let address = format!("/api/v1/people/{}", text(&old, "person_id"));
        let person = world.get("bureau", &address).expect(200);
        let bureau = world.as_user("bureau").if_match(&person["version"]);
        bureau.post(&address, &json!({ "name": "王秀岚" })).expect(200);
        // Neither a suspension nor a waiting revocation is escaped by a new paper.
        change(world, "assessor", &old, "suspend", "investigation").expect(200);
        assert_eq!(
            change(world, "assessor", &old, "replace", "name-corrected").conflict(),
            "certificate-not-valid"
        );
        change(world, "bureau", &old, "reinstate", "cleared").expect(200);
        let other = issue(world, passed(world, 2)).expect(201);
        change(world, "assessor", &other, "revoke", "fraud").expect(202);
        assert_eq!(change(world, "assessor", &other, "replace", "damaged").conflict(), "revocation-waits");

        let new = change(world, "assessor", &old, "replace", "name-corrected").expect(200);
        assert_eq!((text(&new, "holder"), text(&old, "holder") == "王秀岚"), ("王秀岚", false));
        assert_eq!(new["replaces"], old["id"]);
        let old = whole(world, &old);
        assert_eq!((&old["state"], &old["replaced_by"]), (&json!("replaced"), &new["id"]));
        let listed = world.get("bureau", "/api/v1/certificates").expect(200);
        let in_list =
            listed.as_array().and_then(|all| all.iter().find(|one| one["id"] == new["id"])).expect("listed");
        assert_eq!(in_list["replaces"], old["id"]);
        let public = world.anybody().with_header("Accept", "application/json");
        let shown = public.get(&format!("/v/{}", text(&old, "code"))).expect(200);
        assert_eq!(shown["verdict"], "replaced");
        assert_eq!(shown["certificate"]["replaced_by"]["number"], new["number"]);
        let (page, _) = world.page_session("bureau");
        for (one, linked) in [(&old, &new), (&new, &old)] {
            let html = page.get(&format!("/certificates/{}", text(one, "id"))).text();
            assert!(html.contains(&format!("href=\"/certificates/{}\"", text(linked, "id"))));
        }
        let told = mails(world, "certificate", "replace");
        assert_eq!(told.len(), 1);
        assert_eq!((&told[0]["data"]["number"], &told[0]["data"]["old"]), (&new["number"], &old["number"]));
        deliver_all(world);
    });
}

#[test]
fn a_change_honours_the_version_that_was_seen() {
    on_both(|world| {
        certify(world, None);
        let made = issue(world, passed(world, 1)).expect(201);
        let seen = world.get("assessor", &path(&made));
        assert_eq!(seen.header("etag"), Some("\"1\""));
        let at = |version: i32, what: &str, code: &str| {
            let client = world.as_user("assessor").if_match(&json!(version));
            client.post(&format!("{}/{what}", path(&made)), &reason(code))
        };
        let changed = at(1, "suspend", "investigation");
        assert_eq!((changed.status, changed.header("etag")), (200, Some("\"2\"")));
        assert_eq!(at(1, "reinstate", "cleared").status, 412);
        at(2, "reinstate", "cleared").expect(200);
        assert_eq!(at(2, "replace", "damaged").status, 412);
        // A request that waits leaves the certificate as it is: the second person saw the same version.
        let revoke = |who: &str| {
            let client = world.as_user(who).if_match(&json!(3));
            client.post(&format!("{}/revoke", path(&made)), &reason("fraud"))
        };
        revoke("bureau").expect(202);
        revoke("bureau2").expect(200);
    });
}

#[test]
fn a_term_ends_and_is_renewed_by_a_linked_certificate() {
    on_both_with_term(1, |world| {
        certify(world, None);
        let old = issue(world, passed(world, 1)).expect(201);
        assert_eq!(old["expires_on"], "2027-11-21");
        assert_eq!(change(world, "assessor", &old, "renew", "term-ending").conflict(), "renewal-too-early");
        let damaged = issue(world, passed(world, 2)).expect(201);
        world.advance_days(100);
        let copy = change(world, "assessor", &damaged, "replace", "damaged").expect(200);
        assert_eq!(copy["expires_on"], "2027-11-21", "a new paper is no new term");
        world.advance_days(200);
        assert_eq!(change(world, "assessor", &old, "renew", "damaged").status, 422);
        let new = change(world, "assessor", &old, "renew", "term-ending").expect(200);
        assert_eq!((&new["expires_on"], &new["renews"]), (&json!("2028-11-21"), &old["id"]));
        assert_eq!(change(world, "assessor", &old, "renew", "term-ending").conflict(), "already-renewed");
        let whole_old = whole(world, &old);
        assert_eq!((&whole_old["state"], &whole_old["renewed_by"]), (&json!("valid"), &new["id"]));
        for one in [&old, &new] {
            assert_eq!(verdict(world, text(one, "qr_content")), "valid");
        }
        check_renewed(world, &old, &new);

        world.advance_days(40);
        assert_eq!(
            jobs::certificates_expiring(&world.app).expect("told"),
            1,
            "who has renewed needs no word"
        );
        assert_eq!(jobs::certificates_expiring(&world.app).expect("told"), 0, "once");
        let told = mails(world, "certificate", "expires-soon");
        assert_eq!(told.len(), 1);
        assert_eq!(
            (&told[0]["data"]["number"], &told[0]["data"]["on"]),
            (&copy["number"], &json!("2027-11-21"))
        );
        world.advance_days(40);
        assert_eq!(
            change(world, "assessor", &copy, "renew", "term-ending").conflict(),
            "certificate-expired"
        );
        assert_eq!(change(world, "assessor", &copy, "replace", "damaged").conflict(), "certificate-expired");
        deliver_all(world);
    });
}

/// The level is held since the first certificate, the pages link both ways, and the holder is told.
fn check_renewed(world: &World, old: &Value, new: &Value) {
    let today = world.app.context(None, Origin::CommandLine).today();
    let person = text(old, "person_id").parse().expect("an id");
    let counted = world.app.database.read(|conn| Ok::<_, Problem>(held(conn, person, today)?)).expect("held");
    assert_eq!(counted.len(), 2);
    assert!(counted.iter().all(|one| one.issued_on.to_string() == "2026-11-21"), "{counted:?}");
    let (page, _) = world.page_session("assessor");
    for (one, linked) in [(old, new), (new, old)] {
        let html = page.get(&format!("/certificates/{}", text(one, "id"))).text();
        assert!(html.contains(&format!("href=\"/certificates/{}\"", text(linked, "id"))));
    }
    let told = mails(world, "certificate", "renew");
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["data"]["number"], &told[0]["data"]["old"]), (&new["number"], &old["number"]));
}

#[test]
fn without_a_term_nothing_is_renewed() {
    on_both(|world| {
        certify(world, None);
        let made = issue(world, passed(world, 1)).expect(201);
        assert_eq!(made["expires_on"], Value::Null);
        assert_eq!(
            change(world, "assessor", &made, "renew", "term-ending").conflict(),
            "certificate-without-end"
        );
        assert_eq!(jobs::certificates_expiring(&world.app).expect("told"), 0);
    });
}
