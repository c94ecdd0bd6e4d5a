use serde_json::json;

use super::desk::{
    ACCOUNT, AMOUNT, SCHEME, account, batch_step, caregiver, claim, confirmed_batch, file_rows, holds,
    import_results, in_balance, now, open, result_file, step, text,
};
use crate::support::{World, on_both};

const BUDGET: i64 = 1_000_000;

fn states(world: &World, claims: &[&serde_json::Value]) -> Vec<String> {
    claims.iter().map(|claim| text(&now(world, claim), "state")).collect()
}

#[test]
fn a_claim_is_filed_decided_and_paid_and_the_books_agree_at_every_step() {
    on_both(|world| {
        open(world, BUDGET, |scheme| {
            scheme.review.town = true;
            scheme.review.second_person_above = Some(super::desk::fen(AMOUNT - 1));
        });
        let person = caregiver(world, 1);
        account(world, 1, &person, ACCOUNT).expect(201);
        let filed = claim(world, "institution", &person, "2026-10").expect(201);
        assert_eq!(
            (&filed["state"], &filed["amount_fen"], &filed["late"], &filed["overdue"]),
            (&json!("submitted"), &json!(AMOUNT), &json!(true), &json!(true)),
            "filed on 21 November for October"
        );
        assert_eq!(step(world, "bureau", &filed, "approve", json!({})).conflict(), "town-review-first");
        step(world, "town", &filed, "review", json!({})).expect(200);
        let pending = step(world, "bureau", &filed, "approve", json!({})).expect(202);
        assert_eq!(pending["pending"]["state"], "first-approved");
        assert_eq!(holds(world), [BUDGET, 0, 0, 0, 0], "one person alone promises nothing");
        assert_eq!(step(world, "bureau", &filed, "approve", json!({})).conflict(), "second-person");
        let approved = step(world, "bureau2", &filed, "approve", json!({})).expect(200);
        assert_eq!(
            (&approved["state"], &approved["notice_ends_on"]),
            (&json!("in-notice"), &json!("2026-11-28"))
        );
        assert_eq!(holds(world), [BUDGET - AMOUNT, AMOUNT, 0, 0, 0]);
        in_balance(world);
        check_notice(world, &filed);

        world.advance_days(3);
        step(world, "town", &filed, "object", json!({})).expect(200);
        assert_eq!(world.anybody().get("/api/v1/subsidy-notices").expect(200), json!([]));
        world.advance_days(10);
        assert_eq!(
            world.post("finance", "/api/v1/payment-batches", json!({})).conflict(),
            "nothing-to-pay",
            "an objection stops the notice"
        );
        let dismissed = json!({ "finding": "dismissed" });
        let back = step(world, "bureau", &filed, "resolve", dismissed).expect(200);
        assert_eq!((&back["state"], &back["notice_ends_on"]), (&json!("in-notice"), &json!("2026-12-08")));
        world.advance_days(5);

        let opened = world.post("finance", "/api/v1/payment-batches", json!({})).expect(201);
        assert_eq!((&opened["batch"]["total_fen"], &opened["left_out"]), (&json!(AMOUNT), &json!([])));
        let batch = &opened["batch"];
        let csv = format!("/api/v1/payment-batches/{}.csv", text(batch, "id"));
        assert_eq!(world.get("finance", &csv).conflict(), "batch-state", "nothing leaves unconfirmed");
        assert_eq!(batch_step(world, "finance", batch, "confirm", &json!({})).conflict(), "second-person");
        batch_step(world, "finance2", batch, "confirm", &json!({})).expect(200);
        let rows = file_rows(world, batch);
        assert_eq!(rows[2][2], ACCOUNT);
        let file = result_file(&rows, &[("paid", "")]);
        let done = import_results(world, "finance", batch, &file).expect(200);
        assert_eq!(
            (&done["paid"], &done["paid_fen"], &done["batch"]["state"]),
            (&json!(1), &json!(AMOUNT), &json!("settled"))
        );
        assert_eq!(states(world, &[&filed]), ["paid"]);
        assert_eq!(holds(world), [BUDGET - AMOUNT, 0, AMOUNT, 0, 0]);
        assert_eq!(import_results(world, "finance", batch, &file).conflict(), "batch-state");
        in_balance(world);
        check_history(world, &filed);
        check_statements(world, &person);
    });
}

/// Anybody reads the notice, and finds no digits in it.
fn check_notice(world: &World, filed: &serde_json::Value) {
    let notices = world.anybody().get("/api/v1/subsidy-notices").expect(200);
    assert_eq!(notices.as_array().map(Vec::len), Some(1));
    assert_eq!(notices[0]["id"], filed["id"]);
    let name = text(&notices[0], "name");
    assert!(name.contains('*') && name != text(filed, "beneficiary_name"), "{name}");
    let shown = notices.to_string();
    assert!(!shown.contains("990481") && !shown.contains(ACCOUNT), "{shown}");
}

