//! The same by the pages: what each role sees, what a refused form keeps, and what many at once come to.

use serde_json::{Value, json};

use super::desk::{
    AMOUNT, SCHEME, account, batch_step, caregiver, claim, confirmed_batch, file_rows, import_results,
    in_balance, now, open, result_file, step, text, uncertified,
};
use crate::support::client::{Answer, Client};
use crate::support::{World, on_both};

/// A page session that posts forms.
pub struct Visitor {
    pub client: Client,
    csrf: String,
}

impl Visitor {
    pub fn new(world: &World, who: &str) -> Self {
        let (client, csrf) = world.page_session(who);
        Self { client, csrf }
    }

    pub fn get(&self, path: &str) -> String {
        let answer = self.client.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.text()
    }

    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("csrf", &self.csrf);
        for (name, value) in fields {
            body.append_pair(name, value);
        }
        self.client.send("POST", path, "application/x-www-form-urlencoded", body.finish().as_bytes())
    }
}

fn mark(claim: &Value) -> String {
    format!("{}.{}", text(claim, "id"), claim["version"])
}

/// Submits all drafts at once: the one that is due no more is refused with its reasons, the others go on.
#[test]
fn many_are_submitted_at_once_and_one_refusal_holds_up_nobody() {
    on_both(|world| {
        open(world, 1_000_000, |_| {});
        let mut drafts = Vec::new();
        for n in 1..=3 {
            let person = if n == 3 { uncertified(world, n) } else { caregiver(world, n) };
            let asked = json!({
                "scheme": SCHEME, "person_id": person, "claim_part": "2026-10", "draft": true,
                "for_review": true,
            });
            drafts.push(world.post("institution", "/api/v1/claims", asked).expect(201));
        }
        let page = Visitor::new(world, "institution");
        assert!(page.get("/").contains("补贴草稿待提交"));
        let shown = page.get("/claims?ticked=true");
        assert_eq!(shown.matches(" checked").count(), 3, "all are ticked without a script");
        let marks: Vec<String> = drafts.iter().map(mark).collect();
        let nothing = page.post("/claims/step", &[("step", "submit"), ("back", "/claims")]);
        assert_eq!(nothing.status, 422);
        assert!(nothing.text().contains("请至少勾选一项"));
        let done = page.post(
            "/claims/step",
            &[
                ("step", "submit"),
                ("back", "/claims"),
                ("claims[0].mark", &marks[0]),
                ("claims[1].mark", &marks[1]),
                ("claims[2].mark", &marks[2]),
            ],
        );
        assert_eq!(done.status, 200, "{}", done.text());
        let told = done.text();
        assert!(told.contains("已提交 2 项") && told.contains("1 项未办理"), "{told}");
        assert!(told.contains("不符合条件：当月1日已持证"), "{told}");
        let states: Vec<String> = drafts.iter().map(|draft| text(&now(world, draft), "state")).collect();
        assert_eq!(states, ["submitted", "submitted", "draft"]);
        // Nobody takes another role's step by its form.
        let as_bureau = [("step", "approve"), ("reason", "x"), ("claims[0].mark", &marks[0])];
        assert_eq!(page.post("/claims/step", &as_bureau).status, 403);
    });
}

#[test]
fn decisions_keep_their_input_and_name_what_stands_in_the_way() {
    on_both(|world| {
        open(world, 1_000_000, |scheme| {
            scheme.review.second_person_above = Some(super::desk::fen(AMOUNT - 1));
        });
        let person = caregiver(world, 1);
        let filed = claim(world, "institution", &person, "2026-10").expect(201);
        let path = format!("/claims/{}", text(&filed, "id"));
        let stranger = Visitor::new(world, "institution2");
        assert_eq!(stranger.client.get(&path).status, 404);
        assert_eq!(Visitor::new(world, "finance").client.get(&path).status, 404, "not approved yet");

        let bureau = Visitor::new(world, "bureau");
        let shown = bureau.get(&path);
        assert!(
            shown.contains("逾期申报") && shown.contains("400.00 元"),
            "filed on 21 November for October"
        );
        assert!(bureau.get("/").contains("补贴已过审批期限"));
        let version = now(world, &filed)["version"].to_string();
        let without = bureau.post(&format!("{path}/refuse"), &[("version", &version), ("reason", "")]);
        assert_eq!(without.status, 422);
        assert!(without.text().contains("请填写此项"));
        let first = [("version", version.as_str()), ("reason", "材料齐全")];
        let once = bureau.post(&format!("{path}/approve"), &first);
        assert_eq!(once.status, 303, "{}", once.text());
        let version = now(world, &filed)["version"].to_string();
        let twice = bureau.post(&format!("{path}/approve"), &[("version", &version), ("reason", "我的理由")]);
        assert_eq!(twice.status, 409, "the first person is not the second");
        let second = Visitor::new(world, "bureau2");
        let shown = second.get(&path);
        assert!(shown.contains(&format!("{path}/approve")), "somebody else can");
        let done = second.post(&format!("{path}/approve"), &[("version", &version), ("reason", "同意")]);
        assert_eq!(done.status, 303);
        let objected = {
            let version = now(world, &filed)["version"].to_string();
            bureau.post(&format!("{path}/object"), &[("version", &version), ("reason", "群众反映未在岗")])
        };
        assert_eq!(objected.status, 303);
        assert!(second.get("/").contains("公示异议待处理"));
        let version = now(world, &filed)["version"].to_string();
        let undecided = second.post(&format!("{path}/resolve"), &[("version", &version), ("reason", "核实")]);
        assert_eq!(undecided.status, 422);
        assert!(undecided.text().contains("核实"), "what was typed is kept");
        let upheld = [("version", version.as_str()), ("reason", "核实"), ("finding", "upheld")];
        assert_eq!(second.post(&format!("{path}/resolve"), &upheld).status, 303);
        assert_eq!(text(&now(world, &filed), "state"), "refused");
        in_balance(world);
    });
}

