//! Classes from the draft to completion, rosters, and what is refused on the way.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::databases::Kind;
use crate::support::people::{identity_number, name, roster};
use crate::support::{World, on_both, path};

/// An identity number of the region 99, which is nobody's; `serial` makes it one of many.
fn identity(serial: u32) -> String {
    let body = format!("990000197501{:02}{:03}", serial / 1_000 % 28 + 1, serial % 1_000);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let check = b"10X98765432"[(sum % 11) as usize] as char;
    format!("{body}{check}")
}

fn programme(client: &Client) -> Value {
    let all = client.get("/api/v1/programmes").expect(200);
    let found = all.as_array().expect("a list").iter().find(|p| p["code"] == "caregiver-5");
    found.expect("the programme is seeded").clone()
}

fn entry(programme: &Value) -> Value {
    json!({
        "programme_id": programme["id"], "title": "2026 年第 7 期五级班", "place": "3 号楼",
        "starts_on": "2026-12-01", "ends_on": "2026-12-31", "capacity": 40,
    })
}

/// A class of `school`, with its address.
fn class(world: &World) -> (Value, String) {
    let school = world.as_user("school");
    let made = school.post("/api/v1/classes", &entry(&programme(&school))).expect(201);
    let path = format!("/api/v1/classes/{}", made["id"].as_str().expect("an id"));
    (made, path)
}

/// A class that the bureau has approved.
fn approved(world: &World) -> String {
    let (made, path) = class(world);
    let school = world.as_user("school").if_match(&made["version"]);
    let filed = school.post(&format!("{path}/file"), &json!({})).expect(200);
    let bureau = world.as_user("bureau").if_match(&filed["version"]);
    assert_eq!(bureau.post(&format!("{path}/approve"), &json!({})).expect(200)["status"], "approved");
    path
}

fn enrol(world: &World, path: &str, serial: u32, name: &str) -> String {
    let body = json!({ "document_number": identity(serial), "name": name });
    let made = world.post("school", &format!("{path}/enrolments"), body).expect(201);
    made["id"].as_str().expect("an id").to_owned()
}

/// A day of December 2026, from its first.
fn december(day: usize) -> String {
    format!("2026-12-{:02}", day + 1)
}

#[test]
fn from_a_draft_to_completion() {
    on_both(|world| {
        let path = approved(world);
        let school = world.as_user("school");
        let (one, two) = (enrol(world, &path, 1, "沈玉兰"), enrol(world, &path, 2, "张建英"));
        let programme = programme(&school);
        let mut day = 0;
        let mut lessons = Vec::new();
        for module in programme["modules"].as_array().expect("modules") {
            let mut left = module["hours"].as_i64().expect("hours");
            while left > 0 {
                let body = json!({
                    "module_id": module["id"], "held_on": december(day), "hours": left.min(8),
                    "place": "201 教室", "teacher": "周老师",
                });
                lessons.push(school.post(&format!("{path}/lessons"), &body).expect(201));
                left -= 8;
                day += 1;
            }
        }
        world.advance_days(40);
        for (number, lesson) in lessons.iter().enumerate() {
            // The second trainee misses the first lesson only: 8 of the first module's 20 hours.
            let second = if number == 0 { "absent" } else { "present" };
            let body = json!({ "presences": [
                { "enrolment_id": one, "presence": "present" },
                { "enrolment_id": two, "presence": second },
            ]});
            let lesson = lesson["id"].as_str().expect("an id");
            school.post(&format!("/api/v1/lessons/{lesson}/attendance"), &body).expect(200);
        }
        let results: Vec<_> = programme["modules"]
            .as_array()
            .expect("modules")
            .iter()
            .flat_map(|module| [(&one, module), (&two, module)])
            .map(|(who, m)| json!({ "enrolment_id": who, "module_id": m["id"], "outcome": "passed" }))
            .collect();
        school.post(&format!("{path}/results"), &json!({ "results": results })).expect(200);

        let refused = school.post(&format!("{path}/enrolments/{two}/complete"), &json!({})).field_errors();
        assert_eq!(refused, [("modules.ethics".to_owned(), "hours-short".to_owned())]);
        let done = school.post(&format!("{path}/complete"), &json!({})).expect(200);
        assert_eq!(done["completed"], json!([one]));
        assert_eq!(done["short"][0]["enrolment_id"], json!(two));
        assert_eq!(done["short"][0]["shortfalls"][0]["attended"], 12);
        assert_eq!(done["short"][0]["shortfalls"][0]["needed"], 16);
        let sheet = school.get(&path).expect(200);
        assert_eq!(sheet["enrolments"][0]["state"], "completed");
        assert_eq!(sheet["enrolments"][0]["completed_on"], "2026-12-31");
        assert_eq!(sheet["enrolments"][0]["person"]["birth_year"], 1975);
        assert!(!sheet.to_string().contains(&identity(1)), "an identity number is shown");

        let close = || school.if_match(&sheet["version"]).post(&format!("{path}/close"), &json!({}));
        assert_eq!(close().conflict(), "class-not-ended");
        world.advance_days(1);
        assert_eq!(close().expect(200)["status"], "closed");
        let late = json!({ "document_number": identity(3), "name": "陈国强" });
        assert_eq!(school.post(&format!("{path}/enrolments"), &late).conflict(), "class-over");
    });
}

