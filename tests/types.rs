//! The types of certificate beside the skill level: from a completed class or a first-aid certificate on record to a
//! paper that anybody can check, and what becomes of it.

use std::collections::BTreeSet;

use huzheng::http::problem::Problem;
use huzheng::kernel::certificate_number::BodyKind;
use huzheng::kernel::dates::shanghai_date;
use huzheng::kernel::ids::ClassId;
use huzheng::proof::payload::CertificateType;
use huzheng::registry::indicators::store::{Counted, headcounts};
use serde_json::{Value, json};

use crate::certificates::{employ, path, text, verdict};
use crate::support::people::person;
use crate::support::trained::{certify_for, trained};
use crate::support::{Answer, World, on_both};

/// Programme, what its completion earns, and the number of that type.
const TRAININGS: [(&str, CertificateType, &str); 4] = [
    ("caregiver-5", CertificateType::TrainingCompletion, "2"),
    ("family-carer-16", CertificateType::FamilyCarer, "3"),
    ("care-manager-60", CertificateType::CareManager, "5"),
    ("device-fitter-40", CertificateType::DeviceFitter, "6"),
];

fn issue_class(world: &World, who: &str, class: ClassId) -> Answer {
    world.post(who, &format!("/api/v1/classes/{class}/certificates"), json!({}))
}

fn record_first_aid(world: &World, n: u32, more: &Value) -> Value {
    let mut entry = person(n);
    for (field, value) in
        json!({ "kind": "rescuer", "number": format!("330481-2026-{n:05}"), "issued_on": "2026-05-01" })
            .as_object()
            .into_iter()
            .chain(more.as_object())
            .flatten()
    {
        entry[field] = value.clone();
    }
    let who = if more.get("issuer").is_some() { "bureau" } else { "redcross" };
    world.post(who, "/api/v1/first-aid-certificates", entry).expect(201)
}

fn issue_record(world: &World, who: &str, first_aid: &Value) -> Answer {
    let id = text(first_aid, "id");
    world.post(who, &format!("/api/v1/first-aid-certificates/{id}/certificate"), json!({}))
}

/// The certificates that a class's call has made, whole.
fn made(world: &World, issued: &Value) -> Vec<Value> {
    let ids = issued.as_array().expect("a list").iter().filter_map(|one| one["certificate_id"].as_str());
    ids.map(|id| world.get("school", &format!("/api/v1/certificates/{id}")).expect(200)).collect()
}

#[test]
fn a_completed_class_earns_what_its_programme_says() {
    on_both(|world| {
        certify_for(world, "school", CertificateType::of_body(BodyKind::Training));
        for (place, (programme, kind, digit)) in (1u32..).zip(TRAININGS) {
            let (class, enrolments) = trained(world, programme, place * 10..place * 10 + 3, 1);
            let issued = issue_class(world, "school", class).expect(200);
            assert_eq!(issued.as_array().map(Vec::len), Some(3), "{issued}");
            assert_eq!(issued[2]["enrolment_id"], json!(enrolments[2].to_string()));
            assert_eq!(issued[2]["refused"], "not-completed");
            let made = made(world, &issued);
            assert_eq!(made.len(), 2);
            let one = &made[0];
            assert_eq!(one["type"], json!(kind));
            assert_eq!(&text(one, "number")[15..], format!("{digit}000001"), "{kind}");
            assert_eq!((&one["level"], &one["occupation"]), (&Value::Null, &Value::Null));
            assert!(one["hours"].as_u64() > Some(10) && one["course"].is_string(), "{one}");
            assert_eq!(one["completed_on"], json!(shanghai_date(world.app.clock.now()).to_string()));
            assert_eq!(one["expires_on"], Value::Null);
            check_everywhere(world, "school", one);
            let again = issue_class(world, "school", class).expect(200);
            assert_eq!(again[0]["refused"], "not-completed");
            assert_eq!(again.as_array().map(Vec::len), Some(1), "issued once: {again}");
            check_life(world, "school", one);
        }
    });
}

#[test]
fn a_first_aid_certificate_on_record_gets_its_record() {
    on_both(|world| {
        certify_for(world, "redcross", &[CertificateType::FirstAid]);
        let seen = record_first_aid(world, 1, &json!({}));
        let one = issue_record(world, "redcross", &seen).expect(201);
        assert_eq!(one["type"], "first-aid");
        assert_eq!(&text(&one, "number")[15..], "4000001");
        assert_eq!(one["original_number"], seen["number"]);
        assert_eq!(one["original_issued_on"], "2026-05-01");
        assert_eq!(one["expires_on"], seen["expires_on"]);
        assert_eq!(issue_record(world, "redcross", &seen).conflict(), "already-issued");
        check_everywhere(world, "redcross", &one);
        let renew = json!({ "reason_code": "term-ending", "reason": "到期" });
        let renewed = world.post("redcross", &format!("{}/renew", path(&one)), renew);
        assert_eq!(renewed.conflict(), "recorded-anew");
        let events = world.get("redcross", &path(&one)).expect(200);
        assert_eq!(events["events"][0]["reason_code"], "on-record");
        check_life(world, "redcross", &one);
    });
}