#[test]
fn what_was_paid_is_asked_back_in_instalments_by_two_persons() {
    on_both(|world| {
        open(world, 1_000_000, |scheme| scheme.review.notice_days = 0);
        let person = caregiver(world, 1);
        account(world, 1, &person, "6228480012345678910").expect(201);
        let filed = claim(world, "institution", &person, "2026-10").expect(201);
        step(world, "bureau", &filed, "approve", json!({})).expect(200);
        let batch = confirmed_batch(world);
        let file = result_file(&file_rows(world, &batch), &[("paid", "")]);
        import_results(world, "finance", &batch, &file).expect(200);
        assert_eq!(batch_step(world, "finance2", &batch, "confirm", &json!({})).conflict(), "batch-state");

        let path = format!("/claims/{}/clawback", text(&filed, "id"));
        let first = Visitor::new(world, "bureau");
        assert!(first.get(&path).contains("400.00"));
        let plan = |amount, times, on| {
            [
                ("cause", "false-facts"),
                ("amount", amount),
                ("times", times),
                ("first_on", on),
                ("reason", "不实"),
            ]
        };
        let more = first.post(&path, &plan("400.01", "1", ""));
        assert_eq!(more.status, 422);
        assert!(more.text().contains("不得超过已发放的 400.00 元") && more.text().contains("400.01"));
        assert_eq!(first.post(&path, &plan("400", "3", "")).status, 422, "instalments need their first day");
        let proposed = first.post(&path, &plan("400", "3", "2026-12-31"));
        assert_eq!(proposed.status, 303, "{}", proposed.text());
        let own =
            proposed.header("location").expect("an address").split('?').next().expect("a path").to_owned();
        assert_eq!(first.post(&format!("{own}/decide"), &[]).status, 409);
        let second = Visitor::new(world, "bureau2");
        assert!(second.get("/").contains("追回待决定"));
        let shown = second.get(&own);
        assert!(shown.contains("133.33") && shown.contains("133.34"), "to the fen: {shown}");
        assert_eq!(second.post(&format!("{own}/decide"), &[]).status, 303);
        let finance = Visitor::new(world, "finance");
        let version =
            world.get("finance", &format!("/api/v1{own}")).expect(200)["clawback"]["version"].to_string();
        let receipt = |version, amount| {
            [("version", version), ("amount", amount), ("received_on", "2026-11-21"), ("document", "缴款1")]
        };
        let past = finance.post(&format!("{own}/receipts"), &receipt(version.as_str(), "400.01"));
        assert_eq!(past.status, 422);
        assert!(past.text().contains("不得超过尚欠的 400.00 元"));
        let paid = finance.post(&format!("{own}/receipts"), &receipt(version.as_str(), "133.33"));
        assert_eq!(paid.status, 303, "{}", paid.text());
        assert!(finance.get(&own).contains("266.67 元"));
        assert!(finance.get("/clawbacks").contains("133.33 元"));
        in_balance(world);
    });
}

#[test]
fn a_budget_is_set_raised_and_never_lowered_below_what_is_spoken_for() {
    on_both(|world| {
        let line = open(world, 1_000_000, |scheme| scheme.review.notice_days = 0);
        let person = caregiver(world, 1);
        let filed = claim(world, "institution", &person, "2026-10").expect(201);
        step(world, "bureau", &filed, "approve", json!({})).expect(200);
        let path = format!("/budgets/{}", text(&line, "id"));
        let finance = Visitor::new(world, "finance");
        assert!(finance.get("/payments").contains("尚未登记收款账户"));
        assert!(finance.get("/budgets").contains("9,600.00"));
        assert!(finance.get(&path).contains("承诺"));
        assert!(!Visitor::new(world, "bureau").get(&path).contains("/change"), "the bureau only reads");
        let version = world.get("finance", &format!("/api/v1{path}")).expect(200)["version"].to_string();
        let change =
            |amount| [("version", version.as_str()), ("amount", amount), ("document", "海财〔2026〕9号")];
        let low = finance.post(&format!("{path}/change"), &change("399.99"));
        assert_eq!(low.status, 422);
        assert!(low.text().contains("400.00 元") && low.text().contains("399.99"));
        assert_eq!(finance.post(&format!("{path}/change"), &change("一千")).status, 422);
        assert_eq!(finance.post(&format!("{path}/change"), &change("20,000")).status, 303);
        assert!(finance.get(&path).contains("20,000.00"));
        in_balance(world);
    });
}
