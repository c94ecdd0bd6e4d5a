//! An institution is told what becomes of the certificates that it holds on file or whose holders it employs.

use huzheng::http::problem::Problem;
use huzheng::jobs;
use huzheng::kernel::context::{Origin, Role};
use huzheng::registry::accounts::{self, NewAccount};
use serde_json::{Value, json};

use crate::certificates::{employ, issue, path, text, verdict};
use crate::support::mails::{deliver_all, mails};
use crate::support::passed::{certify, passed};
use crate::support::people::identity_number;
use crate::support::world::PASSWORD;
use crate::support::{World, on_both, on_both_with_term};

const WATCH: &str = "/api/v1/watch";

fn reason(code: &str) -> Value {
    json!({ "reason_code": code, "reason": "机密的调查细节" })
}

/// A second after what was done before, so that notices have an order.
fn change(world: &World, who: &str, made: &Value, change: &str, code: &str) -> Value {
    world.app.clock.advance(1);
    let answer = world.post(who, &format!("{}/{change}", path(made)), reason(code));
    assert!(matches!(answer.status, 200 | 202), "{change}: {}", answer.text());
    answer.json()
}

/// An account of the institution that has an address.
fn with_mail(world: &World, institution: &str) {
    let context = world.app.context(None, Origin::CommandLine);
    let new = NewAccount {
        username: format!("{institution}-mail"),
        password: PASSWORD.to_owned(),
        role: Role::Institution,
        name: "院长".to_owned(),
        organisation: Some(world.organisations[institution]),
        area: None,
        person: None,
        email: Some(format!("{institution}@example.com")),
    };
    let made = world
        .app
        .database
        .write(|tx| Ok::<_, Problem>(accounts::service::account_create(tx, &context, &new)?));
    made.expect("an account");
}

/// News and number of what an institution was told, the newest first.
fn told(world: &World, institution: &str) -> Vec<(String, String)> {
    let list = world.get(institution, WATCH).expect(200);
    let notices = list["notices"].as_array().expect("notices");
    notices.iter().map(|one| (text(one, "news").to_owned(), text(one, "number").to_owned())).collect()
}

fn news(told: &[(String, String)]) -> Vec<&str> {
    told.iter().map(|(news, _)| news.as_str()).collect()
}

#[test]
fn a_certificate_is_put_on_file_by_checking_it() {
    on_both(|world| {
        certify(world, None);
        let made = issue(world, passed(world, 1)).expect(201);
        let content = json!({ "content": made["qr_content"] });
        let added = world.post("institution", WATCH, content.clone()).expect(201);
        assert_eq!(added["holder"], made["holder"]);
        assert_eq!(world.post("institution", WATCH, content.clone()).expect(201)["id"], added["id"]);
        // An address alone says no more of the holder here than on the public page.
        let masked = world.post("institution2", WATCH, json!({ "content": made["verify_url"] })).expect(201);
        assert!(text(&masked, "holder").contains('*'), "{masked}");
        let other = issue(world, passed(world, 2)).expect(201);
        let printed = json!({ "number": other["number"], "name": other["holder"] });
        world.post("institution", WATCH, printed).expect(201);
        let list = world.get("institution", WATCH).expect(200);
        assert_eq!(list["certificates"].as_array().expect("a list").len(), 2);
        assert!(!list.to_string().contains(&identity_number(1)));

        check_refusals(world, &made);
        // Each sees and ends its own alone.
        let end = |who: &str| world.post(who, &format!("{WATCH}/{}/end", text(&added, "id")), json!({}));
        end("institution2").expect(404);
        let left = end("institution").expect(200);
        assert_eq!(left["certificates"].as_array().expect("a list").len(), 1);
        end("institution").expect(404);
        for who in ["bureau", "assessor", "school"] {
            world.post(who, WATCH, content.clone()).expect(403);
        }
        change(world, "bureau", &made, "suspend", "investigation");
        assert!(told(world, "institution").is_empty(), "it was taken off");
        assert_eq!(news(&told(world, "institution2")), ["suspend"]);
    });
}

