//! 起草办法: a scheme entered field by field, or from a file. Each button of the form posts all of it, so that nothing
//! typed is lost and no script is needed.

use std::sync::Arc;

use actix_web::HttpResponse;
use serde_json::{Map, Value, json};

use crate::http::call::{Answer, Call};
use crate::http::input::{Posted, Query};
use crate::http::page::{see_other, show, show_listed, show_refused, show_told, typed};
use crate::http::pages::accounts::Nothing;
use crate::http::pages::schemes::sheet::{Choices, areas_around, listed, sheet};
use crate::http::pages::schemes::written::{Act, blank, read, sound, values_of};
use crate::http::problem::Problem;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::SchemeVersionId;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::registry::schemes::entry::{Entry, text_of};
use crate::registry::schemes::rules::check::check;
use crate::registry::schemes::{SchemeVersion, Stored, VersionState, service, store};

const TEMPLATE: &str = "pages/scheme-new";
const FILE: &str = "pages/scheme-file";
const TITLE: &str = "scheme-new-title";

/// Which version the form begins with.
pub struct Beginning {
    pub from: Option<SchemeVersionId>,
}

impl Form for Beginning {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self { from: f.optional("from")? })
    }
}

/// The form, filled as the version that it begins with. What is in force goes on to the next version, whose first day
/// is another; a draft is changed.
pub async fn new(call: Call, Query(query): Query<Beginning>) -> Answer {
    let Some(id) = query.from else {
        let values = blank(&call.app.area);
        let page = page(&call, &values).await?;
        return show(&call, TEMPLATE, TITLE, page);
    };
    let (from, draft) = call
        .read(move |conn, _| {
            let from = store::find(conn, id)?.ok_or(Problem::NotFound)?;
            let versions = store::of_code(conn, &from.scheme.code)?;
            Ok((from, versions.into_iter().find(|one| one.state == VersionState::Draft)))
        })
        .await?;
    let mut values = values_of(&from.scheme);
    if from.state == VersionState::InForce {
        values.insert("valid_from".to_owned(), "".into());
        values.insert("valid_to".to_owned(), "".into());
    }
    values.insert("seen".to_owned(), draft.as_ref().map(service::mark).unwrap_or_default().into());
    let mut page = page(&call, &values).await?;
    let other = draft.filter(|draft| draft.id != from.id);
    page["replaces"] = other.map(|draft| format!("/schemes/{}", draft.id)).into();
    page["file_path"] = file_path(Some(id)).into();
    show(&call, TEMPLATE, TITLE, page)
}

/// Saves what was entered, or adds or removes a row and shows it again.
pub async fn submit(call: Call, posted: Posted<Nothing>) -> Answer {
    let mut values = posted.values;
    let act = Act::of(&values);
    act.apply(&mut values);
    if act != Act::Save {
        let page = page(&call, &values).await?;
        return show(&call, TEMPLATE, TITLE, page);
    }
    match save(&call, &values).await {
        Ok(stored) => Ok(see_other(&format!("/schemes/{}", stored.id), Some("scheme-saved"))),
        Err(Problem::Invalid(Invalid(errors))) => {
            let page = page(&call, &values).await?;
            let listed = listed(call.app.views.texts(call.language), errors);
            show_listed(&call, TEMPLATE, TITLE, page, &listed)
        }
        Err(Problem::Conflict(code)) => meanwhile(&call, values, code).await,
        Err(problem) => Err(problem),
    }
}

/// Everything that is wrong is told at once, also where some of it could not be read.
async fn save(call: &Call, values: &Map<String, Value>) -> Result<Stored, Problem> {
    let (scheme, unread) = read(values, &call.app.area);
    let Some(scheme) = scheme else { return Err(Invalid(unread).into()) };
    if !unread.is_empty() {
        let errors = call.work(move |_, _| Ok(all_wrong(&scheme, unread))).await?;
        return Err(Invalid(errors).into());
    }
    let seen = values.get("seen").and_then(Value::as_str).unwrap_or_default().to_owned();
    call.write(move |tx, context| Ok(service::scheme_save_over(tx, context, &scheme, &seen)?)).await
}

