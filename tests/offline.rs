//! The scripts that check a certificate in the browser, run by Node with what a real server publishes.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::World;
use crate::support::databases::Kind;
use crate::support::passed::{certify, passed};

#[test]
fn the_scripts_check_as_the_server_does() {
    if Command::new("node").arg("--version").output().is_err() {
        eprintln!("skipped: no node here");
        return;
    }
    let world = World::new(Kind::Sqlite);
    let folder = world.folder().join("scripts");
    copy_scripts(&folder);
    let real = folder.join("real.json");
    std::fs::write(&real, published(&world).to_string()).expect("written");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = Command::new("node")
        .arg("--test")
        .arg(root.join("tests/javascript/offline.test.mjs"))
        .env("HUZHENG_SCRIPTS", &folder)
        .env("HUZHENG_API_DOC", root.join("docs/api.md"))
        .env("HUZHENG_REAL", &real)
        .output()
        .expect("node runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout));
}

/// `assets/js` as ES modules.
fn copy_scripts(folder: &Path) {
    std::fs::create_dir_all(folder).expect("a folder");
    std::fs::write(folder.join("package.json"), r#"{"type":"module"}"#).expect("written");
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/js");
    for script in std::fs::read_dir(scripts).expect("a folder") {
        let script = script.expect("a file");
        std::fs::copy(script.path(), folder.join(script.file_name())).expect("copied");
    }
}

/// A certificate, and the lists as they were when it was good, suspended and revoked.
fn published(world: &World) -> Value {
    certify(world, None);
    let application = json!({ "application_id": passed(world, 1) });
    let made = world.post("assessor", "/api/v1/certificates", application).expect(201);
    let id = made["id"].as_str().expect("an id");
    let lists = || world.anybody().get("/status/1").text();
    let ask = |lists: String, verdict: &str, detail: &str| json!({ "content": made["qr_content"], "status": lists, "verdict": verdict, "detail": detail });
    let change = |who: &str, change: &str, reason: &str| {
        let reason = json!({ "reason_code": reason, "reason": "见调查报告" });
        let answer = world.post(who, &format!("/api/v1/certificates/{id}/{change}"), reason);
        assert!(matches!(answer.status, 200 | 202), "{}", answer.text());
    };
    let mut asked = vec![ask(lists(), "status_unknown", "offline-clear")];
    change("bureau", "suspend", "investigation");
    asked.push(ask(lists(), "suspended", "suspended"));
    for who in ["bureau", "bureau2"] {
        change(who, "revoke", "fraud");
    }
    asked.push(ask(lists(), "revoked", "revoked"));
    json!({
        "now": world.app.clock.now(), "trust": world.anybody().get("/trust-list.json").text(), "asked": asked,
        "number": made["number"], "holder": made["holder"],
    })
}

/// A certificate of the first person.
fn issued(world: &World) -> Value {
    certify(world, None);
    let application = json!({ "application_id": passed(world, 1) });
    world.post("assessor", "/api/v1/certificates", application).expect(201)
}

/// The verdict on an uploaded file, with the detail of its reading.
fn uploaded(world: &World, name: &str, bytes: &[u8]) -> (String, String) {
    let report = world.anybody().upload("/api/v1/verifications", (name, bytes), &[]).expect(200);
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    (text(&report["verdict"]), text(&report["checks"][0]["detail"]))
}

#[test]
fn a_certificate_s_pdf_leads_to_its_verdict() {
    let world = World::new(Kind::Sqlite);
    let made = issued(&world);
    let id = made["id"].as_str().expect("an id");
    let pdf = world.get("bureau", &format!("/api/v1/certificates/{id}.pdf"));
    assert_eq!(uploaded(&world, "certificate.pdf", &pdf.bytes), ("valid".to_owned(), "ok".to_owned()));
    let file = world.folder().join("certificate.pdf");
    std::fs::write(&file, &pdf.bytes).expect("written");
    let out = Command::new(env!("CARGO_BIN_EXE_huzheng"))
        .args(["verify", "--json"])
        .arg(&file)
        .env("HUZHENG_DATA_DIR", world.folder())
        .env("HUZHENG_PUBLIC_URL", world.anybody().base)
        .output()
        .expect("it runs");
    let said: Value = serde_json::from_slice(&out.stdout).expect("JSON");
    assert_eq!(said["certificate"]["number"], made["number"], "{said}");

    for (bytes, detail) in [
        (&pdf.bytes[..pdf.bytes.len() / 3], "bad-pdf"),
        (b"%PDF-1.4\n%%EOF".as_slice(), "bad-pdf"),
        (b"\0\0\0\x18ftypheic\0\0\0\0".as_slice(), "heic-image"),
        (b"GIF89a".as_slice(), "unknown-form"),
    ] {
        assert_eq!(uploaded(&world, "x.pdf", bytes), ("unsupported".to_owned(), detail.to_owned()));
    }
}

#[test]
fn a_stranger_s_address_a_former_one_of_ours_and_another_certificate_s() {
    let world = World::with(Kind::Sqlite, |config| {
        config.former_hosts = vec!["old.haining.example".to_owned()];
    });
    let made = issued(&world);
    let content = made["qr_content"].as_str().expect("an address");
    let (page, digits) = content.split_once('#').expect("a fragment");
    let code = page.rsplit('/').next().expect("a code");
    let ask = |content: String| {
        let report =
            world.anybody().post("/api/v1/verifications", &json!({ "content": content })).expect(200);
        let address = report["checks"][1].clone();
        let shown = report.get("certificate").is_some();
        (report["verdict"].as_str().expect("a word").to_owned(), address["detail"].clone(), shown)
    };
    let former = ask(format!("https://old.haining.example/v/{code}#{digits}"));
    assert_eq!(former, ("valid".to_owned(), json!("ok"), true));
    let foreign = ask(format!("https://theirs.example/v/{code}#{digits}"));
    assert_eq!(foreign, ("forged".to_owned(), json!("foreign-host"), false));
    let other = ask(format!("https://old.haining.example/v/{}#{digits}", "a".repeat(26)));
    assert_eq!(other, ("forged".to_owned(), json!("other-certificate"), false));
}

/// What the service worker is told to keep is there, for anybody, and holds nothing about anybody.
#[test]
fn everything_that_is_to_be_kept_is_served() {
    let world = World::new(Kind::Sqlite);
    let made = issued(&world);
    let worker = world.anybody().get("/sw.js");
    assert_eq!(worker.header("content-type"), Some("text/javascript; charset=utf-8"));
    assert_eq!(worker.header("cache-control"), Some("no-cache"));
    let script = worker.text();
    let list =
        script.strip_prefix("const KEPT = ").and_then(|rest| rest.split_once(";\n")).expect("a list").0;
    let kept: Value = serde_json::from_str(list).expect("JSON");
    let files = kept["files"].as_array().expect("files").iter();
    let shells = kept["shells"]
        .as_object()
        .expect("pages")
        .values()
        .flat_map(|by| by.as_object().expect("languages").values());
    let (signed_in, csrf) = world.page_session("bureau");
    for path in files.chain(shells.clone()) {
        let path = path.as_str().expect("a path");
        let answer = signed_in.get(path);
        assert_eq!(answer.status, 200, "{path}");
        for field in ["number", "holder", "code"] {
            assert!(!answer.text().contains(made[field].as_str().expect("text")), "{path} holds a {field}");
        }
        assert!(!answer.text().contains(&csrf), "{path}: made for whoever is signed in");
    }
    assert_eq!(shells.count(), 4);
    for path in ["/offline/de/verify", "/offline/en/lookup"] {
        assert_eq!(world.anybody().get(path).status, 404, "{path}");
    }
    // The same server keeps its version; the list names every script once, under one mark.
    assert_eq!(world.anybody().get("/sw.js").text(), script);
    assert!(list.contains("/assets/js/judge.js?v=") && !list.contains("service-worker.js"));
}
