//! 人才激励: contest results count once two persons have dealt with them, a rank becomes a level, a list goes to another
//! department and can be checked there, and guidance wages are published for good.

use std::path::Path;
use std::process::Command;

use huzheng::http::problem::Problem;
use huzheng::registry::audit;
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
        let third = world.add_account(
            "bureau3",
            huzheng::kernel::context::Role::Bureau,
            Some(world.organisations["bureau"]),
        );
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
        let role = huzheng::kernel::context::Role::Bureau;
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

const LISTS: &str = "/api/v1/certified-lists";

fn rule(digits: &str) -> Value {
    json!({
        "department": "海宁市住房和城乡建设局", "purpose": "公租房轮候", "tier": "city", "rank_to": 3,
        "from": "2026-01-01", "to": "2026-11-20", "digits": digits,
    })
}

/// Two winners of a city contest, the second also the first of a provincial one, and one too far behind.
fn winners(world: &World) -> Value {
    registered(world, 1..4);
    let city = entered(world, "jiaxing-2026", "city");
    confirmed(world, &city, &[ranked(1, 1), ranked(2, 2), ranked(3, 4)]);
    let province = entered(world, "zhejiang-2026", "provincial");
    confirmed(world, &province, &[ranked(2, 3)]);
    city
}

#[test]
fn a_list_is_frozen_and_can_be_checked_where_it_goes() {
    on_both(|world| {
        let empty = world.post("bureau", LISTS, rule("full")).field_errors();
        assert_eq!(empty, [("rank_to".to_owned(), "list-empty".to_owned())]);
        let city = winners(world);
        let list = world.post("bureau", LISTS, rule("full")).expect(201);
        assert_eq!((&list["number"], &list["people"]), (&json!("2026-0001"), &json!(2)));
        let file = |list: &Value, ending: &str| {
            world.get("bureau", &format!("{LISTS}/{}.{ending}", text(list, "id")))
        };
        let tsv = file(&list, "tsv").text();
        let expected = format!(
            "1\t{}\t居民身份证\t{}\t养老护理职业技能竞赛\t省级\t3\t\t2026-10-20\n\
             2\t{}\t居民身份证\t{}\t养老护理职业技能竞赛\t市级\t1\t\t2026-10-20\n",
            name(2),
            identity_number(2),
            name(1),
            identity_number(1)
        );
        assert_eq!(tsv, expected);
        check_elsewhere(world, &list, &tsv, &file(&list, "jws").text());
        check_workbook(&file(&list, "xlsx"), &identity_number(2));

        // The page masks what the file shows; a list that needs no whole numbers has none.
        let (page, _) = world.page_session("bureau");
        let shown = page.get(&format!("/talent/lists/{}", text(&list, "id"))).text();
        assert!(shown.contains("2026-0001") && shown.contains(&name(2)));
        let digits = identity_number(2);
        assert!(!shown.contains(&digits) && shown.contains(&format!("*{}", &digits[14..])));
        let masked = world.post("bureau2", LISTS, rule("masked")).expect(201);
        assert_eq!(masked["number"], "2026-0002");
        assert!(!file(&masked, "tsv").text().contains(&digits));

        // What becomes of a result later changes no list that was made.
        let cancelled = of(&result(world, &city, 1), "cancel");
        world.post("bureau2", &cancelled, json!({ "words": "公布有误" })).expect(200);
        assert_eq!(file(&list, "tsv").text(), tsv);
        assert_eq!(world.post("bureau", LISTS, rule("masked")).expect(201)["people"], 1);

        let told = |answer: Answer| answer.field_errors();
        let mut wrong = rule("full");
        wrong["to"] = json!("2025-12-31");
        assert_eq!(told(world.post("bureau", LISTS, wrong.clone())), [("to".into(), "date-order".into())]);
        wrong["to"] = json!("2026-11-22");
        assert_eq!(told(world.post("bureau", LISTS, wrong)), [("to".into(), "future-date".into())]);
        // An administrator knows of it and gets none of it; others know nothing.
        let own = format!("{LISTS}/{}", text(&list, "id"));
        world.get("admin", &own).expect(200);
        assert_eq!(world.get("admin", &format!("{own}.tsv")).status, 403);
        for who in ["assessor", "institution", "finance"] {
            assert_eq!(world.get(who, &own).status, 403, "{who}");
        }
        check_audit(world, text(&list, "id"));
    });
}