/// Paper, card, picture, credential and token say the same as the QR, and the public page shows what belongs to the
/// type with the name masked.
fn check_everywhere(world: &World, who: &str, one: &Value) {
    let bytes = |form: &str| {
        let answer = world.get(who, &format!("{}{form}", path(one)));
        assert_eq!(answer.status, 200, "{form}: {}", answer.text());
        answer
    };
    for form in [".pdf", ".pdf?form=card", ".png?form=phone", ".png"] {
        let file = bytes(form).bytes;
        let scanned = world.anybody().upload("/api/v1/verifications", (form, &file), &[]).expect(200);
        assert_eq!(scanned["verdict"], "valid", "{form}: {scanned}");
        assert_eq!(scanned["certificate"]["type"], one["type"], "{form}");
    }
    for form in [".jsonld", ".jsonld?suite=eddsa-jcs-2022", ".jwt"] {
        assert_eq!(verdict(world, &bytes(form).text()), "valid", "{form}");
    }
    let content = json!({ "content": text(one, "qr_content") });
    let report = world.anybody().post("/api/v1/verifications", &content).expect(200);
    assert_eq!(report["verdict"], "valid");
    let facts = report["certificate"].as_object().expect("facts");
    for (field, value) in facts {
        if let Some(shown) = one.get(field) {
            let same = if field == "body" { true } else { shown == value };
            assert!(same, "{field}: {shown} is not {value}");
        }
    }
    let fields: BTreeSet<&str> = facts.keys().map(String::as_str).collect();
    assert!(!fields.contains("level") && !fields.contains("occupation"), "{fields:?}");
    let page = world.anybody().get(&format!("/v/{}", text(one, "code"))).text();
    let expected = if one["course"].is_string() { "course" } else { "original_number" };
    assert!(page.contains(text(one, expected)), "{page}");
    assert!(page.contains(text(one, "number")) && !page.contains(text(one, "holder")), "{page}");
    let (session, _) = world.page_session(who);
    let shown = session.get(&format!("/certificates/{}", text(one, "id"))).text();
    assert!(shown.contains(text(one, expected)), "{shown}");
    assert!(session.get("/certificates").text().contains(text(one, "number")));
    let kind = text(one, "type");
    let listed = world.get("bureau", &format!("/api/v1/certificates?type={kind}")).expect(200);
    assert!(listed.as_array().is_some_and(|all| all.iter().all(|found| found["type"] == one["type"])));
    assert!(listed.to_string().contains(text(one, "number")));
}

/// Suspended, reinstated, replaced, and the new one revoked: each is seen at once. The issuer asks, the bureau decides.
fn check_life(world: &World, who: &str, one: &Value) {
    let change = |who: &str, one: &Value, change: &str, code: &str| {
        let reason = json!({ "reason_code": code, "reason": "见调查报告" });
        world.post(who, &format!("{}/{change}", path(one)), reason)
    };
    let content = text(one, "qr_content");
    change(who, one, "suspend", "investigation").expect(200);
    assert_eq!(verdict(world, content), "suspended");
    change("bureau", one, "reinstate", "cleared").expect(200);
    assert_eq!(verdict(world, content), "valid");
    if one["expires_on"].is_null() {
        assert_eq!(change(who, one, "renew", "term-ending").conflict(), "certificate-without-end");
    }
    let new = change(who, one, "replace", "damaged").expect(200);
    assert_eq!(verdict(world, content), "replaced");
    for field in ["type", "course", "hours", "completed_on", "original_number", "expires_on", "holder"] {
        assert_eq!(new[field], one[field], "{field}");
    }
    for field in ["enrolment_id", "first_aid_id", "application_id"] {
        assert_eq!(new[field], one[field], "{field}");
    }
    let content = text(&new, "qr_content").to_owned();
    assert_eq!(verdict(world, &content), "valid");
    change(who, &new, "revoke", "issued-in-error").expect(202);
    assert_eq!(verdict(world, &content), "valid");
    change("bureau", &new, "revoke", "issued-in-error").expect(200);
    assert_eq!(verdict(world, &content), "revoked");
}

