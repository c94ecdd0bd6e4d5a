//! What people do, in a real browser.

mod claims;
mod driver;
mod gallery;
mod offline;
mod scenes;

use driver::Browser;
use scenes::{certificate, held_session, text};
use serde_json::json;

use crate::support::World;
use crate::support::databases::Kind;
use crate::support::passed::certify;
use crate::support::path;
use crate::support::people::{identity_number, name, roster};

/// Runs `test` in a browser window of the given width; passes with a word where there is none.
fn in_browser(width: u32, test: impl AsyncFnOnce(&World, &Browser)) {
    let world = World::new(Kind::Sqlite);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        if let Some(browser) = Browser::open(&world, width).await {
            test(&world, &browser).await;
            browser.close().await;
        }
    });
}

#[test]
fn signing_in_and_out() {
    in_browser(1280, async |_, browser| {
        browser.sign_in("school").await;
        browser.find(".tasks, .empty, .shortcut").await;
        browser.picture("home-school").await;
        assert!(browser.text().await.contains("school"));
        browser.sign_out().await;
        browser.find("[name=username]").await;
        browser.goto("/").await;
        assert!(browser.client.current_url().await.expect("an address").path().starts_with("/login"));
    });
}

/// A clerk's roster: first with an identity number that Excel has rounded and one person twice, then mended.
#[test]
fn a_clerk_imports_a_roster() {
    in_browser(1280, async |world, browser| {
        let class = path::approved_class(world);
        let page = format!("/classes/{}/roster", class["id"].as_str().expect("an id"));
        let mut people: Vec<_> = (0..30).map(|n| (identity_number(n), name(n))).collect();
        let file = |name: &str, content: Vec<u8>| {
            let path = world.folder().join(name);
            std::fs::write(&path, content).expect("written");
            path.display().to_string()
        };
        people.push(people[3].clone());
        let wrong = file("wrong.xlsx", roster(&people, false));
        people.pop();
        let right = file("right.xlsx", roster(&people, false));

        browser.sign_in("school").await;
        browser.goto(&page).await;
        browser.fill("file", &wrong).await;
        browser.press("main form button[type=submit]").await;
        browser.find(".fold").await;
        browser.picture("roster-errors").await;
        assert!(browser.text().await.contains("32"), "the row of the repeated person is named");

        browser.goto(&page).await;
        browser.fill("file", &right).await;
        browser.press("main form button[type=submit]").await;
        browser.find("input[name=content]").await;
        browser.picture("roster-ready").await;
        browser.press("main form button[type=submit]").await;
        browser.find(".notice, .flash, [role=status]").await;
        browser.picture("class").await;
        let sheet = world.get("school", &format!("/api/v1/classes/{}", class["id"].as_str().expect("an id")));
        assert_eq!(sheet.expect(200)["enrolments"].as_array().map(Vec::len), Some(30));
    });
}

/// One examiner enters, another confirms; whoever entered can't, and is told why.
#[test]
fn two_people_make_a_result() {
    in_browser(1280, async |world, browser| {
        let session = held_session(world, 2);
        let (sheet, confirm) = (format!("{session}/scores"), format!("{session}/confirm"));
        browser.sign_in("assessor").await;
        browser.goto(&sheet).await;
        for (field, score) in ["80", "75", "91", "101"].iter().enumerate() {
            browser.fill(&format!("scores[{field}].score"), score).await;
        }
        browser.press("main form button[type=submit]").await;
        browser.find(".error-summary").await;
        browser.picture("scores-refused").await;
        let wrong = browser.find("[name='scores[3].score']").await;
        assert_eq!(
            wrong.prop("value").await.expect("a value").as_deref(),
            Some("101"),
            "nothing typed is lost"
        );
        let link = browser.find(".error-summary a").await.attr("href").await.expect("an attribute");
        let target = link.expect("a link to the field");
        assert_eq!(wrong.attr("id").await.expect("an attribute"), Some(target[1..].to_owned()));
        wrong.clear().await.expect("the field empties");
        wrong.send_keys("60").await.expect("the field takes text");
        browser.press("main form button[type=submit]").await;
        browser.find(".notice--good").await;

        browser.goto(&confirm).await;
        browser.find("main h1").await;
        browser.picture("confirm-own").await;
        assert!(browser.text().await.contains("4 项由您本人录入"), "{}", browser.text().await);
        assert!(
            browser.client.find(fantoccini::Locator::Css("main form")).await.is_err(),
            "nothing to press"
        );
        browser.sign_out().await;

        browser.sign_in("assessor2").await;
        // What waits stands on the first page; it leads to the sessions, and one of them on to the confirmation.
        browser.press(".task[href^='/exams']").await;
        browser.goto(&session).await;
        browser.press(&format!("a[href='{confirm}']")).await;
        browser.find("main form").await;
        browser.picture("confirm").await;
        browser.press("main form button[type=submit]").await;
        browser.find(".notice--good").await;
        browser.press(&format!("form[action='{session}/publish'] button")).await;
        browser.find("a[href^='/notices/']").await;
        browser.picture("session-published").await;

        certify(world, None);
        world.advance_days(10);
        browser.goto(&session).await;
        browser.press(&format!("form[action='{session}/certificates'] button")).await;
        browser.find(".notice--good").await;
        browser.picture("certificates-issued").await;
        let issued = world.get("assessor", "/api/v1/certificates").expect(200);
        assert_eq!(issued.as_array().map(Vec::len), Some(2));
    });
}

