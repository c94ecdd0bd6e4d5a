//! Lists for other departments: frozen when they are made, and checked where they go.

use std::path::Path;
use std::process::Command;

use huzheng::http::problem::Problem;
use huzheng::registry::audit;
use serde_json::{Value, json};

use super::{confirmed, entered, of, ranked, registered, result};
use crate::certificates::text;
use crate::support::people::{identity_number, name};
use crate::support::{Answer, World, on_both};

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
