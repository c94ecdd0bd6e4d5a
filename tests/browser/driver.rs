//! A real Chromium, driven through its WebDriver.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::support::world::PASSWORD;
use crate::support::{self, World};

pub struct Browser {
    driver: Child,
    pub client: Client,
    base: String,
    address: String,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Opens a window of the given width on the world's server; `None`, with a clear word, where there is no browser.
    pub async fn open(world: &World, width: u32) -> Option<Self> {
        if Command::new("chromedriver").arg("--version").output().is_err() {
            eprintln!("skipped: no chromedriver here; `make setup` installs it");
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let profile = tempfile::tempdir().expect("a folder");
        let options = json!({ "args": [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--accept-lang=zh-CN",
            format!("--window-size={width},1400"), format!("--user-data-dir={}", profile.path().display()),
        ]});
        let mut capabilities = serde_json::Map::new();
        capabilities.insert("goog:chromeOptions".to_owned(), options);
        let address = format!("http://127.0.0.1:{port}");
        let deadline = Instant::now() + Duration::from_secs(30);
        let client = loop {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            match builder.capabilities(capabilities.clone()).connect(&address).await {
                Ok(client) => break client,
                Err(error) => assert!(Instant::now() < deadline, "no browser session: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        Some(Self { driver, client, base: world.anybody().base, address, _profile: profile })
    }

    pub async fn goto(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base)).await.expect("the page opens");
    }

    pub async fn sign_in(&self, username: &str) {
        self.goto("/login").await;
        self.fill("username", username).await;
        self.fill("password", PASSWORD).await;
        self.press("main form button[type=submit]").await;
    }

    pub async fn sign_out(&self) {
        self.press("form[action='/logout'] button").await;
    }

    /// Types into the field of that name.
    pub async fn fill(&self, name: &str, text: &str) {
        let field = self.find(&format!("[name='{name}']")).await;
        field.send_keys(text).await.expect("the field takes text");
    }

    /// Types into the field that the selector finds.
    pub async fn fill_in(&self, css: &str, text: &str) {
        self.find(css).await.send_keys(text).await.expect("the field takes text");
    }

    pub async fn press(&self, css: &str) {
        self.find(css).await.click().await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    pub async fn find(&self, css: &str) -> fantoccini::elements::Element {
        let wait = self.client.wait().at_most(Duration::from_secs(15));
        match wait.for_element(Locator::Css(css)).await {
            Ok(element) => element,
            Err(error) => {
                panic!("{css} on {:?}: {error}\n{}", self.client.current_url().await, self.text().await)
            }
        }
    }

    pub async fn text(&self) -> String {
        let body = self.client.find(Locator::Css("body")).await.expect("a body");
        body.text().await.expect("its text")
    }

    /// Keeps a picture where `HUZHENG_PICTURES` names a folder.
    pub async fn picture(&self, name: &str) {
        if let Ok(folder) = std::env::var("HUZHENG_PICTURES") {
            let png = self.client.screenshot().await.expect("a picture");
            std::fs::write(Path::new(&folder).join(format!("{name}.png")), png).expect("written");
        }
    }

    /// From the next page on, the browser's clock shows `now`, in milliseconds since 1970, and goes on from there.
    pub async fn set_clock(&self, now: i64) {
        const CLOCK: &str = "{
            const [Real, shift] = [Date, NOW - Date.now()];
            globalThis.Date = class extends Real {
                constructor(...given) { given.length > 0 ? super(...given) : super(Real.now() + shift); }
                static now() { return Real.now() + shift; }
            };
        }";
        self.run_first(&CLOCK.replace("NOW", &now.to_string())).await;
    }

    /// From the next page on, `script` runs before any of the page's own.
    pub async fn run_first(&self, script: &str) {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
    }

    /// Looks as a screen of that width would, in light or dark colours.
    pub async fn screen(&self, width: u32, scheme: &str) {
        let phone = width < 600;
        let metrics = json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": phone });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// A picture of the whole page, beyond what the window shows.
    pub async fn whole_page(&self) -> String {
        let shot = self.devtools("Page.captureScreenshot", json!({ "captureBeyondViewport": true })).await;
        shot["value"]["data"].as_str().expect("a picture").to_owned()
    }

    /// A command of Chromium's own protocol, for what WebDriver has no word for.
    async fn devtools(&self, command: &str, params: Value) -> Value {
        let session = self.client.session_id().await.expect("asked").expect("a session");
        let path = format!("/session/{session}/goog/cdp/execute");
        let answer = support::client::Client::new(&self.address)
            .post(&path, &json!({ "cmd": command, "params": params }));
        answer.expect(200)
    }

    pub async fn close(mut self) {
        drop(self.client.clone().close().await);
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}
