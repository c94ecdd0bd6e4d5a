//! 红黑名单: two persons list, the listing ends by itself, the listed one is heard by another, and who sees it where.

use std::time::Instant;

use huzheng::http::problem::Problem;
use huzheng::kernel::context::{Origin, Role};
use huzheng::kernel::dates::shanghai_date;
use huzheng::kernel::ids::{PersonId, entity};
use huzheng::registry::accounts::{self, NewAccount};
use huzheng::registry::audit;
use huzheng::registry::credit::{Subject, service};
use serde_json::{Value, json};

use crate::certificates::{employ, issue, text};
use crate::support::client::Client;
use crate::support::passed::{certify, passed};
use crate::support::path::{approved_class, programme};
use crate::support::people::{identity_number, name, person};
use crate::support::world::PASSWORD;
use crate::support::{World, on_both};

const LISTINGS: &str = "/api/v1/credit-listings";
const FORM: &str = "application/x-www-form-urlencoded";

/// A black listing of an organisation, from today for 21 days.
fn black(world: &World, organisation: &str) -> Value {
    let today = shanghai_date(world.app.clock.now());
    json!({
        "list": "black", "organisation_id": world.organisation(organisation), "grounds": "fabricated-training",
        "reason": "编造培训记录", "document": "海民信〔2026〕1号", "listed_from": today.to_string(),
        "listed_to": (today + chrono::Days::new(20)).to_string(),
    })
}

/// The same of the `n`th person.
fn black_person(world: &World, n: u32) -> Value {
    let mut new = black(world, "school");
    let fields = new.as_object_mut().expect("fields");
    fields.remove("organisation_id");
    fields.insert("document_number".to_owned(), identity_number(n).into());
    fields.insert("name".to_owned(), name(n).into());
    fields.insert("grounds".to_owned(), "false-claim".into());
    new
}

fn at(listing: &Value, step: &str) -> String {
    format!("{LISTINGS}/{}{step}", text(listing, "id"))
}

fn decision(verdict: &str) -> Value {
    json!({ "verdict": verdict, "words": "事实清楚" })
}

/// Proposed by `bureau`, decided by `bureau2`.
fn listed(world: &World, new: Value) -> Value {
    let proposed = world.post("bureau", LISTINGS, new).expect(202);
    world.post("bureau2", &at(&proposed, "/decide"), decision("list")).expect(200)
}

fn phase(world: &World, listing: &Value) -> String {
    text(&world.get("bureau", &at(listing, "")).expect(200), "phase").to_owned()
}

/// An account of the `n`th person, who is registered.
fn caregiver(world: &World, n: u32) -> Client {
    let context = world.app.context(None, Origin::CommandLine);
    let registered =
        world.post("bureau", "/api/v1/people/find", json!({ "document_number": identity_number(n) }));
    let registered = if registered.status == 200 {
        registered.expect(200)
    } else {
        world.post("bureau", "/api/v1/people", person(n)).expect(201)
    };
    let new = NewAccount {
        username: format!("caregiver{n}"),
        password: PASSWORD.to_owned(),
        role: Role::Caregiver,
        name: name(n),
        organisation: None,
        area: None,
        person: text(&registered, "id").parse().ok(),
        email: None,
    };
    let made = world
        .app
        .database
        .write(|tx| Ok::<_, Problem>(accounts::service::account_create(tx, &context, &new)?));
    made.expect("an account");
    let given = json!({ "username": new.username, "password": PASSWORD });
    let token = world.anybody().post("/api/v1/sessions", &given).expect(201);
    world.anybody().with_token(text(&token, "token"))
}