#[test]
fn a_class_goes_back_and_forth_until_it_is_approved() {
    on_both(|world| {
        let (made, path) = class(world);
        let (school, bureau) = (world.as_user("school"), world.as_user("bureau"));
        assert_eq!(made["code"], "2026-330481-0001");
        assert_eq!(school.post(&format!("{path}/file"), &json!({})).status, 428);
        let filed = school.if_match(&made["version"]).post(&format!("{path}/file"), &json!({})).expect(200);
        // Saturday the 21st; five working days on is Friday.
        assert_eq!(filed["review_due"], "2026-11-27");
        assert_eq!(
            school
                .if_match(&made["version"])
                .send("PUT", &path, "application/json", entry(&programme(&school)).to_string().as_bytes())
                .conflict(),
            "class-not-draft"
        );
        assert_eq!(bureau.if_match(&json!(99)).post(&format!("{path}/approve"), &json!({})).status, 412);
        let current = bureau.if_match(&filed["version"]);
        assert_eq!(
            current.post(&format!("{path}/return"), &json!({})).field_errors(),
            [("reason".to_owned(), "required".to_owned())]
        );
        let back = current.post(&format!("{path}/return"), &json!({ "reason": "请补课程表" })).expect(200);
        assert_eq!((&back["status"], &back["reason"]), (&json!("returned"), &json!("请补课程表")));
        let mut changed = entry(&programme(&school));
        changed["starts_on"] = json!("2026-11-27");
        let body = changed.to_string();
        let changed = school
            .if_match(&back["version"])
            .send("PUT", &path, "application/json", body.as_bytes())
            .expect(200);
        let late = school.if_match(&changed["version"]).post(&format!("{path}/file"), &json!({}));
        assert_eq!(late.field_errors(), [("starts_on".to_owned(), "filed-too-late".to_owned())]);
    });
}

