use std::fmt::Write;

use huzheng::app::clock::machine_now;
use huzheng::kernel::context::Role;
use huzheng::kernel::identity::check_character;
use serde_json::{Value, json};

use crate::support::{World, on_both};

/// A number of the region that is nobody's, of a woman born in 1970.
fn number(serial: u32) -> String {
    let (month, day) = (1 + serial / 2_800, 1 + serial / 100 % 28);
    let body = format!("9904811970{month:02}{day:02}{:02}2", serial % 100);
    format!("{body}{}", check_character(&body).expect("17 digits"))
}

fn person(serial: u32, name: &str) -> Value {
    json!({ "document_number": number(serial), "name": name, "phone": "138 1234 5678" })
}

fn joining(serial: u32, name: &str, from: &str) -> Value {
    let mut entry = person(serial, name);
    entry["position"] = json!("caregiver");
    entry["post_kind"] = json!("regular");
    entry["from_date"] = json!(from);
    entry
}

fn employments(world: &World) -> String {
    format!("/api/v1/organisations/{}/employments", world.organisation("institution"))
}

#[test]
fn no_view_shows_a_number() {
    on_both(|world| {
        let made = world.post("school", "/api/v1/people", person(1, "王 芳")).expect(201);
        assert_eq!(
            (&made["name"], &made["gender"], &made["birth_year"]),
            (&json!("王芳"), &json!("2"), &json!(1970))
        );
        assert_eq!(made["phone"], "138****5678");
        let address = format!("/api/v1/people/{}", made["id"].as_str().expect("an id"));
        let found = world.post("school", "/api/v1/people/find", json!({ "document_number": number(1) }));
        for answer in [world.get("school", &address), found, world.get("bureau", &address)] {
            assert_eq!(answer.status, 200, "{}", answer.text());
            assert!(!answer.text().contains(&number(1)[6..]), "{}", answer.text());
        }
        let again = world.post("school", "/api/v1/people", person(1, "王芳")).field_errors();
        assert_eq!(again, [("document_number".to_owned(), "already-registered".to_owned())]);
    });
}

#[test]
fn a_person_is_unknown_to_those_who_have_no_part() {
    on_both(|world| {
        let made = world.post("school", "/api/v1/people", person(1, "王芳")).expect(201);
        let address = format!("/api/v1/people/{}", made["id"].as_str().expect("an id"));
        for (user, status) in [
            ("school", 200),
            ("bureau", 200),
            ("assessor", 404),
            ("institution", 404),
            ("redcross", 404),
            ("town", 404),
        ] {
            assert_eq!(world.get(user, &address).status, status, "{user}");
        }
        let find = json!({ "document_number": number(1) });
        assert_eq!(world.post("institution", "/api/v1/people/find", find.clone()).status, 404);
        // Employed, she is known to her employer and to the town she works in.
        world.post("institution", &employments(world), joining(1, "王芳", "2026-01-05")).expect(201);
        world.post("institution", "/api/v1/people/find", find).expect(200);
        assert_eq!(world.get("town", &address).status, 200);
        assert_eq!(world.get("assessor", &address).status, 404);
    });
}

#[test]
fn a_change_needs_the_current_version_and_a_new_name_the_bureau() {
    on_both(|world| {
        let made = world.post("school", "/api/v1/people", person(1, "王芳")).expect(201);
        let address = format!("/api/v1/people/{}", made["id"].as_str().expect("an id"));
        let school = world.as_user("school");
        let change = json!({ "phone": "0573-87221234", "education": "70" });
        assert_eq!(school.post(&address, &change).status, 428);
        let changed = school.if_match(&made["version"]).post(&address, &change).expect(200);
        assert_eq!((&changed["phone"], &changed["education"]), (&json!("0573-****1234"), &json!("70")));
        assert_eq!(school.if_match(&made["version"]).post(&address, &change).status, 412);
        let rename = json!({ "name": "王方" });
        let refused = school.if_match(&changed["version"]).post(&address, &rename).field_errors();
        assert_eq!(refused, [("name".to_owned(), "bureau-only".to_owned())]);
        let bureau = world.as_user("bureau").if_match(&changed["version"]);
        assert_eq!(bureau.post(&address, &rename).expect(200)["name"], "王方");
    });
}

