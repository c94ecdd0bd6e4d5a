//! Pictures of every page as the roles see it, for looking at: wide, on a phone, in English, in the dark.
//!
//! `HUZHENG_PICTURES=folder cargo test --test suite gallery -- --ignored` takes them. On the way every page is held
//! against what can be counted: no page is wider than a phone, and no field is without its label.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::in_browser;
use super::scenes::{certificate, held_session, text};
use crate::support::World;
use crate::support::path::{approved_class, enrol};
use crate::support::people::{identity_number, name};

/// What is wrong with the page in front of us, in words; an empty list for a sound one.
const FAULTS: &str = include_str!("faults.js");

#[test]
#[ignore = "takes minutes; for looking at the pages"]
fn gallery() {
    let Ok(folder) = std::env::var("HUZHENG_PICTURES") else { return };
    in_browser(1280, async |world, browser| {
        let shown = everything(world);
        let mut faults = Vec::new();
        for (user, pages) in &shown {
            if !user.is_empty() {
                browser.sign_in(user).await;
                browser.find("form[action='/logout']").await;
            }
            for (label, path) in pages {
                for (view, width, scheme, language) in [
                    ("wide", 1280, "light", "zh-CN"),
                    ("phone", 375, "light", "zh-CN"),
                    ("english", 375, "dark", "en"),
                ] {
                    browser.screen(width, scheme).await;
                    let mark = if path.contains('?') { '&' } else { '?' };
                    browser.goto(&format!("{path}{mark}lang={language}")).await;
                    let found = browser
                        .client
                        .execute(FAULTS, vec![json!(width)])
                        .await
                        .expect("the page is examined");
                    for fault in found.as_array().expect("a list") {
                        faults.push(format!("{user} {path} {view}: {fault}"));
                    }
                    let png = STANDARD.decode(browser.whole_page().await).expect("base64");
                    let file =
                        format!("{}-{label}-{view}.png", if user.is_empty() { "public" } else { *user });
                    std::fs::write(Path::new(&folder).join(file), png).expect("written");
                }
            }
            browser.screen(1280, "light").await;
            if !user.is_empty() {
                browser.goto("/?lang=zh-CN").await;
                browser.sign_out().await;
                browser.find("[name=username]").await;
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    });
}

type Pages = Vec<(&'static str, String)>;

/// A city at work, and the pages that each role looks at.
fn everything(world: &World) -> Vec<(&'static str, Pages)> {
    let class = approved_class(world);
    for n in 0..12 {
        enrol(world, &class, n);
    }
    let class = format!("/classes/{}", text(&class, "id"));
    lessons(world, &class);
    staff(world);
    let made: Vec<Value> = (700..704).map(|n| certificate(world, n)).collect();
    let reason = json!({ "reason_code": "investigation", "reason": "群众举报，正在核实" });
    world
        .post("bureau", &format!("/api/v1/certificates/{}/suspend", text(&made[1], "id")), reason)
        .expect(200);
    let session = held_session(world, 5);
    let application = world.get("assessor", &format!("/api/v1{}", session.replace("exams", "exam-sessions")));
    let application = application.expect(200)["applications"][0]["id"].as_str().expect("an id").to_owned();
    let certificate = format!("/certificates/{}", text(&made[0], "id"));
    let at = |path: &str| path.to_owned();
    let under = |base: &str, rest: &str| format!("{base}{rest}");
    vec![
        (
            "",
            vec![
                ("login", at("/login")),
                ("help", at("/help")),
                ("scan", at("/scan")),
                ("lookup", at("/lookup")),
                ("notices", at("/notices")),
                ("verify", under("/v/", text(&made[0], "code"))),
                ("suspended", under("/v/", text(&made[1], "code"))),
                ("unknown", at("/v/aaaaaaaaaaaaaaaaaaaaaaaaaa")),
            ],
        ),
        (
            "school",
            vec![
                ("home", at("/")),
                ("classes", at("/classes")),
                ("class-new", at("/classes/new")),
                ("class", class.clone()),
                ("enrol", under(&class, "/enrol")),
                ("roster", under(&class, "/roster")),
                ("lessons", under(&class, "/lessons")),
                ("results", under(&class, "/results")),
                ("exams", at("/exams")),
            ],
        ),
        (
            "assessor",
            vec![
                ("home", at("/")),
                ("exams", at("/exams")),
                ("exam-new", at("/exams/new")),
                ("exam", session.clone()),
                ("scores", under(&session, "/scores")),
                ("application", under("/applications/", &application)),
                ("certificates", at("/certificates")),
                ("certificate", certificate.clone()),
                ("replace", under(&certificate, "/replace")),
                ("recorded", at("/recorded")),
                ("recorded-new", at("/recorded/new")),
                ("recorded-import", at("/recorded/import")),
            ],
        ),
        (
            "institution",
            vec![
                ("home", at("/")),
                ("staff", at("/staff")),
                ("join", at("/staff/join")),
                ("import", at("/staff/import")),
                ("first-aid", at("/first-aid")),
            ],
        ),
        (
            "redcross",
            vec![
                ("first-aid", at("/first-aid")),
                ("first-aid-new", at("/first-aid/new")),
                ("first-aid-import", at("/first-aid/import")),
            ],
        ),
        (
            "bureau",
            vec![
                ("home", at("/")),
                ("overview", at("/overview")),
                ("class", class),
                ("organisations", at("/organisations")),
                ("organisation", under("/organisations/", &world.organisation("institution"))),
                ("areas", at("/areas/330481")),
                ("schemes", at("/schemes")),
                ("scheme-new", at("/schemes/new")),
                ("scheme-file", at("/schemes/new/file")),
                ("area-import", at("/areas/330481/import")),
                ("revoke", under(&certificate, "/revoke")),
            ],
        ),
        ("admin", vec![("home", at("/")), ("missing", at("/nowhere"))]),
    ]
}

fn lessons(world: &World, class: &str) {
    let module = &crate::support::path::programme(world)["modules"][0]["id"];
    let lesson = json!({
        "module_id": module, "held_on": "2026-12-02", "hours": 4, "place": "201 教室", "teacher": "周老师",
    });
    world.post("school", &format!("/api/v1{class}/lessons"), lesson).expect(201);
}

fn staff(world: &World) {
    let staff = format!("/api/v1/organisations/{}/employments", world.organisation("institution"));
    for n in 600..606 {
        let one = json!({
            "document_number": identity_number(n), "name": name(n), "position": "caregiver",
            "post_kind": "regular", "from_date": "2025-03-01",
        });
        let answer = world.post("institution", &staff, one);
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
}
