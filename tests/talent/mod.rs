//! 人才激励: contest results count once two persons have dealt with them, a rank becomes a level, a list goes to another
//! department and can be checked there, and guidance wages are published for good.

mod lists;
mod wages;

use huzheng::kernel::context::Role;
use rust_xlsxwriter::{Format, Workbook};
use serde_json::{Value, json};

use crate::certificates::{path, text, verdict};
use crate::support::client::Client;
use crate::support::passed::certify;
use crate::support::people::{identity_number, name, person};
use crate::support::{Answer, World, on_both};

const FORM: &str = "application/x-www-form-urlencoded";

fn contest(world: &World, code: &str, tier: &str) -> Value {
    json!({
        "code": code, "title": "养老护理职业技能竞赛", "tier": tier, "organiser": "嘉兴市民政局",
        "announced_on": "2026-10-20", "document": "嘉民〔2026〕12号", "award_rank": 3, "award_level": "3",
        "award_document": "嘉民〔2026〕5号", "award_body_id": world.organisation("assessor"),
    })
}

/// A contest entered by `bureau`.
fn entered(world: &World, code: &str, tier: &str) -> Value {
    world.post("bureau", "/api/v1/contests", contest(world, code, tier)).expect(201)
}

fn at(contest: &Value, step: &str) -> String {
    format!("/api/v1/contests/{}{step}", text(contest, "id"))
}

fn of(result: &Value, step: &str) -> String {
    format!("/api/v1/contest-results/{}/{step}", text(result, "id"))
}

/// The `n`th person with a rank, as an input.
fn ranked(n: u32, rank: u32) -> Value {
    json!({ "document_number": identity_number(n), "name": name(n), "rank": rank })
}

/// Registers the first people.
fn registered(world: &World, people: std::ops::Range<u32>) -> Vec<String> {
    let register = |n| text(&world.post("bureau", "/api/v1/people", person(n)).expect(201), "id").to_owned();
    people.map(register).collect()
}

/// The result of the `n`th person in a contest.
fn result(world: &World, contest: &Value, n: u32) -> Value {
    let whole = world.get("bureau", &at(contest, "")).expect(200);
    let results = whole["results"].as_array().expect("results");
    results.iter().find(|one| one["name"] == name(n)).expect("a result").clone()
}

/// Entered by `bureau`, confirmed by `bureau2`.
fn confirmed(world: &World, contest: &Value, results: &[Value]) {
    for one in results {
        world.post("bureau", &at(contest, "/results"), one.clone()).expect(201);
    }
    world.post("bureau2", &at(contest, "/confirm"), json!({})).expect(200);
}

fn sheet(rows: &[(&str, &str, &str, &str)]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let as_text = Format::new().set_num_format("@");
    for (column, heading) in (0u16..).zip(["姓名", "证件号码", "名次", "荣誉称号"]) {
        sheet.write(0, column, heading).expect("written");
    }
    for (row, (name, number, rank, honour)) in (1u32..).zip(rows) {
        sheet.write(row, 0, *name).expect("written");
        sheet.write_with_format(row, 1, *number, &as_text).expect("written");
        sheet.write(row, 2, *rank).expect("written");
        sheet.write(row, 3, *honour).expect("written");
    }
    workbook.save_to_buffer().expect("a workbook")
}

fn facts(world: &World, person: &str) -> Value {
    world.get("bureau", &format!("/api/v1/people/{person}/facts")).expect(200)["values"].clone()
}

fn upload(world: &World, who: &str, contest: &Value, file: &[u8], check: bool) -> Answer {
    let fields: &[(&str, &str)] = if check { &[("check", "true")] } else { &[] };
    world.as_user(who).upload(&at(contest, "/results-import"), ("results.xlsx", file), fields)
}

