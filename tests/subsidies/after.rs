//! What comes after a decision or a payment: money that came back, an appeal, a step on what has changed meanwhile, and
//! statements.

use huzheng::http::problem::Problem;
use serde_json::{Value, json};

use super::desk::{
    ACCOUNT, AMOUNT, account, caregiver, claim, confirmed_batch, fen, file_rows, holds, import_results,
    in_balance, now, open, result_file, step, text,
};
use super::pages::Visitor;
use crate::support::{Answer, World, on_both};

const BUDGET: i64 = 1_000_000;
const OTHER_ACCOUNT: &str = "6228480012345678928";

fn error(field: &str, code: &str) -> Vec<(String, String)> {
    vec![(field.to_owned(), code.to_owned())]
}

fn state(world: &World, claim: &Value) -> String {
    text(&now(world, claim), "state")
}

/// Pays everything that waits; the payments of the batch.
fn pay(world: &World) -> Vec<Value> {
    let batch = confirmed_batch(world);
    let rows = file_rows(world, &batch);
    let file = result_file(&rows, &vec![("paid", ""); rows.len() - 2]);
    import_results(world, "finance", &batch, &file).expect(200);
    let path = format!("/api/v1/payment-batches/{}", text(&batch, "id"));
    world.get("finance", &path).expect(200)["payments"].as_array().expect("payments").clone()
}

/// The `n`th caregiver with an account, and an approved claim for October without a notice.
fn approved(world: &World, n: u32) -> (String, Value) {
    let person = caregiver(world, n);
    account(world, n, &person, ACCOUNT).expect(201);
    let filed = claim(world, "institution", &person, "2026-10").expect(201);
    step(world, "bureau", &filed, "approve", json!({})).expect(200);
    (person, filed)
}

fn came_back(world: &World, who: &str, payment: &Value, on: &str, document: &str) -> Answer {
    let path = format!("/api/v1/payments/{}/return", text(payment, "id"));
    world.post(who, &path, json!({ "returned_on": on, "document": document, "reason": "账户已销户" }))
}

#[test]
fn what_came_back_after_it_was_paid_is_paid_once_more_to_another_account() {
    on_both(|world| {
        open(world, BUDGET, |scheme| scheme.review.notice_days = 0);
        let (person, filed) = approved(world, 1);
        let waiting = confirmed_batch(world);
        let path = format!("/api/v1/payment-batches/{}", text(&waiting, "id"));
        let first = world.get("finance", &path).expect(200)["payments"][0].clone();
        let on = "2026-11-21";
        assert_eq!(came_back(world, "finance", &first, on, "退汇1").conflict(), "payment-not-paid");
        let rows = file_rows(world, &waiting);
        import_results(world, "finance", &waiting, &result_file(&rows, &[("paid", "")])).expect(200);

        assert_eq!(came_back(world, "bureau", &first, on, "退汇1").status, 403);
        let wrong = |on: &str| came_back(world, "finance", &first, on, "退汇1").field_errors();
        assert_eq!(wrong("2026-11-20"), error("returned_on", "before-payment"));
        assert_eq!(wrong("2026-11-22"), error("returned_on", "future-date"));
        assert_eq!(holds(world), [BUDGET - AMOUNT, 0, AMOUNT, 0, 0], "nothing half-done");

        let returned = came_back(world, "finance", &first, on, "退汇1").expect(200);
        assert_eq!((&returned["state"], &returned["reason"]), (&json!("returned"), &json!("账户已销户")));
        assert_eq!(state(world, &filed), "returned");
        assert_eq!(holds(world), [BUDGET - AMOUNT, AMOUNT, 0, 0, 0], "promised still");
        in_balance(world);
        assert_eq!(came_back(world, "finance", &first, on, "退汇2").conflict(), "payment-not-paid");
        let again = world.post("finance", "/api/v1/payment-batches", json!({}));
        assert_eq!(again.conflict(), "nothing-to-pay", "not to the same account");

        account(world, 1, &person, OTHER_ACCOUNT).expect(201);
        let second = pay(world).remove(0);
        assert_eq!(state(world, &filed), "paid");
        assert_eq!(holds(world), [BUDGET - AMOUNT, 0, AMOUNT, 0, 0]);
        in_balance(world);
        let twice = came_back(world, "finance", &second, on, "退汇1");
        assert_eq!(twice.field_errors(), error("document", "already-entered"));
        came_back(world, "finance", &second, on, "退汇2").expect(200);
        in_balance(world);

        // What two persons decided to ask back comes back as a receipt of that alone.
        account(world, 1, &person, ACCOUNT.replace('9', "8").as_str()).expect(201);
        let third = pay(world).remove(0);
        let plan = json!({ "cause": "false-facts", "reason": "查实" });
        step(world, "bureau", &filed, "clawback", plan.clone()).expect(202);
        step(world, "bureau2", &filed, "clawback", plan).expect(200);
        assert_eq!(came_back(world, "finance", &third, on, "退汇3").conflict(), "payment-asked-back");
        in_balance(world);
    });
}