#[test]
fn two_persons_list_a_school_and_it_ends_by_itself() {
    on_both(|world| {
        let class = approved_class(world);
        let keyed = world.as_user("bureau").with_header("Idempotency-Key", "one");
        let proposed = keyed.post(LISTINGS, &black(world, "school")).expect(202);
        assert_eq!(keyed.post(LISTINGS, &black(world, "school")).expect(202)["id"], proposed["id"]);
        assert_eq!(world.post("bureau2", LISTINGS, black(world, "school")).conflict(), "credit-waits");
        assert_eq!(phase(world, &proposed), "proposed");
        world.get("school", &at(&proposed, "")).expect(404);
        let decide = at(&proposed, "/decide");
        assert_eq!(world.post("bureau", &decide, decision("list")).conflict(), "credit-same-person");
        world.as_user("bureau2").if_match(&json!(7)).post(&decide, &decision("list")).expect(412);
        file(world, 30).expect(200);
        // Histories go by the clock.
        world.app.clock.advance(1);
        let done = world.as_user("bureau2").if_match(&proposed["version"]);
        assert_eq!(done.post(&decide, &decision("list")).expect(200)["phase"], "in-force");
        assert_eq!(world.post("bureau2", &decide, decision("list")).conflict(), "credit-not-proposed");

        // The school reads the words and not the clerks; another school nothing.
        let own = world.get("school", &at(&proposed, "")).expect(200);
        assert_eq!(
            (own["steps"][1]["step"].clone(), own["steps"][1]["by"].clone()),
            (json!("list"), Value::Null)
        );
        world.get("school2", &at(&proposed, "")).expect(404);
        assert_eq!(world.get("school2", LISTINGS).expect(200), json!([]));

        let refused = file(world, 30);
        assert_eq!(refused.field_errors(), [("organisation".to_owned(), "black-listed".to_owned())]);
        assert!(refused.text().contains("2026-12-11"), "it names the end: {}", refused.text());
        let enrolments = format!("/api/v1/classes/{}/enrolments", text(&class, "id"));
        let trainee = world.post("school", &enrolments, person(1));
        assert_eq!(trainee.field_errors(), [("organisation".to_owned(), "black-listed".to_owned())]);

        world.advance_days(20);
        assert_eq!(phase(world, &proposed), "in-force", "its last day belongs to it");
        file(world, 30).field_errors();
        world.advance_days(1);
        assert_eq!(phase(world, &proposed), "over");
        file(world, 30).expect(200);
        world.post("school", &enrolments, person(1)).expect(201);
        let end = json!({ "words": "整改完成", "document": "海民信〔2026〕9号" });
        assert_eq!(world.post("bureau", &at(&proposed, "/end"), end).conflict(), "credit-period-over");
        check_audit(world, text(&proposed, "id"));
    });
}

/// Files another class of `school`, that begins in so many days.
fn file(world: &World, ahead: u64) -> crate::support::Answer {
    let today = shanghai_date(world.app.clock.now());
    let class = json!({
        "programme_id": programme(world)["id"], "title": "培训班", "place": "第一教室",
        "starts_on": (today + chrono::Days::new(ahead)).to_string(),
        "ends_on": (today + chrono::Days::new(ahead + 40)).to_string(), "capacity": 40,
    });
    let made = world.post("school", "/api/v1/classes", class).expect(201);
    let path = format!("/api/v1/classes/{}/file", text(&made, "id"));
    world.as_user("school").if_match(&made["version"]).post(&path, &json!({}))
}

fn check_audit(world: &World, id: &str) {
    let lines = world
        .app
        .database
        .read(|conn| Ok::<_, Problem>(audit::store::latest(conn, Some(("credit-listing", id)), None, 10)?));
    let lines = lines.expect("the audit");
    let actions: Vec<_> = lines.iter().rev().map(|line| line.action.as_str()).collect();
    assert_eq!(actions, ["credit_listing_propose", "credit_listing_decide"]);
}

#[test]
fn a_listed_body_announces_no_exam_and_is_let_out_early() {
    on_both(|world| {
        let announce = || {
            let session = json!({
                "level": 5, "place": "考场一", "registration_closes_on": "2026-11-25", "held_on": "2026-11-30",
                "capacity": 2,
            });
            world.post("assessor", "/api/v1/exam-sessions", session)
        };
        announce().expect(201);
        let mut new = black(world, "assessor");
        new["grounds"] = json!("false-assessment");
        let listing = listed(world, new.clone());
        assert_eq!(announce().field_errors(), [("organisation".to_owned(), "black-listed".to_owned())]);
        let end = json!({ "words": "整改完成", "document": "海民信〔2026〕9号" });
        let ended = world.post("bureau", &at(&listing, "/end"), end.clone()).expect(200);
        assert_eq!((&ended["phase"], &ended["ended_on"]), (&json!("ended"), &json!("2026-11-21")));
        assert_eq!(world.post("bureau", &at(&listing, "/end"), end).conflict(), "credit-not-listed");
        announce().expect(201);
        // One that is refused never begins, and one that begins later is not in force yet.
        let proposed = world.post("bureau", LISTINGS, new.clone()).expect(202);
        let refused = world.post("bureau2", &at(&proposed, "/decide"), decision("refuse")).expect(200);
        assert_eq!(refused["phase"], "refused");
        new["listed_from"] = json!("2026-11-25");
        assert_eq!(listed(world, new)["phase"], "upcoming");
        announce().expect(201);
        world.advance_days(4);
        announce().field_errors();
    });
}