/// What people at a door do with a paper certificate.
#[test]
fn a_paper_is_checked() {
    in_browser(1280, async |world, browser| {
        let made = certificate(world, 1);
        let (id, code, content) = (text(&made, "id"), text(&made, "code"), text(&made, "qr_content"));
        browser.sign_in("assessor").await;
        browser.find(".shortcut").await;
        browser.goto(&format!("/certificates/{id}")).await;
        browser.find(".facts").await;
        browser.picture("certificate").await;
        assert!(browser.text().await.contains(text(&made, "number")));
        browser.sign_out().await;
        browser.find("[name=username]").await;

        let png = world.get("bureau", &format!("/api/v1/certificates/{id}.png"));
        let photo = world.folder().join("photo.png");
        std::fs::write(&photo, &png.bytes).expect("written");
        browser.goto("/scan").await;
        browser.fill("photo", &photo.display().to_string()).await;
        browser.press("form[enctype] button").await;
        browser.find("[data-verdict=valid]").await;
        browser.picture("scanned").await;
        assert!(browser.text().await.contains("证书有效"));

        let signed = content.find("/v/").map(|at| &content[at..]).expect("an address");
        browser.goto(signed).await;
        browser.find("[data-verdict=valid]").await;
        browser.find("#checks-card:not([hidden])").await;
        let masked = browser.find("[data-fact=name]").await.text().await.expect("a name");
        assert_eq!(masked, text(&made, "holder"), "whoever holds the paper sees the name that it shows");
        browser.picture("verified-by-script").await;

        // One digit of the signed content is another; the page is left first, for a new fragment alone loads nothing.
        let (kept, last) = signed.split_at(signed.len() - 1);
        let other = if last == "0" { '1' } else { '0' };
        browser.goto("/help").await;
        browser.goto(&format!("{kept}{other}")).await;
        browser.find("[data-verdict=forged], [data-verdict=unsupported]").await;
        browser.picture("forged").await;
        let told = browser.text().await;
        assert!(!told.contains(text(&made, "number")) && !told.contains(text(&made, "holder")), "{told}");

        let last4 = &identity_number(1)[14..];
        for (holder, class, picture) in
            [(text(&made, "holder"), "good", "match"), ("别人", "bad", "no-match")]
        {
            browser.goto(&format!("/v/{code}")).await;
            browser.fill("name", holder).await;
            browser.fill("id_last4", last4).await;
            browser.press("form.match button").await;
            browser.find(&format!("#match .notice--{class}")).await;
            browser.picture(picture).await;
        }

        for who in ["bureau", "bureau2"] {
            let reason = json!({ "reason_code": "fraud", "reason": "见调查报告" });
            let answer = world.post(who, &format!("/api/v1/certificates/{id}/revoke"), reason);
            assert!(matches!(answer.status, 200 | 202), "{}", answer.text());
        }
        browser.goto("/help").await;
        browser.goto(signed).await;
        browser.find("[data-verdict=revoked]").await;
        browser.picture("revoked").await;
        assert!(browser.text().await.contains("证书已撤销"));
    });
}