/// Both statements are workbooks with what was paid.
fn check_statements(world: &World, person: &str) {
    let budgets = world.get("finance", "/api/v1/budgets").expect(200);
    let of_scheme = format!("/api/v1/budgets/{}.xlsx", text(&budgets[0], "id"));
    for (who, path, heading, rows) in [
        ("institution", format!("/api/v1/people/{person}/subsidies.xlsx"), "金额（元）", 1),
        ("finance", of_scheme, "转出科目", 3),
    ] {
        let answer = world.get(who, &path);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let mut workbook: calamine::Xlsx<_> =
            calamine::open_workbook_from_rs(std::io::Cursor::new(answer.bytes)).expect("a workbook");
        let sheet = calamine::Reader::worksheet_range_at(&mut workbook, 0).expect("a sheet").expect("read");
        assert!(sheet.rows().next().expect("a heading").iter().any(|cell| *cell == heading));
        assert_eq!(sheet.rows().count(), rows + 1, "{path}");
        let paid = |cell: &calamine::Data| *cell == 400.0;
        assert!(sheet.rows().flatten().any(paid), "{path}");
    }
}

fn check_history(world: &World, filed: &serde_json::Value) {
    let whole = world.get("institution", &format!("/api/v1/claims/{}", text(filed, "id"))).expect(200);
    let steps: Vec<_> =
        whole["events"].as_array().expect("events").iter().map(|event| text(event, "step")).collect();
    assert_eq!(
        steps,
        [
            "draft",
            "submit",
            "review",
            "approve",
            "approve",
            "object",
            "dismiss",
            "end-notice",
            "enter-batch",
            "settle",
        ]
    );
    let conditions = whole["assessment"]["conditions"].as_array().expect("conditions");
    let certified = conditions.iter().find(|one| one["id"] == "certified").expect("a condition");
    assert_eq!((&certified["result"], &certified["en"]), (&json!("passed"), &json!("Held a certificate")));
    assert_eq!(certified["facts"][0]["name"], "level_at_month");
    assert!(!certified["facts"][0]["source"].is_null());
}

#[test]
fn a_payment_that_failed_is_made_again_once_the_account_was_corrected() {
    on_both(|world| {
        open(world, BUDGET, |scheme| scheme.review.notice_days = 0);
        let people: Vec<_> = (1..=3).map(|n| caregiver(world, n)).collect();
        let mut claims = Vec::new();
        for (n, person) in (1u32..).zip(&people) {
            account(world, n, person, &format!("622848001234567{n:04}")).expect(201);
            let filed = claim(world, "institution", person, "2026-10").expect(201);
            step(world, "bureau", &filed, "approve", json!({})).expect(200);
            claims.push(filed);
        }
        let batch = confirmed_batch(world);
        let rows = file_rows(world, &batch);
        let open_claim = json!({ "claims": [{ "id": claims[0]["id"] }] });
        let refused = world.post("finance", "/api/v1/payment-batches", open_claim);
        assert_eq!(refused.field_errors(), [("claims[0].id".to_owned(), "claim-not-payable".to_owned())]);
        let file = result_file(&rows, &[("paid", ""), ("failed", "账号不存在"), ("returned", "户名不符")]);
        let done = import_results(world, "finance2", &batch, &file).expect(200);
        assert_eq!((&done["paid"], &done["failed"], &done["returned"]), (&json!(1), &json!(1), &json!(1)));
        let all: Vec<_> = claims.iter().collect();
        assert_eq!(states(world, &all), ["paid", "failed", "returned"]);
        assert_eq!(holds(world), [BUDGET - 3 * AMOUNT, 2 * AMOUNT, AMOUNT, 0, 0]);

        assert_eq!(world.post("finance", "/api/v1/payment-batches", json!({})).conflict(), "nothing-to-pay");
        let named = json!({ "claims": [{ "id": claims[1]["id"] }] });
        let refused = world.post("finance", "/api/v1/payment-batches", named);
        assert_eq!(refused.field_errors()[0].1, "account-not-corrected");
        account(world, 2, &people[1], "6228480012345670002").expect(201);
        let opened = world.post("finance2", "/api/v1/payment-batches", json!({})).expect(201);
        assert_eq!(
            opened["left_out"],
            json!([{ "claim_id": claims[2]["id"], "code": "account-not-corrected" }])
        );
        let batch = &opened["batch"];
        // Taken back before it was confirmed, and opened again.
        batch_step(world, "finance", batch, "cancel", &json!({ "reason": "日期有误" })).expect(200);
        assert_eq!(states(world, &all), ["paid", "for-finance", "returned"]);
        in_balance(world);
        let batch = confirmed_batch(world);
        let rows = file_rows(world, &batch);
        assert_eq!(rows[2][2], "6228480012345670002");
        import_results(world, "finance", &batch, &result_file(&rows, &[("paid", "")])).expect(200);
        assert_eq!(states(world, &all), ["paid", "paid", "returned"]);
        step(world, "bureau2", &claims[2], "stop", json!({})).expect(200);
        assert_eq!(holds(world), [BUDGET - 2 * AMOUNT, 0, 2 * AMOUNT, 0, 0]);
        in_balance(world);
    });
}