#[test]
fn the_listed_one_is_heard_by_somebody_else() {
    on_both(|world| {
        world.add_account("bureau3", Role::Bureau, Some(world.organisations["bureau"]));
        let third = sign_in(world, "bureau3");
        let (me, other) = (caregiver(world, 1), caregiver(world, 2));
        let first = listed(world, black_person(world, 1));
        let words = json!({ "words": "没有重复申领" });
        let appeal = at(&first, "/appeal");
        other.post(&appeal, &words).expect(404);
        world.post("bureau", &appeal, words.clone()).expect(403);
        assert_eq!(
            me.post(&appeal, &json!({})).field_errors(),
            [("words".to_owned(), "required".to_owned())]
        );
        assert_eq!(me.post(&appeal, &words).expect(200)["appeal"], "open");
        assert_eq!(me.post(&appeal, &words).conflict(), "credit-already-appealed");
        let hear = at(&first, "/appeal/decide");
        for who in ["bureau", "bureau2"] {
            assert_eq!(world.post(who, &hear, decision("uphold")).conflict(), "credit-appeal-another");
        }
        let end = json!({ "words": "整改完成", "document": "海民信〔2026〕9号" });
        assert_eq!(world.post("bureau", &at(&first, "/end"), end).conflict(), "credit-appeal-open");
        let dismissed = third.post(&hear, &decision("dismiss")).expect(200);
        assert_eq!((&dismissed["phase"], &dismissed["appeal"]), (&json!("in-force"), &json!("dismissed")));
        assert_eq!(third.post(&hear, &decision("uphold")).conflict(), "credit-no-appeal");

        world.app.clock.advance(1);
        let second = listed(world, black_person(world, 1));
        me.post(&at(&second, "/appeal"), &words).expect(200);
        world.advance_days(3);
        let upheld = third.post(&at(&second, "/appeal/decide"), &decision("uphold")).expect(200);
        assert_eq!((&upheld["phase"], &upheld["ended_on"]), (&json!("ended"), &json!("2026-11-24")));
        let own = me.get(LISTINGS).expect(200);
        let phases: Vec<_> = own.as_array().expect("a list").iter().map(|one| text(one, "phase")).collect();
        assert_eq!(phases, ["ended", "in-force"]);
        assert!(!own.to_string().contains(&identity_number(1)));
    });
}

fn sign_in(world: &World, username: &str) -> Client {
    let given = json!({ "username": username, "password": PASSWORD });
    let token = world.anybody().post("/api/v1/sessions", &given).expect(201);
    world.anybody().with_token(text(&token, "token"))
}

#[test]
fn a_wrong_proposal_is_told_field_by_field() {
    on_both(|world| {
        caregiver(world, 1);
        let check = |base: Value, changes: Value, expected: &[(&str, &str)]| {
            let mut new = base;
            new.as_object_mut().expect("fields").extend(changes.as_object().expect("fields").clone());
            let errors = world.post("bureau", LISTINGS, new).field_errors();
            let errors: Vec<_> = errors.iter().map(|(field, code)| (field.as_str(), code.as_str())).collect();
            assert_eq!(errors, expected);
        };
        let (school, one) = (black(world, "school"), black_person(world, 1));
        check(school.clone(), json!({ "listed_to": null }), &[("listed_to", "black-needs-end")]);
        check(school.clone(), json!({ "listed_to": "2030-01-01" }), &[("listed_to", "listing-too-long")]);
        check(
            school.clone(),
            json!({ "grounds": "commended", "organisation_id": "0190163d-8694-739b-aea5-966c26f8ad91" }),
            &[("grounds", "grounds-of-other-list"), ("organisation_id", "unknown-organisation")],
        );
        check(school.clone(), json!({ "organisation_id": null }), &[("organisation_id", "listed-missing")]);
        check(
            school,
            json!({ "name": "王芳", "document_number": "1" }),
            &[("organisation_id", "listed-twice")],
        );
        check(one.clone(), json!({ "name": "别人" }), &[("name", "registered-under-another-name")]);
        check(one.clone(), json!({ "name": null }), &[("name", "required")]);
        let nobody = identity_number(77);
        check(one.clone(), json!({ "document_number": nobody }), &[("document_number", "unknown-person")]);
        check(one, json!({ "document_number": "1" }), &[("document_number", "identity-length")]);
        assert_eq!(world.get("bureau", LISTINGS).expect(200), json!([]));
        world.get("bureau", &format!("{LISTINGS}?list=grey")).expect(422);
    });
}