fn check_refusals(world: &World, made: &Value) {
    let refused = |given: Value| world.post("institution", WATCH, given).field_errors();
    let error = |field: &str, code: &str| vec![(field.to_owned(), code.to_owned())];
    let content = text(made, "qr_content");
    let forged = format!("{}11111111", &content[..content.len() - 8]);
    assert_eq!(refused(json!({ "content": forged })), error("content", "not-verified"));
    assert_eq!(refused(json!({ "content": "hello" })), error("content", "not-verified"));
    assert_eq!(refused(json!({ "number": made["number"], "name": "别人" })), error("number", "not-verified"));
    assert_eq!(refused(json!({ "number": made["number"] })), error("name", "required"));
    assert_eq!(refused(json!({})), error("number", "required"));
    let both = json!({ "content": content, "number": made["number"], "name": made["holder"] });
    assert_eq!(refused(both), error("content", "content-or-number"));
    let gone = issue(world, passed(world, 9)).expect(201);
    change(world, "bureau", &gone, "revoke", "fraud");
    change(world, "bureau2", &gone, "revoke", "fraud");
    let ended = world.post("institution", WATCH, json!({ "content": gone["qr_content"] }));
    assert_eq!(ended.conflict(), "certificate-ended");
}

#[test]
fn every_change_reaches_the_lists_the_page_and_the_watchers_once() {
    on_both(|world| {
        certify(world, None);
        with_mail(world, "institution");
        let made = issue(world, passed(world, 1)).expect(201);
        employ(world, &made);
        // Of its own staff, an institution is told without asking; another has put the paper on file.
        world.post("institution2", WATCH, json!({ "content": made["qr_content"] })).expect(201);
        let list = world.get("institution", WATCH).expect(200);
        assert_eq!(list["certificates"][0]["why"], "staff");
        let page = world.anybody().with_header("Accept", "application/json");
        let shown = |made: &Value| {
            let shown = page.get(&format!("/v/{}", text(made, "code"))).expect(200)["verdict"].clone();
            assert_eq!(shown, verdict(world, text(made, "qr_content")));
            shown
        };
        assert_eq!(shown(&made), "valid");
        change(world, "bureau", &made, "suspend", "investigation");
        assert_eq!(shown(&made), "suspended");
        change(world, "bureau", &made, "reinstate", "cleared");
        assert_eq!(shown(&made), "valid");
        let new = change(world, "assessor", &made, "replace", "damaged");
        assert_eq!((shown(&made), shown(&new)), (json!("replaced"), json!("valid")));
        change(world, "bureau", &new, "revoke", "fraud");
        assert_eq!(
            news(&told(world, "institution")),
            ["replace", "reinstate", "suspend"],
            "one person alone"
        );
        change(world, "bureau2", &new, "revoke", "fraud");
        assert_eq!(shown(&new), "revoked");

        let all = told(world, "institution");
        assert_eq!(news(&all), ["revoke", "replace", "reinstate", "suspend"]);
        assert_eq!(all[0].1, text(&new, "number"));
        assert_eq!(
            news(&told(world, "institution2")),
            ["replace", "reinstate", "suspend"],
            "the paper on file"
        );
        check_told(world, &made, &new);
        deliver_all(world);
    });
}

