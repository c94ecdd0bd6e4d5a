//! What only others know of an institution or a carer, imported and then claimed by.

use serde_json::{Value, json};

use super::desk::{in_balance, step, text};
use crate::support::people::{identity_number, name};
use crate::support::trained::trained;
use crate::support::{Answer, World, on_both};

fn import(world: &World, who: &str, file: &str) -> Answer {
    let file = format!("\u{feff}{file}");
    let from = [("told_by", "海宁市民政局")];
    world.as_user(who).upload("/api/v1/statements-import", ("事实.csv", file.as_bytes()), &from)
}

fn budget(world: &World, scheme: &str) {
    let asked =
        json!({ "scheme": scheme, "year": 2026, "amount_fen": 100_000_000, "document": "海财〔2026〕8号" });
    world.post("finance", "/api/v1/budgets", asked).expect(201);
}

fn claim(world: &World, who: &str, scheme: &str, of: (&str, &str), part: &str) -> Answer {
    world.app.clock.advance(1);
    world.post(who, "/api/v1/claims", json!({ "scheme": scheme, of.0: of.1, "claim_part": part }))
}

fn conditions(answer: &Answer) -> Vec<(String, String)> {
    answer.field_errors()
}

#[test]
fn a_home_care_centre_is_paid_half_of_what_it_invested_at_most_thirty_thousand() {
    on_both(|world| {
        budget(world, "haining-centre-upgrade");
        let id = world.organisation("institution");
        let known = world.get("bureau", &format!("/api/v1/organisations/{id}")).expect(200);
        let (code, called) = (text(&known, "credit_code"), text(&known, "name"));
        let asked =
            |part| claim(world, "institution", "haining-centre-upgrade", ("organisation_id", &id), part);
        // Nobody told anything yet: unknown, and so not claimable.
        assert_eq!(conditions(&asked("event-p2026-1"))[0].0, "scheme");

        let head = "姓名,统一社会信用代码,事项,项目投入（元）,是否照料中心改造提升项目,是否验收合格\r\n";
        let row = |project: &str, money: &str, accepted: &str| {
            format!("{called},{code},{project},{money},是,{accepted}\r\n")
        };
        let file = [head, &row("p2026-1", "80000", "是"), &row("p2026-2", "40000.50", "否")].concat();
        let refused = import(world, "institution", &file).field_errors();
        assert_eq!(refused[0], ("centre_upgrades".to_owned(), "not-yours-to-tell".to_owned()));
        let wrong = file.replacen(&called, "另一家", 1);
        assert_eq!(
            import(world, "bureau", &wrong).field_errors(),
            [("name".to_owned(), "organisation-name-differs".to_owned())]
        );
        let person =
            format!("姓名,证件号码,事项,项目投入（元）\r\n{},{},p1,1\r\n", name(1), identity_number(1));
        world.post("school", "/api/v1/people", crate::support::people::person(1)).expect(201);
        assert_eq!(
            import(world, "bureau", &person).field_errors(),
            [("investment".to_owned(), "not-told-of-such".to_owned())]
        );
        import(world, "bureau", &file).expect(200);

        let paid = asked("event-p2026-1").expect(201);
        assert_eq!(paid["amount_fen"], 3_000_000, "80,000 yuan: the cap");
        assert_eq!(
            conditions(&asked("event-p2026-2")),
            [("scheme".to_owned(), "condition-failed".to_owned())],
            "not accepted"
        );
        import(world, "bureau", &file.replace(",是,否", ",是,是")).expect(200);
        let half = asked("event-p2026-2").expect(201);
        assert_eq!(half["amount_fen"], 2_000_025, "half of 40,000.50");
        in_balance(world);
    });
}

#[test]
fn a_family_carer_is_paid_for_two_trainings_a_year() {
    on_both(|world| {
        budget(world, "haining-carer-training");
        let trainings: Vec<String> =
            (0..3).map(|_| trained(world, "family-carer-16", 1..3, 1).1[0].to_string()).collect();
        let find = json!({ "document_number": identity_number(1) });
        let person = world.post("school", "/api/v1/people/find", find).expect(200);
        let id = text(&person, "id");
        let home = json!({ "home_area": "330481101" });
        let path = format!("/api/v1/people/{id}");
        world.as_user("bureau").if_match(&person["version"]).post(&path, &home).expect(200);
        let staff = format!("/api/v1/organisations/{}/employments", world.organisation("institution"));
        let post = json!({ "document_number": identity_number(1), "name": name(1), "position": "caregiver",
            "post_kind": "regular", "from_date": "2025-01-01" });
        world.post("institution", &staff, post).expect(201);
        let told = format!("姓名,证件号码,是否照护失能家人\r\n{},{},是\r\n", name(1), identity_number(1));
        import(world, "bureau", &told).expect(200);

        let asked = |training: &String| {
            let part = format!("event-{training}");
            claim(world, "institution", "haining-carer-training", ("person_id", &id), &part)
        };
        let filed: Vec<Value> = trainings[..2].iter().map(|one| asked(one).expect(201)).collect();
        let third = asked(&trainings[2]).expect(201);
        for one in &filed {
            step(world, "town", one, "review", json!({})).expect(200);
            step(world, "bureau", one, "approve", json!({})).expect(200);
        }
        // Two are promised now: the third is due no more, however it was filed.
        step(world, "town", &third, "review", json!({})).expect(200);
        let refused = step(world, "bureau", &third, "approve", json!({})).conflict();
        assert_eq!(refused, "facts-changed");
        let again = step(world, "bureau", &third, "reassess", json!({})).expect(200);
        assert_eq!(again["amount_fen"], 0);
        // What was promised stands when it is looked at again.
        let run = world.post("bureau", "/api/v1/monthly-runs", json!({ "month": "2026-10" })).expect(200);
        assert_eq!((&run["checked"], &run["stopped"]), (&json!(2), &json!(0)), "{run}");
        in_balance(world);
    });
}