#[test]
fn a_result_counts_once_another_person_has_confirmed_it() {
    on_both(|world| {
        let people = registered(world, 1..5);
        let made = entered(world, "jiaxing-2026", "city");
        let again = world.post("bureau2", "/api/v1/contests", contest(world, "jiaxing-2026", "city"));
        assert_eq!(again.field_errors(), [("code".to_owned(), "already-registered".to_owned())]);

        let (one, two, three) = (identity_number(1), identity_number(2), identity_number(3));
        let wrong = sheet(&[
            (&name(1), &one, "1", ""),
            (&name(2), &two, "", ""),
            ("不是她", &three, "3", ""),
            (&name(1), &identity_number(9), "4", ""),
            (&name(4), "330481", "第五", ""),
        ]);
        let errors = upload(world, "bureau", &made, &wrong, false);
        let told: Vec<_> = errors.expect(422)["errors"]
            .as_array()
            .expect("errors")
            .iter()
            .map(|one| (one["row"].clone(), one["field"].clone(), one["code"].clone()))
            .collect();
        assert_eq!(told[0], (json!(3), json!("rank"), json!("rank-or-honour")));
        assert!(told.iter().any(|(row, field, _)| (row, field) == (&json!(6), &json!("rank"))), "{told:?}");
        // The rows that can be read are looked at once all can be.
        let wrong = sheet(&[
            (&name(1), &one, "1", ""),
            ("不是她", &three, "3", ""),
            (&name(1), &identity_number(9), "4", ""),
            (&name(4), "330481", "5", ""),
        ]);
        let told: Vec<_> = upload(world, "bureau", &made, &wrong, true).expect(422)["errors"]
            .as_array()
            .expect("errors")
            .iter()
            .map(|one| (one["row"].clone(), one["field"].clone(), one["code"].clone()))
            .collect();
        let line = |row: u32, field: &str, code: &str| (json!(row), json!(field), json!(code));
        assert_eq!(
            told,
            [
                line(3, "name", "registered-under-another-name"),
                line(4, "document_number", "unknown-person"),
                line(5, "document_number", "identity-length"),
            ]
        );
        let twice = sheet(&[(&name(1), &one, "1", ""), (&name(1), &one, "2", "")]);
        let told = upload(world, "bureau", &made, &twice, false).expect(422);
        assert_eq!(told["errors"][0]["code"], "duplicate-in-file");
        assert_eq!(world.get("bureau", &at(&made, "")).expect(200)["results"], json!([]), "nothing is kept");

        let good = sheet(&[(&name(1), &one, "1", "新时代工匠"), (&name(2), &two, "2", "")]);
        assert_eq!(upload(world, "bureau", &made, &good, true).expect(200)["imported"], false);
        assert_eq!(world.get("bureau", &at(&made, "")).expect(200)["results"], json!([]));
        assert_eq!(upload(world, "bureau", &made, &good, false).expect(201)["rows"], 2);
        let again = upload(world, "bureau2", &made, &good, false).expect(422);
        assert_eq!(again["errors"][0]["code"], "result-already-entered");
        world.post("bureau2", &at(&made, "/results"), ranked(3, 3)).expect(201);

        assert!(facts(world, &people[0])["contest_rank"].is_null(), "it doesn't count yet");
        assert_eq!(world.post("bureau", &at(&made, "/confirm"), json!({})).conflict(), "contest-same-person");
        let refuse = json!({ "words": "查无此人" });
        assert_eq!(
            world.post("bureau", &of(&result(world, &made, 1), "refuse"), refuse.clone()).conflict(),
            "contest-same-person"
        );
        let done = world.post("bureau2", &at(&made, "/confirm"), json!({})).expect(200);
        let states: Vec<_> =
            done["results"].as_array().expect("results").iter().map(|one| one["status"].clone()).collect();
        // What the second person entered waits for a third: the first has entered the contest.
        assert_eq!(states, ["confirmed", "confirmed", "entered"]);
        assert_eq!(world.post("bureau", &at(&made, "/confirm"), json!({})).conflict(), "contest-same-person");
        let third = world.add_account("bureau3", Role::Bureau, Some(world.organisations["bureau"]));
        third.post(&of(&result(world, &made, 3), "refuse"), &refuse).expect(200);
        assert_eq!(third.post(&at(&made, "/confirm"), &json!({})).conflict(), "contest-nothing-to-confirm");
        // Turned down, the same person's result can be entered anew.
        world.post("bureau2", &at(&made, "/results"), ranked(3, 4)).expect(201);

        let known = facts(world, &people[0]);
        assert_eq!(known["contest_rank"]["value"], json!({ "integers-by-key": { "jiaxing-2026": 1 } }));
        assert_eq!(known["contest_tier"]["value"], json!({ "integers-by-key": { "jiaxing-2026": 3 } }));
        let source = &known["contest_rank"]["source"];
        assert_eq!(source["kind"], "contest-result");
        let named = format!("jiaxing-2026#{}", text(&result(world, &made, 1), "id"));
        assert_eq!(text(source, "reference"), named);

        check_beside_files(world, &people[0], &named);
        let cancel = of(&result(world, &made, 1), "cancel");
        world.post("bureau", &cancel, json!({ "words": "公布有误" })).expect(200);
        assert_eq!(world.post("bureau", &cancel, refuse).conflict(), "contest-not-confirmed");
        let known = facts(world, &people[0]);
        assert_eq!(known["contest_rank"]["value"], json!({ "integers-by-key": { "zhejiang-2025": 2 } }));
        assert_eq!(known["contest_rank"]["source"]["kind"], "import");
        for who in ["school", "finance", "institution", "town"] {
            world.get(who, &at(&made, "")).expect(403);
        }
        world.get("body2", &at(&made, "")).expect(404);
    });
}