#[test]
fn staff_join_and_leave() {
    on_both(|world| {
        let joined =
            world.post("institution", &employments(world), joining(1, "王芳", "2026-01-05")).expect(201);
        assert_eq!(joined["caregiver"], true);
        let staff = format!("/api/v1/organisations/{}/staff", world.organisation("institution"));
        let on = |day: &str| {
            let listed = world.get("institution", &format!("{staff}?on={day}")).expect(200);
            listed.as_array().expect("a list").len()
        };
        assert_eq!((on("2026-01-04"), on("2026-01-05"), on("2026-11-21")), (0, 1, 1));
        let overlapping = world.post("institution", &employments(world), joining(1, "王芳", "2026-02-01"));
        assert_eq!(
            overlapping.field_errors(),
            [("from_date".to_owned(), "overlapping-employment".to_owned())]
        );
        let other_name = world.post("institution", &employments(world), joining(1, "李芳", "2026-02-01"));
        let expected = ("name".to_owned(), "registered-under-another-name".to_owned());
        assert_eq!(other_name.field_errors(), [expected]);
        let leave = format!("/api/v1/employments/{}/leave", joined["id"].as_str().expect("an id"));
        let leaving = json!({ "to_date": "2026-06-30", "leaving_reason": "resigned" });
        let institution = world.as_user("institution").if_match(&joined["version"]);
        let left = institution.post(&leave, &leaving).expect(200);
        assert_eq!((on("2026-06-30"), on("2026-07-01")), (1, 0));
        let again = world.as_user("institution").if_match(&left["version"]).post(&leave, &leaving);
        assert_eq!(again.conflict(), "already-left");
        let service = format!("/api/v1/people/{}/service", joined["person_id"].as_str().expect("an id"));
        let service = world.get("bureau", &service).expect(200);
        assert_eq!((&service["days"], &service["years"]), (&json!(177), &json!(0)));
        // The next employer sees the years, and not where they were served.
        let next = format!("/api/v1/organisations/{}/employments", world.organisation("institution2"));
        world.post("institution2", &next, joining(1, "王芳", "2026-08-01")).expect(201);
        let path = format!("/api/v1/people/{}/service", joined["person_id"].as_str().expect("an id"));
        let seen = world.get("institution2", &path).expect(200);
        let spells = seen["employments"].as_array().expect("spells");
        let named: Vec<_> = spells.iter().map(|spell| spell["organisation_id"].clone()).collect();
        assert_eq!(spells.len(), 2);
        assert!(named.contains(&Value::Null) && named.contains(&json!(world.organisation("institution2"))));
        assert!(!seen.to_string().contains(&world.organisation("institution")), "{seen}");
        // Another institution's people and lists are not this one's.
        let staff = format!("/api/v1/organisations/{}/staff", world.organisation("school"));
        assert_eq!(world.get("institution", &staff).status, 404);
    });
}