#[test]
fn what_is_refused_changes_nothing() {
    on_both(|world| {
        let school = world.as_user("school");
        let mut new = entry(&programme(&school));
        new["ends_on"] = json!("2029-01-31");
        new["capacity"] = json!(51);
        assert_eq!(
            school.post("/api/v1/classes", &new).field_errors(),
            [
                ("capacity".to_owned(), "class-too-large".to_owned()),
                ("ends_on".to_owned(), "not-accredited-on-that-day".to_owned()),
            ]
        );
        assert_eq!(school.get("/api/v1/classes").expect(200), json!([]));

        let path = approved(world);
        let one = enrol(world, &path, 1, "沈玉兰");
        let again = json!({ "document_number": identity(1), "name": "沈玉兰" });
        assert_eq!(school.post(&format!("{path}/enrolments"), &again).conflict(), "already-enrolled");
        let wrong = json!({ "document_number": "99000019750101001X", "name": "" });
        let errors = school.post(&format!("{path}/enrolments"), &wrong).field_errors();
        assert!(errors.contains(&("name".to_owned(), "required".to_owned())), "{errors:?}");

        let module = programme(&school)["modules"][0]["id"].clone();
        let lesson = |on: &str, hours: i64| json!({ "module_id": module, "held_on": on, "hours": hours, "place": "x", "teacher": "y" });
        let made = school.post(&format!("{path}/lessons"), &lesson("2026-12-01", 6)).expect(201);
        let more = school.post(&format!("{path}/lessons"), &lesson("2026-12-01", 3)).field_errors();
        assert_eq!(more, [("hours".to_owned(), "too-many-hours-a-day".to_owned())]);
        let attendance = format!("/api/v1/lessons/{}/attendance", made["id"].as_str().expect("an id"));
        let present = json!({ "presences": [{ "enrolment_id": one, "presence": "present" }] });
        assert_eq!(school.post(&attendance, &present).conflict(), "lesson-in-future");
        world.advance_days(10);
        let nobody = school.post(&attendance, &json!({ "presences": [] })).field_errors();
        assert_eq!(nobody, [("presences".to_owned(), "trainees-missing".to_owned())]);
        school.post(&attendance, &present).expect(200);
        let remove = format!("/api/v1/lessons/{}/remove", made["id"].as_str().expect("an id"));
        assert_eq!(school.post(&remove, &json!({})).conflict(), "lesson-held");

        let withdraw = format!("{path}/enrolments/{one}/withdraw");
        assert_eq!(school.post(&withdraw, &json!({})).expect(200)["state"], "withdrawn");
        assert_eq!(school.post(&withdraw, &json!({})).conflict(), "enrolment-not-open");
        assert_eq!(enrol(world, &path, 1, "沈玉兰"), one, "the same enrolment is taken up again");
    });
}

#[test]
fn nobody_sees_another_school_s_class() {
    on_both(|world| {
        let (made, path) = class(world);
        let other = world.as_user("school2");
        assert_eq!(other.get(&path).status, 404);
        assert_eq!(other.get("/api/v1/classes").expect(200), json!([]));
        assert_eq!(other.if_match(&made["version"]).post(&format!("{path}/file"), &json!({})).status, 404);
        let body = json!({ "document_number": identity(1), "name": "沈玉兰" });
        assert_eq!(other.post(&format!("{path}/enrolments"), &body).status, 404);
        // The class is held in street 001; the town's account sees town 101.
        assert_eq!(world.get("town", &path).status, 404);
        assert_eq!(world.get("bureau", &path).expect(200)["status"], "draft");
    });
}

fn csv(rows: &[(String, &str)]) -> Vec<u8> {
    let mut text = "证件号码,姓名\n".to_owned();
    for (number, name) in rows {
        writeln!(text, "{number},{name}").expect("written");
    }
    text.into_bytes()
}

