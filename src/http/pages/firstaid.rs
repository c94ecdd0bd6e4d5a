use std::sync::Arc;

use actix_web::web;
use chrono::Days;
use serde_json::{Map, Value, json};

use crate::flows::first_aid_withdraw::first_aid_withdraw;
use crate::http::api::firstaid::{FIRST_AID_COLUMNS, FirstAidView, PAGE, recording};
use crate::http::call::{Answer, Call};
use crate::http::import::rows;
use crate::http::input::{Posted, Query, Upload};
use crate::http::page::{options, see_other, show, show_refused, typed};
use crate::http::pages::imports::{Place, answer_import, show_import};
use crate::http::problem::Problem;
use crate::kernel::context::Role;
use crate::kernel::form::{Fields, Form};
use crate::kernel::identity::DocumentKind;
use crate::kernel::ids::FirstAidCertificateId;
use crate::registry::certificates::{self, Origin};
use crate::registry::firstaid::{FirstAid, FirstAidKind, FirstAidState, NewFirstAid, rules, service};

/// How far ahead an end counts as near.
const NEAR: Days = Days::new(90);

pub struct ListQuery {
    pub expiring: bool,
    pub page: i64,
}

impl Form for ListQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let expiring = f.optional::<bool>("expiring");
        let page = f.optional_integer("page", 1..=100_000);
        let done = f.optional_text("done", 60);
        done?;
        Some(Self { expiring: expiring?.unwrap_or(false), page: page?.unwrap_or(1) })
    }
}

/// What a page's withdrawal form holds.
pub struct Withdrawing {
    pub reason: String,
    pub version: i32,
}

impl Form for Withdrawing {
    fn read(f: &mut Fields) -> Option<Self> {
        let reason = f.text("reason", 300);
        let version = f.integer("version", 1..=i64::from(i32::MAX));
        Some(Self { reason: reason?, version: i32::try_from(version?).ok()? })
    }
}

pub async fn list(call: Call, Query(query): Query<ListQuery>) -> Answer {
    let today = call.context.today();
    let by = query.expiring.then(|| today + NEAR);
    // One more than a page shows whether there is a next one.
    let range = ((query.page - 1) * PAGE, PAGE + 1);
    let (mut held, issued) = call
        .read(move |conn, context| {
            let held = service::first_aid_list(conn, context, by, range)?;
            let origins: Vec<Origin> = held.iter().map(|one| Origin::FirstAid(one.id)).collect();
            Ok((held, certificates::store::of_origins(conn, &origins)?))
        })
        .await?;
    let more = held.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    held.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let role = call.actor()?.role;
    let may_withdraw = role != Role::Institution;
    let row = |held: &FirstAid| {
        let mut row = json!(FirstAidView::new(held, today));
        // The newest: one that was replaced comes before it.
        let of_it = issued.iter().rfind(|one| one.origin == Some(Origin::FirstAid(held.id)));
        let counts =
            held.kind == FirstAidKind::Rescuer && rules::state_on(held, today) == FirstAidState::Valid;
        row["certificate"] = json!(of_it.map(|one| format!("/certificates/{}", one.id)));
        row["may_issue"] = json!(role == Role::FirstAidIssuer && of_it.is_none() && counts);
        row
    };
    let rows: Vec<Value> = held.iter().map(row).collect();
    let base = if query.expiring { "/first-aid?expiring=true&page=" } else { "/first-aid?page=" };
    let page = json!({
        "rows": rows,
        "expiring": query.expiring,
        "may_withdraw": may_withdraw,
        "pages": pages(base, query.page, rows.len(), more),
    });
    show(&call, "pages/first-aid", "first-aid-title", page)
}

/// The links around a page of a list, which is `shown` entries long.
#[must_use]
pub fn pages(base: &str, page: i64, shown: usize, more: bool) -> Value {
    let first = (page - 1) * PAGE;
    let last = first + i64::try_from(shown).unwrap_or_default();
    json!({
        "previous": (page > 1).then(|| format!("{base}{}", page - 1)),
        "next": more.then(|| format!("{base}{}", page + 1)),
        "summary": if shown == 0 { "0".to_owned() } else { format!("{}–{last}", first + 1) },
    })
}

const FIELDS: &[&str] =
    &["name", "document_kind", "document_number", "kind", "issuer", "number", "issued_on", "expires_on"];

fn form_page(call: &Call, values: &Map<String, Value>) -> Result<Value, Problem> {
    let texts = call.app.views.texts(call.language);
    let chosen = |field: &str| values.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(json!({
        "values": typed(values, FIELDS),
        "own_issuer": call.actor()?.role == Role::FirstAidIssuer,
        "kinds": options::<FirstAidKind>(texts, &chosen("kind")),
        "document_kinds": options::<DocumentKind>(texts, &chosen("document_kind")),
    }))
}

pub async fn new(call: Call) -> Answer {
    show(&call, "pages/first-aid-new", "first-aid-new-title", form_page(&call, &Map::new())?)
}

pub async fn new_submit(call: Call, posted: Posted<NewFirstAid>) -> Answer {
    let done = match posted.form {
        Ok(new) => {
            let app = Arc::clone(&call.app);
            call.write(move |tx, context| {
                Ok(service::first_aid_record(tx, context, recording(&app), &new).map(|_| ())?)
            })
            .await
        }
        Err(invalid) => Err(invalid.into()),
    };
    match done {
        Ok(()) => Ok(see_other("/first-aid", Some("first-aid-recorded"))),
        Err(Problem::Invalid(invalid)) => {
            let page = form_page(&call, &posted.values)?;
            show_refused(&call, "pages/first-aid-new", "first-aid-new-title", page, &invalid)
        }
        Err(problem) => Err(problem),
    }
}

fn place() -> Place {
    Place { key: "first-aid", back: "/first-aid".to_owned() }
}

pub async fn import(call: Call) -> Answer {
    show_import(&call, &place())
}

pub async fn import_submit(call: Call, upload: Upload) -> Answer {
    let app = Arc::clone(&call.app);
    let done = call
        .write(move |tx, context| {
            let rows = rows::<NewFirstAid>(&upload.bytes, FIRST_AID_COLUMNS)?;
            Ok(service::first_aid_import(tx, context, recording(&app), &rows)?)
        })
        .await;
    answer_import(&call, &place(), done)
}

pub async fn withdraw(
    call: Call,
    id: web::Path<FirstAidCertificateId>,
    posted: Posted<Withdrawing>,
) -> Answer {
    let Withdrawing { reason, version } = posted.form?;
    call.work(move |app, context| Ok(first_aid_withdraw(&app.desk(), context, *id, version, &reason)?))
        .await?;
    Ok(see_other("/first-aid", Some("withdrawn")))
}