fn all_wrong(scheme: &SchemeVersion, mut unread: Vec<FieldError>) -> Vec<FieldError> {
    let checked = check(scheme).err().map_or_else(Vec::new, |Invalid(errors)| errors);
    let sound = sound(checked, &unread);
    unread.extend(sound);
    unread
}

/// Somebody else has saved a draft: what was entered stays, and saving it again takes that draft's place.
async fn meanwhile(call: &Call, mut values: Map<String, Value>, code: &str) -> Answer {
    let scheme = values.get("code").and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    let versions = call.read(move |conn, _| Ok(store::of_code(conn, &scheme)?)).await?;
    let draft = versions.into_iter().find(|one| one.state == VersionState::Draft);
    values.insert("seen".to_owned(), draft.as_ref().map(service::mark).unwrap_or_default().into());
    let mut page = page(call, &values).await?;
    page["replaces"] = draft.map(|draft| format!("/schemes/{}", draft.id)).into();
    let told = call.app.views.texts(call.language).word(&format!("conflict-{code}"));
    show_told(call, HttpResponse::Conflict(), TEMPLATE, TITLE, page, &[told])
}

async fn page(call: &Call, values: &Map<String, Value>) -> Result<Value, Problem> {
    let app = Arc::clone(&call.app);
    let choices = call
        .read(move |conn, _| {
            let mut schemes = store::all(conn)?;
            schemes.dedup_by(|one, before| one.scheme.code == before.scheme.code);
            Ok(Choices { areas: areas_around(conn, &app.area)?, schemes })
        })
        .await?;
    let mut page = sheet(call.app.views.texts(call.language), values, &choices);
    page["replaces"] = Value::Null;
    page["file_path"] = file_path(None).into();
    Ok(page)
}

fn file_path(from: Option<SchemeVersionId>) -> String {
    from.map_or_else(|| "/schemes/new/file".to_owned(), |id| format!("/schemes/new/file?from={id}"))
}

/// The scheme as one text in TOML, for those who keep their schemes as files.
pub async fn file(call: Call, Query(query): Query<Beginning>) -> Answer {
    let text = match query.from {
        None => String::new(),
        Some(id) => {
            let stored =
                call.read(move |conn, _| Ok(store::find(conn, id)?)).await?.ok_or(Problem::NotFound)?;
            text_of(&stored.scheme).map_err(|error| Problem::Internal(error.to_string()))?
        }
    };
    show(&call, FILE, TITLE, json!({ "toml": text, "wrong": [] }))
}

pub async fn file_submit(call: Call, posted: Posted<Entry>) -> Answer {
    let saved = match posted.form {
        Err(invalid) => Err(Problem::Invalid(invalid)),
        Ok(entry) => {
            call.write(move |tx, context| Ok(service::scheme_save(tx, context, &entry.scheme)?)).await
        }
    };
    match saved {
        Ok(stored) => Ok(see_other(&format!("/schemes/{}", stored.id), Some("scheme-saved"))),
        Err(Problem::Invalid(invalid)) => file_refused(&call, &posted.values, &invalid),
        Err(problem) => Err(problem),
    }
}

/// The text stands there again, with each error under the path of its field in the scheme.
fn file_refused(call: &Call, values: &Map<String, Value>, invalid: &Invalid) -> Answer {
    let texts = call.app.views.texts(call.language);
    let within: Vec<_> = invalid.0.iter().filter(|error| error.field != "toml").collect();
    let wrong: Vec<Value> = within
        .iter()
        .map(|error| {
            let message = texts.field_error(error).unwrap_or_else(|_| error.code.to_owned());
            json!({ "path": error.field, "message": message })
        })
        .collect();
    let page = json!({ "toml": typed(values, &["toml"])["toml"], "wrong": wrong });
    let told = if within.is_empty() { invalid.clone() } else { Invalid::one("toml", "scheme-wrong") };
    show_refused(call, FILE, TITLE, page, &told)
}
