//! 补贴办法: the list, one version with a sentence for each condition, and the bureau's form for the next.

pub mod draft;
mod sheet;
mod written;

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};

use crate::db::Conn;
use crate::http::api::schemes::{SchemeLine, try_scheme};
use crate::http::api::statements::RunCall;
use crate::http::call::{Answer, Call};
use crate::http::input::Posted;
use crate::http::page::{see_other, show, show_refused, show_told};
use crate::http::pages::statements::month_before;
use crate::http::pages::subsidies::words::{figure, yuan};
use crate::http::problem::Problem;
use crate::http::texts::{Language, Texts};
use crate::kernel::area::AreaCode;
use crate::kernel::codes::Code;
use crate::kernel::context::{Context, Role};
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::{AccountId, SchemeVersionId};
use crate::registry::schemes::entry::LastDay;
use crate::registry::schemes::rules::check::overlapping;
use crate::registry::schemes::rules::trial::Trial;
use crate::registry::schemes::{
    BeneficiaryKind, Condition, Schedule, SchemeVersion, Stored, Text, VersionState, service, store,
};
use crate::registry::{accounts, areas};

const TEMPLATE: &str = "pages/scheme";
const TITLE: &str = "scheme-title";

/// The draft as it was looked at.
pub struct Seen(String);

impl Form for Seen {
    fn read(f: &mut Fields) -> Option<Self> {
        f.text("seen", 80).map(Self)
    }
}

pub async fn list(call: Call) -> Answer {
    let own = call.app.area.clone();
    let (schemes, names) = call
        .read(move |conn, _| {
            let mut schemes = store::all(conn)?;
            // What holds here comes before the examples from elsewhere.
            schemes.sort_by_key(|stored| {
                let area = &stored.scheme.area;
                !(area.is_within(&own) || own.is_within(area))
            });
            let names = area_names(conn, &schemes)?;
            Ok((schemes, names))
        })
        .await?;
    let rows: Vec<Value> = schemes.iter().map(|stored| row(call.language, stored, &names)).collect();
    show(&call, "pages/schemes", "schemes-title", json!({ "rows": rows, "may_draft": may_draft(&call)? }))
}

pub async fn detail(call: Call, id: web::Path<SchemeVersionId>) -> Answer {
    let page = detail_page(&call, *id).await?;
    show(&call, TEMPLATE, TITLE, page)
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
            page["trial"]["month"] = month.to_string().into();
            page["trial"]["done"] = told(&page["scheme"]["conditions"], &tried);
            show(&call, TEMPLATE, TITLE, page)
        }
        Err(Problem::Invalid(invalid)) => {
            page["trial"]["month"] = posted.values.get("month").cloned().unwrap_or_default();
            show_refused(&call, TEMPLATE, TITLE, page, &invalid)
        }
        Err(problem) => Err(problem),
    }
}

/// What came of a trial, with the sentence of each condition, the most frequent first.
fn told(conditions: &Value, tried: &Trial) -> Value {
    let sentences = conditions.as_array().cloned().unwrap_or_default();
    let of = |counts: &BTreeMap<String, u64>| {
        let mut counts: Vec<_> = counts.iter().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let line = |(id, count): (&String, &u64)| {
            let own = sentences.iter().find(|one| one["id"] == id.as_str());
            json!({ "id": id, "sentence": own.map(|own| own["sentence"].clone()), "count": count })
        };
        counts.into_iter().map(line).collect::<Vec<_>>()
    };
    json!({
        "people": tried.paid.len(), "amount": figure(tried.sum),
        "due": tried.due, "not_due": tried.not_due, "unknown": tried.unknown,
        "failed": of(&tried.failed), "undecided": of(&tried.undecided),
    })
}

/// A version with what stands around it.
struct Looked {
    stored: Stored,
    versions: Vec<Stored>,
    /// The newest version of each scheme that it excludes.
    excluded: Vec<Stored>,
    areas: BTreeMap<AreaCode, areas::Area>,
    drafted_by: Option<String>,
    in_force_by: Option<String>,
    is_second_person: bool,
}

fn look(conn: &mut Conn, context: &Context, id: SchemeVersionId) -> Result<Looked, Problem> {
    let stored = store::find(conn, id)?.ok_or(Problem::NotFound)?;
    let versions = store::of_code(conn, &stored.scheme.code)?;
    let mut excluded = Vec::new();
    for code in &stored.scheme.exclusions {
        excluded.extend(store::of_code(conn, code)?.into_iter().next());
    }
    let mut name = |id: Option<AccountId>| -> Result<Option<String>, Problem> {
        let Some(id) = id else { return Ok(None) };
        Ok(accounts::store::find(conn, id)?.map(|account| account.name))
    };
    let (drafted_by, in_force_by) = (name(stored.drafted_by)?, name(stored.in_force_by)?);
    Ok(Looked {
        areas: area_names(conn, &versions)?,
        is_second_person: service::is_second_person(context, &stored),
        stored,
        versions,
        excluded,
        drafted_by,
        in_force_by,
    })
}

