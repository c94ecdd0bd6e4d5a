//! What every page shares: its frame, its navigation, and how a refused form comes back with nothing lost.

use actix_web::HttpResponse;
use actix_web::http::header;
use fluent_bundle::FluentArgs;
use serde_json::{Map, Value, json};

use crate::http::call::{Answer, Call};
use crate::http::problem::Problem;
use crate::http::texts::Texts;
use crate::kernel::codes::Code;
use crate::kernel::context::Role;
use crate::kernel::invalid::Invalid;

/// Renders `template` with `page` as its own data.
pub fn show(call: &Call, template: &str, title_key: &str, page: Value) -> Answer {
    render(call, template, title_key, page, &[]).map(|html| html_response(HttpResponse::Ok(), html))
}

/// Renders a form's page again with what was typed and what is wrong with it: status 422.
pub fn show_refused(
    call: &Call,
    template: &str,
    title_key: &str,
    page: Value,
    Invalid(errors): &Invalid,
) -> Answer {
    let texts = call.app.views.texts(call.language);
    let listed: Vec<Value> = errors
        .iter()
        .map(|error| {
            let message = texts.field_error(error).unwrap_or_else(|_| error.code.to_owned());
            json!({ "field": error.field, "message": message, "href": format!("#field-{}", error.field) })
        })
        .collect();
    show_listed(call, template, title_key, page, &listed)
}

/// [`show_refused`] for a page that words its errors itself: `{field, message, label, href}` each.
pub fn show_listed(call: &Call, template: &str, title_key: &str, page: Value, listed: &[Value]) -> Answer {
    let html = render(call, template, title_key, page, listed)?;
    Ok(html_response(HttpResponse::UnprocessableEntity(), html))
}

/// Renders a page again with what stood in the way, where no field is to blame.
pub fn show_told(
    call: &Call,
    answer: actix_web::HttpResponseBuilder,
    template: &str,
    title_key: &str,
    page: Value,
    told: &[String],
) -> Answer {
    let listed: Vec<Value> =
        told.iter().map(|message| json!({ "field": null, "message": message, "href": null })).collect();
    let html = render(call, template, title_key, page, &listed)?;
    Ok(html_response(answer, html))
}

/// After a change: on to `path`, so that a reload repeats nothing. `done` keys the words of the notice there.
pub fn see_other(path: &str, done: Option<&str>) -> HttpResponse {
    let location = match done {
        Some(done) => format!("{path}{}done={done}", if path.contains('?') { '&' } else { '?' }),
        None => path.to_owned(),
    };
    HttpResponse::SeeOther().insert_header((header::LOCATION, location)).finish()
}

fn render(
    call: &Call,
    template: &str,
    title_key: &str,
    page: Value,
    errors: &[Value],
) -> Result<String, Problem> {
    let texts = call.app.views.texts(call.language);
    let context = frame(call, texts, title_key, page, errors);
    call.app
        .views
        .render(template, call.language, &context)
        .map_err(|error| Problem::Internal(format!("{template}: {error:?}")))
}

fn frame(call: &Call, texts: &Texts, title_key: &str, page: Value, errors: &[Value]) -> Value {
    let word = |key: &str| texts.text(key, &FluentArgs::new()).unwrap_or_else(|_| key.to_owned());
    let path = call.request.path();
    let me = call.context.actor.as_ref().map(|actor| {
        json!({
            "name": actor.name,
            "role": actor.role,
            "role_name": word(&format!("role-{}", actor.role)),
            "organisation": null,
        })
    });
    let done = call.request.query_string().split('&').find_map(|part| part.strip_prefix("done="));
    let flash = done
        .filter(|key| texts.has(&format!("done-{key}")))
        .map(|key| json!({ "kind": "good", "text": word(&format!("done-{key}")) }));
    json!({
        "lang": call.language,
        "other_lang": call.language.other(),
        "path": path,
        "title": word(title_key),
        "me": me,
        "owner": call.app.config.owner,
        "csrf": call.csrf.as_deref().unwrap_or_default(),
        "nav": call.context.actor.as_ref().map(|actor| navigation(actor.role, path)),
        "flash": flash,
        "errors": errors,
        "page": page,
    })
}

