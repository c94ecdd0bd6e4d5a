use serde_json::{Value, json};

use crate::support::on_both;

const FEMALE: &str = "990481197603150026";

fn rescuer(number: &str, issued: &str, issuer: Option<&str>) -> Value {
    json!({
        "name": "王桂兰", "document_number": FEMALE, "kind": "rescuer", "number": number,
        "issued_on": issued, "issuer": issuer,
    })
}

fn recorded(number: &str, level: &str) -> Value {
    json!({
        "name": "王桂兰", "document_number": FEMALE, "number": number, "issuer": "浙江省职业技能鉴定中心",
        "level": level, "issued_on": "2019-06-01", "evidence": "原件", "checker": "周敏",
        "checked_on": "2026-11-20",
    })
}

#[test]
fn a_figure_says_what_it_is_made_of_or_why_it_is_none() {
    on_both(|world| {
        let figure = world
            .get("bureau", "/api/v1/indicators/caregivers-per-10000?area=330481&on=2026-11-21")
            .expect(200);
        assert_eq!(figure["denominator"], 239_000, "{figure}");
        assert_eq!(figure["target"], 30.0, "{figure}");
        assert_eq!(figure["population"]["kind"], "forecast", "{figure}");
        let short = 717 - figure["numerator"].as_i64().expect("a number");
        assert_eq!(figure["gap"]["persons"], short, "{figure}");
        let none = world
            .get("bureau", "/api/v1/indicators/caregivers-per-10000?area=330481&on=2026-11-21&basis=resident")
            .expect(200);
        assert_eq!((&none["value"], &none["reason"]), (&Value::Null, &json!("no-population")), "{none}");
        world.get("bureau", "/api/v1/indicators/none").expect(404);
        world.get("town", "/api/v1/indicators?area=330482").expect(404);
        let all = world.get("bureau", "/api/v1/indicators?area=330481&on=2026-11-21").expect(200);
        assert_eq!(all["figures"].as_array().expect("figures").len(), 4, "{all}");
        assert_eq!(all["figures"][0]["numerator"], figure["numerator"], "{all}");
    });
}

#[test]
fn a_new_target_ends_the_one_before_it() {
    on_both(|world| {
        let target = |from: &str| {
            json!({
                "area": "330481", "indicator": "senior-share", "value_hundredths": 2_500, "valid_from": from,
                "source": "文件",
            })
        };
        world.post("bureau", "/api/v1/targets", target("2026-06-01")).expect(201);
        let again = world.post("bureau", "/api/v1/targets", target("2026-06-01")).field_errors();
        assert_eq!(again, [("valid_from".to_owned(), "target-not-newer".to_owned())]);
        for (on, expected) in [("2026-05-31", 20.0), ("2026-06-01", 25.0)] {
            let path = format!("/api/v1/indicators/senior-share?area=330481&on={on}");
            assert_eq!(world.get("bureau", &path).expect(200)["target"], expected, "{on}");
        }
    });
}

#[test]
fn first_aid_is_recorded_once_and_withdrawn_once() {
    on_both(|world| {
        let path = "/api/v1/first-aid-certificates";
        let held =
            world.post("bureau", path, rescuer("甲1", "2026-01-05", Some("海宁市红十字会"))).expect(201);
        assert_eq!((&held["expires_on"], &held["state"]), (&json!("2029-01-05"), &json!("valid")), "{held}");
        let again = world.post("bureau", path, rescuer("甲1", "2026-01-05", Some("海宁市红十字会")));
        assert_eq!(again.field_errors(), [("number".to_owned(), "already-registered".to_owned())]);
        let future = world.post("bureau", path, rescuer("甲2", "2026-11-22", None)).field_errors();
        let named: Vec<_> = future.iter().map(|(field, code)| (field.as_str(), code.as_str())).collect();
        assert_eq!(named, [("issued_on", "future-date"), ("issuer", "required")]);
        let withdraw = format!("{path}/{}/withdraw", held["id"].as_str().expect("an id"));
        let reason = json!({ "reason": "重复登记" });
        let client = world.as_user("bureau").if_match(&held["version"]);
        assert_eq!(client.post(&withdraw, &reason).expect(200)["state"], "withdrawn");
        let client = world.as_user("bureau").if_match(&json!(2));
        assert_eq!(client.post(&withdraw, &reason).conflict(), "already-withdrawn");
        world.get("school", path).expect(403);
    });
}