async fn detail_page(call: &Call, id: SchemeVersionId) -> Result<Value, Problem> {
    let looked = call.read(move |conn, context| look(conn, context, id)).await?;
    let stored = &looked.stored;
    let bureau = may_draft(call)?;
    let is_draft = stored.state == VersionState::Draft;
    let line = |one: &Stored| row(call.language, one, &looked.areas);
    let in_force = looked.versions.iter().filter(|one| one.state == VersionState::InForce);
    let in_force: Vec<SchemeVersion> = in_force.map(|one| one.scheme.clone()).collect();
    let in_the_way: Vec<u32> = match stored.state {
        VersionState::Draft => overlapping(&stored.scheme, &in_force).map(|one| one.version).collect(),
        VersionState::InForce => Vec::new(),
    };
    let in_the_way = looked.versions.iter().filter(|one| in_the_way.contains(&one.scheme.version));
    let mut scheme = shown(call.app.views.texts(call.language), &stored.scheme);
    scheme["exclusions"] = looked.excluded.iter().map(line).collect();
    let path = |step: &str| format!("/schemes/{}/{step}", stored.id);
    let may = bureau && looked.is_second_person;
    let people = stored.scheme.beneficiary == BeneficiaryKind::Person;
    Ok(json!({
        "row": line(stored),
        "scheme": scheme,
        "versions": looked.versions.iter().map(line).collect::<Vec<_>>(),
        "people": bureau.then(|| json!({
            "drafted_by": looked.drafted_by, "drafted_at": stored.drafted_at.to_rfc3339(),
            "in_force_by": looked.in_force_by,
            "in_force_at": stored.in_force_at.map(|at| at.to_rfc3339()),
        })),
        "draft_path": bureau.then(|| format!("/schemes/new?from={}", stored.id)),
        "in_the_way": in_the_way.map(line).collect::<Vec<_>>(),
        "own": bureau && !looked.is_second_person,
        "seen": service::mark(stored),
        "put_path": (may && is_draft).then(|| path("in-force")),
        "end_path": (may && !is_draft).then(|| path("end")),
        "trial": bureau.then(|| json!({
            "path": people.then(|| path("trial")), "month": month_before(call), "done": null,
        })),
    }))
}

pub async fn put_in_force(call: Call, id: web::Path<SchemeVersionId>, posted: Posted<Seen>) -> Answer {
    let id = *id;
    let put = match posted.form {
        Err(invalid) => Err(Problem::Invalid(invalid)),
        Ok(Seen(seen)) => {
            let put = call
                .write(move |tx, context| Ok(service::scheme_put_in_force_as_seen(tx, context, id, &seen)?));
            put.await
        }
    };
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
            show_refused(call, TEMPLATE, TITLE, detail_page(call, id).await?, &invalid)
        }
        Err(Problem::Conflict(code)) => {
            let told = call.app.views.texts(call.language).word(&format!("conflict-{code}"));
            let page = detail_page(call, id).await?;
            show_told(call, HttpResponse::Conflict(), TEMPLATE, TITLE, page, &[told])
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

/// The areas of the versions, as far as this registry knows them.
fn area_names(conn: &mut Conn, versions: &[Stored]) -> Result<BTreeMap<AreaCode, areas::Area>, Problem> {
    let mut found = BTreeMap::new();
    for stored in versions {
        let code = &stored.scheme.area;
        if !found.contains_key(code)
            && let Some(area) = areas::store::find(conn, code)?
        {
            found.insert(code.clone(), area);
        }
    }
    Ok(found)
}

fn row(language: Language, stored: &Stored, areas: &BTreeMap<AreaCode, areas::Area>) -> Value {
    let line = SchemeLine::from(stored);
    let area = areas.get(&stored.scheme.area).map(|area| match language {
        Language::Chinese => &area.name,
        Language::English => &area.name_en,
    });
    json!({
        "path": format!("/schemes/{}", line.id),
        "title": in_language(language, &stored.scheme.title),
        "code": line.code,
        "version": line.version,
        "state": line.state,
        "state_kind": if stored.state == VersionState::Draft { "calm" } else { "good" },
        "area": line.area,
        "area_name": area,
        "valid_from": line.valid_from,
        "valid_to": line.valid_to,
        "illustrative": line.illustrative,
    })
}

fn shown(texts: &Texts, scheme: &SchemeVersion) -> Value {
    let language = texts.language();
    let all = |texts: &[Text]| -> Vec<String> {
        texts.iter().map(|text| in_language(language, text).to_owned()).collect()
    };
    let condition = |condition: &Condition| {
        let sentence = match language {
            Language::Chinese => &condition.zh,
            Language::English => &condition.en,
        };
        json!({
            "id": condition.id, "sentence": sentence, "cel": condition.cel,
            "remedy": in_language(language, &condition.remedy),
        })
    };
    let instalments: &[_] = match &scheme.schedule {
        Schedule::Instalments { instalments } => instalments,
        _ => &[],
    };
    let review = &scheme.review;
    json!({
        "document": scheme.document,
        "source": scheme.source,
        "area_of": scheme.area_of.code(),
        "beneficiary": scheme.beneficiary.code(),
        "employer_kinds": scheme.employer_kinds.iter().map(|kind| kind.code()).collect::<Vec<_>>(),
        "conditions": scheme.conditions.iter().map(condition).collect::<Vec<_>>(),
        "amount": scheme.amount,
        "schedule": scheme.schedule.kind().code(),
        "instalments": instalments,
        "budget": scheme.budget.map(|budget| yuan(texts, budget)),
        "evidence": all(&scheme.evidence),
        "illustrative": all(&scheme.illustrative),
        "town": review.town,
        "second_person_above": review.second_person_above.map(|amount| yuan(texts, amount)),
        "apply_by_day": review.apply_by_day,
        "approve_by_day": review.approve_by_day,
        "notice_days": review.notice_days,
        "appeal_days": review.appeal_days,
    })
}
