//! The way from a class to a certificate, in steps that tests start from.

use serde_json::{Value, json};

use super::World;
use super::people::person;

/// The programme of level five for caregivers.
pub fn programme(world: &World) -> Value {
    let all = world.get("school", "/api/v1/programmes").expect(200);
    let found =
        all.as_array().expect("a list").iter().find(|p| p["level"] == "5" && p["audience"] == "caregiver");
    found.expect("a programme of level five").clone()
}

/// A class of the school `school`, approved, beginning in ten days.
pub fn approved_class(world: &World) -> Value {
    let today = huzheng::kernel::dates::shanghai_date(world.app.clock.now());
    let class = json!({
        "programme_id": programme(world)["id"], "title": "五级养老护理员培训班", "place": "第一教室",
        "starts_on": (today + chrono::Days::new(10)).to_string(),
        "ends_on": (today + chrono::Days::new(60)).to_string(), "capacity": 40,
    });
    let made = world.post("school", "/api/v1/classes", class).expect(201);
    let path = format!("/api/v1/classes/{}", made["id"].as_str().expect("an id"));
    let filed = world
        .as_user("school")
        .if_match(&made["version"])
        .post(&format!("{path}/file"), &json!({}))
        .expect(200);
    world
        .as_user("bureau")
        .if_match(&filed["version"])
        .post(&format!("{path}/approve"), &json!({}))
        .expect(200)
}

/// Enrols the `n`th person; the enrolment.
pub fn enrol(world: &World, class: &Value, n: u32) -> Value {
    let path = format!("/api/v1/classes/{}/enrolments", class["id"].as_str().expect("an id"));
    world.post("school", &path, person(n)).expect(201)
}