#[test]
fn a_roster_is_taken_over_whole_or_not_at_all() {
    on_both(|world| {
        let (_, path) = class(world);
        let school = world.as_user("school");
        let roster = format!("{path}/roster");
        enrol(world, &path, 9, "已在班");
        let bad = csv(&[
            (identity(1), "沈玉兰"),
            ("99000019750101001A".into(), "张建英"),
            (identity(1), "沈玉兰"),
            (identity(9), "已在班"),
        ]);
        let wrong = school.upload(&roster, ("r.csv", &bad), &[]);
        let problem = wrong.json();
        assert_eq!(wrong.status, 422, "{problem}");
        let told: Vec<_> = problem["errors"]
            .as_array()
            .expect("errors")
            .iter()
            .map(|e| (e["row"].as_u64().expect("a row"), e["code"].as_str().expect("a code").to_owned()))
            .collect();
        let expected = [
            (2, "duplicate-in-file"),
            (3, "identity-checksum"),
            (4, "duplicate-in-file"),
            (5, "already-enrolled"),
        ];
        assert_eq!(told, expected.map(|(row, code)| (row, code.to_owned())), "{problem}");
        let good = csv(&[(identity(1), "沈玉兰"), (identity(2), "张建英")]);
        let checked = school.upload(&roster, ("r.csv", &good), &[("check", "true")]).expect(200);
        assert_eq!((&checked["ready"], &checked["rows"]), (&json!(true), &json!(2)));
        assert_eq!(school.get(&path).expect(200)["enrolled"], 1, "a check changes nothing");
        school.upload(&roster, ("r.csv", &good), &[]).expect(201);
        assert_eq!(school.get(&path).expect(200)["enrolled"], 3);
        let many: Vec<_> = (100..150).map(|serial| (identity(serial), "某某")).collect();
        let report = school.upload(&roster, ("r.csv", &csv(&many)), &[("check", "true")]).expect(200);
        assert_eq!(report["ready"], false);
        assert_eq!(report["errors"][0]["code"], "roster-too-long");
    });
}

/// 5,000 rows are read and judged in seconds, also where they are all refused for want of places.
#[test]
fn a_roster_of_five_thousand_rows_is_judged_in_seconds() {
    let world = World::new(Kind::Sqlite);
    let (_, path) = class(&world);
    let many: Vec<_> = (0..5_000).map(|serial| (identity(serial), "某某")).collect();
    let begun = std::time::Instant::now();
    let wrong = world.as_user("school").upload(&format!("{path}/roster"), ("r.csv", &csv(&many)), &[]);
    assert_eq!(wrong.field_errors(), [("file".to_owned(), "roster-too-long".to_owned())]);
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
}

