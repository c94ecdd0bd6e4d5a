//! The W3C VC-API on a test issuer, as the public conformance suites call it.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::World;
use crate::support::databases::Kind;

fn credential() -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
        "type": ["VerifiableCredential", "CourseCredential"],
        "issuer": "did:example:anybody",
        "credentialSubject": { "id": "did:example:holder", "course": "Care" },
    })
}

#[test]
fn credentials_are_issued_and_verified_only_where_it_was_asked_for() {
    let world = World::new(Kind::Sqlite);
    let asked = json!({ "credential": credential(), "options": {} });
    world.anybody().post("/credentials/issue", &asked).expect(404);

    world.app.open_vc_api().expect("not production");
    let suite = world.another_server();
    for options in [json!({}), json!({ "cryptosuite": "eddsa-jcs-2022" })] {
        let asked = json!({ "credential": credential(), "options": options });
        let issued = suite.post("/credentials/issue", &asked).expect(201)["verifiableCredential"].clone();
        let verify = |credential: &Value| {
            suite.post("/credentials/verify", &json!({ "verifiableCredential": credential, "options": {} }))
        };
        assert_eq!(verify(&issued).expect(200)["verified"], true);
        let mut changed = issued.clone();
        changed["credentialSubject"]["course"] = "Other".into();
        assert_eq!(verify(&changed).expect(400)["verified"], false);
        verify(&credential()).expect(400);
        // It is no certificate of ours, whatever this issuer signs.
        let content = json!({ "content": issued.to_string() });
        assert_eq!(suite.post("/api/v1/verifications", &content).expect(200)["verdict"], "forged");
    }
}

#[test]
fn bad_input_is_a_bad_request() {
    let world = World::new(Kind::Sqlite);
    world.app.open_vc_api().expect("not production");
    let suite = world.another_server();
    for (path, name) in [
        ("/credentials/issue", "credential"),
        ("/credentials/verify", "verifiableCredential"),
        ("/presentations/verify", "verifiablePresentation"),
    ] {
        for document in [json!(null), json!([]), json!("x"), json!({}), json!({ "@context": [], "type": [] })]
        {
            let answer = suite.post(path, &json!({ (name): document }));
            assert_eq!(answer.status, 400, "{path} {document}: {}", answer.text());
        }
        suite.post(path, &json!({})).expect(400);
        suite.post(path, &json!([])).expect(400);
        suite.post(path, &json!({ (name): credential(), "options": 4 })).expect(400);
        suite.send("POST", path, "application/json", b"{").expect(400);
    }
    let mut unknown = credential();
    unknown["@context"] = json!(["https://www.w3.org/ns/credentials/v2", "https://a.example/context"]);
    let refused = suite.post("/credentials/issue", &json!({ "credential": unknown })).expect(400);
    assert!(refused["errors"][0].as_str().is_some_and(|error| error.contains("https://a.example/context")));
}

#[test]
fn production_refuses_the_flag() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("passphrase"), "a passphrase for tests\n").expect("written");
    let huzheng = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_huzheng"))
            .args(arguments)
            .env("HUZHENG_DATA_DIR", folder.path())
            .env("HUZHENG_KEY_PASSPHRASE_FILE", folder.path().join("passphrase"))
            .env("HUZHENG_ENVIRONMENT", "production")
            .env("HUZHENG_LISTEN", "127.0.0.1:0")
            .current_dir(folder.path())
            .output()
            .expect("the binary runs")
    };
    assert_eq!(huzheng(&["keys", "init"]).status.code(), Some(0));
    let refused = huzheng(&["serve", "--vc-api"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("--vc-api"), "{said}");
}
