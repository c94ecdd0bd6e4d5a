//! Every route of the table × nobody and every role: who may not is turned away before anything else is looked at.

use actix_web::http::Method;
use huzheng::http::access::Access;
use huzheng::http::routes::table;
use huzheng::kernel::codes::Code;
use huzheng::kernel::context::Role;

use crate::support::client::Client;
use crate::support::databases::Kind;
use crate::support::{Answer, World};

/// Public by intent; everything else asks who calls. Adding to this list is a decision.
const PUBLIC: &[&str] = &[
    "GET /healthz",
    "GET /readyz",
    "GET /openapi.json",
    "GET /docs/{file:.*}",
    "GET /assets/{path:.*}",
    "POST /api/v1/sessions",
    "GET /login",
    "POST /login",
    "POST /logout",
    "GET /help",
    "GET /notices",
    "GET /notices/{code}",
    // 公开查验: anybody who holds a paper may check it.
    "POST /api/v1/verifications",
    "POST /api/v1/lookups",
    "GET /v/{code}",
    "POST /v/{code}/holder-match",
    "POST /v/{code}/match",
    "GET /lookup",
    "POST /lookup",
    "GET /scan",
    "POST /scan",
    // 离线查验: what the two pages above keep for opening without a network; nothing about anybody.
    "GET /sw.js",
    "GET /offline/{language}/{page}",
    "GET /trust-list.json",
    "GET /.well-known/jwks.json",
    "GET /.well-known/did.json",
    "GET /status/{list}",
    "GET /status/{list}/{purpose}",
    // 公示: approved claims with masked names, for anybody who would object.
    "GET /api/v1/subsidy-notices",
    "GET /subsidy-notices",
    // 指导工资: published for anybody, and about nobody.
    "GET /api/v1/guidance-wages",
    "GET /guidance-wages",
    // Conformance suites, where `serve --vc-api` asked for them; not in production.
    "POST /credentials/issue",
    "POST /credentials/verify",
    "POST /presentations/verify",
    // 透明日志: an auditor walks it without asking us.
    "GET /log/checkpoint",
    "GET /log/tile/{path:.+}",
    "GET /log/proof/{code}",
];

const USERS: [(&str, Role); 8] = [
    ("admin", Role::Administrator),
    ("bureau", Role::Bureau),
    ("finance", Role::Finance),
    ("town", Role::Town),
    ("school", Role::School),
    ("assessor", Role::Assessor),
    ("redcross", Role::FirstAidIssuer),
    ("institution", Role::Institution),
];

/// An address of the route with something that doesn't exist in every place.
fn filled(path: &str) -> String {
    let mut address = String::new();
    for (place, part) in path.split('{').enumerate() {
        let Some((name, rest)) = part.split_once('}').filter(|_| place > 0) else {
            address.push_str(part);
            continue;
        };
        address.push_str(match name {
            "code" => "330481",
            _ if name.starts_with("path") || name.starts_with("file") => "none",
            _ => "0190163d-8694-739b-aea5-966c26f8ad91",
        });
        address.push_str(rest);
    }
    address
}

fn call(client: &Client, method: &Method, path: &str, csrf: &str) -> Answer {
    let path = filled(path);
    match method.as_str() {
        "GET" => client.get(&path),
        _ if path.starts_with("/api/") => client.send(method.as_str(), &path, "application/json", b"{}"),
        _ => client.send(
            method.as_str(),
            &path,
            "application/x-www-form-urlencoded",
            format!("csrf={csrf}").as_bytes(),
        ),
    }
}

#[test]
fn nobody_and_wrong_roles_are_turned_away_everywhere() {
    let world = World::new(Kind::Sqlite);
    let pages: Vec<_> = USERS.iter().map(|(user, _)| world.page_session(user)).collect();
    let mut checked = 0;
    for route in table() {
        let name = format!("{} {}", route.method, route.path);
        let is_api = route.path.starts_with("/api/");
        assert_eq!(
            route.access == Access::Public,
            PUBLIC.contains(&name.as_str()),
            "{name}: public by the table or by this list only"
        );
        if route.access == Access::Public {
            continue;
        }
        let answer = call(&world.anybody(), &route.method, route.path, "");
        let expected: &[u16] = if is_api || route.method != Method::GET { &[401] } else { &[303] };
        assert!(expected.contains(&answer.status), "{name} as nobody: {}", answer.status);
        for ((user, role), (page, csrf)) in USERS.iter().zip(&pages) {
            let client = if is_api { world.as_user(user) } else { page.clone() };
            let answer = call(&client, &route.method, route.path, csrf);
            let admitted = route.access.admits(Some(*role));
            assert_eq!(
                answer.status != 403,
                admitted,
                "{name} as {}: {} {}",
                role.code(),
                answer.status,
                answer.text().chars().take(300).collect::<String>()
            );
            assert_ne!(answer.status, 500, "{name} as {}: {}", role.code(), answer.text());
            checked += 1;
        }
    }
    assert!(checked > 80, "only {checked} pairs were checked");
}

/// A page's form that another site posts has the cookie but not the token.
#[test]
fn every_page_form_needs_its_token() {
    let world = World::new(Kind::Sqlite);
    let pages: Vec<_> = USERS.iter().map(|(user, role)| (world.page_session(user).0, *role)).collect();
    let mut checked = 0;
    for route in table() {
        if route.path.starts_with("/api/") || route.method != Method::POST || route.access == Access::Public {
            continue;
        }
        let (client, _) =
            pages.iter().find(|(_, role)| route.access.admits(Some(*role))).expect("a role that may");
        for (content_type, body) in [
            ("application/x-www-form-urlencoded", "csrf=wrong".to_owned()),
            ("multipart/form-data; boundary=x", multipart("wrong")),
        ] {
            let answer = client.send("POST", &filled(route.path), content_type, body.as_bytes());
            assert!(matches!(answer.status, 403 | 415), "{}: {}", route.path, answer.status);
        }
        checked += 1;
    }
    assert!(
        checked > 0
            || table().iter().all(|route| route.path.starts_with("/api/")
                || route.method == Method::GET
                || route.access == Access::Public)
    );
}

fn multipart(csrf: &str) -> String {
    format!("--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--x--\r\n")
}

/// A cookie is worth nothing on the API, where another site could send it along.
#[test]
fn a_page_session_is_no_api_token() {
    let world = World::new(Kind::Sqlite);
    let (page, _) = world.page_session("bureau");
    assert_eq!(page.get("/api/v1/me").status, 401);
}
