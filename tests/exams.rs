use huzheng::kernel::dates::shanghai_date;
use huzheng::kernel::identity::check_character;
use huzheng::kernel::ids::ApplicationId;
use huzheng::registry::exams::clearance::{NotCleared, Obstacle, cleared_all};
use serde_json::{Value, json};

use crate::support::on_both;
use crate::support::world::World;

const NAME: &str = "王秀兰";

/// A number of the region that is nobody's.
fn document() -> String {
    let body = "99048119900307123";
    format!("{body}{}", check_character(body).expect("17 digits"))
}

fn announce(world: &World) -> Value {
    let new = json!({
        "level": 5, "place": "考场一", "registration_closes_on": "2026-11-25", "held_on": "2026-11-30",
        "capacity": 2,
    });
    world.post("assessor", "/api/v1/exam-sessions", new).expect(201)
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn applicant(world: &World) -> String {
    let person = json!({ "document_number": document(), "name": NAME });
    text(&world.post("institution", "/api/v1/people", person).expect(201)["id"])
}

fn clearance(world: &World, application: &str) -> Result<(), Vec<Obstacle>> {
    let id: ApplicationId = application.parse().expect("an id");
    let today = shanghai_date(world.app.clock.now());
    let cleared = world.app.database.read(|conn| cleared_all(conn, &[id], today).map_err(NotCleared::from));
    match cleared.and_then(|mut all| all.remove(0)) {
        Ok(cleared) => {
            assert_eq!(cleared.application(), id);
            Ok(())
        }
        Err(NotCleared::Because(obstacles)) => Err(obstacles),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn from_an_application_to_the_end_of_the_notice() {
    on_both(|world| {
        let session = announce(world);
        let at = format!("/api/v1/exam-sessions/{}", text(&session["id"]));
        let person = applicant(world);

        let bare = json!({ "person_id": person });
        let refused = world.post("institution", &format!("{at}/applications"), bare).expect(201);
        assert_eq!(refused["decision"], "not-eligible");
        assert_eq!(refused["admission_number"], Value::Null);
        let needs = &refused["routes"][0]["needs"];
        assert_eq!((&needs[0]["kind"], &needs[0]["met"]), (&json!("age"), &json!(true)));
        assert_eq!((&needs[1]["kind"], &needs[1]["met"]), (&json!("declared"), &json!(false)));

        let stated = json!({
            "document_number": document(), "name": NAME,
            "declarations": [{ "what": "working-or-intending", "note": "劳动合同" }],
        });
        let admitted = world.post("institution", &format!("{at}/applications"), stated.clone()).expect(201);
        assert_eq!((&admitted["decision"], &admitted["id"]), (&json!("eligible"), &refused["id"]));
        assert_eq!(text(&admitted["admission_number"]), format!("{}0001", text(&session["code"])));
        let again = world.post("assessor", &format!("{at}/applications"), stated);
        assert_eq!(again.conflict(), "already-admitted");

        let application = text(&admitted["id"]);
        let scores = |list: &[(&str, Value)]| {
            let entry = |(part, score): &(&str, Value)| json!({ "application_id": application, "part": part, "score": score });
            json!({ "scores": list.iter().map(entry).collect::<Vec<_>>() })
        };
        let both = scores(&[("theory", json!(80)), ("practical", json!(59))]);
        let early = world.post("assessor", &format!("{at}/scores"), both.clone());
        assert_eq!(early.conflict(), "not-held-yet");

        // Tuesday 1 December.
        world.advance_days(10);
        let wrong = scores(&[("theory", json!(101)), ("practical", json!(59.5)), ("singing", json!(60))]);
        let errors = world.post("assessor", &format!("{at}/scores"), wrong).field_errors();
        let named: Vec<_> = errors.iter().map(|(field, code)| (field.as_str(), code.as_str())).collect();
        assert_eq!(
            named,
            [
                ("scores[0].score", "out-of-range"),
                ("scores[1].score", "not-whole"),
                ("scores[2].part", "unknown-choice")
            ]
        );
        let review = scores(&[("review", json!(60))]);
        let errors = world.post("assessor", &format!("{at}/scores"), review).field_errors();
        assert_eq!(errors, [("scores[0].part".to_owned(), "unknown-part".to_owned())]);

        world.post("assessor", &format!("{at}/scores"), both).expect(201);
        assert_eq!(
            world.post("assessor", &format!("{at}/confirm"), json!({})).conflict(),
            "second-person-needed"
        );
        world.post("assessor2", &format!("{at}/confirm"), json!({})).expect(200);
        assert_eq!(
            world.post("assessor2", &format!("{at}/confirm"), json!({})).conflict(),
            "already-confirmed"
        );
        assert_eq!(
            world.post("assessor", &format!("{at}/publish"), json!({})).conflict(),
            "nothing-to-publish"
        );

        // The failed part alone is sat again.
        let passed = scores(&[("theory", json!(90))]);
        let errors = world.post("assessor2", &format!("{at}/scores"), passed).field_errors();
        assert_eq!(errors, [("scores[0].score".to_owned(), "score-final".to_owned())]);
        let resit = scores(&[("practical", json!(60))]);
        world.post("assessor2", &format!("{at}/scores"), resit).expect(201);
        world.post("assessor", &format!("{at}/confirm"), json!({ "all": true })).expect(200);
        assert_eq!(clearance(world, &application), Err(vec![Obstacle::NotPublished]));

        let published = world.post("assessor", &format!("{at}/publish"), json!({})).expect(200);
        assert_eq!(published["notice_ends_on"], "2026-12-08");
        assert_eq!(published["notice_ends_at"], "2026-12-08T16:00:00Z");
        let running = Obstacle::NoticeRunning { ends_on: "2026-12-08".parse().expect("a day") };
        assert_eq!(clearance(world, &application), Err(vec![running]));

        let notice = format!("/notices/{}", text(&session["code"]));
        let shown = world.anybody().get(&notice).text();
        assert!(shown.contains(NAME) && !shown.contains(&document()[14..]), "{shown}");
        world.advance_days(7);
        assert!(clearance(world, &application).is_err(), "the last day belongs to the notice");
        world.advance_days(1);
        assert_eq!(clearance(world, &application), Ok(()));
        assert!(!world.anybody().get(&notice).text().contains(NAME), "an ended notice shows no names");
    });
}

#[test]
fn a_session_is_run_by_its_body_alone() {
    on_both(|world| {
        let at = format!("/api/v1/exam-sessions/{}", text(&announce(world)["id"]));
        let person = applicant(world);
        world.post("institution", &format!("{at}/applications"), json!({ "person_id": person })).expect(201);

        for (user, status, seen) in [
            ("assessor2", 200, 1),
            ("bureau", 200, 1),
            ("institution", 200, 1),
            ("school", 200, 0),
            ("body2", 404, 0),
        ] {
            let answer = world.get(user, &at);
            assert_eq!(answer.status, status, "{user}");
            let applications = answer.json()["applications"].as_array().map_or(0, Vec::len);
            assert_eq!(applications, seen, "{user}");
        }
        for call in ["scores", "confirm", "publish"] {
            assert_eq!(world.post("body2", &format!("{at}/{call}"), json!({})).status, 404, "{call}");
        }
        // Somebody of whom the school knows nothing, until it knows the document and the name.
        let unknown = world.post("school", &format!("{at}/applications"), json!({ "person_id": person }));
        assert_eq!(unknown.status, 404, "{}", unknown.text());
        let misnamed = json!({ "document_number": document(), "name": "王秀梅" });
        let errors = world.post("school", &format!("{at}/applications"), misnamed).field_errors();
        assert_eq!(errors, [("document_number".to_owned(), "no-such-holder".to_owned())]);
    });
}

#[test]
fn a_session_needs_an_accreditation_and_days_in_order() {
    on_both(|world| {
        let check = |changes: Value, expected: &[(&str, &str)]| {
            let mut new = json!({
                "level": 5, "place": "考场一", "registration_closes_on": "2026-11-25",
                "held_on": "2026-11-30", "capacity": 2,
            });
            new.as_object_mut().expect("fields").extend(changes.as_object().expect("fields").clone());
            let errors = world.post("assessor", "/api/v1/exam-sessions", new).field_errors();
            let named: Vec<_> = errors.iter().map(|(field, code)| (field.as_str(), code.as_str())).collect();
            assert_eq!(named, expected, "{changes}");
        };
        check(json!({ "level": 1 }), &[("level", "not-accredited")]);
        check(json!({ "held_on": "2029-01-01" }), &[("held_on", "not-accredited-on-that-day")]);
        check(
            json!({ "registration_closes_on": "2026-12-01" }),
            &[("registration_closes_on", "after-exam-day")],
        );
        check(json!({ "area_code": "339999" }), &[("area_code", "unknown-area")]);
        check(json!({ "capacity": 0 }), &[("capacity", "out-of-range")]);
    });
}

#[test]
fn the_pages_of_a_session_are_served() {
    let world = World::new(crate::support::databases::Kind::Sqlite);
    let id = text(&announce(&world)["id"]);
    let person = applicant(&world);
    let stated = json!({ "person_id": person, "declarations": [{ "what": "working-or-intending" }] });
    let made =
        world.post("institution", &format!("/api/v1/exam-sessions/{id}/applications"), stated).expect(201);
    world.advance_days(10);
    let (assessor, _) = world.page_session("assessor");
    let application = text(&made["id"]);
    for path in [
        "/exams".to_owned(),
        "/exams/new".to_owned(),
        format!("/exams/{id}"),
        format!("/exams/{id}/apply"),
        format!("/exams/{id}/scores"),
        format!("/exams/{id}/confirm"),
        format!("/exams/{id}/scores-template"),
        format!("/applications/{application}"),
        "/notices".to_owned(),
    ] {
        assert_eq!(assessor.get(&path).status, 200, "{path}: {}", assessor.get(&path).text());
    }
}