/// A contest held elsewhere stays a statement of a file, beside the one confirmed here.
fn check_beside_files(world: &World, person: &str, named: &str) {
    let file = format!(
        "姓名,证件号码,事项,竞赛名次,竞赛级别\n{},{},zhejiang-2025,2,2\n",
        name(1),
        identity_number(1)
    );
    let told = [("told_by", "浙江省民政厅")];
    let import = world.as_user("bureau");
    import.upload("/api/v1/statements-import", ("told.csv", file.as_bytes()), &told).expect(200);
    let known = facts(world, person);
    let both = json!({ "integers-by-key": { "jiaxing-2026": 1, "zhejiang-2025": 2 } });
    assert_eq!(known["contest_rank"]["value"], both);
    let reference = text(&known["contest_rank"]["source"], "reference");
    assert_eq!(reference, format!("{named}; 浙江省民政厅 · told.csv · 2"));
}

#[test]
fn a_wrong_contest_is_told_field_by_field() {
    on_both(|world| {
        let check = |changes: Value, expected: &[(&str, &str)]| {
            let mut new = contest(world, "c1", "city");
            new.as_object_mut().expect("fields").extend(changes.as_object().expect("fields").clone());
            let errors = world.post("bureau", "/api/v1/contests", new).field_errors();
            let errors: Vec<_> = errors.iter().map(|(field, code)| (field.as_str(), code.as_str())).collect();
            assert_eq!(errors, expected);
        };
        check(json!({ "code": "竞 赛" }), &[("code", "bad-event-name")]);
        check(json!({ "tier": "town" }), &[("tier", "unknown-choice")]);
        check(json!({ "announced_on": "2026-11-22" }), &[("announced_on", "future-date")]);
        let school = world.organisation("school");
        check(json!({ "award_body_id": school }), &[("award_body_id", "not-an-assessment-body")]);
        check(
            json!({ "award_level": null, "award_document": "" }),
            &[("award_level", "award-incomplete"), ("award_document", "award-incomplete")],
        );
        check(
            json!({ "award_rank": 0, "title": "" }),
            &[("title", "required"), ("award_rank", "out-of-range")],
        );
        assert_eq!(world.get("bureau", "/api/v1/contests").expect(200), json!([]));
    });
}

#[test]
fn a_contest_is_corrected_until_a_result_is_confirmed() {
    on_both(|world| {
        registered(world, 1..2);
        let made = entered(world, "jiaxing-2026", "city");
        world.post("bureau", &at(&made, "/results"), ranked(1, 1)).expect(201);
        let put = |who: &str, version: &Value, new: &Value| {
            let client = world.as_user(who).if_match(version);
            client.send("PUT", &at(&made, ""), "application/json", new.to_string().as_bytes())
        };
        let now = || world.get("bureau", &at(&made, "")).expect(200);
        let mut new = contest(world, "jiaxing-2026", "city");
        new["award_rank"] = json!(6);
        assert_eq!(put("bureau2", &made["version"], &new).status, 412, "a result was entered since");
        put("bureau2", &now()["version"], &new).expect(200);
        assert_eq!(now()["award"]["up_to_rank"], 6);
        // Who has widened the award doesn't confirm who gets it.
        assert_eq!(
            world.post("bureau2", &at(&made, "/confirm"), json!({})).conflict(),
            "contest-same-person"
        );
        let role = Role::Bureau;
        let third = world.add_account("bureau3", role, Some(world.organisations["bureau"]));
        third.post(&at(&made, "/confirm"), &json!({})).expect(200);
        assert_eq!(put("bureau", &now()["version"], &new).conflict(), "contest-confirmed");
        let (page, _) = world.page_session("bureau");
        let shown = page.get(&format!("/talent/contests/{}", text(&made, "id"))).text();
        assert!(!shown.contains("修改竞赛"));
    });
}

