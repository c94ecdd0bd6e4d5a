//! 补贴办法: the list, one version with a sentence for each condition, and the bureau's form for the next.

use std::collections::BTreeMap;

use actix_web::web;
use serde_json::{Map, Value, json};

use crate::http::api::schemes::{SchemeLine, try_scheme};
use crate::http::api::statements::RunCall;
use crate::http::call::{Answer, Call};
use crate::http::input::{Posted, Query};
use crate::http::page::{see_other, show, show_refused, typed};
use crate::http::pages::accounts::Nothing;
use crate::http::pages::statements::month_before;
use crate::http::problem::Problem;
use crate::http::texts::Language;
use crate::kernel::codes::Code;
use crate::kernel::context::Role;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::SchemeVersionId;
use crate::kernel::invalid::Invalid;
use crate::registry::schemes::entry::{Entry, LastDay, text_of};
use crate::registry::schemes::{Schedule, SchemeVersion, Stored, Text, VersionState, service, store};

/// Which version the form begins with.
pub struct Beginning {
    pub from: Option<SchemeVersionId>,
}

impl Form for Beginning {
    fn read(f: &mut Fields) -> Option<Self> {
        let from = f.optional("from");
        let done = f.optional_text("done", 60);
        done?;
        Some(Self { from: from? })
    }
}

pub async fn list(call: Call) -> Answer {
    let schemes = call.read(|conn, _| Ok(store::all(conn)?)).await?;
    let rows: Vec<Value> = schemes.iter().map(|stored| row(call.language, stored)).collect();
    show(&call, "pages/schemes", "schemes-title", json!({ "rows": rows, "may_draft": may_draft(&call)? }))
}

pub async fn detail(call: Call, id: web::Path<SchemeVersionId>) -> Answer {
    let page = detail_page(&call, *id).await?;
    show(&call, "pages/scheme", "scheme-title", page)
}

/// What the version would have paid for a month.
pub async fn trial(call: Call, id: web::Path<SchemeVersionId>, posted: Posted<RunCall>) -> Answer {
    let tried = match posted.form {
        Ok(RunCall(month)) => try_scheme(&call, *id, month).await.map(|tried| (month, tried)),
        Err(invalid) => Err(invalid.into()),
    };
    let mut page = detail_page(&call, *id).await?;
    match tried {
        Ok((month, tried)) => {
            let sentences = page["scheme"]["conditions"].as_array().cloned().unwrap_or_default();
            let of = |counts: &BTreeMap<String, u64>| {
                let line = |(id, count): (&String, &u64)| {
                    let own = sentences.iter().find(|one| one["id"] == id.as_str());
                    json!({ "id": id, "sentence": own.map(|own| own["sentence"].clone()), "count": count })
                };
                counts.iter().map(line).collect::<Vec<_>>()
            };
            page["trial"]["month"] = month.to_string().into();
            page["trial"]["done"] = json!({
                "people": tried.paid.len(), "amount": tried.sum.to_string(), "unknown": tried.unknown,
                "failed": of(&tried.failed), "undecided": of(&tried.undecided),
            });
            show(&call, "pages/scheme", "scheme-title", page)
        }
        Err(Problem::Invalid(invalid)) => {
            page["trial"]["month"] = posted.values.get("month").cloned().unwrap_or_default();
            show_refused(&call, "pages/scheme", "scheme-title", page, &invalid)
        }
        Err(problem) => Err(problem),
    }
}

async fn detail_page(call: &Call, id: SchemeVersionId) -> Result<Value, Problem> {
    let (stored, versions) = call
        .read(move |conn, _| {
            let stored = store::find(conn, id)?.ok_or(Problem::NotFound)?;
            let versions = store::of_code(conn, &stored.scheme.code)?;
            Ok((stored, versions))
        })
        .await?;
    let bureau = may_draft(call)?;
    let is_draft = stored.state == VersionState::Draft;
    Ok(json!({
        "row": row(call.language, &stored),
        "scheme": shown(call.language, &stored.scheme),
        "versions": versions.iter().map(|one| row(call.language, one)).collect::<Vec<_>>(),
        "draft_path": bureau.then(|| format!("/schemes/new?from={}", stored.id)),
        "put_path": (bureau && is_draft).then(|| format!("/schemes/{}/in-force", stored.id)),
        "end_path": (bureau && !is_draft).then(|| format!("/schemes/{}/end", stored.id)),
        "trial": bureau.then(|| json!({
            "path": format!("/schemes/{}/trial", stored.id), "month": month_before(call), "done": null,
        })),
    }))
}