/// The public's answer is the same to the byte; the bureau, the employer and whoever met the holder see the listing.
#[test]
fn a_listing_shows_where_a_certificate_is_checked_to_those_allowed() {
    on_both(|world| {
        certify(world, None);
        let made = issue(world, passed(world, 1)).expect(201);
        employ(world, &made);
        let page = format!("/v/{}", text(&made, "code"));
        let json = world.anybody().with_header("Accept", "application/json");
        let public = || {
            let scanned = json!({ "content": made["qr_content"] });
            let matched = match_as(&world.anybody(), "", &page, 1);
            [
                world.anybody().get(&page).bytes,
                json.get(&page).bytes,
                world.anybody().post("/api/v1/verifications", &scanned).bytes,
                matched.into_bytes(),
            ]
        };
        let before = public();
        let as_user = |who: &str| world.page_session(who).0.get(&page).text();
        let unseen = ["bureau", "institution", "institution2", "school"].map(as_user);
        assert!(unseen.iter().all(|html| !html.contains("黑名单")));

        listed(world, black_person(world, 1));
        assert!(before == public(), "the public's answer has changed");
        for (who, sees) in [
            ("bureau", true),
            ("institution", true),
            ("institution2", false),
            ("school", false),
            ("town", false),
        ] {
            let shown = as_user(who);
            let told = ["黑名单", "骗取补贴", "2026年12月11日"].map(|words| shown.contains(words));
            assert_eq!(told, [sees; 3], "{who}");
            assert!(!shown.contains("编造培训记录") && !shown.contains(&identity_number(1)), "{who}");
        }
        // Who has met the holder, too.
        let (stranger, csrf) = world.page_session("institution2");
        assert!(match_as(&stranger, &csrf, &page, 1).contains("黑名单"));
        assert!(!match_as(&stranger, &csrf, &page, 2).contains("黑名单"));
        let (school, csrf) = world.page_session("school");
        assert!(!match_as(&school, &csrf, &page, 1).contains("黑名单"));

        let staff = world.page_session("institution").0;
        assert!(staff.get("/staff").text().contains("骗取补贴"));
        assert!(!staff.get("/staff?on=2026-11-20").text().contains("骗取补贴"));
        let employer = format!("/organisations/{}", world.organisation("institution"));
        assert!(world.page_session("bureau").0.get(&employer).text().contains("骗取补贴"));
        assert!(!world.page_session("town").0.get(&employer).text().contains("骗取补贴"));

        world.advance_days(21);
        assert!(!as_user("bureau").contains("骗取补贴"), "it ended by itself");
        assert!(!staff.get("/staff").text().contains("骗取补贴"));
    });
}

/// The page after the name of the first person and the last four of the `n`th's number were typed.
fn match_as(client: &Client, csrf: &str, page: &str, n: u32) -> String {
    let digits = &identity_number(n)[14..];
    let form = format!("csrf={csrf}&name={}&id_last4={digits}", name(1));
    client.send("POST", &format!("{page}/match"), FORM, form.as_bytes()).text()
}