#[test]
fn a_rank_becomes_a_level_once() {
    on_both(|world| {
        certify(world, None);
        registered(world, 1..4);
        let made = entered(world, "jiaxing-2026", "city");
        for one in [ranked(1, 1), ranked(2, 4)] {
            world.post("bureau", &at(&made, "/results"), one).expect(201);
        }
        let winner = result(world, &made, 1);
        let issue = |who: &str, result: &Value| world.post(who, &of(result, "certificate"), json!({}));
        assert_eq!(issue("assessor", &winner).conflict(), "contest-not-awarded");
        world.post("bureau2", &at(&made, "/confirm"), json!({})).expect(200);
        issue("body2", &winner).expect(404);
        issue("bureau", &winner).expect(403);
        assert_eq!(issue("assessor", &result(world, &made, 2)).conflict(), "contest-not-awarded");

        let certificate = issue("assessor", &winner).expect(201);
        assert_eq!((&certificate["type"], &certificate["level"]), (&json!("skill"), &json!("3")));
        assert_eq!(certificate["contest_result_id"], winner["id"]);
        assert_eq!(certificate["events"][0]["reason_code"], "contest-won");
        assert_eq!(verdict(world, text(&certificate, "qr_content")), "valid");
        assert_eq!(issue("assessor", &winner).conflict(), "already-issued");
        let credential = |one: &Value| {
            let client = world.as_user("assessor");
            client.get(&format!("{}.jsonld", path(one))).text()
        };
        let criteria = "在养老护理职业技能竞赛中获得第1名，按嘉民〔2026〕5号晋升";
        assert!(credential(&certificate).contains(criteria), "{}", credential(&certificate));

        // A higher or the same level is held: nothing to advance to.
        let mut lower = contest(world, "haining-2026", "county");
        lower["award_level"] = json!("4");
        let lower = world.post("bureau", "/api/v1/contests", lower).expect(201);
        confirmed(world, &lower, &[ranked(1, 1), ranked(3, 2)]);
        assert_eq!(issue("assessor", &result(world, &lower, 1)).conflict(), "level-held");
        assert_eq!(issue("assessor", &result(world, &lower, 3)).expect(201)["level"], "4");

        // The paper in its place says the same.
        let reason = json!({ "reason_code": "damaged", "reason": "污损" });
        let new = world.post("assessor", &format!("{}/replace", path(&certificate)), reason).expect(200);
        assert_eq!(verdict(world, text(&certificate, "qr_content")), "replaced");
        assert_eq!(verdict(world, text(&new, "qr_content")), "valid");
        assert!(credential(&new).contains(criteria));
        assert_eq!(new["level"], "3");

        // Taken away, the level can be won again in another contest, and not by the same result.
        let reason = json!({ "reason_code": "issued-in-error", "reason": "公布有误" });
        world.post("bureau", &format!("{}/revoke", path(&new)), reason.clone()).expect(202);
        world.post("bureau2", &format!("{}/revoke", path(&new)), reason).expect(200);
        assert_eq!(issue("assessor", &winner).conflict(), "already-issued");
        assert_eq!(issue("assessor", &result(world, &lower, 1)).expect(201)["level"], "4");
    });
}

#[test]
fn a_rank_confirmed_here_is_paid_for_by_the_scheme() {
    on_both(|world| {
        let mut entry = person(1);
        for (field, value) in
            [("position", "caregiver"), ("post_kind", "regular"), ("from_date", "2025-01-01")]
        {
            entry[field] = json!(value);
        }
        let staff = format!("/api/v1/organisations/{}/employments", world.organisation("institution"));
        let hired = world.post("institution", &staff, entry).expect(201);
        let made = entered(world, "jiaxing-2026", "city");
        let claim = |part: &str| {
            let asked = json!({
                "scheme": "haining-contest-award", "person_id": hired["person_id"], "claim_part": part,
            });
            world.post("institution", "/api/v1/claims", asked)
        };
        claim("event-jiaxing-2026").field_errors();
        confirmed(world, &made, &[ranked(1, 2)]);
        let filed = claim("event-jiaxing-2026").expect(201);
        assert_eq!(filed["amount_fen"], 180_000, "{filed}");
        let (page, _) = world.page_session("bureau");
        let shown = page.get(&format!("/claims/{}", text(&filed, "id"))).text();
        assert!(shown.contains("竞赛成绩登记 jiaxing-2026"), "{shown}");
    });
}

