//! What people do, in a real browser.

mod driver;

use driver::Browser;

use crate::support::World;
use crate::support::databases::Kind;

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