#[test]
fn the_pages_propose_decide_appeal_and_tell_whom_it_waits_for() {
    on_both(|world| {
        world.add_account("bureau3", Role::Bureau, Some(world.organisations["bureau"]));
        let home = |who: &str| world.page_session(who).0.get("/").text();
        let (page, csrf) = world.page_session("bureau");
        let institution = world.organisation("institution");
        let form = |to: &str| {
            format!(
                "csrf={csrf}&list=black&organisation_id={institution}&grounds=elder-abuse&reason=机密的调查细节\
                 &document=海民信1号&listed_from=2026-11-21&listed_to={to}&name=&document_number="
            )
        };
        assert_eq!(page.get("/credit/new").status, 200);
        let refused = page.send("POST", "/credit/new", FORM, form("").as_bytes());
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("机密的调查细节") && refused.text().contains("黑名单必须有届满日期"));
        let made = page.send("POST", "/credit/new", FORM, form("2027-11-20").as_bytes());
        assert_eq!(made.status, 303, "{}", made.text());
        let path = made.header("location").expect("an address").split('?').next().expect("a path").to_owned();
        assert!(page.get(&path).text().contains("须由民政局的另一人决定"));
        assert!(!home("bureau").contains("待决定的名单"));
        assert!(home("bureau2").contains("待决定的名单"));
        assert!(page.get("/credit?status=proposed").text().contains(&path));

        let post = |who: &str, path: &str, fields: &str| {
            let (page, csrf) = world.page_session(who);
            page.send("POST", path, FORM, format!("csrf={csrf}&{fields}").as_bytes())
        };
        let decide = format!("{path}/decide");
        assert_eq!(post("bureau2", &decide, "verdict=list&words=").status, 422);
        assert_eq!(post("bureau2", &decide, "verdict=list&words=事实清楚").status, 303);
        assert!(home("institution").contains("已被列入黑名单"));
        let own = format!("/my{path}");
        let shown = world.page_session("institution").0.get(&own);
        assert!(
            shown.text().contains("机密的调查细节") && !shown.text().contains("bureau2"),
            "{}",
            shown.text()
        );
        assert!(world.page_session("institution").0.get("/my/credit").text().contains(&own));
        assert_eq!(world.page_session("institution2").0.get(&own).status, 404);
        assert_eq!(post("institution", &format!("{own}/appeal"), "words=不是本院").status, 303);
        assert!(!home("institution").contains("已被列入黑名单"));
        assert!(!home("bureau2").contains("待处理的申诉"));
        assert!(home("bureau3").contains("待处理的申诉"));
        let hear = format!("{path}/appeal-decision");
        assert_eq!(post("bureau3", &hear, "verdict=uphold&words=查明不是该院").status, 303);
        assert!(world.page_session("institution").0.get(&own).text().contains("申诉成立"));
        assert_eq!(phase_of(world, &path), "ended");
    });
}

fn phase_of(world: &World, path: &str) -> String {
    let id = path.rsplit('/').next().expect("an id");
    text(&world.get("bureau", &format!("{LISTINGS}/{id}")).expect(200), "phase").to_owned()
}

/// One statement for a whole city's people; the rest are on no list.
#[test]
fn the_standing_of_many_is_asked_at_once() {
    on_both(|world| {
        caregiver(world, 1);
        let one = listed(world, black_person(world, 1));
        listed(world, black(world, "school"));
        let context = world.app.context(None, Origin::CommandLine);
        let mine = Subject::Person(text(&one, "subject_id").parse().expect("an id"));
        let school = Subject::Organisation(world.organisations["school"]);
        let mut many: Vec<Subject> =
            (0..100_000).map(|_| Subject::Person(context.fresh_id::<entity::Person>())).collect();
        many.push(mine);
        let standing = |subjects: &[Subject], on: &str| {
            let on = on.parse().expect("a date");
            let read =
                world.app.database.read(|conn| Ok::<_, Problem>(service::standing(conn, subjects, on)?));
            read.expect("read")
        };
        let begun = Instant::now();
        let found = standing(&many, "2026-11-21");
        println!("{:?}: standing of {} people in {:?}", world.kind, many.len(), begun.elapsed());
        assert_eq!(found.keys().collect::<Vec<_>>(), [&mine]);
        assert_eq!(standing(&[mine, school], "2026-12-11").len(), 2);
        assert!(standing(&[mine, school], "2026-12-12").is_empty());
        assert!(standing(&[mine, school], "2026-11-20").is_empty());
        assert!(standing(&[], "2026-11-21").is_empty());
        let unlisted = Subject::Person(PersonId::from_uuid(context.request.uuid()));
        assert!(standing(&[unlisted], "2026-11-21").is_empty());
    });
}