#[test]
fn a_class_s_certificates_are_refused_for_what_is_missing() {
    on_both(|world| {
        let (class, _) = trained(world, "family-carer-16", 1..3, 0);
        assert_eq!(issue_class(world, "school", class).conflict(), "no-issuing-key");
        issue_class(world, "school2", class).expect(404);
        // The key is certified for another type.
        certify_for(world, "school", &[CertificateType::TrainingCompletion]);
        let refused = issue_class(world, "school", class).expect(200);
        assert_eq!(refused[0]["refused"], "issuing-key-unusable", "{refused}");
        let (single, _) = trained(world, "care-manager-60", 5..6, 0);
        assert_eq!(issue_class(world, "school", single).conflict(), "issuing-key-unusable");
        certify_for(world, "school", CertificateType::of_body(BodyKind::Training));
        // First aid earns its certificate from the Red Cross.
        let (aid, _) = trained(world, "first-aid-16", 10..11, 0);
        let none = issue_class(world, "school", aid).expect(200);
        assert_eq!(none[0]["refused"], "programme-without-certificate");
        halt_accreditation(world, "school");
        let halted = issue_class(world, "school", class).expect(200);
        assert_eq!(halted[0]["refused"], "accreditation-halted");
        assert_eq!(halted[1]["certificate_id"], Value::Null);
    });
}

fn halt_accreditation(world: &World, name: &str) {
    use diesel::prelude::*;
    use huzheng::db::schema::accreditations;
    let halted = world.app.database.write(|tx| {
        let own = accreditations::table.filter(accreditations::organisation_id.eq(world.organisations[name]));
        diesel::update(own)
            .set(accreditations::status.eq("suspended"))
            .execute(&mut **tx)
            .map_err(huzheng::db::DbError::from)?;
        Ok::<_, Problem>(())
    });
    halted.expect("halted");
}

#[test]
fn a_first_aid_record_is_refused_for_what_is_missing() {
    on_both(|world| {
        let seen = record_first_aid(world, 1, &json!({}));
        assert_eq!(issue_record(world, "redcross", &seen).conflict(), "no-issuing-key");
        certify_for(world, "redcross", &[CertificateType::Skill]);
        assert_eq!(issue_record(world, "redcross", &seen).conflict(), "issuing-key-unusable");
        certify_for(world, "redcross", &[CertificateType::FirstAid]);
        issue_record(world, "bureau", &seen).expect(403);
        let other = record_first_aid(world, 2, &json!({ "issuer": "杭州市红十字会" }));
        issue_record(world, "redcross", &other).expect(404);
        let cpr = record_first_aid(world, 3, &json!({ "kind": "cpr-aed" }));
        assert_eq!(issue_record(world, "redcross", &cpr).conflict(), "first-aid-not-recordable");
        let over =
            record_first_aid(world, 4, &json!({ "issued_on": "2024-02-01", "expires_on": "2026-11-20" }));
        assert_eq!(issue_record(world, "redcross", &over).conflict(), "first-aid-not-recordable");
        halt_accreditation(world, "redcross");
        assert_eq!(issue_record(world, "redcross", &seen).conflict(), "accreditation-halted");
    });
}

#[test]
fn what_is_taken_off_the_record_is_green_no_more() {
    on_both(|world| {
        certify_for(world, "redcross", &[CertificateType::FirstAid]);
        let seen = record_first_aid(world, 1, &json!({}));
        let one = issue_record(world, "redcross", &seen).expect(201);
        assert_eq!(verdict(world, text(&one, "qr_content")), "valid");
        let client = world.as_user("redcross").if_match(&seen["version"]);
        let withdraw = format!("/api/v1/first-aid-certificates/{}/withdraw", text(&seen, "id"));
        let withdrawn = client.post(&withdraw, &json!({ "reason": "冒名参训" })).expect(200);
        assert_eq!(withdrawn["state"], "withdrawn");
        assert_eq!(verdict(world, text(&one, "qr_content")), "suspended");
        assert_eq!(issue_record(world, "redcross", &seen).conflict(), "first-aid-not-recordable");
    });
}

/// Whoever has completed a training, and nothing else, is no certified caregiver, for the figures and for the
/// conditions of an exam.
#[test]
fn only_a_skill_certificate_makes_a_certified_caregiver() {
    on_both(|world| {
        certify_for(world, "school", CertificateType::of_body(BodyKind::Training));
        let (class, _) = trained(world, "caregiver-5", 1..2, 0);
        let issued = issue_class(world, "school", class).expect(200);
        let one = &made(world, &issued)[0];
        employ(world, one);
        let counted = Counted { on: shanghai_date(world.app.clock.now()), positions: &["caregiver"] };
        let area = "330481".parse().expect("an area");
        let found = world.app.database.read(|conn| {
            let person = text(one, "person_id").parse().expect("an id");
            let held = huzheng::registry::certificates::held::held(conn, person, counted.on)?;
            assert_eq!(held, [], "{}", one["type"]);
            Ok::<_, Problem>(headcounts(conn, counted, &area)?)
        });
        let found = found.expect("counted");
        assert_eq!((found.employed, found.certified, found.senior), (1, 0, 0));
    });
}
