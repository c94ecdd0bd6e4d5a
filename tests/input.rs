//! Bad input on its way in: each a problem that names what is wrong, and nothing changed.

use serde_json::json;

use crate::support::databases::Kind;
use crate::support::{World, on_both};

#[test]
fn bodies_of_the_wrong_kind_or_size_are_refused() {
    let world = World::new(Kind::Sqlite);
    let bureau = world.as_user("bureau");
    let path = "/api/v1/populations";
    let problem = |answer: crate::support::Answer, status: u16, name: &str| {
        assert_eq!(answer.status, status, "{}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(answer.json()["type"], format!("urn:huzheng:problem:{name}"));
        assert!(!answer.json()["title"].as_str().unwrap_or_default().is_empty());
    };
    problem(bureau.send("POST", path, "text/plain", b"{}"), 415, "unsupported-media-type");
    problem(
        bureau.send("POST", path, "application/x-www-form-urlencoded", b"a=1"),
        415,
        "unsupported-media-type",
    );
    problem(bureau.send("POST", path, "application/json", b"{"), 400, "malformed");
    problem(bureau.send("POST", path, "application/json", b"[]"), 400, "malformed");
    problem(bureau.send("POST", path, "application/json", b"\xff\xfe"), 400, "malformed");
    let large = format!("{{\"source\": \"{}\"}}", "x".repeat(10 << 20));
    problem(bureau.send("POST", path, "application/json", large.as_bytes()), 413, "too-large");
    problem(bureau.send("DELETE", path, "", b""), 405, "method-not-allowed");
    problem(bureau.get("/api/v1/no-such-thing"), 404, "not-found");
    problem(bureau.get("/api/v1/organisations/not-an-id"), 404, "not-found");
    problem(world.anybody().get("/api/v1/me"), 401, "not-signed-in");
    problem(world.anybody().with_token("x.y.z").get("/api/v1/me"), 401, "not-signed-in");
}

#[test]
fn a_change_names_the_version_that_it_is_based_on() {
    on_both(|world| {
        let list = world.get("admin", "/api/v1/accounts").expect(200);
        let school = list
            .as_array()
            .expect("a list")
            .iter()
            .find(|a| a["username"] == "school")
            .expect("school")
            .clone();
        let path = format!("/api/v1/accounts/{}/status", school["id"].as_str().expect("an id"));
        let disable = json!({ "status": "disabled" });
        let admin = world.as_user("admin");
        assert_eq!(admin.post(&path, &disable).status, 428);
        assert_eq!(admin.if_match(&json!(7)).post(&path, &disable).status, 412);
        let changed = admin.if_match(&school["version"]).post(&path, &disable);
        assert_eq!(changed.header("etag"), Some("\"2\""));
        changed.expect(200);
        // A disabled account's token is worth nothing at once.
        assert_eq!(world.get("school", "/api/v1/me").status, 401);
    });
}

#[test]
fn wrong_passwords_are_one_answer_and_slow_down() {
    let world = World::new(Kind::Sqlite);
    let try_as = |username: &str, password: &str| {
        world.anybody().post("/api/v1/sessions", &json!({ "username": username, "password": password }))
    };
    let unknown = try_as("nobody", "a wrong password");
    let wrong = try_as("bureau", "a wrong password");
    assert_eq!((unknown.status, wrong.status), (401, 401));
    assert_eq!(unknown.json()["title"], wrong.json()["title"]);
    try_as("bureau", crate::support::world::PASSWORD).expect(201);
    for _ in 0..7 {
        try_as("bureau", "a wrong password");
    }
    let throttled = try_as("bureau", crate::support::world::PASSWORD);
    assert_eq!(throttled.status, 429);
    assert!(throttled.header("retry-after").is_some());
}

#[test]
fn the_document_describes_what_is_served() {
    let world = World::new(Kind::Sqlite);
    let document = world.anybody().get("/openapi.json").expect(200);
    assert_eq!(document["openapi"], "3.1.0");
    let body = &document["paths"]["/api/v1/populations"]["post"]["requestBody"]["content"]["application/json"]
        ["schema"];
    assert_eq!(body["properties"]["basis"]["enum"], json!(["registered", "resident"]));
    assert!(body["required"].as_array().is_some_and(|r| r.contains(&json!("persons"))));
    assert!(document["components"]["schemas"]["ProblemDocument"]["properties"]["errors"].is_object());
    assert_eq!(world.anybody().get("/docs/").status, 200);
}
