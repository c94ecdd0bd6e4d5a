//! What others tell is imported, and the monthly run proposes what follows from it.

use huzheng::registry::schemes::{Condition, Text};
use serde_json::{Value, json};

use super::desk::{AMOUNT, SCHEME, caregiver, certificate, open, text};
use crate::support::databases::Kind;
use crate::support::people::{identity_number, name, person};
use crate::support::{Answer, World, on_both};

const PATH: &str = "/api/v1/statements-import";

fn with_days_of_work(world: &World) {
    open(world, 10_000_000, |scheme| {
        let words = |text: &str| Text { zh: text.to_owned(), en: text.to_owned() };
        scheme.conditions.push(Condition {
            id: "days".to_owned(),
            cel: "work_days[month] >= 20".to_owned(),
            zh: "当月出勤不少于20天".to_owned(),
            en: "Worked at least 20 days in the month".to_owned(),
            remedy: words("补录出勤"),
        });
    });
}

fn row(n: u32, month: &str, days: &str) -> String {
    format!("{},{},{month},{days}", name(n), identity_number(n))
}

fn import(world: &World, who: &str, rows: &[String], values: &[(&str, &str)]) -> Answer {
    let file = format!("\u{feff}姓名,证件号码,月份,出勤天数\r\n{}\r\n", rows.join("\r\n"));
    world.as_user(who).upload(PATH, ("考勤10月.csv", file.as_bytes()), values)
}

fn run(world: &World, month: &str) -> Value {
    world.post("bureau", "/api/v1/monthly-runs", json!({ "month": month })).expect(200)
}

fn drafts(world: &World) -> Vec<Value> {
    // The city's own example schemes propose beside it.
    let all = world.get("institution", &format!("/api/v1/claims?state=draft&scheme={SCHEME}")).expect(200);
    all.as_array().expect("a list").clone()
}

#[test]
fn the_run_proposes_what_follows_from_what_was_told_and_nothing_twice() {
    on_both(|world| {
        with_days_of_work(world);
        let people: Vec<String> = (1..=4).map(|n| caregiver(world, n)).collect();
        // The second worked too few days, of the third nobody told, the fourth has two months.
        let rows = [
            row(1, "2026-10", "22"),
            row(2, "2026-10", "12"),
            row(4, "2026-10", "23"),
            row(4, "2026-09", "21"),
        ];
        let checked = import(world, "institution", &rows, &[("check", "true")]).expect(200);
        assert_eq!((&checked["statements"], &checked["imported"]), (&json!(4), &json!(false)));
        assert_eq!(run(world, "2026-10")["proposed"], 0, "checking keeps nothing");
        assert_eq!(import(world, "institution", &rows, &[]).expect(200)["statements"], 4);

        let done = run(world, "2026-10");
        assert_eq!(done["people"], 4, "{done}");
        assert!(drafts(world).iter().all(|one| one["amount_fen"] == AMOUNT), "{done}");
        let mut parts: Vec<String> = drafts(world)
            .iter()
            .map(|one| format!("{} {}", text(one, "claim_part"), text(one, "beneficiary_id")))
            .collect();
        parts.sort();
        let mut expected = vec![
            format!("2026-09 {}", people[3]),
            format!("2026-10 {}", people[0]),
            format!("2026-10 {}", people[3]),
        ];
        expected.sort();
        assert_eq!(parts, expected);
        assert_eq!(run(world, "2026-10")["proposed"], 0, "nothing is proposed twice");

        // What was told late makes its month due.
        import(world, "institution", &[row(3, "2026-10", "25")], &[]).expect(200);
        run(world, "2026-10");
        assert_eq!(drafts(world).len(), 4);

        // The institution submits a draft as it stands.
        let draft = drafts(world).pop().expect("a draft");
        let path = format!("/api/v1/claims/{}/submit", text(&draft, "id"));
        let filed =
            world.as_user("institution").if_match(&draft["version"]).post(&path, &json!({})).expect(200);
        assert_eq!((&filed["state"], &filed["amount_fen"]), (&json!("submitted"), &json!(AMOUNT)));
    });
}

#[test]
fn a_fact_says_where_it_came_from_and_a_later_one_takes_its_place() {
    on_both(|world| {
        let person = caregiver(world, 1);
        import(world, "institution", &[row(1, "2026-10", "19")], &[]).expect(200);
        import(world, "institution", &[row(1, "2026-10", "21"), row(1, "2026-09", "20")], &[]).expect(200);
        let facts = world.get("institution", &format!("/api/v1/people/{person}/facts")).expect(200);
        let days = &facts["values"]["work_days"];
        assert_eq!(days["value"]["integers-by-key"], json!({ "2026-09": 20, "2026-10": 21 }));
        let source = text(&days["source"], "reference");
        assert!(source.contains("考勤10月.csv") && source.contains("· 2"), "{source}");
        assert!(facts["values"].get("insured").is_none(), "what nobody told is unknown");
        assert_eq!(facts["values"]["service_months"]["value"], json!({ "integer": 22 }));
        let stranger = world.get("school", &format!("/api/v1/people/{person}/facts"));
        assert_eq!(stranger.status, 403, "{}", stranger.text());
    });
}