/// The form, with the version that it begins with as text.
pub async fn new(call: Call, Query(query): Query<Beginning>) -> Answer {
    let text = match query.from {
        None => String::new(),
        Some(id) => {
            let stored =
                call.read(move |conn, _| Ok(store::find(conn, id)?)).await?.ok_or(Problem::NotFound)?;
            text_of(&stored.scheme).map_err(|error| Problem::Internal(error.to_string()))?
        }
    };
    show(&call, "pages/scheme-new", "scheme-new-title", json!({ "toml": text, "wrong": [] }))
}

pub async fn submit(call: Call, posted: Posted<Entry>) -> Answer {
    let saved = match posted.form {
        Err(invalid) => Err(Problem::Invalid(invalid)),
        Ok(entry) => {
            call.write(move |tx, context| Ok(service::scheme_save(tx, context, &entry.scheme)?)).await
        }
    };
    match saved {
        Ok(stored) => Ok(see_other(&format!("/schemes/{}", stored.id), Some("scheme-saved"))),
        Err(Problem::Invalid(invalid)) => refused(&call, &posted.values, &invalid),
        Err(problem) => Err(problem),
    }
}

/// The text stands there again, with each error under the path of its field in the scheme.
fn refused(call: &Call, values: &Map<String, Value>, invalid: &Invalid) -> Answer {
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
    show_refused(call, "pages/scheme-new", "scheme-new-title", page, &told)
}

pub async fn put_in_force(call: Call, id: web::Path<SchemeVersionId>, _posted: Posted<Nothing>) -> Answer {
    let id = *id;
    let put = call.write(move |tx, context| Ok(service::scheme_put_in_force(tx, context, id)?)).await;
    changed(&call, id, put, "scheme-in-force").await
}

pub async fn end(call: Call, id: web::Path<SchemeVersionId>, posted: Posted<LastDay>) -> Answer {
    let id = *id;
    let ended = match posted.form {
        Err(invalid) => Err(Problem::Invalid(invalid)),
        Ok(last) => {
            call.write(move |tx, context| Ok(service::scheme_end(tx, context, id, last.valid_to)?)).await
        }
    };
    changed(&call, id, ended, "scheme-ended").await
}

async fn changed(call: &Call, id: SchemeVersionId, result: Result<Stored, Problem>, done: &str) -> Answer {
    match result {
        Ok(_) => Ok(see_other(&format!("/schemes/{id}"), Some(done))),
        Err(Problem::Invalid(invalid)) => {
            show_refused(call, "pages/scheme", "scheme-title", detail_page(call, id).await?, &invalid)
        }
        Err(problem) => Err(problem),
    }
}

fn may_draft(call: &Call) -> Result<bool, Problem> {
    Ok(matches!(call.actor()?.role, Role::Bureau | Role::Administrator))
}

fn in_language(language: Language, text: &Text) -> &str {
    match language {
        Language::Chinese => &text.zh,
        Language::English => &text.en,
    }
}

fn row(language: Language, stored: &Stored) -> Value {
    let line = SchemeLine::from(stored);
    json!({
        "path": format!("/schemes/{}", line.id),
        "title": in_language(language, &stored.scheme.title),
        "code": line.code,
        "version": line.version,
        "state": line.state,
        "state_kind": if stored.state == VersionState::Draft { "calm" } else { "good" },
        "area": line.area,
        "valid_from": line.valid_from,
        "valid_to": line.valid_to,
        "illustrative": line.illustrative,
    })
}

fn shown(language: Language, scheme: &SchemeVersion) -> Value {
    let all = |texts: &[Text]| -> Vec<String> {
        texts.iter().map(|text| in_language(language, text).to_owned()).collect()
    };
    let conditions: Vec<Value> = scheme
        .conditions
        .iter()
        .map(|condition| {
            json!({
                "id": condition.id, "sentence": match language { Language::Chinese => &condition.zh, Language::English => &condition.en },
                "cel": condition.cel,
                "remedy": in_language(language, &condition.remedy),
            })
        })
        .collect();
    let (schedule, instalments): (_, &[_]) = match &scheme.schedule {
        Schedule::Once => ("once", &[]),
        Schedule::Monthly => ("monthly", &[]),
        Schedule::PerLevel => ("per-level", &[]),
        Schedule::PerEvent => ("per-event", &[]),
        Schedule::Instalments { instalments } => ("instalments", instalments),
    };
    json!({
        "document": scheme.document,
        "source": scheme.source,
        "beneficiary": scheme.beneficiary.code(),
        "conditions": conditions,
        "amount": scheme.amount,
        "schedule": schedule,
        "instalments": instalments,
        "budget": scheme.budget.map(|budget| budget.to_string()),
        "exclusions": scheme.exclusions,
        "evidence": all(&scheme.evidence),
        "illustrative": all(&scheme.illustrative),
        "notice_days": scheme.review.notice_days,
        "appeal_days": scheme.review.appeal_days,
    })
}