#[test]
fn a_staff_list_tells_every_error_with_its_row() {
    on_both(|world| {
        let import = format!("/api/v1/organisations/{}/staff-import", world.organisation("institution"));
        let heading = "姓名,证件号码,岗位,用工形式,到岗日期\n";
        let upload = |rows: &str, fields: &[(&str, &str)]| {
            let file = format!("{heading}{rows}");
            world.as_user("institution").upload(&import, ("staff.csv", file.as_bytes()), fields)
        };
        let good = format!(
            "王芳,{},养老护理员,劳务派遣,2026-01-05\n李丽,{},护士,在编或劳动合同,2026/2/1\n",
            number(1),
            number(2)
        );
        let bad = format!(
            "{good}赵敏,{},厨师,非全日制,2026-01-05\n王芳,{},护士,非全日制,\n孙丽,{},护士,非全日制,2027-01-01\n",
            number(3),
            number(1),
            number(4)
        );
        let problem = upload(&bad, &[]);
        assert_eq!(problem.status, 422, "{}", problem.text());
        let problem = problem.json();
        let found: Vec<_> = problem["errors"]
            .as_array()
            .expect("errors")
            .iter()
            .map(|e| (e["row"].as_u64(), e["field"].as_str().unwrap_or(""), e["code"].as_str().unwrap_or("")))
            .collect();
        // What one row lacks hides nothing in another.
        let expected = [
            (Some(4), "position", "unknown-choice"),
            (Some(5), "from_date", "required"),
            (Some(6), "from_date", "future-date"),
        ];
        assert_eq!(found, expected, "{problem}");
        let checked = upload(&good, &[("check", "true")]).expect(200);
        assert_eq!(checked, json!({ "rows": 2, "registered": 2, "imported": false }));
        let imported = upload(&good, &[]).expect(201);
        assert_eq!(imported, json!({ "rows": 2, "registered": 2, "imported": true }));
        let staff = format!("/api/v1/organisations/{}/staff", world.organisation("institution"));
        assert_eq!(world.get("institution", &staff).expect(200).as_array().map(Vec::len), Some(2));
        let template = world.get("institution", "/api/v1/staff-template.xlsx");
        assert!(template.status == 200 && template.bytes.starts_with(b"PK"));
    });
}

/// A look-up row by row would show here.
#[test]
fn the_longest_list_takes_seconds() {
    on_both(|world| {
        let import = format!("/api/v1/organisations/{}/staff-import", world.organisation("institution"));
        let mut file = "姓名,证件号码,岗位,用工形式,到岗日期,手机号码\n".to_owned();
        for serial in 0..5_000 {
            writeln!(file, "王芳,{},养老护理员,劳务派遣,2026-01-05,13812345678", number(serial))
                .expect("a line");
        }
        let upload = || world.as_user("institution").upload(&import, ("staff.csv", file.as_bytes()), &[]);
        let begun = machine_now();
        assert_eq!(upload().expect(201)["registered"], 5_000);
        assert_eq!(upload().field_errors().len(), 5_000);
        let taken = (machine_now() - begun).num_milliseconds();
        println!("{:?}: 5,000 rows in and 5,000 refused in {taken} ms", world.kind);
        assert!(taken < 30_000, "{taken} ms");
    });
}

#[test]
fn declared_service_counts_once_a_second_person_has_checked_it() {
    on_both(|world| {
        let made = world.post("school", "/api/v1/people", person(1, "王芳")).expect(201);
        let id = made["id"].as_str().expect("an id");
        let declare = format!("/api/v1/people/{id}/declared-services");
        let service = json!({ "employer": "嘉兴某护理院", "position": "护理员", "from_date": "2020-01-01",
            "to_date": "2021-12-31", "evidence": "劳动合同" });
        assert_eq!(world.post("institution", &declare, service.clone()).status, 404);
        let declared = world.post("school", &declare, service).expect(201);
        let years =
            || world.get("bureau", &format!("/api/v1/people/{id}/service")).expect(200)["years"].clone();
        assert_eq!(years(), 0);
        let accept = format!("/api/v1/declared-services/{}/accept", declared["id"].as_str().expect("an id"));
        let as_user =
            |user: &str| world.as_user(user).if_match(&declared["version"]).post(&accept, &json!({}));
        assert_eq!(as_user("school").conflict(), "same-person");
        assert_eq!(as_user("institution").status, 404);
        let colleague = world.add_account("school-b", Role::School, Some(world.organisations["school"]));
        let accepted = colleague.if_match(&declared["version"]).post(&accept, &json!({})).expect(200);
        assert_eq!((&accepted["status"], &accepted["checker"]), (&json!("accepted"), &json!("school-b")));
        assert_eq!(years(), 2);
        assert_eq!(as_user("bureau").conflict(), "already-checked");
    });
}