#[test]
fn the_pages_walk_a_class_through() {
    on_both(|world| {
        let (page, csrf) = world.page_session("school");
        let form = "application/x-www-form-urlencoded";
        let programme = programme(&world.as_user("school"));
        let id = programme["id"].as_str().expect("an id");
        let wrong = format!(
            "csrf={csrf}&programme_id={id}&title=Class7&starts_on=2026-12-01&ends_on=2029-01-01&capacity=9&place=x"
        );
        let refused = page.send("POST", "/classes/new", form, wrong.as_bytes());
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("Class7") && refused.text().contains("这一天不在资格有效期内"));
        let right = wrong.replace("2029-01-01", "2026-12-31");
        let made = page.send("POST", "/classes/new", form, right.as_bytes());
        assert_eq!(made.status, 303, "{}", made.text());
        let path = made.header("location").expect("a place").split('?').next().expect("a path").to_owned();
        for address in ["", "/edit", "/enrol", "/roster", "/lessons", "/results"] {
            let answer = page.get(&format!("{path}{address}"));
            assert_eq!(answer.status, 200, "{address}: {}", answer.text());
        }
        assert!(page.get("/classes?status=draft").text().contains("Class7"));
        assert!(
            page.get("/classes/new").status == 200 && page.get("/classes?done=class-filed").status == 200
        );

        let body = format!("csrf={csrf}&document_number={}&name=%E6%B2%88%E7%8E%89%E5%85%B0", identity(1));
        let send = |address: &str, body: &str| {
            let answer = page.send("POST", &format!("{path}{address}"), form, body.as_bytes());
            (answer.status, answer.text())
        };
        assert_eq!(send("/enrol", &body).0, 303);
        let twice = send("/enrol", &body);
        assert!(twice.0 == 422 && twice.1.contains("已在本班"), "{}", twice.1);

        let upload = |fields: &[(&str, &str)], file: &[u8]| {
            let fields: Vec<_> = [("csrf", csrf.as_str())].iter().chain(fields).copied().collect();
            page.upload(&format!("{path}/roster"), ("r.csv", file), &fields)
        };
        let bad = upload(&[], &csv(&[(identity(2), "甲"), (identity(2), "甲")]));
        assert_eq!(bad.status, 422);
        assert!(bad.text().contains("与第 3 行重复"), "{}", bad.text());
        let ready = upload(&[], &csv(&[(identity(2), "陈国强")]));
        assert_eq!(ready.status, 200);
        let text = ready.text();
        let content = text.split("name=\"content\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let content = content.expect("the file comes back").replace("&#x3D;", "=");
        assert_eq!(upload(&[("content", &content)], b"").status, 303);

        let (bureau, token) = world.page_session("bureau");
        assert_eq!(send("/file", &format!("csrf={csrf}&version=1")).0, 303);
        assert!(bureau.get(&path).text().contains("同意开班"));
        let decide = |action: &str, more: &str| {
            let body = format!("csrf={token}&version=2{more}");
            bureau.send("POST", &format!("{path}/{action}"), form, body.as_bytes()).status
        };
        assert_eq!(decide("refuse", "&reason="), 422);
        assert_eq!(decide("approve", ""), 303);

        let module = programme["modules"][0]["id"].as_str().expect("an id");
        let lesson = format!("csrf={csrf}&module_id={module}&held_on=2026-12-01&hours=8&place=x&teacher=y");
        assert_eq!(send("/lessons", &lesson).0, 303);
        assert_eq!(send("/lessons", &lesson).0, 422, "sixteen hours on one day");
        world.advance_days(12);
        let sheet = world.get("school", &format!("/api/v1{path}")).expect(200);
        let lesson = sheet["lessons"][0]["id"].as_str().expect("a lesson").to_owned();
        let grid = page.get(&format!("/lessons/{lesson}/attendance"));
        assert_eq!((grid.status, grid.text().matches("type=\"radio\"").count()), (200, 6));
        let mut lines = format!("csrf={csrf}");
        let mut results = format!("csrf={csrf}");
        for (n, enrolment) in sheet["enrolments"].as_array().expect("enrolments").iter().enumerate() {
            let id = enrolment["id"].as_str().expect("an id");
            write!(lines, "&presences[{n}].enrolment_id={id}&presences[{n}].presence=present")
                .expect("written");
            let outcome = if n == 0 { "passed" } else { "" };
            write!(
 results,
                "&results[{n}].enrolment_id={id}&results[{n}].module_id={module}&results[{n}].outcome={outcome}").expect("written");
        }
        let recorded = page.send("POST", &format!("/lessons/{lesson}/attendance"), form, lines.as_bytes());
        assert_eq!(recorded.status, 303, "{}", recorded.text());
        assert_eq!(send("/results", &results).0, 303);
        assert_eq!(send("/complete", &format!("csrf={csrf}")).0, 303);
        let sheet = world.get("school", &format!("/api/v1{path}")).expect(200);
        assert_eq!(sheet["enrolments"][0]["modules"][0]["attended"], 8);
        assert_eq!(sheet["enrolments"][0]["modules"][0]["outcome"], "passed");
        assert_eq!(sheet["enrolments"][1]["modules"][0]["outcome"], Value::Null);
        assert!(page.get(&path).text().contains("应满 16 学时"));
    });
}

#[test]
fn the_template_has_its_columns_and_comes_as_a_workbook() {
    let world = World::new(Kind::Sqlite);
    let answer = world.get("school", "/api/v1/roster-template.xlsx");
    assert_eq!(answer.status, 200);
    assert!(answer.bytes.starts_with(b"PK"), "a workbook is a zip");
    // As it was handed out it holds no rows, which is the only thing wrong with it.
    let (_, path) = class(&world);
    let empty = world.as_user("school").upload(&format!("{path}/roster"), ("t.xlsx", &answer.bytes), &[]);
    assert_eq!(empty.field_errors(), [("file".to_owned(), "sheet-empty".to_owned())]);
}