/// Many enter the same return at once: one does, and the money moves once.
#[test]
fn one_return_of_many_at_once_counts() {
    on_both(|world| {
        open(world, BUDGET, |scheme| scheme.review.notice_days = 0);
        let claims: Vec<Value> = (1..=2).map(|n| approved(world, n).1).collect();
        let payments = pay(world);
        let clients: Vec<_> = (0..6).map(|n| (n, world.as_user("finance"))).collect();
        let answers: Vec<u16> = std::thread::scope(|scope| {
            let enter = |(n, client): &(usize, crate::support::client::Client)| {
                // Four with papers of their own for one payment, two with one paper for the other.
                let (payment, document) = if *n < 4 {
                    (&payments[0], format!("退{n}"))
                } else {
                    (&payments[1], "退9".to_owned())
                };
                let body = json!({ "returned_on": "2026-11-21", "document": document, "reason": "销户" });
                client.post(&format!("/api/v1/payments/{}/return", text(payment, "id")), &body).status
            };
            let threads: Vec<_> = clients.iter().map(|one| scope.spawn(move || enter(one))).collect();
            threads.into_iter().map(|thread| thread.join().expect("a thread")).collect()
        });
        assert_eq!(answers[..4].iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
        assert_eq!(answers[4..].iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
        assert!(answers.iter().all(|status| matches!(*status, 200 | 409 | 412 | 422)), "{answers:?}");
        for one in &claims {
            assert_eq!(state(world, one), "returned");
        }
        assert_eq!(holds(world), [BUDGET - 2 * AMOUNT, 2 * AMOUNT, 0, 0, 0]);
        in_balance(world);
    });
}

#[test]
fn finance_enters_a_return_by_its_page() {
    on_both(|world| {
        open(world, BUDGET, |scheme| scheme.review.notice_days = 0);
        let (_, filed) = approved(world, 1);
        let payment = pay(world).remove(0);
        let page = Visitor::new(world, "finance");
        let path = format!("/payment-returns/{}", text(&payment, "id"));
        assert!(page.get(&format!("/claims/{}", text(&filed, "id"))).contains(&path));
        assert!(
            !Visitor::new(world, "bureau").get(&format!("/claims/{}", text(&filed, "id"))).contains(&path)
        );
        assert!(page.get(&path).contains("400.00 元"));
        let wrong = page.post(&path, &[("returned_on", ""), ("document", "退汇1"), ("reason", "销户")]);
        assert_eq!(wrong.status, 422);
        assert!(wrong.text().contains("退汇1") && wrong.text().contains("请填写此项"), "{}", wrong.text());
        let done =
            page.post(&path, &[("returned_on", "2026-11-21"), ("document", "退汇1"), ("reason", "销户")]);
        assert_eq!(done.status, 303, "{}", done.text());
        let batch = done.header("location").expect("an address").to_owned();
        assert!(page.get(&batch).contains("销户"), "the batch tells of it");
        assert!(!page.get(&batch).contains(&path), "and offers it no more");
        assert_eq!(
            page.post(&path, &[("returned_on", "2026-11-21"), ("document", "2"), ("reason", "x")]).status,
            409
        );
        in_balance(world);
    });
}

#[test]
fn a_refusal_is_appealed_once_and_decided_by_another() {
    on_both(|world| {
        open(world, BUDGET, |scheme| scheme.review.second_person_above = Some(fen(AMOUNT - 1)));
        let person = caregiver(world, 1);
        let filed = claim(world, "institution", &person, "2026-10").expect(201);
        let upheld = json!({ "finding": "upheld" });
        assert_eq!(step(world, "institution", &filed, "appeal", json!({})).conflict(), "claim-state");
        step(world, "bureau", &filed, "refuse", json!({})).expect(200);
        assert_eq!(step(world, "bureau", &filed, "decide-appeal", upheld.clone()).conflict(), "claim-state");
        let version = now(world, &filed)["version"].clone();
        let path = format!("/api/v1/claims/{}/appeal", text(&filed, "id"));
        let stranger = world.as_user("institution2").if_match(&version);
        assert_eq!(stranger.post(&path, &json!({ "reason": "不服" })).status, 404);

        world.advance_days(15);
        let appealed = step(world, "institution", &filed, "appeal", json!({})).expect(200);
        assert_eq!((&appealed["state"], &appealed["amount_fen"]), (&json!("appealed"), &json!(AMOUNT)));
        // While it runs nobody claims the same.
        let same = claim(world, "institution", &person, "2026-10").field_errors();
        assert_eq!(same, error("claim_part", "already-claimed"));
        let own = step(world, "bureau", &filed, "decide-appeal", upheld.clone());
        assert_eq!(own.conflict(), "second-person", "not by who refused");
        step(world, "bureau2", &filed, "decide-appeal", upheld).expect(200);
        assert_eq!(state(world, &filed), "submitted");

        // Decided on anew, objected to, refused: the money that was promised is free again, and there is no second appeal.
        step(world, "bureau2", &filed, "approve", json!({})).expect(202);
        step(world, "bureau", &filed, "approve", json!({})).expect(200);
        assert_eq!(holds(world), [BUDGET - AMOUNT, AMOUNT, 0, 0, 0]);
        in_balance(world);
        step(world, "town", &filed, "object", json!({})).expect(200);
        step(world, "bureau", &filed, "resolve", json!({ "finding": "upheld" })).expect(200);
        assert_eq!(state(world, &filed), "refused");
        assert_eq!(holds(world), [BUDGET, 0, 0, 0, 0]);
        let again = step(world, "institution", &filed, "appeal", json!({}));
        assert_eq!(again.conflict(), "appealed-before");
        in_balance(world);
    });
}

/// An appeal against what an objection came to: the claim had its promise once already, and gets another.
#[test]
fn what_an_objection_refused_is_promised_again_after_an_appeal() {
    on_both(|world| {
        open(world, BUDGET, |scheme| {
            scheme.review.second_person_above = Some(fen(AMOUNT - 1));
            scheme.review.town = true;
        });
        let person = caregiver(world, 1);
        let filed = claim(world, "institution", &person, "2026-10").expect(201);
        step(world, "town", &filed, "review", json!({})).expect(200);
        step(world, "bureau", &filed, "approve", json!({})).expect(202);
        step(world, "bureau2", &filed, "approve", json!({})).expect(200);
        step(world, "town", &filed, "object", json!({})).expect(200);
        step(world, "bureau", &filed, "resolve", json!({ "finding": "upheld" })).expect(200);
        step(world, "institution", &filed, "appeal", json!({})).expect(200);
        step(world, "bureau2", &filed, "decide-appeal", json!({ "finding": "upheld" })).expect(200);
        assert_eq!(state(world, &filed), "town-reviewed", "the town reviewed it before");
        assert_eq!(now(world, &filed)["approved_at"], Value::Null);
        // The second approver of the first round is the first of this one.
        step(world, "bureau2", &filed, "approve", json!({})).expect(202);
        step(world, "bureau", &filed, "approve", json!({})).expect(200);
        assert_eq!(state(world, &filed), "in-notice");
        assert_eq!(holds(world), [BUDGET - AMOUNT, AMOUNT, 0, 0, 0]);
        in_balance(world);
    });
}

#[test]
fn an_appeal_has_its_days_and_may_be_dismissed() {
    on_both(|world| {
        open(world, BUDGET, |_| {});
        let filed: Vec<Value> = (1..=2)
            .map(|n| {
                let person = caregiver(world, n);
                let filed = claim(world, "institution", &person, "2026-10").expect(201);
                step(world, "bureau", &filed, "refuse", json!({})).expect(200);
                filed
            })
            .collect();
        let path = format!("/claims/{}", text(&filed[0], "id"));
        let institution = Visitor::new(world, "institution");
        assert!(institution.get(&path).contains("2026年12月6日"), "refused on 21 November, for 15 days");
        let version = now(world, &filed[0])["version"].to_string();
        let appeal = |reason| [("version", version.as_str()), ("reason", reason)];
        assert_eq!(institution.post(&format!("{path}/appeal"), &appeal("")).status, 422);
        assert_eq!(institution.post(&format!("{path}/appeal"), &appeal("考勤已补正")).status, 303);
        assert!(institution.get(&path).contains("复核中"));
        let second = Visitor::new(world, "bureau2");
        assert!(second.get("/").contains("复核申请待决定"));
        assert!(second.get("/claims?view=appeals").contains(&path));
        assert!(!Visitor::new(world, "bureau").get(&path).contains("decide-appeal"), "who refused");
        let version = now(world, &filed[0])["version"].to_string();
        let decide = [("version", version.as_str()), ("reason", "维持"), ("finding", "dismissed")];
        assert_eq!(second.post(&format!("{path}/decide-appeal"), &decide).status, 303);
        let told = institution.get(&path);
        assert!(told.contains("维持") && !told.contains(&format!("{path}/appeal\"")), "{told}");
        assert_eq!(step(world, "institution", &filed[0], "appeal", json!({})).conflict(), "appealed-before");
        world.advance_days(16);
        assert_eq!(step(world, "institution", &filed[1], "appeal", json!({})).conflict(), "appeal-over");
        in_balance(world);
    });
}

#[test]
fn a_step_on_what_has_changed_shows_how_it_stands_and_keeps_the_reason() {
    on_both(|world| {
        open(world, BUDGET, |scheme| scheme.review.second_person_above = Some(fen(AMOUNT - 1)));
        let person = caregiver(world, 1);
        let filed = claim(world, "institution", &person, "2026-10").expect(201);
        let path = format!("/claims/{}", text(&filed, "id"));
        let seen = now(world, &filed)["version"].to_string();
        step(world, "bureau2", &filed, "approve", json!({})).expect(202);
        let bureau = Visitor::new(world, "bureau");
        let typed = [("version", seen.as_str()), ("reason", "考勤与名册不符")];
        let stale = bureau.post(&format!("{path}/refuse"), &typed);
        assert_eq!(stale.status, 412);
        let shown = stale.text();
        assert!(shown.contains("情况已有变化：审批 2026年11月21日"), "{shown}");
        assert!(shown.contains("value=\"考勤与名册不符\"") && shown.contains("待第二人审批"), "{shown}");
        assert_eq!(state(world, &filed), "first-approved");
        // The page that came back has the version of now: the same form, sent once more, goes through.
        let fresh = now(world, &filed)["version"].to_string();
        assert!(shown.contains(&format!("name=\"version\" value=\"{fresh}\"")), "{shown}");
        // Where nothing is left to do, what was typed is told all the same.
        step(world, "bureau", &filed, "refuse", json!({})).expect(200);
        let over = bureau.post(&format!("{path}/approve"), &typed);
        assert_eq!(over.status, 412);
        assert!(over.text().contains("您写的理由：考勤与名册不符"), "{}", over.text());
    });
}

/// What a PDF's text says, page by page.
fn words(world: &World, who: &str, path: &str) -> Vec<String> {
    let answer = world.get(who, path);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.bytes.starts_with(b"%PDF-"));
    let file = world.folder().join("statement.pdf");
    std::fs::write(&file, &answer.bytes).expect("written");
    if let Ok(folder) = std::env::var("HUZHENG_SAMPLES") {
        let name = path.rsplit('/').next().expect("a name");
        std::fs::write(format!("{folder}/{who}-{name}"), &answer.bytes).expect("written");
    }
    let run = std::process::Command::new("pdftotext").arg("-layout").arg(&file).arg("-").output();
    let text = String::from_utf8(run.expect("poppler-utils").stdout).expect("text");
    text.split('\u{c}').filter(|page| !page.trim().is_empty()).map(str::to_owned).collect()
}

#[test]
fn statements_on_paper_agree_with_the_ledger() {
    on_both(|world| {
        let line = open(world, BUDGET, |scheme| scheme.review.notice_days = 0);
        let (person, filed) = approved(world, 1);
        pay(world);
        let plan = json!({ "cause": "overpaid", "amount_fen": 10_000, "reason": "多发" });
        step(world, "bureau", &filed, "clawback", plan.clone()).expect(202);
        let done = step(world, "bureau2", &filed, "clawback", plan).expect(200);
        let receipt = json!({ "amount_fen": 2_500, "received_on": "2026-11-21", "document": "缴款1" });
        let path = format!("/api/v1/clawbacks/{}/receipts", text(&done, "id"));
        world.as_user("finance").if_match(&done["version"]).post(&path, &receipt).expect(200);
        let november = claim(world, "institution", &person, "2026-09").expect(201);
        step(world, "bureau", &november, "approve", json!({})).expect(200);
        in_balance(world);
        assert_eq!(holds(world), [BUDGET - 2 * AMOUNT, AMOUNT, AMOUNT - 10_000, 7_500, 2_500]);

        let own = format!("/api/v1/people/{person}/subsidies.pdf");
        for who in ["institution", "bureau", "finance"] {
            let pages = words(world, who, &own);
            assert_eq!(pages.len(), 1);
            let page = &pages[0];
            // Due 800, paid 400, to recover 75, recovered 25: 800 − 400 is committed, 400 − 75 − 25 is what the ledger has.
            for figure in
                ["800.00", "400.00", "75.00", "25.00", "2026年9月", "2026年10月", "第 1 页，共 1 页"]
            {
                assert!(page.contains(figure), "{figure}: {page}");
            }
            let number = crate::support::people::identity_number(1);
            assert!(page.contains(&format!("**************{}", &number[14..])), "{page}");
            assert!(!page.contains(&number[..14]) && !page.contains(&ACCOUNT[..6]), "{page}");
        }
        assert_eq!(world.get("institution2", &own).status, 404);
        let stranger = caregiver(world, 2);
        let nothing = format!("/api/v1/people/{stranger}/subsidies.pdf");
        assert_eq!(world.get("finance", &nothing).status, 404, "finance knows of claims, not of people");
        assert!(words(world, "bureau", &nothing)[0].contains("没有可列的记录"));

        let of_scheme = words(world, "finance", &format!("/api/v1/budgets/{}.pdf", text(&line, "id")));
        for figure in ["10,000.00", "9,200.00", "400.00", "300.00", "75.00", "25.00"] {
            assert!(of_scheme[0].contains(figure), "{figure}: {}", of_scheme[0]);
        }
        let english = world.as_user("finance").with_header("accept-language", "en");
        let answer = english.get(&format!("/api/v1/budgets/{}.pdf", text(&line, "id")));
        assert_eq!(answer.status, 200, "{}", answer.text());
        let taken = world.app.database.read(|conn| {
            let subject = Some(("person", person.as_str()));
            Ok::<_, Problem>(huzheng::registry::audit::store::latest(conn, subject, None, 10)?)
        });
        let taken = taken.expect("read");
        let statements = taken.iter().filter(|event| event.action == "subsidy_statement");
        assert_eq!(statements.count(), 3, "each call is noted");
    });
}