#[test]
fn an_institution_s_pages() {
    on_both(|world| {
        let (client, csrf) = world.page_session("institution");
        let form = |path: &str, fields: &[(&str, &str)]| {
            let mut body = form_urlencoded::Serializer::new(String::new());
            body.append_pair("csrf", &csrf).extend_pairs(fields);
            client.send("POST", path, "application/x-www-form-urlencoded", body.finish().as_bytes())
        };
        let document = number(1);
        let mut fields = vec![
            ("name", "王芳"),
            ("document_kind", "resident-id"),
            ("document_number", &document),
            ("position", "caregiver"),
            ("post_kind", "regular"),
            ("from_date", "2026-12-01"),
            ("gender", ""),
        ];
        let refused = form("/staff/join", &fields);
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("#field-from_date") && refused.text().contains("王芳"));
        fields[5].1 = "2026-01-05";
        let joined = form("/staff/join", &fields);
        assert_eq!((joined.status, joined.header("Location")), (303, Some("/staff?done=staff-joined")));
        let listed = client.get("/staff?done=staff-joined").text();
        assert!(listed.contains("王芳") && !listed.contains(&number(1)[6..]));
        let leave = listed.split("href=\"").find(|part| part.contains("/leave\"")).expect("a way to leave");
        let leave = leave.split('"').next().expect("an address").to_owned();
        assert_eq!(client.get(&leave).status, 200);
        let left =
            form(&leave, &[("version", "1"), ("to_date", "2026-11-20"), ("leaving_reason", "retired")]);
        assert_eq!(left.status, 303, "{}", left.text());
        let list =
            format!("姓名,证件号码,岗位,用工形式,到岗日期\n李丽,{},护士,非全日制,2026-01-05\n", number(2));
        let upload = |fields: &[(&str, &str)]| {
            let mut all = vec![("csrf", csrf.as_str())];
            all.extend(fields);
            client.upload("/staff/import", ("staff.csv", list.as_bytes()), &all)
        };
        assert!(client.get("/staff/template.xlsx").bytes.starts_with(b"PK"));
        assert_eq!(upload(&[("check", "true")]).status, 200);
        assert_eq!(upload(&[]).header("Location"), Some("/staff?done=staff-imported"));
        let refused = upload(&[]);
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("时间重叠"), "{}", refused.text());
        assert_eq!(client.upload("/staff/import", ("staff.csv", list.as_bytes()), &[]).status, 403);
    });
}

#[test]
fn the_bureau_looks_at_organisations() {
    on_both(|world| {
        world.post("institution", &employments(world), joining(1, "王芳", "2026-01-05")).expect(201);
        let (bureau, _) = world.page_session("bureau");
        let listed = bureau.get("/organisations?kind=institution");
        let institution = format!("/organisations/{}", world.organisation("institution"));
        assert!(listed.text().contains(&institution), "{}", listed.text());
        assert!(!listed.text().contains(&world.organisation("school")));
        let shown = bureau.get(&institution);
        assert!(shown.status == 200 && shown.text().contains("王芳"), "{}", shown.text());
        let school = bureau.get(&format!("/organisations/{}", world.organisation("school")));
        assert!(school.status == 200, "{}", school.text());
    });
}

#[test]
fn an_account_acts_for_what_is_there() {
    on_both(|world| {
        let entry = |organisation: &str| {
            json!({
                "username": "new.clerk", "password": "a password for tests", "role": "school", "name": "新人",
                "organisation_id": organisation, "area_code": "330481999",
            })
        };
        let nobody = world.post("admin", "/api/v1/accounts", entry("01900000-0000-7000-8000-000000000000"));
        let told = |field: &str, code: &str| (field.to_owned(), code.to_owned());
        assert_eq!(
            nobody.field_errors(),
            [told("organisation_id", "unknown-organisation"), told("area_code", "unknown-area")]
        );
        let other = world.post("admin", "/api/v1/accounts", entry(&world.organisation("bureau")));
        assert_eq!(other.field_errors()[0], told("organisation_id", "not-for-this-role"));
    });
}
