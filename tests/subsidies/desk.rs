//! A city in which an allowance is paid: its scheme, its budget, a caregiver with a certificate and an account.

use std::sync::Arc;

use huzheng::http::problem::Problem;
use huzheng::kernel::money::Fen;
use huzheng::registry::ledger::Difference;
use huzheng::registry::schemes;
use huzheng::registry::schemes::{AreaOf, BeneficiaryKind, Condition, Review, Schedule, SchemeVersion, Text};
use huzheng::registry::subsidies::service;
use serde_json::{Value, json};

use crate::support::people::{identity_number, name, person};
use crate::support::{Answer, World};

pub const SCHEME: &str = "test-post-allowance";
/// What level 4 gets a month.
pub const AMOUNT: i64 = 40_000;
pub const ACCOUNT: &str = "6228480012345678910";

pub fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}")).to_owned()
}

fn words(text: &str) -> Text {
    Text { zh: text.to_owned(), en: text.to_owned() }
}

/// A monthly allowance by level, for whoever was in post at the month's end.
pub fn scheme() -> SchemeVersion {
    let condition = |id: &str, cel: &str, zh: &str, en: &str| Condition {
        id: id.to_owned(),
        cel: cel.to_owned(),
        zh: zh.to_owned(),
        en: en.to_owned(),
        remedy: words("登记后再申领"),
    };
    SchemeVersion {
        code: SCHEME.to_owned(),
        version: 1,
        area: "330481".parse().expect("an area"),
        area_of: AreaOf::Employer,
        title: words("测试岗位津贴"),
        document: "测试〔2026〕1号".to_owned(),
        source: "测试".to_owned(),
        illustrative: Vec::new(),
        valid_from: "2024-01-01".parse().expect("a date"),
        valid_to: None,
        beneficiary: BeneficiaryKind::Person,
        employer_kinds: Vec::new(),
        conditions: vec![
            condition("in-post", "month in months_in_post", "当月末仍在岗", "Was in post at the month's end"),
            condition("certified", "level_at_month[month] >= 1", "当月1日已持证", "Held a certificate"),
        ],
        amount: "[0, yuan(1200), yuan(800), yuan(500), yuan(400), yuan(300)][level_at_month[month]]"
            .to_owned(),
        schedule: Schedule::Monthly,
        budget: None,
        exclusions: Vec::new(),
        evidence: Vec::new(),
        review: Review {
            town: false,
            second_person_above: None,
            apply_by_day: Some(5),
            approve_by_day: Some(20),
            notice_days: 7,
            appeal_days: 15,
        },
    }
}

/// The scheme, as `change` has it, and its budget of this year in fen.
pub fn open(world: &World, budget: i64, change: impl FnOnce(&mut SchemeVersion)) -> Value {
    let mut version = scheme();
    change(&mut version);
    let context = world.app.context(None, huzheng::kernel::context::Origin::CommandLine);
    world
        .app
        .database
        .write(|tx| {
            let draft = schemes::service::scheme_save(tx, &context, &version)?;
            Ok::<_, Problem>(schemes::service::scheme_put_in_force(tx, &context, draft.id)?)
        })
        .expect("a scheme in force");
    let asked =
        json!({ "scheme": SCHEME, "year": 2026, "amount_fen": budget, "document": "海财〔2026〕8号" });
    world.post("finance", "/api/v1/budgets", asked).expect(201)
}

/// The `n`th caregiver, in post at the institution since 2025, of level 4 since June 2025; their id.
pub fn caregiver(world: &World, n: u32) -> String {
    let mut entry = person(n);
    entry["position"] = json!("caregiver");
    entry["post_kind"] = json!("regular");
    entry["from_date"] = json!("2025-01-01");
    let path = format!("/api/v1/organisations/{}/employments", world.organisation("institution"));
    let made = world.post("institution", &path, entry).expect(201);
    certificate(world, n, "2025-06-01").expect(201);
    text(&made, "person_id")
}

/// The `n`th caregiver, in post since 2025, without a certificate; their id.
pub fn uncertified(world: &World, n: u32) -> String {
    let mut entry = person(n);
    entry["position"] = json!("caregiver");
    entry["post_kind"] = json!("regular");
    entry["from_date"] = json!("2025-01-01");
    let path = format!("/api/v1/organisations/{}/employments", world.organisation("institution"));
    text(&world.post("institution", &path, entry).expect(201), "person_id")
}

/// A certificate from elsewhere.
pub fn certificate(world: &World, n: u32, issued_on: &str) -> Answer {
    let asked = json!({
        "document_number": identity_number(n), "name": name(n), "number": format!("浙养护2025第{n:04}号"),
        "issuer": "浙江省职业技能鉴定中心", "level": "4", "issued_on": issued_on, "evidence": "原件", "checker": "周敏",
        "checked_on": "2026-11-20",
    });
    world.post("assessor", "/api/v1/recorded-certificates", asked)
}