#[test]
fn what_was_paid_is_asked_back_by_two_persons_and_comes_back_in_parts() {
    on_both(|world| {
        open(world, BUDGET, |scheme| scheme.review.notice_days = 0);
        let person = caregiver(world, 1);
        account(world, 1, &person, ACCOUNT).expect(201);
        let filed = claim(world, "institution", &person, "2026-10").expect(201);
        let plan = json!({
            "cause": "false-facts", "amount_fen": 30_000, "reason": "考勤造假",
            "instalments": [{ "due_on": "2026-12-31", "amount_fen": 10_000 }, { "due_on": "2027-01-31", "amount_fen": 20_000 }],
        });
        let ask = |who: &str, plan: &serde_json::Value| step(world, who, &filed, "clawback", plan.clone());
        assert_eq!(ask("bureau", &plan).conflict(), "claim-state", "nothing was paid yet");
        step(world, "bureau", &filed, "approve", json!({})).expect(200);
        let batch = confirmed_batch(world);
        let file = result_file(&file_rows(world, &batch), &[("paid", "")]);
        import_results(world, "finance", &batch, &file).expect(200);
        assert_eq!(step(world, "bureau", &filed, "stop", json!({})).conflict(), "claim-paid");

        let pending = ask("bureau", &plan).expect(202);
        assert_eq!(pending["pending"]["state"], "proposed");
        assert_eq!(ask("bureau", &plan).conflict(), "second-person");
        let other = json!({ "cause": "false-facts", "reason": "考勤造假" });
        assert_eq!(ask("bureau2", &other).conflict(), "other-plan");
        let decided = ask("bureau2", &plan).expect(200);
        assert_eq!(states(world, &[&filed]), ["to-recover"]);
        assert_eq!(holds(world), [BUDGET - AMOUNT, 0, AMOUNT - 30_000, 30_000, 0]);
        in_balance(world);

        let path = format!("/api/v1/clawbacks/{}", text(&decided, "id"));
        let receive = |amount: i64, document: &str| {
            let version = world.get("finance", &path).expect(200)["clawback"]["version"].clone();
            let body = json!({ "amount_fen": amount, "received_on": "2026-11-21", "document": document });
            world.as_user("finance").if_match(&version).post(&format!("{path}/receipts"), &body)
        };
        let part = receive(10_000, "缴款书001").expect(200);
        assert_eq!((&part["state"], &part["received_fen"]), (&json!("decided"), &json!(10_000)));
        assert_eq!(receive(10_000, "缴款书001").field_errors()[0].1, "already-entered");
        assert_eq!(receive(20_001, "缴款书002").field_errors()[0].1, "more-than-owed");
        assert_eq!(receive(20_000, "缴款书002").expect(200)["state"], "settled");
        assert_eq!(states(world, &[&filed]), ["recovered"]);
        assert_eq!(holds(world), [BUDGET - AMOUNT, 0, AMOUNT - 30_000, 0, 30_000]);
        assert_eq!(receive(1, "缴款书003").conflict(), "clawback-state");
        in_balance(world);
        // It was paid once, and is not paid again.
        assert_eq!(claim(world, "institution", &person, "2026-10").field_errors()[0].1, "already-claimed");
    });
}

#[test]
fn the_same_key_changes_nothing_twice() {
    on_both(|world| {
        open(world, BUDGET, |scheme| scheme.review.notice_days = 0);
        let person = caregiver(world, 1);
        let asked = json!({ "scheme": SCHEME, "person_id": person, "claim_part": "2026-10" });
        let client = world.as_user("institution").with_header("Idempotency-Key", "a");
        let first = client.post("/api/v1/claims", &asked).expect(201);
        assert_eq!(client.post("/api/v1/claims", &asked).expect(201), first);
        let path = format!("/api/v1/claims/{}/approve", text(&first, "id"));
        let client = world.as_user("bureau").with_header("Idempotency-Key", "b").if_match(&first["version"]);
        let reason = json!({ "reason": "齐全" });
        let done = client.post(&path, &reason).expect(200);
        assert_eq!(
            client.post(&path, &reason).expect(200),
            done,
            "answered as before, though the version is old"
        );
        let without = world.as_user("bureau").post(&path, &reason);
        assert_eq!(without.status, 428);
        let stale = world.as_user("bureau").if_match(&first["version"]).post(&path, &reason);
        assert_eq!(stale.status, 412);
        assert_eq!(holds(world), [BUDGET - AMOUNT, AMOUNT, 0, 0, 0]);
    });
}
