use std::sync::Arc;

use actix_web::web;
use serde_json::{Map, Value, json};

use crate::http::api::firstaid::PAGE;
use crate::http::api::recorded::{RECORDED_COLUMNS, RecordedView};
use crate::http::call::{Answer, Call};
use crate::http::import::rows;
use crate::http::input::{Posted, Query, Upload};
use crate::http::page::{options, see_other, show, show_refused, typed};
use crate::http::pages::firstaid::{Withdrawing, pages};
use crate::http::pages::imports::{Place, answer_import, show_import};
use crate::http::problem::Problem;
use crate::kernel::context::Role;
use crate::kernel::form::{Fields, Form};
use crate::kernel::identity::DocumentKind;
use crate::kernel::ids::RecordedCertificateId;
use crate::kernel::skill::{SkillLevel, Specialty};
use crate::registry::recorded::{NationalQuery, NewRecorded, service};

pub struct ListQuery {
    pub page: i64,
}

impl Form for ListQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let page = f.optional_integer("page", 1..=100_000);
        let done = f.optional_text("done", 60);
        done?;
        Some(Self { page: page?.unwrap_or(1) })
    }
}

pub async fn list(call: Call, Query(query): Query<ListQuery>) -> Answer {
    // One more than a page shows whether there is a next one.
    let range = ((query.page - 1) * PAGE, PAGE + 1);
    let mut held = call.read(move |conn, context| Ok(service::recorded_list(conn, context, range)?)).await?;
    let more = held.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    held.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let rows: Vec<RecordedView> = held.iter().map(RecordedView::from).collect();
    let page = json!({
        "rows": rows,
        "may_withdraw": call.actor()?.role != Role::Assessor,
        "pages": pages("/recorded?page=", query.page, rows.len(), more),
    });
    show(&call, "pages/recorded", "recorded-title", page)
}

const FIELDS: &[&str] = &[
    "name",
    "document_kind",
    "document_number",
    "number",
    "issuer",
    "specialty",
    "level",
    "issued_on",
    "expires_on",
    "evidence",
    "checker",
    "checked_on",
    "national_query",
    "queried_on",
];

fn form_page(call: &Call, values: &Map<String, Value>) -> Value {
    let texts = call.app.views.texts(call.language);
    let chosen = |field: &str| values.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    json!({
        "values": typed(values, FIELDS),
        "document_kinds": options::<DocumentKind>(texts, &chosen("document_kind")),
        "levels": options::<SkillLevel>(texts, &chosen("level")),
        "specialties": options::<Specialty>(texts, &chosen("specialty")),
        "queries": options::<NationalQuery>(texts, &chosen("national_query")),
    })
}

pub async fn new(call: Call) -> Answer {
    show(&call, "pages/recorded-new", "recorded-new-title", form_page(&call, &Map::new()))
}

pub async fn new_submit(call: Call, posted: Posted<NewRecorded>) -> Answer {
    let done = match posted.form {
        Ok(new) => {
            let app = Arc::clone(&call.app);
            call.write(move |tx, context| {
                let regions = app.identity_regions();
                Ok(service::recorded_record(tx, context, &app.sealer, regions, &new).map(|_| ())?)
            })
            .await
        }
        Err(invalid) => Err(invalid.into()),
    };
    match done {
        Ok(()) => Ok(see_other("/recorded", Some("recorded-recorded"))),
        Err(Problem::Invalid(invalid)) => {
            let page = form_page(&call, &posted.values);
            show_refused(&call, "pages/recorded-new", "recorded-new-title", page, &invalid)
        }
        Err(problem) => Err(problem),
    }
}

fn place() -> Place {
    Place { key: "recorded", back: "/recorded".to_owned() }
}

pub async fn import(call: Call) -> Answer {
    show_import(&call, &place())
}

pub async fn import_submit(call: Call, upload: Upload) -> Answer {
    let app = Arc::clone(&call.app);
    let done = call
        .write(move |tx, context| {
            let rows = rows::<NewRecorded>(&upload.bytes, RECORDED_COLUMNS)?;
            Ok(service::recorded_import(tx, context, &app.sealer, app.identity_regions(), &rows)?)
        })
        .await;
    answer_import(&call, &place(), done)
}

pub async fn withdraw(
    call: Call,
    id: web::Path<RecordedCertificateId>,
    posted: Posted<Withdrawing>,
) -> Answer {
    let Withdrawing { reason, version } = posted.form?;
    call.write(move |tx, context| {
        Ok(service::recorded_withdraw(tx, context, *id, version, &reason).map(|_| ())?)
    })
    .await?;
    Ok(see_other("/recorded", Some("withdrawn")))
}