/// As the department does it: with a library of others, the published keys and the two files.
fn check_elsewhere(world: &World, list: &Value, tsv: &str, jws: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let node = root.join("target/node");
    assert!(node.join("node_modules").exists(), "`make setup` installs the JavaScript verifiers");
    std::fs::copy(root.join("tests/node/list.mjs"), node.join("list.mjs")).expect("copied");
    let folder = tempfile::tempdir().expect("a folder");
    let run = |tsv: &str, jws: &str| {
        let put = |name: &str, content: &str| std::fs::write(folder.path().join(name), content);
        put("jwks.json", &world.anybody().get("/.well-known/jwks.json").text()).expect("written");
        put("list.tsv", tsv).expect("written");
        put("list.jws", jws).expect("written");
        Command::new("node").arg(node.join("list.mjs")).arg(folder.path()).output().expect("node runs")
    };
    let out = run(tsv, jws);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let statement: Value = serde_json::from_slice(&out.stdout).expect("a statement");
    for field in ["number", "department", "purpose", "people", "sha256"] {
        assert_eq!(statement[field], list[field], "{field}");
    }
    assert!(!run(&tsv.replace("\t3\t", "\t1\t"), jws).status.success(), "a changed rank");
    assert!(!run(tsv.split_inclusive('\n').next().expect("a line"), jws).status.success(), "a line less");
    let (message, signature) = jws.rsplit_once('.').expect("three parts");
    let (header, payload) = message.split_once('.').expect("three parts");
    let other = format!("{header}.{}.{signature}", payload.replacen('0', "1", 1).replacen('Q', "R", 1));
    assert!(!run(tsv, &other).status.success(), "another statement");
}

fn check_workbook(answer: &Answer, number: &str) {
    use calamine::Reader;
    assert_eq!(answer.status, 200);
    let mut book = calamine::Xlsx::new(std::io::Cursor::new(answer.bytes.clone())).expect("a workbook");
    let sheet = book.worksheet_range_at(0).expect("a sheet").expect("its cells");
    assert_eq!(sheet.get_value((1, 3)).map(ToString::to_string).as_deref(), Some(number));
    assert_eq!(sheet.height(), 3);
}

fn check_audit(world: &World, id: &str) {
    let lines = world
        .app
        .database
        .read(|conn| Ok::<_, Problem>(audit::store::latest(conn, Some(("certified-list", id)), None, 20)?));
    let lines = lines.expect("the audit");
    let downloads: Vec<_> = lines
        .iter()
        .rev()
        .map(|line| (line.action.as_str(), line.details["file"].as_str().unwrap_or_default()))
        .collect();
    let expected = [
        ("certified_list_make", ""),
        ("certified_list_download", "tsv"),
        ("certified_list_download", "jws"),
        ("certified_list_download", "xlsx"),
        ("certified_list_download", "tsv"),
    ];
    // Of one second the order is chance.
    let sorted = |mut all: Vec<(&str, &str)>| {
        all.sort_unstable();
        all.iter().map(|(action, file)| format!("{action} {file}")).collect::<Vec<_>>()
    };
    assert_eq!(sorted(downloads), sorted(expected.to_vec()));
    assert!(!format!("{lines:?}").contains(&identity_number(2)));
}

const WAGES: &str = "/api/v1/guidance-wages";

fn wages(from: &str) -> Value {
    let level = |level: u32, low: i64| json!({ "level": level, "low_fen": low, "median_fen": low + 50_000, "high_fen": low + 100_000 });
    json!({
        "effective_from": from, "document": "海人社〔2026〕8号", "source": "企业薪酬调查",
        "levels": [level(4, 480_000), level(5, 430_000)],
    })
}

