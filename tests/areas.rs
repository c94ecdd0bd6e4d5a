use serde_json::json;

use crate::support::{Answer, on_both};

#[test]
fn a_corrected_population_supersedes_and_is_not_lost() {
    on_both(|world| {
        let figure = |persons: i64| {
            json!({
                "area_code": "330481103", "counted_on": "2025-12-31", "basis": "registered",
                "persons": persons, "kind": "measured", "source": "统计公报",
            })
        };
        world.post("bureau", "/api/v1/populations", figure(21_000)).expect(201);
        world.post("bureau", "/api/v1/populations", figure(21_500)).expect(201);
        let listed = world.get("bureau", "/api/v1/areas/330481103/populations").expect(200);
        let measured: Vec<_> =
            listed.as_array().expect("a list").iter().filter(|f| f["kind"] == "measured").collect();
        assert_eq!(measured.len(), 1, "{listed}");
        assert_eq!(measured[0]["persons"], 21_500);
    });
}

#[test]
fn every_wrong_field_of_a_population_is_named() {
    on_both(|world| {
        let wrong = json!({
            "area_code": "33048", "counted_on": "2026-02-30", "basis": "all", "persons": -1,
            "kind": "measured", "source": "", "note": "x",
        });
        let errors = world.post("bureau", "/api/v1/populations", wrong).field_errors();
        let named: Vec<_> = errors.iter().map(|(field, code)| (field.as_str(), code.as_str())).collect();
        assert_eq!(
            named,
            [
                ("area_code", "area-code-form"),
                ("counted_on", "not-a-date"),
                ("basis", "unknown-choice"),
                ("persons", "out-of-range"),
                ("source", "required"),
                ("note", "unknown-field"),
            ]
        );
        let elsewhere = json!({
            "area_code": "999999", "counted_on": "2027-12-31", "basis": "resident", "persons": 1,
            "kind": "measured", "source": "x",
        });
        let errors = world.post("bureau", "/api/v1/populations", elsewhere).field_errors();
        assert_eq!(errors, [("counted_on".to_owned(), "future-date".to_owned())]);
    });
}

#[test]
fn a_repeated_creating_call_creates_once() {
    on_both(|world| {
        let client = world.as_user("bureau").with_header("Idempotency-Key", "k-1");
        let figure = json!({
            "area_code": "330481103", "counted_on": "2024-12-31", "basis": "registered", "persons": 5,
            "kind": "measured", "source": "x",
        });
        let first = client.post("/api/v1/populations", &figure).expect(201);
        let again = client.post("/api/v1/populations", &figure).expect(201);
        assert_eq!(first, again);
        let mut other = figure.clone();
        other["persons"] = json!(6);
        assert_eq!(client.post("/api/v1/populations", &other).conflict(), "idempotency-key");
    });
}

/// Two at once under one key: one answer is kept, and whoever comes too late is told to repeat.
#[test]
fn the_same_creating_call_twice_at_once_creates_once() {
    on_both(|world| {
        let client = world.as_user("bureau").with_header("Idempotency-Key", "k-2");
        let figure = json!({
            "area_code": "330481103", "counted_on": "2023-12-31", "basis": "resident", "persons": 5,
            "kind": "measured", "source": "x",
        });
        let answers: Vec<_> = std::thread::scope(|scope| {
            let calls: Vec<_> =
                (0..6).map(|_| scope.spawn(|| client.post("/api/v1/populations", &figure))).collect();
            calls.into_iter().map(|call| call.join().expect("no panic")).collect()
        });
        let made: std::collections::BTreeSet<_> =
            answers.iter().filter(|answer| answer.status == 201).map(Answer::text).collect();
        assert_eq!(made.len(), 1, "{answers:?}");
        for late in answers.iter().filter(|answer| answer.status != 201) {
            assert_eq!(late.conflict(), "idempotency-race");
        }
    });
}