fn posted(world: &World, who: &str, path: &str, fields: &str) -> Answer {
    let (page, csrf) = world.page_session(who);
    page.send("POST", path, FORM, format!("csrf={csrf}&{fields}").as_bytes())
}

fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("location").expect("an address").split('?').next().expect("a path").to_owned()
}

#[test]
fn the_pages_lead_from_a_contest_to_a_list() {
    on_both(|world| {
        certify(world, None);
        registered(world, 1..3);
        let page = |who: &str| -> Client { world.page_session(who).0 };
        assert!(page("bureau").get("/talent").text().contains("还没有录入竞赛"));
        assert_eq!(page("bureau").get("/talent/contests/new").status, 200);
        let refused = posted(world, "bureau", "/talent/contests/new", "title=某竞赛&award_rank=3");
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("某竞赛") && refused.text().contains("四项须一并填写"));
        let body = world.organisation("assessor");
        let fields = format!(
            "title=某竞赛&code=c1&tier=city&organiser=民政局&announced_on=2026-10-20&document=公布1号&award_rank=3\
             &award_level=3&award_document=晋升1号&award_body_id={body}"
        );
        let contest = location(&posted(world, "bureau", "/talent/contests/new", &fields));
        let edit = format!("{contest}/edit");
        assert!(page("bureau").get(&edit).text().contains("value=\"某竞赛\""));
        assert_eq!(posted(world, "bureau", &edit, "title=").status, 422);
        assert_eq!(location(&posted(world, "bureau", &edit, &fields)), contest);
        let refused = posted(world, "bureau", &contest, "name=甲&document_number=1&rank=&honour=");
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("名次和荣誉称号至少填一项"));
        let row =
            format!("name={}&document_kind=&document_number={}&rank=1&honour=", name(1), identity_number(1));
        assert_eq!(location(&posted(world, "bureau", &contest, &row)), contest);
        let import = format!("{contest}/import");
        assert!(page("bureau").get(&import).text().contains(&format!("{contest}/template.xlsx")));
        assert_eq!(page("bureau").get(&format!("{contest}/template.xlsx")).status, 200);
        let file = sheet(&[(&name(2), &identity_number(2), "2", "新时代工匠")]);
        let (client, csrf) = world.page_session("bureau");
        let done = client.upload(&import, ("results.xlsx", &file), &[("csrf", &csrf)]);
        assert_eq!(location(&done), contest);
        assert!(!page("bureau").get(&contest).text().contains("确认全部待确认成绩"));
        assert!(page("bureau2").get("/").text().contains("待确认的竞赛成绩"));
        assert!(!page("bureau").get("/").text().contains("待确认的竞赛成绩"));
        assert!(page("bureau2").get(&contest).text().contains("确认全部待确认成绩"));
        posted(world, "bureau2", &format!("{contest}/confirm"), "");
        let shown = page("assessor").get(&contest).text();
        let at = shown.find("/talent/results/").expect("a result");
        let result = shown[at..].split('"').next().expect("an address").to_owned();
        assert!(page("assessor").get("/talent").text().contains("某竞赛"));
        assert!(page("assessor").get(&result).text().contains("签发"));
        let certificate = location(&posted(world, "assessor", &format!("{result}/certificate"), ""));
        assert!(certificate.starts_with("/certificates/"));
        assert!(page("assessor").get(&result).text().contains(&certificate));
        assert_eq!(posted(world, "bureau", &format!("{result}/cancel"), "words=").status, 422);

        let refused = posted(world, "bureau", "/talent/lists", "department=住建局&tier=national&rank_to=3");
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("住建局"));
        let fields = "department=住建局&purpose=公租房轮候&tier=city&rank_to=1&honoured=true&from=2026-01-01\
                      &to=2026-11-20&digits=masked";
        let list = location(&posted(world, "bureau", "/talent/lists", fields));
        let shown = page("bureau").get(&list).text();
        assert!(shown.contains(&name(1)) && shown.contains("新时代工匠"), "{shown}");
        assert!(page("bureau").get("/talent/lists").text().contains("2026-0001"));
        assert_eq!(page("bureau").get(&format!("{list}.xlsx")).status, 200);
        assert_eq!(location(&posted(world, "bureau", &format!("{result}/cancel"), "words=有误")), contest);
    });
}