#[test]
fn a_file_is_recorded_whole_or_not_at_all() {
    on_both(|world| {
        let csv = |second: &str| {
            format!(
                "姓名,证件号码,证书编号,发证机构,等级,发证日期,核对依据,核对人,核对日期\n\
                 王桂兰,{FEMALE},浙1001,省中心,四级/中级工,2019-06-01,原件,周敏,2026-11-20\n\
                 王桂兰,{FEMALE},{second},省中心,三级/高级工,2021-06-01,原件,周敏,2026-11-20\n"
            )
        };
        let upload = |text: &str| {
            let path = "/api/v1/recorded-certificates/import";
            world.as_user("bureau").upload(path, ("file.csv", text.as_bytes()), &[])
        };
        let errors = upload(&csv("浙1001")).field_errors();
        assert_eq!(errors, [("number".to_owned(), "already-registered".to_owned())]);
        let listed = world.get("bureau", "/api/v1/recorded-certificates").expect(200);
        assert_eq!(listed, json!([]));
        assert_eq!(upload(&csv("浙1002")).expect(201)["rows"], 2);
        let listed = world.get("bureau", "/api/v1/recorded-certificates").expect(200);
        assert_eq!(listed.as_array().expect("a list").len(), 2);
        let one =
            world.post("assessor", "/api/v1/recorded-certificates", recorded("浙1003", "3")).expect(201);
        assert_eq!(one["national_query"], "not-asked");
    });
}

#[test]
fn the_pages_and_their_documents_are_served() {
    on_both(|world| {
        let (client, _) = world.page_session("bureau");
        for path in [
            "/overview",
            "/overview?area=330481101&on=2026-11-21&basis=registered",
            "/first-aid",
            "/first-aid/new",
            "/first-aid/import",
            "/recorded",
            "/recorded/new",
            "/recorded/import",
            "/areas/330481",
            "/areas/330481/import",
        ] {
            let answer = client.get(path);
            assert!(answer.text().starts_with("<!doctype html>"), "{path}: {}", answer.text());
            assert_eq!(answer.status, 200, "{path}");
        }
        let sheet = client.get("/overview?area=330481&format=xlsx");
        assert_eq!(sheet.status, 200);
        assert!(sheet.bytes.starts_with(b"PK"));
        let pdf = client.get("/overview?area=330481&format=pdf");
        assert_eq!(pdf.status, 200, "{}", pdf.text());
        assert!(pdf.bytes.starts_with(b"%PDF-"));
    });
}

#[test]
fn an_assessment_body_sees_what_it_recorded() {
    on_both(|world| {
        let path = "/api/v1/recorded-certificates";
        world.post("assessor", path, recorded("浙2001", "4")).expect(201);
        let seen = |user: &str| world.get(user, path).expect(200).as_array().map(Vec::len).expect("a list");
        assert_eq!(["assessor", "assessor2", "body2", "bureau"].map(seen), [1, 1, 0, 1]);
    });
}

#[test]
fn two_entries_at_once_are_a_conflict_and_no_fault() {
    on_both(|world| {
        let target = json!({
            "area": "330481", "indicator": "senior-share", "value_hundredths": 2_500,
            "valid_from": "2026-06-01", "source": "文件",
        });
        let rescuer = rescuer("同时1", "2026-01-05", Some("海宁市红十字会"));
        for (path, entry) in [("/api/v1/targets", &target), ("/api/v1/first-aid-certificates", &rescuer)] {
            let client = world.as_user("bureau");
            let answers: Vec<_> = std::thread::scope(|scope| {
                let calls: Vec<_> = (0..6).map(|_| scope.spawn(|| client.post(path, entry))).collect();
                calls.into_iter().map(|call| call.join().expect("no panic")).collect()
            });
            let made = answers.iter().filter(|answer| answer.status == 201).count();
            assert_eq!(made, 1, "{path}: {answers:?}");
            for late in answers.iter().filter(|answer| answer.status != 201) {
                // Either it looked after the first, or it met it.
                assert!(late.status == 422 || late.conflict() == "two-at-once", "{path}: {late:?}");
            }
        }
    });
}