/// One mail for each change, without reason or identity number; the home page says so until it is seen.
fn check_told(world: &World, made: &Value, new: &Value) {
    for (change, number) in [("suspend", made), ("reinstate", made), ("replace", made), ("revoke", new)] {
        let mails = mails(world, "watch", change);
        assert_eq!(mails.len(), 1, "{change}");
        assert_eq!(mails[0]["to"], "institution@example.com");
        assert_eq!(mails[0]["data"]["certificates"][0]["number"], number["number"]);
        let whole = mails[0].to_string();
        assert!(!whole.contains("机密") && !whole.contains(&identity_number(1)), "{whole}");
    }
    let list = world.get("institution", WATCH).text();
    assert!(!list.contains("机密") && !list.contains("fraud") && !list.contains(&identity_number(1)));
    let (page, csrf) = world.page_session("institution");
    let task = "关注的证书有状态变化";
    assert!(page.get("/").text().contains(task));
    let shown = page.get("/watch");
    assert_eq!(shown.status, 200, "{}", shown.text());
    assert!(shown.text().contains(text(new, "number")) && !shown.text().contains("机密"));
    let form = format!("csrf={csrf}");
    let seen = page.send("POST", "/watch/seen", "application/x-www-form-urlencoded", form.as_bytes());
    assert_eq!(seen.status, 303);
    let left = world.get("institution", WATCH).expect(200);
    let unseen = |one: &&Value| one["seen_at"].is_null();
    assert_eq!(left["notices"].as_array().expect("notices").iter().filter(unseen).count(), 0);
    assert!(!page.get("/").text().contains(task));
}

#[test]
fn a_bulk_revocation_is_one_mail_and_an_end_is_told_in_time() {
    on_both_with_term(1, |world| {
        certify(world, None);
        with_mail(world, "institution");
        let made: Vec<Value> = (1..=3).map(|n| issue(world, passed(world, n)).expect(201)).collect();
        for one in &made[..2] {
            world.post("institution", WATCH, json!({ "content": one["qr_content"] })).expect(201);
        }
        world.advance_days(340);
        assert_eq!(jobs::certificates_expiring(&world.app).expect("told"), 3);
        let ending = mails(world, "watch", "expires-soon");
        assert_eq!(ending.len(), 1);
        assert_eq!(ending[0]["data"]["certificates"].as_array().expect("a list").len(), 2);
        world.app.clock.advance(1);
        let asked = json!({
            "body_id": world.organisation("assessor"), "issued_from": "2026-11-21", "issued_to": "2026-11-21",
            "reason_code": "body-misconduct", "reason": "机密的调查细节",
        });
        world.post("bureau", "/api/v1/certificates/revocations", asked.clone()).expect(202);
        world.post("bureau2", "/api/v1/certificates/revocations", asked).expect(200);
        let ended = mails(world, "watch", "revoke");
        assert_eq!(ended.len(), 1);
        assert_eq!(ended[0]["data"]["certificates"].as_array().expect("a list").len(), 2);
        assert_eq!(news(&told(world, "institution")), ["revoke", "revoke", "expires-soon", "expires-soon"]);
        deliver_all(world);
    });
}

/// The page's own form: what was typed comes back with what is wrong with it.
#[test]
fn the_page_puts_on_file_and_takes_off() {
    on_both(|world| {
        certify(world, None);
        let made = issue(world, passed(world, 1)).expect(201);
        let (page, csrf) = world.page_session("institution");
        let post = |path: &str, form: String| {
            page.send("POST", path, "application/x-www-form-urlencoded", form.as_bytes())
        };
        let wrong = post("/watch", format!("csrf={csrf}&content=hello&number=&name="));
        assert_eq!(wrong.status, 422);
        assert!(wrong.text().contains("hello"));
        let added =
            post("/watch", format!("csrf={csrf}&content={}", text(&made, "qr_content").replace('#', "%23")));
        assert_eq!(added.status, 303, "{}", added.text());
        let list = world.get("institution", WATCH).expect(200);
        let id = text(&list["certificates"][0], "id").to_owned();
        assert!(page.get("/watch").text().contains(&format!("/watch/{id}/end")));
        assert_eq!(post(&format!("/watch/{id}/end"), format!("csrf={csrf}")).status, 303);
        assert!(!page.get("/watch").text().contains(text(&made, "number")));
    });
}