#[test]
fn a_file_is_taken_whole_or_not_at_all() {
    on_both(|world| {
        let id = caregiver(world, 1);
        world.post("school", "/api/v1/people", person(2)).expect(201);
        let told = |rows: &[String]| {
            let errors = import(world, "institution", rows, &[]).field_errors();
            errors.into_iter().map(|error| format!("{} {}", error.0, error.1)).collect::<Vec<_>>()
        };
        let good = row(1, "2026-10", "22");
        let bad = [
            (row(1, "2026-10", "32"), "work_days out-of-range"),
            (row(1, "2026-12", "20"), "month month-not-finished"),
            (row(1, "", "20"), "month required"),
            (row(1, "十月", "20"), "month not-a-month"),
            (row(1, "2026-10", ""), "name nothing-told"),
            (row(2, "2026-10", "20"), "document_number not-employed-then"),
            (row(3, "2026-10", "20"), "document_number unknown-person"),
            (good.clone(), "work_days duplicate-in-file"),
        ];
        for (wrong, expected) in bad {
            assert_eq!(told(&[good.clone(), wrong.clone()]), [expected], "{wrong}");
        }
        let facts = world.get("institution", &format!("/api/v1/people/{id}/facts")).expect(200);
        assert!(facts["values"].get("work_days").is_none(), "nothing was kept");

        // What another department knows is not an institution's to tell; the bureau names the department.
        let insured = format!(
            "\u{feff}姓名,证件号码,月份,社保是否缴纳\r\n{},{},2026-10,是\r\n",
            name(1),
            identity_number(1)
        );
        let file = ("社保.csv", insured.as_bytes());
        let own = world.as_user("institution").upload(PATH, file, &[]).field_errors();
        assert_eq!(own[0].1, "not-yours-to-tell");
        assert_eq!(world.as_user("bureau").upload(PATH, file, &[]).field_errors()[0].0, "told_by");
        world.as_user("bureau").upload(PATH, file, &[("told_by", "海宁市医疗保障局")]).expect(200);
        let facts = world.get("bureau", &format!("/api/v1/people/{id}/facts")).expect(200);
        assert!(text(&facts["values"]["insured"]["source"], "reference").starts_with("海宁市医疗保障局"));
    });
}

#[test]
fn a_run_waits_for_the_end_of_its_month() {
    let world = World::new(Kind::Sqlite);
    let world = &world;
    let errors = world.post("bureau", "/api/v1/monthly-runs", json!({ "month": "2026-11" })).field_errors();
    assert_eq!((errors[0].0.as_str(), errors[0].1.as_str()), ("month", "month-not-finished"));
    // A scheme of another area proposes nothing here.
    open(world, 1_000, |scheme| scheme.area = "330282".parse().expect("an area"));
    caregiver(world, 1);
    certificate(world, 1, "2026-06-01");
    run(world, "2026-10");
    assert!(drafts(world).is_empty());
}

#[test]
fn a_scheme_is_tried_on_past_data_and_nothing_is_written() {
    on_both(|world| {
        let scheme = |world: &World| {
            let all = world.get("bureau", "/api/v1/schemes").expect(200);
            let schemes = all["schemes"].as_array().expect("a list").clone();
            let found = schemes.into_iter().find(|one| one["code"] == SCHEME).expect("the scheme");
            text(&found, "id")
        };
        with_days_of_work(world);
        caregiver(world, 1);
        caregiver(world, 2);
        caregiver(world, 3);
        import(world, "institution", &[row(1, "2026-10", "22"), row(2, "2026-10", "12")], &[]).expect(200);
        let path = format!("/api/v1/schemes/{}/trial", scheme(world));
        let tried = world.post("bureau", &path, json!({ "month": "2026-10" })).expect(200);
        assert_eq!((&tried["people"], &tried["amount_fen"]), (&json!(1), &json!(AMOUNT)), "{tried}");
        assert_eq!((&tried["failed"], &tried["undecided"]), (&json!({ "days": 1 }), &json!({ "days": 1 })));
        assert!(drafts(world).is_empty());
        let errors = world.post("bureau", &path, json!({ "month": "2026-11" })).field_errors();
        assert_eq!(errors[0].1, "month-not-finished");
    });
}

#[test]
fn what_was_told_late_stops_what_is_approved_and_asks_back_what_was_paid() {
    use super::desk::{account, claim, confirmed_batch, file_rows, import_results, now, result_file, step};
    on_both(|world| {
        with_days_of_work(world);
        let people: Vec<String> = (1..=2).map(|n| caregiver(world, n)).collect();
        import(world, "institution", &[row(1, "2026-10", "22"), row(2, "2026-10", "22")], &[]).expect(200);
        account(world, 1, &people[0], super::desk::ACCOUNT).expect(201);
        account(world, 2, &people[1], super::desk::ACCOUNT).expect(201);
        let paid = claim(world, "institution", &people[0], "2026-10").expect(201);
        step(world, "bureau", &paid, "approve", json!({})).expect(200);
        world.advance_days(8);
        let batch = confirmed_batch(world);
        let rows = file_rows(world, &batch);
        import_results(world, "finance", &batch, &result_file(&rows, &[("paid", "")])).expect(200);
        let approved = claim(world, "institution", &people[1], "2026-10").expect(201);
        step(world, "bureau", &approved, "approve", json!({})).expect(200);
        let checked = run(world, "2026-10");
        assert_eq!(
            (&checked["checked"], &checked["stopped"], &checked["to_recover"]),
            (&json!(2), &json!(0), &json!(0))
        );

        // The days of work turn out to have been fewer.
        import(world, "institution", &[row(1, "2026-10", "12"), row(2, "2026-10", "12")], &[]).expect(200);
        let checked = run(world, "2026-10");
        assert_eq!((&checked["stopped"], &checked["to_recover"]), (&json!(1), &json!(1)), "{checked}");
        assert_eq!(now(world, &approved)["state"], "stopped");
        let again = run(world, "2026-10");
        assert_eq!(
            (&again["stopped"], &again["to_recover"]),
            (&json!(0), &json!(0)),
            "nothing twice: {again}"
        );
    });
}
