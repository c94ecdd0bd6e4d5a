use diesel::RunQueryDsl;
use huzheng::db::Conn;
use huzheng::flows::claim_recheck::{Because, Rechecked, claims_recheck};
use huzheng::http::problem::Problem;
use huzheng::kernel::context::Origin;
use huzheng::kernel::money::Fen;
use huzheng::registry::schemes::{Assessment, Outcome};
use serde_json::{Value, json};

use super::desk::{
    ACCOUNT, AMOUNT, SCHEME, account, caregiver, certificate, claim, confirmed_batch, file_rows, holds,
    import_results, in_balance, now, open, result_file, step, text,
};
use crate::support::people::{name, person};
use crate::support::{Answer, World, on_both};

fn error(field: &str, code: &str) -> Vec<(String, String)> {
    vec![(field.to_owned(), code.to_owned())]
}

fn ask(world: &World, who: &str, body: Value) -> Answer {
    world.post(who, "/api/v1/claims", body)
}

#[test]
fn what_can_t_be_claimed_is_refused_beside_its_field() {
    on_both(|world| {
        open(world, 10 * AMOUNT, |_| {});
        let person_id = caregiver(world, 1);
        let claimed = |part: &str| json!({ "scheme": SCHEME, "person_id": person_id, "claim_part": part });
        let refused = |body: Value| ask(world, "institution", body).field_errors();
        assert_eq!(
            refused(json!({})),
            [
                ("scheme".to_owned(), "required".to_owned()),
                ("claim_part".to_owned(), "required".to_owned()),
                ("person_id".to_owned(), "required".to_owned()),
            ]
        );
        assert_eq!(refused(claimed("2026-13")), error("claim_part", "part-form"));
        assert_eq!(refused(claimed("2026-11")), error("claim_part", "month-not-finished"));
        assert_eq!(refused(claimed("2027-01")), error("claim_part", "month-not-finished"));
        assert_eq!(refused(claimed("once")), error("claim_part", "part-of-another-schedule"));
        let with = |field: &str, value: Value| {
            let mut body = claimed("2026-10");
            body[field] = value;
            body
        };
        assert_eq!(refused(with("scheme", json!("no-such"))), error("scheme", "unknown-scheme"));
        assert_eq!(refused(claimed("2023-12")), error("scheme", "scheme-not-in-force"));
        let institution = json!(world.organisation("institution"));
        assert_eq!(
            refused(with("organisation_id", institution.clone())),
            error("organisation_id", "person-or-organisation")
        );
        let mut for_itself = with("organisation_id", institution);
        for_itself["person_id"] = Value::Null;
        assert_eq!(refused(for_itself), error("organisation_id", "scheme-for-others"));
        let nobody = json!("0190163d-8694-739b-aea5-966c26f8ad91");
        assert_eq!(refused(with("person_id", nobody)), error("person_id", "unknown-person"));
        // By another institution; and of somebody who had left by the end of the month.
        let other = ask(world, "institution2", claimed("2026-10")).field_errors();
        assert_eq!(other, error("person_id", "unknown-person"));
        assert_eq!(refused(claimed("2024-12")), error("person_id", "not-employed-then"));
        // Before the certificate.
        assert_eq!(refused(claimed("2025-05")), error("scheme", "condition-unknown"));
        let words = ask(world, "institution", claimed("2025-05")).text();
        assert!(words.contains("当月1日已持证"), "{words}");
        // Twice.
        claim(world, "institution", &person_id, "2026-10").expect(201);
        assert_eq!(refused(claimed("2026-10")), error("claim_part", "already-claimed"));
        // Nothing half-done: one claim, and no other.
        let listed = world.get("institution", "/api/v1/claims").expect(200);
        assert_eq!(listed.as_array().map(Vec::len), Some(1));
        assert_eq!(world.get("institution2", "/api/v1/claims").expect(200), json!([]));
    });
}

#[test]
fn a_claim_by_two_institutions_is_paid_to_the_first() {
    on_both(|world| {
        open(world, 10 * AMOUNT, |_| {});
        // Half a day here, half a day there.
        let hire = |institution: &str| {
            let mut entry = person(1);
            entry["position"] = json!("caregiver");
            entry["post_kind"] = json!("part-time");
            entry["from_date"] = json!("2026-01-01");
            let path = format!("/api/v1/organisations/{}/employments", world.organisation(institution));
            text(&world.post(institution, &path, entry).expect(201), "person_id")
        };
        let person_id = hire("institution");
        assert_eq!(hire("institution2"), person_id);
        certificate(world, 1, "2025-06-01").expect(201);
        claim(world, "institution", &person_id, "2026-10").expect(201);
        let second = claim(world, "institution2", &person_id, "2026-10");
        assert_eq!(second.field_errors(), error("claim_part", "claimed-elsewhere"));
    });
}

