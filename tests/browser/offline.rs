//! The verify page with the server stopped, by what one visit kept; and uploads read on the server.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{Days, TimeDelta};
use huzheng::proof::cose::{self, Envelope};
use huzheng::proof::fragment;
use huzheng::proof::payload::Payload;
use serde_json::{Value, json};

use super::driver::Browser;
use super::in_browser;
use super::scenes::{certificate, text};
use crate::support::World;

#[test]
fn one_visit_is_enough_to_check_without_the_server() {
    in_browser(375, async |world, browser| {
        let (genuine, ended) = (certificate(world, 1), certificate(world, 2));
        revoke(world, &ended);
        let expired = expired(world, &genuine);
        let now = world.app.clock.now();

        // Any verify page, of none of the certificates below.
        browser.set_clock(now.timestamp_millis()).await;
        browser.goto("/v/aaaaaaaaaaaaaaaaaaaaaaaaaa").await;
        browser.find("html[data-kept=yes]").await;
        browser.goto(&signed(&genuine)).await;
        browser.find("[data-verdict=valid]").await;
        assert_nothing_personal(browser, &[&genuine, &ended]).await;

        world.stop().await;
        browser.set_clock((now + TimeDelta::hours(3)).timestamp_millis()).await;

        look_at(browser, &signed(&genuine), "status_unknown").await;
        let told = browser.text().await;
        assert!(told.contains("状态名单截至") && told.contains("已3小时"), "{told}");
        assert!(told.contains("没有撤销或暂停；现在的状态须联网查询"), "{told}");
        assert!(told.contains(text(&genuine, "number")) && told.contains(text(&genuine, "holder")), "{told}");
        pictures(browser, "offline-genuine").await;

        let mut changed = signed(&genuine);
        let last = changed.pop();
        changed.push(if last == Some('0') { '1' } else { '0' });
        look_at(browser, &changed, "forged").await;
        let told = browser.text().await;
        assert!(
            !told.contains(text(&genuine, "number")) && !told.contains(text(&genuine, "holder")),
            "{told}"
        );
        pictures(browser, "offline-forged").await;

        look_at(browser, &expired, "genuine_expired").await;
        pictures(browser, "offline-expired").await;

        look_at(browser, &signed(&ended), "revoked").await;
        assert!(browser.text().await.contains("撤销日期请联网查看"));
        pictures(browser, "offline-revoked").await;

        // The fragment under another certificate's path, and in the other language, which stays.
        let digits = signed(&genuine).split_once('#').expect("a fragment").1.to_owned();
        let other = format!("/v/{}?lang=en#{digits}", text(&ended, "code"));
        look_at(browser, &other, "forged").await;
        look_at(browser, &signed(&genuine), "status_unknown").await;
        let told = browser.text().await;
        assert!(told.contains("3 hours ago") && told.contains("Signature genuine"), "{told}");
        pictures(browser, "offline-english").await;

        look_at(browser, &format!("/v/{}", text(&genuine, "code")), "cannot_check").await;
        assert!(browser.text().await.contains("holds an address alone"));
        pictures(browser, "offline-short").await;
        assert_nothing_personal(browser, &[&genuine, &ended]).await;
    });
}

/// A browser that can't check signatures says so, asks the server while there is one, and never says forged.
#[test]
fn a_browser_without_ed25519_asks_the_server() {
    in_browser(375, async |world, browser| {
        let genuine = certificate(world, 1);
        browser.goto("/scan").await;
        browser.find("html[data-kept=yes]").await;
        let lost =
            "crypto.subtle.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError'));";
        browser.run_first(lost).await;
        browser.goto(&signed(&genuine)).await;
        browser.find("[data-verdict=valid]").await;
        browser.find("#offline-note:not([hidden])").await;
        assert!(browser.text().await.contains("这个浏览器不能离线核对签名"));
        world.stop().await;
        look_at(browser, &signed(&genuine), "cannot_check").await;
        assert!(browser.text().await.contains("这个浏览器不能离线核对签名"));
        pictures(browser, "offline-unable").await;
    });
}

/// Whatever answers in the server's name: a content that this browser found forged does not turn green.
#[test]
fn a_forged_content_is_not_green_whoever_says_so() {
    in_browser(375, async |world, browser| {
        let mut forged = signed(&certificate(world, 1));
        let last = forged.pop();
        forged.push(if last == Some('0') { '1' } else { '0' });
        browser.goto("/scan").await;
        browser.find("html[data-kept=yes]").await;
        let yes = "{ const ask = fetch; globalThis.fetch = (address, how) => String(address).includes('verifications')
            ? Promise.resolve(new Response('{\"verdict\":\"valid\",\"checks\":[]}')) : ask(address, how); }";
        browser.run_first(yes).await;
        look_at(browser, &forged, "cannot_check").await;
        assert!(browser.text().await.contains("内容在签名之后被改动过"));
    });
}

