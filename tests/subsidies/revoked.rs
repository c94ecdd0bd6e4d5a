//! A certificate that should never have been issued: what was paid for it is asked back, what was not is stopped.

use serde_json::{Value, json};

use super::desk::{
    ACCOUNT, SCHEME, account, claim, confirmed_batch, file_rows, import_results, in_balance, now, open,
    result_file, step, text,
};
use crate::certificates::{issue, path};
use crate::support::passed::{certify, passed};
use crate::support::people::person;
use crate::support::{World, on_both};

/// The `n`th caregiver, in post since 2025, with a certificate of this registry; their id and the certificate.
fn certified(world: &World, n: u32) -> (String, Value) {
    let mut entry = person(n);
    entry["position"] = json!("caregiver");
    entry["post_kind"] = json!("regular");
    entry["from_date"] = json!("2025-01-01");
    let staff = format!("/api/v1/organisations/{}/employments", world.organisation("institution"));
    let application = passed(world, n);
    let made = world.post("institution", &staff, entry).expect(201);
    (text(&made, "person_id"), issue(world, application).expect(201))
}

fn revoke(world: &World, certificate: &Value, code: &str) {
    for (who, status) in [("bureau", 202), ("bureau2", 200)] {
        world.app.clock.advance(1);
        let asked = json!({ "reason_code": code, "reason": "见调查报告" });
        world.post(who, &format!("{}/revoke", path(certificate)), asked).expect(status);
    }
}

fn clawbacks(world: &World) -> Vec<Value> {
    let all = world.get("bureau", "/api/v1/clawbacks").expect(200);
    all.as_array().expect("a list").clone()
}

#[test]
fn what_was_paid_for_a_certificate_won_by_fraud_is_asked_back() {
    on_both(|world| {
        certify(world, None);
        open(world, 10_000_000, |_| {});
        let [cheated, approved, lent] = [1, 2, 3].map(|n| certified(world, n));
        world.advance_days(45);
        let year = json!({
            "scheme": SCHEME, "year": 2027, "amount_fen": 10_000_000, "document": "海财〔2027〕1号",
        });
        world.post("finance", "/api/v1/budgets", year).expect(201);
        for (n, (person, _)) in (1..).zip([&cheated, &approved, &lent]) {
            account(world, n, person, ACCOUNT).expect(201);
        }
        let file = |(person, _): &(String, Value)| {
            let filed = claim(world, "institution", person, "2026-12").expect(201);
            step(world, "bureau", &filed, "approve", json!({})).expect(200);
            filed
        };
        let paid = [file(&cheated), file(&lent)];
        world.advance_days(8);
        let batch = confirmed_batch(world);
        let rows = file_rows(world, &batch);
        let results = result_file(&rows, &[("paid", ""), ("paid", "")]);
        import_results(world, "finance", &batch, &results).expect(200);
        let waiting = file(&approved);
        assert_eq!(clawbacks(world), Vec::<Value>::new());

        // One that was lent out counted until then.
        revoke(world, &lent.1, "lent-out");
        assert_eq!(clawbacks(world), Vec::<Value>::new());
        assert_eq!(now(world, &paid[1])["state"], "paid");

        revoke(world, &cheated.1, "fraud");
        let asked = clawbacks(world);
        assert_eq!(asked.len(), 1, "{asked:?}");
        let of = (&asked[0]["claim_id"], &asked[0]["cause"], &asked[0]["state"], &asked[0]["amount_fen"]);
        let expected = (
            &paid[0]["id"],
            &json!("certificate-revoked"),
            &json!("proposed"),
            &now(world, &paid[0])["amount_fen"].clone(),
        );
        assert_eq!(of, expected, "{asked:?}");
        assert_eq!(asked[0]["proposed_by"], Value::Null, "two persons have still to look at it: {asked:?}");
        assert_eq!(now(world, &waiting)["state"], "in-notice");

        // All of the body's, in one decision: what was not paid yet is not paid any more.
        let day = text(&approved.1, "issued_on");
        let bodies = world.get("bureau", "/api/v1/organisations?kind=assessor").expect(200);
        let own = |body: &&Value| body["id"] == world.organisation("assessor");
        let body = bodies.as_array().and_then(|all| all.iter().find(own)).expect("the body").clone();
        let call = json!({
            "body_code": body["body_code"], "issued_from": day, "issued_to": day,
            "reason_code": "body-misconduct", "reason": "评价机构编造成绩",
        });
        world.post("bureau", "/api/v1/certificates/revocations", call.clone()).expect(202);
        world.post("bureau2", "/api/v1/certificates/revocations", call).expect(200);
        assert_eq!(now(world, &waiting)["state"], "stopped");
        assert_eq!(clawbacks(world).len(), 1);
        in_balance(world);

        // The month can't be claimed again by it.
        let again = claim(world, "institution", &approved.0, "2026-12");
        assert_eq!(again.field_errors(), [("scheme".to_owned(), "condition-failed".to_owned())]);
    });
}
