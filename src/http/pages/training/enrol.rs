//! Taking people into a class: one by one, or by a roster that is checked first and confirmed then.

use std::collections::BTreeMap;

use actix_web::web;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};

use crate::db::Tx;
use crate::flows::enrol::{Trainee, enrol};
use crate::flows::import_roster::{Standing, Taken};
use crate::http::api::credit::local_rules;
use crate::http::api::training::roster::{COLUMNS, roster_check, take};
use crate::http::call::{Answer, Call};
use crate::http::input::{Posted, Upload};
use crate::http::page::{options, see_other, show, show_refused, typed};
use crate::http::pages::training::{crumb, titled, word};
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::kernel::context::Context;
use crate::kernel::identity::DocumentKind;
use crate::kernel::ids::ClassId;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::skill::{Education, Gender};
use crate::registry::training::error::Conflict;
use crate::registry::training::{Class, service};

const PERSON_FIELDS: &[&str] = &[
    "document_kind",
    "document_number",
    "name",
    "gender",
    "birth_date",
    "education",
    "phone",
    "email",
    "home_area",
];

pub async fn enrol_form(call: Call, id: web::Path<ClassId>) -> Answer {
    let class = own_class(&call, *id).await?;
    show(&call, "pages/class-enrol", "class-enrol-title", enrol_page(&call, &class, &Map::new()))
}

pub async fn enrol_submit(call: Call, id: web::Path<ClassId>, posted: Posted<Trainee>) -> Answer {
    let (id, app) = (*id, call.app.clone());
    let result = match posted.form {
        Ok(new) => {
            let work = move |tx: &mut Tx, context: &Context| {
                let lists = local_rules(&app)?;
                Ok(enrol(tx, context, &app.sealer, app.identity_regions(), &lists, (id, &new))?)
            };
            call.write(work).await.map(drop).map_err(as_field)
        }
        Err(invalid) => Err(invalid.into()),
    };
    match result {
        Ok(()) => Ok(see_other(&format!("/classes/{id}/enrol"), Some("enrolled"))),
        Err(Problem::Invalid(invalid)) => {
            let class = own_class(&call, id).await?;
            let page = enrol_page(&call, &class, &posted.values);
            show_refused(&call, "pages/class-enrol", "class-enrol-title", page, &invalid)
        }
        Err(problem) => Err(problem),
    }
}

/// On the form these two are wrong with what was typed, not with the address.
fn as_field(problem: Problem) -> Problem {
    let codes = [Conflict::AlreadyEnrolled.code(), Conflict::ClassFull.code()];
    match problem {
        Problem::Conflict(code) if codes.contains(&code) => Invalid::one("document_number", code).into(),
        other => other,
    }
}

fn enrol_page(call: &Call, class: &Class, values: &Map<String, Value>) -> Value {
    let texts = call.app.views.texts(call.language);
    let values = typed(values, PERSON_FIELDS);
    let chosen = |field: &str| values[field].as_str().unwrap_or_default().to_owned();
    json!({
        "crumbs": [crumb(texts), { "href": format!("/classes/{}", class.id), "text": class.title }],
        "id": class.id,
        "title": class.title,
        "document_kinds": options::<DocumentKind>(texts, &chosen("document_kind")),
        "genders": options::<Gender>(texts, &chosen("gender")),
        "educations": options::<Education>(texts, &chosen("education")),
        "values": values,
    })
}

pub async fn roster_form(call: Call, id: web::Path<ClassId>) -> Answer {
    let class = own_class(&call, *id).await?;
    show(&call, "pages/class-roster", "class-roster-title", roster_page(&call, &class, json!({})))
}