#[test]
fn a_revoked_certificate_or_a_gone_employee_is_paid_nothing() {
    on_both(|world| {
        open(world, 10 * AMOUNT, |_| {});
        let person_id = caregiver(world, 1);
        let filed = claim(world, "institution", &person_id, "2026-10").expect(201);
        // Withdrawn as of the day after: October's first day still counts. Left before the month's end: it doesn't.
        let staff = format!("/api/v1/organisations/{}/staff", world.organisation("institution"));
        let spell = world.get("institution", &staff).expect(200);
        let spell = &spell[0]["employment"];
        let leave = format!("/api/v1/employments/{}/leave", text(spell, "id"));
        let leaving = json!({ "to_date": "2026-10-15", "leaving_reason": "resigned" });
        let version = spell["version"].clone();
        let left = world.as_user("institution").if_match(&version).post(&leave, &leaving);
        assert!(left.status < 300, "{}", left.text());
        assert_eq!(step(world, "bureau", &filed, "approve", json!({})).conflict(), "facts-changed");
        let again = step(world, "bureau", &filed, "reassess", json!({})).expect(200);
        assert_eq!(again["amount_fen"], 0);
        assert_eq!(step(world, "bureau", &filed, "approve", json!({})).conflict(), "claim-not-due");
        // What an official reads: which condition failed, by which fact, from where, and what would change it.
        let whole = world.get("bureau", &format!("/api/v1/claims/{}", text(&filed, "id"))).expect(200);
        let conditions = whole["assessment"]["conditions"].as_array().expect("conditions").clone();
        let failed = conditions.iter().find(|one| one["id"] == "in-post").expect("the condition");
        assert_eq!(failed["result"], "failed");
        assert_eq!(failed["facts"][0]["source"]["kind"], "employment");
        assert_eq!(failed["remedy"]["zh"], "登记后再申领");
        step(world, "bureau", &filed, "refuse", json!({})).expect(200);
        let refused = claim(world, "institution", &person_id, "2026-10").field_errors();
        assert_eq!(refused, error("person_id", "not-employed-then"));
        assert_eq!(holds(world), [10 * AMOUNT, 0, 0, 0, 0]);
    });
}

#[test]
fn nothing_is_promised_past_the_budget() {
    on_both(|world| {
        let budget = open(world, AMOUNT, |scheme| scheme.review.notice_days = 0);
        let (first, second) = (caregiver(world, 1), caregiver(world, 2));
        let one = claim(world, "institution", &first, "2026-10").expect(201);
        let two = claim(world, "institution", &second, "2026-10").expect(201);
        step(world, "bureau", &one, "approve", json!({})).expect(200);
        assert_eq!(step(world, "bureau", &two, "approve", json!({})).conflict(), "past-budget");
        let third = claim(world, "institution", &second, "2026-09");
        assert_eq!(third.field_errors(), error("scheme", "past-budget"));
        let path = format!("/api/v1/budgets/{}", text(&budget, "id"));
        let change = |amount: i64| {
            let version = world.get("finance", &path).expect(200)["version"].clone();
            let body = json!({ "amount_fen": amount, "document": "海财〔2026〕9号" });
            world.as_user("finance").if_match(&version).post(&format!("{path}/change"), &body)
        };
        assert_eq!(change(AMOUNT - 1).field_errors(), error("amount_fen", "below-committed"));
        change(2 * AMOUNT).expect(200);
        step(world, "bureau", &two, "approve", json!({})).expect(200);
        assert_eq!(holds(world), [0, 2 * AMOUNT, 0, 0, 0]);
        step(world, "bureau", &two, "stop", json!({})).expect(200);
        change(AMOUNT).expect(200);
        assert_eq!(holds(world), [0, AMOUNT, 0, 0, 0]);
        in_balance(world);
        let twice = json!({ "scheme": SCHEME, "year": 2026, "amount_fen": 1, "document": "海财〔2026〕8号" });
        assert_eq!(
            world.post("finance", "/api/v1/budgets", twice).field_errors(),
            error("year", "already-registered")
        );
        // The database itself lets no balance fall below zero, and no posting be changed.
        let tries = [
            "UPDATE budget_lines SET available = available - 1, committed = committed + 1",
            "UPDATE budget_lines SET paid = paid + 1",
            "UPDATE ledger_postings SET amount = amount + 1",
            "DELETE FROM ledger_postings",
            "UPDATE claims SET approved_by = submitted_by WHERE approved_by IS NOT NULL",
        ];
        for sql in tries {
            let tried = world.app.database.write(|tx| {
                let conn: &mut Conn = tx;
                diesel::sql_query(sql).execute(conn).map_err(|error| Problem::Internal(error.to_string()))
            });
            assert!(tried.is_err(), "{sql}");
        }
    });
}

