//! The binary itself: what it prints, and the exit status that scripts go by.

use std::path::Path;
use std::process::{Command, Output};

use huzheng::app::clock::{keep_offset, machine_now};
use serde_json::{Value, json};

use crate::certificates::issue;
use crate::support::World;
use crate::support::databases::Kind;
use crate::support::passed::{certify, passed};

pub fn huzheng(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_huzheng"))
        .args(arguments)
        .env("HUZHENG_DATA_DIR", folder)
        .env("HUZHENG_KEY_PASSPHRASE_FILE", folder.join("passphrase"))
        .env("HUZHENG_ENVIRONMENT", "test")
        .current_dir(folder)
        .output()
        .expect("the binary runs")
}

fn verdict(out: &Output) -> Value {
    let text = String::from_utf8_lossy(&out.stdout);
    let report: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    report["verdict"].clone()
}

#[test]
fn verify_needs_no_server_and_says_what_the_server_says() {
    let world = World::new(Kind::Sqlite);
    certify(&world, None);
    let made = issue(&world, passed(&world, 1)).expect(201);
    let content = made["qr_content"].as_str().expect("content").to_owned();
    let folder = world.folder().to_owned();
    // The world's clock stands; the binary reads the machine's, moved by the kept offset.
    let offset = (world.app.clock.now() - machine_now()).num_seconds();
    keep_offset(&folder, offset).expect("kept");

    let valid = huzheng(&folder, &["verify", "--json", &content]);
    assert_eq!((valid.status.code(), verdict(&valid)), (Some(0), json!("valid")));
    let words = huzheng(&folder, &["verify", &content]);
    assert!(String::from_utf8_lossy(&words.stdout).contains("valid"));

    let (kept, last) = content.split_at(content.len() - 1);
    let changed = format!("{kept}{}", if last == "1" { "2" } else { "1" });
    let refused = huzheng(&folder, &["verify", "--json", &changed]);
    assert_eq!(refused.status.code(), Some(1));
    assert_ne!(verdict(&refused), json!("valid"));

    for ending in ["jsonld", "jwt", "cwt"] {
        let address = format!("/api/v1/certificates/{}.{ending}", made["id"].as_str().expect("an id"));
        let file = folder.join(format!("certificate.{ending}"));
        std::fs::write(&file, world.get("assessor", &address).bytes).expect("written");
        let checked = huzheng(&folder, &["verify", "--json", &file.display().to_string()]);
        assert_eq!((checked.status.code(), verdict(&checked)), (Some(0), json!("valid")), "{ending}");
    }

    // Given a trust list and no status list, nothing is green.
    let trust = folder.join("trust-list.json").display().to_string();
    let unknown = huzheng(&folder, &["verify", "--json", "--trust", &trust, &content]);
    assert_eq!((unknown.status.code(), verdict(&unknown)), (Some(1), json!("status_unknown")));
    let status = folder.join("status/1.json").display().to_string();
    let fresh = huzheng(&folder, &["verify", "--json", "--trust", &trust, "--status", &status, &content]);
    assert_eq!((fresh.status.code(), verdict(&fresh)), (Some(0), json!("valid")));

    assert_eq!(huzheng(&folder, &["verify"]).status.code(), Some(2));
    assert_eq!(verdict(&huzheng(&folder, &["verify", "--json", "nothing"])), json!("unsupported"));
}

#[test]
fn a_registry_is_set_up_from_the_command_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    std::fs::write(path.join("passphrase"), "a passphrase for tests\n").expect("written");
    let run = |arguments: &[&str]| {
        let out = huzheng(path, arguments);
        (out.status.code(), String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).into_owned())
    };
    let (code, said) = run(&["seed"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("keys init"), "{said}");
    for arguments in
        [&["keys", "init"] as &[&str], &["migrate"], &["seed"], &["seed", "--json"], &["keys", "list"]]
    {
        let (code, said) = run(arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {said}");
    }
    let (code, said) =
        run(&["report", "caregiver-ratio", "--area", "330481", "--on", "2026-11-21", "--json"]);
    assert_eq!(code, Some(0), "{said}");
    let report: Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
    assert!(said.contains("239000"), "{report}");
    let xlsx = path.join("ratio.xlsx").display().to_string();
    let pdf = path.join("ratio.pdf").display().to_string();
    let both = [
        "report",
        "caregiver-ratio",
        "--area",
        "330481",
        "--on",
        "2026-11-21",
        "--xlsx",
        &xlsx,
        "--pdf",
        &pdf,
    ];
    let (code, said) = run(&both);
    assert_eq!(code, Some(0), "{said}");
    assert!(std::fs::read(&xlsx).is_ok_and(|bytes| bytes.starts_with(b"PK")));
    assert!(std::fs::read(&pdf).is_ok_and(|bytes| bytes.starts_with(b"%PDF")));
    let (code, said) = run(&["config", "--json"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(run(&["no-such-command"]).0, Some(2));
    assert_eq!(run(&["openapi"]).0, Some(0));
}
