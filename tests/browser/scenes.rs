//! Data that several walks through the browser start from.

use serde_json::{Value, json};

use crate::support::World;
use crate::support::passed::{certify, passed};
use crate::support::people::{identity_number, name, person};

/// A session of `assessor`'s body on its exam day, with `count` candidates admitted; its path.
pub fn held_session(world: &World, count: u32) -> String {
    let new = json!({
        "level": 5, "place": "海宁市职业培训学校 3 号楼", "registration_closes_on": "2026-11-25",
        "held_on": "2026-11-30", "capacity": 30,
    });
    let session = world.post("assessor", "/api/v1/exam-sessions", new).expect(201);
    let path = format!("/exam-sessions/{}", session["id"].as_str().expect("an id"));
    for n in 0..count {
        world.post("institution", "/api/v1/people", person(500 + n)).expect(201);
        let applicant = json!({
            "document_number": identity_number(500 + n), "name": name(500 + n),
            "declarations": [{ "what": "working-or-intending", "note": "劳动合同" }],
        });
        let made = world.post("institution", &format!("/api/v1{path}/applications"), applicant).expect(201);
        assert_eq!(made["decision"], "eligible");
    }
    world.advance_days(10);
    path.replace("exam-sessions", "exams")
}

/// The certificate of the `n`th person.
pub fn certificate(world: &World, n: u32) -> Value {
    certify(world, None);
    let new = json!({ "application_id": passed(world, n) });
    world.post("assessor", "/api/v1/certificates", new).expect(201)
}

pub fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("{field} in {value}"))
}