#[test]
fn a_claim_can_be_taken_back_for_ten_minutes_and_filed_again() {
    on_both(|world| {
        open(world, 10 * AMOUNT, |_| {});
        let person_id = caregiver(world, 1);
        let filed = claim(world, "institution", &person_id, "2026-10").expect(201);
        world.app.clock.advance(600);
        step(world, "institution", &filed, "withdraw", json!({})).expect(200);
        let filed = claim(world, "institution", &person_id, "2026-10").expect(201);
        world.app.clock.advance(601);
        let late = step(world, "institution", &filed, "withdraw", json!({}));
        assert_eq!(late.conflict(), "withdrawal-over");
        // A draft waits as long as it likes, and is submitted by what is known then.
        let draft =
            json!({ "scheme": SCHEME, "person_id": person_id, "claim_part": "2026-09", "draft": true });
        let draft = ask(world, "institution", draft).expect(201);
        assert_eq!(draft["state"], "draft");
        assert_eq!(step(world, "bureau", &draft, "approve", json!({})).conflict(), "claim-state");
        let sent = step(world, "institution", &draft, "submit", json!({})).expect(200);
        assert_eq!(sent["state"], "submitted");
        // What the rule refuses may still be laid before somebody, who can't approve it as it stands.
        let asked =
            json!({ "scheme": SCHEME, "person_id": person_id, "claim_part": "2025-05", "for_review": true });
        let contested = ask(world, "institution", asked).expect(201);
        assert_eq!(step(world, "bureau", &contested, "approve", json!({})).conflict(), "claim-not-due");
        step(world, "bureau", &contested, "refuse", json!({})).expect(200);
        // Others don't know of it.
        let path = format!("/api/v1/claims/{}", text(&filed, "id"));
        for (who, status) in [("institution2", 404), ("finance", 404), ("town", 200), ("school", 403)] {
            assert_eq!(world.get(who, &path).status, status, "{who}");
        }
    });
}

#[test]
fn an_altered_result_file_settles_nothing() {
    on_both(|world| {
        open(world, 10 * AMOUNT, |scheme| scheme.review.notice_days = 0);
        let mut claims = Vec::new();
        for n in 1..=2 {
            let person_id = caregiver(world, n);
            account(world, n, &person_id, ACCOUNT).expect(201);
            let filed = claim(world, "institution", &person_id, "2026-10").expect(201);
            step(world, "bureau", &filed, "approve", json!({})).expect(200);
            claims.push(filed);
        }
        let batch = confirmed_batch(world);
        let good = result_file(&file_rows(world, &batch), &[("paid", ""), ("paid", "")]);
        let before = holds(world);
        let check = |file: &str, field: &str, code: &str, row: Option<u32>| {
            let answer = import_results(world, "finance", &batch, file);
            assert_eq!(answer.field_errors()[0], (field.to_owned(), code.to_owned()), "{file}");
            let problem = answer.json();
            assert_eq!(problem["errors"][0]["row"].as_u64(), row.map(u64::from));
            assert!(!answer.text().contains(ACCOUNT), "{}", answer.text());
        };
        check(&good.replacen("40000,paid", "40001,paid", 1), "amount_fen", "altered", Some(3));
        check(&good.replacen(ACCOUNT, "6228480012345678911", 1), "account", "altered", Some(3));
        check(&good.replacen(&name(1), "张三", 1), "payee_name", "altered", Some(3));
        let lines: Vec<&str> = good.lines().collect();
        check(&lines[..3].join("\n"), "payment_id", "missing-payment", None);
        check(
            &[lines.as_slice(), &lines[3..]].concat().join("\n"),
            "payment_id",
            "duplicate-in-file",
            Some(5),
        );
        let unknown = good.replacen(
            lines[3].split(',').next().expect("an id"),
            "0190163d-8694-739b-aea5-966c26f8ad91",
            1,
        );
        check(&unknown, "payment_id", "unknown-payment", Some(4));
        check("", "file", "sheet-empty", None);
        assert_eq!(holds(world), before);
        for filed in &claims {
            assert_eq!(now(world, filed)["state"], "in-batch");
        }
        import_results(world, "finance", &batch, &good).expect(200);
        in_balance(world);
    });
}