pub fn account(world: &World, n: u32, person: &str, number: &str) -> Answer {
    let asked = json!({
        "account_holder": name(n), "bank": "中国农业银行海宁支行", "account_number": number,
    });
    world.post("institution", &format!("/api/v1/people/{person}/bank-account"), asked)
}

pub fn claim(world: &World, who: &str, person: &str, month: &str) -> Answer {
    // A second later than the one before, so that they have an order.
    world.app.clock.advance(1);
    let asked = json!({ "scheme": SCHEME, "person_id": person, "claim_part": month });
    world.post(who, "/api/v1/claims", asked)
}

/// The claim as it stands, without its history.
pub fn now(world: &World, claim: &Value) -> Value {
    let path = format!("/api/v1/claims/{}", text(claim, "id"));
    world.get("bureau", &path).expect(200)["claim"].clone()
}

/// Takes a step on a claim as it is now.
pub fn step(world: &World, who: &str, claim: &Value, step: &str, mut body: Value) -> Answer {
    if step != "submit" && step != "clawback" {
        body["reason"] = json!("材料齐全，情况属实");
    }
    let version = now(world, claim)["version"].clone();
    let path = format!("/api/v1/claims/{}/{step}", text(claim, "id"));
    world.as_user(who).if_match(&version).post(&path, &body)
}

pub fn batch_step(world: &World, who: &str, batch: &Value, step: &str, body: &Value) -> Answer {
    let path = format!("/api/v1/payment-batches/{}", text(batch, "id"));
    let version = world.get("finance", &path).expect(200)["batch"]["version"].clone();
    world.as_user(who).if_match(&version).post(&format!("{path}/{step}"), body)
}

/// A batch of everything that waits, confirmed by a second person.
pub fn confirmed_batch(world: &World) -> Value {
    let opened = world.post("finance", "/api/v1/payment-batches", json!({})).expect(201);
    batch_step(world, "finance2", &opened["batch"], "confirm", &json!({})).expect(200)
}

/// The file of a batch: its rows without the mark, each cell as it stands.
pub fn file_rows(world: &World, batch: &Value) -> Vec<Vec<String>> {
    let answer = world.get("finance", &format!("/api/v1/payment-batches/{}.csv", text(batch, "id")));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = answer.text();
    let rows = text.strip_prefix('\u{feff}').expect("its mark").trim_end().split("\r\n");
    rows.map(|row| row.split(',').map(str::to_owned).collect()).collect()
}

/// The bank's answer to a file: `result` and `reason` for each line.
pub fn result_file(rows: &[Vec<String>], results: &[(&str, &str)]) -> String {
    let lines = &rows[2..];
    assert_eq!(lines.len(), results.len());
    let paid: i64 = lines
        .iter()
        .zip(results)
        .filter(|(_, (result, _))| *result == "paid")
        .map(|(line, _)| line[4].parse::<i64>().expect("an amount"))
        .sum();
    let mut file = format!("\u{feff}huzheng-results,1,{},{},{paid},\r\n", rows[0][2], lines.len());
    file.push_str("payment_id,payee_name,account,amount_fen,result,reason\r\n");
    for (line, (result, reason)) in lines.iter().zip(results) {
        file.push_str(
            &[&line[0], &line[1], &line[2], &line[4], *result, *reason].map(str::to_owned).join(","),
        );
        file.push_str("\r\n");
    }
    file
}

pub fn import_results(world: &World, who: &str, batch: &Value, file: &str) -> Answer {
    let path = format!("/api/v1/payment-batches/{}", text(batch, "id"));
    let version = world.get("finance", &path).expect(200)["batch"]["version"].clone();
    let client = world.as_user(who).if_match(&version);
    client.upload(&format!("{path}/results"), ("results.csv", file.as_bytes()), &[])
}

/// The books are in order: by the API, and by the same check in the library.
pub fn in_balance(world: &World) {
    let balance = world.get("finance", "/api/v1/ledger/balance").expect(200);
    assert_eq!(balance, json!({ "agrees": true, "differences": [] }));
    let app = Arc::clone(&world.app);
    let found: Vec<Difference> =
        app.database.read(|conn| Ok::<_, Problem>(service::balance(conn)?)).expect("read");
    assert_eq!(found, []);
}

/// What the scheme's budget of the year holds: available, committed, paid, to be recovered, recovered.
pub fn holds(world: &World) -> [i64; 5] {
    let budgets = world.get("finance", &format!("/api/v1/budgets?scheme={SCHEME}")).expect(200);
    let of = |name: &str| budgets[0][name].as_i64().expect("an amount");
    ["available_fen", "committed_fen", "paid_fen", "to_recover_fen", "recovered_fen"].map(of)
}

pub fn fen(amount: i64) -> Fen {
    Fen::new(amount)
}