/// The certificate's own PDF, handed in on the scan page; and what is refused, in words beside the field.
#[test]
fn a_pdf_is_checked() {
    in_browser(375, async |world, browser| {
        let made = certificate(world, 1);
        let pdf = world.get("bureau", &format!("/api/v1/certificates/{}.pdf", text(&made, "id")));
        let file = |name: &str, content: &[u8]| {
            let path = world.folder().join(name);
            std::fs::write(&path, content).expect("written");
            path.display().to_string()
        };
        let whole = file("certificate.pdf", &pdf.bytes);
        let cut = file("cut.pdf", &pdf.bytes[..200]);
        browser.goto("/scan").await;
        browser.fill("photo", &whole).await;
        browser.press("form[enctype] button").await;
        browser.find("[data-verdict=valid]").await;
        assert!(browser.text().await.contains(text(&made, "number")));
        browser.goto("/scan").await;
        browser.fill("photo", &cut).await;
        browser.press("form[enctype] button").await;
        browser.find(".error-summary").await;
        assert!(browser.text().await.contains("PDF 打不开"), "{}", browser.text().await);
        pictures(browser, "scan-refused").await;
    });
}

async fn look_at(browser: &Browser, path: &str, verdict: &str) {
    // A new fragment alone loads nothing, so another page comes first; it is kept too.
    browser.goto("/scan").await;
    browser.goto(path).await;
    browser.find(&format!("[data-verdict={verdict}]")).await;
    browser.find("#answer:not([aria-busy])").await;
    let green = browser.client.find_all(fantoccini::Locator::Css("#verdict .verdict--good")).await;
    assert!(green.expect("looked for").is_empty(), "green off line");
}

/// The path and fragment of the certificate's address.
fn signed(made: &Value) -> String {
    let content = text(made, "qr_content");
    content.find("/v/").map(|at| content[at..].to_owned()).expect("an address")
}

fn revoke(world: &World, made: &Value) {
    for who in ["bureau", "bureau2"] {
        let reason = json!({ "reason_code": "fraud", "reason": "见调查报告" });
        let answer = world.post(who, &format!("/api/v1/certificates/{}/revoke", text(made, "id")), reason);
        assert!(matches!(answer.status, 200 | 202), "{}", answer.text());
    }
}

/// The same certificate as its body's key would have signed it for a life that is over.
fn expired(world: &World, made: &Value) -> String {
    let path = signed(made);
    let (page, digits) = path.split_once('#').expect("a fragment");
    let cwt = fragment::decode(digits).expect("digits");
    let envelope = Envelope::parse(&cwt).expect("ours");
    let mut payload = Payload::decode(envelope.payload).expect("ours");
    payload.expires_on = payload.issued_on.checked_sub_days(Days::new(1));
    let trust = world.app.trust.current();
    let certified = trust.list.issuing(&payload.body).expect("a key");
    let key = world.app.keyring.signer(certified).expect("its secret half");
    let cwt = cose::sign(&payload.encode(), key.as_ref(), certified.id).expect("signed");
    format!("{page}#{}", fragment::encode(&cwt))
}

/// Everything in the browser's caches is a file, an empty page or a public list.
async fn assert_nothing_personal(browser: &Browser, made: &[&Value]) {
    const KEPT: &str = "
        const done = arguments[arguments.length - 1];
        (async () => {
            const all = [];
            for (const name of await caches.keys()) {
                const cache = await caches.open(name);
                for (const request of await cache.keys()) {
                    all.push([new URL(request.url).pathname, await (await cache.match(request)).text()]);
                }
            }
            return all;
        })().then(done);";
    let kept = browser.client.execute_async(KEPT, Vec::new()).await.expect("the caches are read");
    let kept: Vec<(String, String)> = serde_json::from_value(kept).expect("a list");
    for name in [
        "/offline/zh-CN/verify",
        "/offline/en/verify",
        "/trust-list.json",
        "/status/1",
        "/assets/js/judge.js",
    ] {
        assert!(kept.iter().any(|(path, _)| path == name), "{name} is not kept");
    }
    let folders = ["/assets/css/", "/assets/js/", "/assets/icons/", "/offline/", "/status/"];
    for (path, content) in &kept {
        assert!(
            path == "/trust-list.json" || folders.iter().any(|folder| path.starts_with(folder)),
            "{path}"
        );
        for field in ["number", "holder", "code"] {
            let found = made.iter().find(|made| content.contains(text(made, field)));
            assert!(found.is_none(), "{path} holds a {field}");
        }
    }
}

/// Where `HUZHENG_PICTURES` names a folder: on a phone and wide, light and dark.
async fn pictures(browser: &Browser, name: &str) {
    let Ok(folder) = std::env::var("HUZHENG_PICTURES") else { return };
    for (width, scheme) in [(375, "light"), (375, "dark"), (1280, "light"), (1280, "dark")] {
        browser.screen(width, scheme).await;
        let png = STANDARD.decode(browser.whole_page().await).expect("base64");
        std::fs::write(Path::new(&folder).join(format!("{name}-{width}-{scheme}.png")), png)
            .expect("written");
    }
    browser.screen(375, "light").await;
}