#[test]
fn an_account_is_kept_sealed_and_every_look_is_noted() {
    on_both(|world| {
        let person_id = caregiver(world, 1);
        let path = format!("/api/v1/people/{person_id}/bank-account");
        assert_eq!(world.get("institution", &path).status, 404);
        let wrong = account(world, 2, &person_id, "123").field_errors();
        assert_eq!(
            wrong,
            [
                ("account_number".to_owned(), "account-number-form".to_owned()),
                ("account_holder".to_owned(), "account-of-another".to_owned()),
            ]
        );
        account(world, 1, &person_id, ACCOUNT).expect(201);
        let shown = world.get("institution", &path);
        assert_eq!(shown.json()["number"], "6228 **** 8910");
        assert!(!shown.text().contains(ACCOUNT));
        for (who, status) in [("institution2", 404), ("finance", 403), ("school", 403)] {
            assert_eq!(world.get(who, &path).status, status, "{who}");
        }
        let counted = world.app.database.read(|conn| {
            let lines =
                huzheng::registry::audit::store::latest(conn, Some(("person", &person_id)), None, 50)?;
            Ok::<_, Problem>(lines.iter().filter(|line| line.action == "bank_account_view").count())
        });
        assert_eq!(counted.expect("the audit"), 1);
        let raw: Result<Vec<u8>, Problem> = world.app.database.read(|conn| {
            use diesel::prelude::*;
            use huzheng::db::schema::bank_accounts;
            Ok(bank_accounts::table.select(bank_accounts::number_sealed).first(conn).expect("a row"))
        });
        let raw = raw.expect("sealed");
        assert!(!raw.windows(6).any(|part| ACCOUNT.as_bytes().windows(6).any(|digits| digits == part)));
    });
}

#[test]
fn what_is_not_due_any_more_is_stopped_or_proposed_to_be_asked_back() {
    use Rechecked::{Proposed, Stands, Stopped, Unknown};
    on_both(|world| {
        open(world, 10 * AMOUNT, |scheme| scheme.review.notice_days = 0);
        let mut claims = Vec::new();
        for n in 1..=3 {
            let person_id = caregiver(world, n);
            account(world, n, &person_id, ACCOUNT).expect(201);
            let filed = claim(world, "institution", &person_id, "2026-10").expect(201);
            if n < 3 {
                step(world, "bureau", &filed, "approve", json!({})).expect(200);
            }
            if n == 1 {
                let batch = confirmed_batch(world);
                let file = result_file(&file_rows(world, &batch), &[("paid", "")]);
                import_results(world, "finance", &batch, &file).expect(200);
            }
            claims.push(filed);
        }
        let assessed = |outcome: Outcome, amount: i64| Assessment {
            scheme: SCHEME.to_owned(),
            version: 1,
            on: "2026-12-01".parse().expect("a date"),
            part: "2026-10".parse().expect("a part"),
            outcome,
            amount: Fen::new(amount),
            conditions: Vec::new(),
        };
        let recheck = |outcome: Outcome, amount: i64| {
            let context = world.app.context(None, Origin::Job("recheck"));
            let again: Vec<_> = claims
                .iter()
                .map(|one| (text(one, "id").parse().expect("an id"), assessed(outcome, amount)))
                .collect();
            let found = world
                .app
                .database
                .write(|tx| Ok::<_, Problem>(claims_recheck(tx, &context, Because::Month, &again)?));
            let found = found.expect("rechecked");
            claims
                .iter()
                .map(|one| found.iter().find(|(id, _)| id.to_string() == text(one, "id")).expect("it").1)
                .collect::<Vec<_>>()
        };
        assert_eq!(recheck(Outcome::Due, AMOUNT), [Stands; 3]);
        assert_eq!(recheck(Outcome::Unknown, 0), [Unknown; 3]);
        assert_eq!(recheck(Outcome::NotDue, 0), [Proposed(Fen::new(AMOUNT)), Stopped, Stopped]);
        assert_eq!(recheck(Outcome::NotDue, 0), [Stands; 3], "once");
        assert_eq!(holds(world), [9 * AMOUNT, 0, AMOUNT, 0, 0]);
        in_balance(world);
        // What the check proposed still takes two persons.
        let plan = json!({ "cause": "overpaid", "reason": "月度复核" });
        step(world, "bureau", &claims[0], "clawback", plan.clone()).expect(202);
        step(world, "bureau2", &claims[0], "clawback", plan).expect(200);
        assert_eq!(holds(world), [9 * AMOUNT, 0, 0, AMOUNT, 0]);
        in_balance(world);
    });
}