/// A file is checked and, if nothing is wrong, comes back inside a form to be confirmed; that form is imported.
pub async fn roster_submit(call: Call, id: web::Path<ClassId>, upload: Upload) -> Answer {
    let id = *id;
    let confirmed = upload.values.get("content").and_then(Value::as_str);
    let checked = if let Some(content) = confirmed {
        let bytes = BASE64_STANDARD.decode(content).map_err(|_| Problem::Malformed("multipart"))?;
        let app = call.app.clone();
        call.write(move |tx, context| take(tx, context, &app, id, &bytes)).await.map(|_| Checked::Imported)
    } else if upload.bytes.is_empty() {
        Err(Invalid::one("file", "required").into())
    } else {
        let content = BASE64_STANDARD.encode(&upload.bytes);
        roster_check(&call, id, upload.bytes).await.map(|taken| Checked::Ready(content, taken))
    };
    match checked {
        Ok(Checked::Imported) => Ok(see_other(&format!("/classes/{id}"), Some("roster-imported"))),
        Ok(Checked::Ready(content, taken)) => {
            let class = own_class(&call, id).await?;
            let ready =
                json!({ "content": content, "file_name": upload.file_name, "people": people(&taken) });
            let page = roster_page(&call, &class, json!({ "ready": ready }));
            show(&call, "pages/class-roster", "class-roster-title", page)
        }
        Err(Problem::Invalid(Invalid(errors))) => {
            let class = own_class(&call, id).await?;
            roster_refused(&call, &class, &upload.file_name, &errors)
        }
        Err(problem) => Err(problem),
    }
}

enum Checked {
    /// The file, to be sent again with the confirmation, and whom it names.
    Ready(String, Vec<Taken>),
    Imported,
}

fn people(taken: &[Taken]) -> Vec<Value> {
    let line = |line: &Taken| json!({ "row": line.row, "name": line.name, "registered": line.was == Standing::Registered });
    taken.iter().map(line).collect()
}

fn roster_refused(call: &Call, class: &Class, file_name: &str, errors: &[FieldError]) -> Answer {
    let report = json!({ "file_name": file_name, "count": errors.len(), "groups": groups(call, errors) });
    let page = roster_page(call, class, json!({ "report": report }));
    // The report lists them all by kind; the summary only leads to it.
    let summary = match errors {
        [one] if one.row.is_none() => Invalid(vec![one.clone()]),
        _ => FieldError::new("file", "roster-wrong").with("count", errors.len()).into(),
    };
    show_refused(call, "pages/class-roster", "class-roster-title", page, &summary)
}

/// The errors by kind, then by row: who has to mend a file mends one kind at a time.
fn groups(call: &Call, errors: &[FieldError]) -> Vec<Value> {
    let texts = call.app.views.texts(call.language);
    let title = |field: &str| {
        let column = COLUMNS.iter().find(|column| column.key == field);
        column.map_or_else(
            || field.to_owned(),
            |column| titled(call.language, column.title_zh, column.title_en).to_owned(),
        )
    };
    let mut by_kind: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for error in errors {
        let message = texts
            .field_error(&FieldError { row: None, ..error.clone() })
            .unwrap_or_else(|_| error.code.to_owned());
        let place = json!({ "row": error.row, "column": title(&error.field), "message": message });
        by_kind.entry(error.code).or_default().push(place);
    }
    let mut groups: Vec<Vec<Value>> = by_kind.into_values().collect();
    groups.sort_by_key(|places| std::cmp::Reverse(places.len()));
    groups.into_iter().map(|places| json!({ "count": places.len(), "places": places })).collect()
}

fn roster_page(call: &Call, class: &Class, more: Value) -> Value {
    let texts = call.app.views.texts(call.language);
    let mut page = json!({
        "crumbs": [crumb(texts), { "href": format!("/classes/{}", class.id), "text": class.title }],
        "id": class.id,
        "title": class.title,
        "accept": ".xlsx,.csv",
        "steps": [],
        "ready": null,
        "report": null,
    });
    let ready = more.get("ready").is_some();
    let state = |done: bool, current: bool| {
        if current {
            "current"
        } else if done {
            "done"
        } else {
            "later"
        }
    };
    page["steps"] = json!([
        { "text": word(texts, "roster-step-upload"), "state": state(ready, !ready) },
        { "text": word(texts, "roster-step-confirm"), "state": state(false, ready) },
    ]);
    if let (Value::Object(page), Value::Object(more)) = (&mut page, more) {
        page.extend(more);
    }
    page
}

async fn own_class(call: &Call, id: ClassId) -> Result<Class, Problem> {
    call.read(move |conn, context| Ok(service::own_class(conn, context, id)?)).await
}