#[test]
fn guidance_wages_are_published_by_another_and_for_good() {
    on_both(|world| {
        let public = || world.anybody().get(WAGES).expect(200);
        let seeded = public();
        assert_eq!(seeded.as_array().map(Vec::len), Some(1));
        assert_eq!(
            (&seeded[0]["illustrative"], &seeded[0]["in_force"], &seeded[0]["levels"][0]["median_fen"]),
            (&json!(true), &json!(true), &json!(500_000))
        );
        let draft = world.post("bureau", WAGES, wages("2026-12-01")).expect(201);
        assert_eq!(draft["levels"][0]["level"], "5", "sorted from level 5 up");
        assert_eq!(public(), seeded, "a draft is nobody's to see");
        let step = |who: &str, notice: &Value, step: &str| {
            let path = format!("{WAGES}/{}/{step}", text(notice, "id"));
            world.as_user(who).if_match(&notice["version"]).post(&path, &json!({}))
        };
        assert_eq!(step("bureau", &draft, "publish").conflict(), "wage-same-person");
        let second = world.post("bureau2", WAGES, wages("2026-12-01")).expect(201);
        let bare = format!("{WAGES}/{}/publish", text(&draft, "id"));
        assert_eq!(world.post("bureau2", &bare, json!({})).status, 428);
        step("bureau2", &draft, "publish").expect(200);
        step("bureau2", &draft, "publish").expect(412);
        assert_eq!(step("bureau", &second, "publish").conflict(), "wage-overtaken");
        step("bureau", &second, "drop").expect(200);
        let earlier = world.post("bureau", WAGES, wages("2026-12-01")).field_errors();
        assert_eq!(earlier, [("effective_from".to_owned(), "wage-not-later".to_owned())]);

        let of_force = |notices: &Value| notices[0]["in_force"].clone();
        assert_eq!(of_force(&public()), false, "not before its day");
        world.advance_days(10);
        assert_eq!(of_force(&public()), true);
        let mut wrong = wages("2027-01-01");
        wrong["levels"][0]["high_fen"] = json!(1);
        wrong["levels"][1]["low_fen"] = json!(0);
        let errors = world.post("bureau", WAGES, wrong.clone()).field_errors();
        assert_eq!(errors, [("levels[1].low_fen".to_owned(), "out-of-range".to_owned())]);
        wrong["levels"][1]["low_fen"] = json!(1);
        let errors = world.post("bureau", WAGES, wrong).field_errors();
        assert_eq!(errors[0].1, "wage-order");
        let mut elsewhere = wages("2027-01-01");
        elsewhere["area_code"] = json!("330102");
        let errors = world.post("bureau", WAGES, elsewhere).field_errors();
        assert_eq!(errors, [("area_code".to_owned(), "unknown-area".to_owned())]);
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

#[test]
fn the_pages_publish_guidance_wages() {
    on_both(|world| {
        let public = || world.anybody().get("/guidance-wages").text();
        assert!(public().contains("5,000.00") && public().contains("数据为示例"));
        let level = |place: u32, level: u32, [low, median, high]: [&str; 3]| {
            format!(
                "&levels[{place}].level={level}&levels[{place}].low={low}&levels[{place}].median={median}\
                 &levels[{place}].high={high}"
            )
        };
        let head = "effective_from=2026-11-21&document=海人社1号&source=调查";
        let rest: String = (1..5).map(|place| level(place, 5 - place, ["", "", ""])).collect();
        let form = |first: [&str; 3]| format!("{head}{}{rest}", level(0, 5, first));
        for (first, says) in [
            (["4000", "", "6000"], "请填写此项"),
            (["4000", "x", "6000"], "4000"),
            (["7000", "5000", "6000"], "须从低到高"),
            (["", "", ""], "至少填写一个等级"),
        ] {
            let refused = posted(world, "bureau", "/talent/wages", &form(first));
            assert_eq!(refused.status, 422);
            assert!(refused.text().contains(says), "{says}: {}", refused.text());
        }
        location(&posted(world, "bureau", "/talent/wages", &form(["4321.50", "5000", "6000"])));
        assert!(!public().contains("4,321.50"));
        let own = world.page_session("bureau").0.get("/talent/wages").text();
        assert!(own.contains("须由另一人发布") && own.contains("4,321.50"));
        let shown = world.page_session("bureau2").0.get("/talent/wages").text();
        let at = shown.find("/publish\"").expect("a form");
        let start = shown[..at].rfind("/talent/wages/").expect("an address");
        let publish = format!("{}/publish", &shown[start..at]);
        location(&posted(world, "bureau2", &publish, ""));
        assert!(public().contains("4,321.50") && public().contains("其他各期"));
        let english = world.anybody().with_header("Accept-Language", "en").get("/guidance-wages").text();
        assert!(english.contains("Guidance wages"));
    });
}
