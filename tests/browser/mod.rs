//! What people do, in a real browser.

mod driver;

use driver::Browser;

use crate::support::World;
use crate::support::databases::Kind;
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