/// The pages that each role starts from, in the order of its work.
#[must_use]
pub fn navigation(role: Role, path: &str) -> Vec<Value> {
    let sections: &[(&str, &[(&str, &str)])] = match role {
        Role::Administrator => &[
            ("home", &[("home", "/")]),
            ("overview", &[("overview", "/overview")]),
            ("classes", &[("classes", "/classes")]),
        ],
        Role::Bureau => &[
            ("home", &[("home", "/")]),
            ("overview", &[("overview", "/overview")]),
            ("training", &[("classes", "/classes"), ("exams", "/exams")]),
            (
                "credentials",
                &[("certificates", "/certificates"), ("recorded", "/recorded"), ("first-aid", "/first-aid")],
            ),
            (
                "subsidies",
                &[
                    ("claims", "/claims"),
                    ("monthly-run", "/monthly-run"),
                    ("statements", "/statements"),
                    ("clawbacks", "/clawbacks"),
                    ("budgets", "/budgets"),
                    ("schemes", "/schemes"),
                ],
            ),
            ("merit", &[("talent", "/talent"), ("credit", "/credit")]),
            ("places", &[("organisations", "/organisations"), ("areas", "/areas")]),
        ],
        Role::Finance => &[
            ("home", &[("home", "/")]),
            ("payments", &[("payments", "/payments")]),
            ("claims", &[("claims", "/claims")]),
            ("budgets", &[("budgets", "/budgets")]),
            ("clawbacks", &[("clawbacks", "/clawbacks")]),
            ("schemes", &[("schemes", "/schemes")]),
            ("overview", &[("overview", "/overview")]),
        ],
        Role::Town => &[
            ("home", &[("home", "/")]),
            ("claims", &[("claims", "/claims")]),
            ("overview", &[("overview", "/overview")]),
            ("classes", &[("classes", "/classes")]),
            ("organisations", &[("organisations", "/organisations")]),
        ],
        Role::School => &[
            ("home", &[("home", "/")]),
            ("classes", &[("classes", "/classes")]),
            ("exams", &[("exams", "/exams")]),
            ("certificates", &[("certificates", "/certificates")]),
            ("my-credit", &[("my-credit", "/my/credit")]),
        ],
        Role::Assessor => &[
            ("home", &[("home", "/")]),
            ("exams", &[("exams", "/exams")]),
            ("certificates", &[("certificates", "/certificates")]),
            ("recorded", &[("recorded", "/recorded")]),
            ("talent", &[("talent", "/talent")]),
            ("my-credit", &[("my-credit", "/my/credit")]),
        ],
        Role::FirstAidIssuer => &[
            ("home", &[("home", "/")]),
            ("first-aid", &[("first-aid", "/first-aid")]),
            ("certificates", &[("certificates", "/certificates")]),
            ("my-credit", &[("my-credit", "/my/credit")]),
        ],
        Role::Institution => &[
            ("home", &[("home", "/")]),
            ("scan", &[("scan", "/scan")]),
            ("staff", &[("staff", "/staff")]),
            ("claims", &[("claims", "/claims")]),
            ("statements", &[("statements", "/statements")]),
            ("watch", &[("watch", "/watch")]),
            ("my-credit", &[("my-credit", "/my/credit")]),
        ],
        Role::Caregiver => &[
            ("home", &[("home", "/")]),
            ("my-certificates", &[("my-certificates", "/my/certificates")]),
            ("my-claims", &[("my-claims", "/my/claims")]),
            ("my-credit", &[("my-credit", "/my/credit")]),
        ],
    };
    let current = |href: &str| path == href || (href != "/" && path.starts_with(&format!("{href}/")));
    let page = |(key, href): &(&str, &str)| json!({ "key": key, "href": href, "current": current(href) });
    let section = |(key, pages): &(&str, &[(&str, &str)])| {
        let more: &[_] = if pages.len() > 1 { pages } else { &[] };
        json!({
            "key": key, "href": pages.first().map(|(_, href)| href),
            "current": pages.iter().any(|(_, href)| current(href)),
            "pages": more.iter().map(page).collect::<Vec<_>>(),
        })
    };
    sections.iter().map(section).collect()
}

/// The options of a select or of choices: every code of `C` with its name, and which one is chosen.
#[must_use]
pub fn options<C: Code>(texts: &Texts, chosen: &str) -> Vec<Value> {
    options_of(texts, C::ALL, chosen)
}

/// The same of those codes alone that fit.
#[must_use]
pub fn options_of<C: Code>(texts: &Texts, codes: &[C], chosen: &str) -> Vec<Value> {
    let option = |code: &C| {
        let text = texts.word(&format!("{}-{}", C::NAME, code.code()));
        json!({ "value": code.code(), "text": text, "selected": code.code() == chosen })
    };
    codes.iter().map(option).collect()
}

/// What was typed, for a form shown again; every name in `fields` is there, so that strict templates find it.
#[must_use]
pub fn typed(values: &Map<String, Value>, fields: &[&str]) -> Value {
    let mut all = values.clone();
    for field in fields {
        all.entry(*field).or_insert_with(|| Value::String(String::new()));
    }
    Value::Object(all)
}

/// Which of a list's pages are before and after this one, for `partials/pagination`; the list's own page begins at 1.
#[must_use]
pub fn paging(page: i64, (size, shown): (i64, usize), has_more: bool, at: impl Fn(i64) -> String) -> Value {
    let first = (page - 1) * size;
    let shown = i64::try_from(shown).unwrap_or(size);
    json!({
        "previous": (page > 1).then(|| at(page - 1)), "next": has_more.then(|| at(page + 1)),
        "summary": if shown == 0 { "0".to_owned() } else { format!("{}–{}", first + 1, first + shown) },
    })
}

/// Cuts a list that was asked for with one line more than a page has; whether there was one.
pub fn cut<T>(lines: &mut Vec<T>, size: i64) -> bool {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let has_more = lines.len() > size;
    lines.truncate(size);
    has_more
}

/// A page is shown to its caller alone and never kept by a cache between.
pub fn html_response(mut builder: actix_web::HttpResponseBuilder, html: String) -> HttpResponse {
    builder
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(html)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_tells_of_the_pages_around_this_one() {
        let check = |all: usize, page: i64, expected: (Option<&str>, Option<&str>, &str)| {
            let size = 200;
            let from = usize::try_from((page - 1) * size).expect("a place").min(all);
            let mut lines: Vec<usize> = (from..all.min(from + 201)).collect();
            let has_more = cut(&mut lines, size);
            let pages = paging(page, (size, lines.len()), has_more, |page| format!("?page={page}"));
            let (previous, next, summary) = expected;
            assert_eq!(
                pages,
                json!({ "previous": previous, "next": next, "summary": summary }),
                "{all} {page}"
            );
        };
        check(0, 1, (None, None, "0"));
        check(200, 1, (None, None, "1–200"));
        check(201, 1, (None, Some("?page=2"), "1–200"));
        check(201, 2, (Some("?page=1"), None, "201–201"));
        check(450, 2, (Some("?page=1"), Some("?page=3"), "201–400"));
        check(450, 9, (Some("?page=8"), None, "0"));
    }
}