#[test]
fn a_roster_is_checked_first_and_taken_over_whole() {
    on_both(|world| {
        let class = path::approved_class(world);
        let address = format!("/api/v1/classes/{}/roster", class["id"].as_str().expect("an id"));
        let school = world.as_user("school");
        let page = format!("/classes/{}/roster", class["id"].as_str().expect("an id"));
        let (clerk, _) = world.page_session("school");
        assert_eq!(clerk.get(&page).status, 200, "{}", clerk.get(&page).text());

        let mut people: Vec<_> = (0..30).map(|n| (identity_number(n), name(n))).collect();
        people.push(people[3].clone());
        let twice = school.upload(&address, ("roster.xlsx", &roster(&people, false)), &[]);
        let repeated = ("document_number".to_owned(), "duplicate-in-file".to_owned());
        assert_eq!(twice.field_errors(), [repeated.clone(), repeated]);
        let rows: Vec<_> = [0, 1].map(|place| twice.json()["errors"][place]["row"].clone()).into();
        assert_eq!(rows, [5, 32]);

        people.pop();
        let rounded = school.upload(&address, ("roster.xlsx", &roster(&people, true)), &[]);
        assert!(
            rounded
                .field_errors()
                .iter()
                .any(|(field, code)| field == "document_number" && code == "numeric-identity")
        );
        let sheet = format!("/api/v1/classes/{}", class["id"].as_str().expect("an id"));
        assert_eq!(
            world.get("school", &sheet).expect(200)["enrolments"],
            json!([]),
            "nothing was taken over"
        );

        let checked = school.upload(&address, ("roster.xlsx", &roster(&people, false)), &[("check", "true")]);
        assert_eq!(checked.json()["ready"], true, "{}", checked.text());
        assert_eq!(
            world.get("school", &sheet).expect(200)["enrolments"],
            json!([]),
            "a check changes nothing"
        );
        let taken = school.upload(&address, ("roster.xlsx", &roster(&people, false)), &[]);
        assert!(taken.status < 300, "{}", taken.text());
        let listed = world.get("school", &sheet);
        assert_eq!(listed.json()["enrolments"].as_array().map(Vec::len), Some(30));
        // No identity digits leave the registry in a list.
        assert!(!listed.text().contains("990481"), "{}", listed.text());
        assert_eq!(world.get("school2", &sheet).status, 404);
    });
}

/// An id alone opens no door: a school that never met the person learns nothing, and gains nothing.
#[test]
fn a_stranger_is_not_enrolled_by_id() {
    on_both(|world| {
        let (_, path) = class(world);
        let stranger = json!({ "document_number": identity(77), "name": "陌生人" });
        let person = world.post("school2", "/api/v1/people", stranger.clone()).expect(201);
        let by_id = json!({ "person_id": person["id"] });
        let refused = world.post("school", &format!("{path}/enrolments"), by_id);
        assert_eq!(refused.field_errors(), [("person_id".to_owned(), "unknown-person".to_owned())]);
        let seen = world.get("school", &format!("/api/v1/people/{}", person["id"].as_str().expect("an id")));
        assert_eq!(seen.status, 404);
        world.post("school", &format!("{path}/enrolments"), stranger).expect(201);
    });
}

#[test]
fn who_was_closed_announces_neither_class_nor_exam() {
    use diesel::connection::SimpleConnection;
    on_both(|world| {
        let close = "UPDATE organisations SET status = 'closed'";
        world
            .app
            .database
            .read(|conn| conn.batch_execute(close).map_err(huzheng::db::DbError::from))
            .expect("closed");
        let school = world.as_user("school");
        let errors = school.post("/api/v1/classes", &entry(&programme(&school))).field_errors();
        assert_eq!(errors, [("programme_id".to_owned(), "not-accredited".to_owned())]);
        let session = json!({
            "level": 5, "place": "考场一", "registration_closes_on": "2026-11-25", "held_on": "2026-11-30",
            "capacity": 2,
        });
        let errors = world.post("assessor", "/api/v1/exam-sessions", session).field_errors();
        assert_eq!(errors.len(), 1, "{errors:?}");
    });
}
