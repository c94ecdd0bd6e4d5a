//! 批量撤销: what was decided and what waits, a new request with its count before it is made, and the second
//! person's confirmation.

use actix_web::web;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::db::Conn;
use crate::flows::certificate_change::certificates_revoke;
use crate::http::api::certificates::bodies;
use crate::http::api::revocations::SHOWN;
use crate::http::call::{Answer, Call};
use crate::http::input::Posted;
use crate::http::page::{options_of, see_other, show, show_refused};
use crate::http::pages::certificates::name;
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::kernel::context::Context;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::{BulkRevocationId, OrganisationId};
use crate::registry::certificates::bulk::{BulkCall, BulkRevocation, meant};
use crate::registry::certificates::{Change, ReasonCode, bulk_store};
use crate::registry::organisations::{self, Organisation};

/// The page's form: the call, and whether its count was seen.
pub struct Asked {
    call: BulkCall,
    is_confirmed: bool,
}

impl Form for Asked {
    fn read(f: &mut Fields) -> Option<Self> {
        let call = BulkCall::read(f);
        let is_confirmed = f.optional("confirmed");
        Some(Self { call: call?, is_confirmed: is_confirmed?.unwrap_or(false) })
    }
}

pub async fn list(call: Call) -> Answer {
    let page = list_page(&call, &Map::new()).await?;
    show(&call, "pages/revocations", "revocations-title", page)
}

/// One decision: what came of it, or what it would come to now.
pub async fn detail(call: Call, id: web::Path<BulkRevocationId>) -> Answer {
    let actor = call.actor()?.clone();
    let page = call
        .work(move |app, _| {
            app.database.read(|conn| {
                let found = bulk_store::find(conn, *id)?.ok_or(Problem::NotFound)?;
                let body = organisations::store::find(conn, found.issued.by)?
                    .filter(|body| actor.area.as_ref().is_none_or(|area| body.area_code.is_within(area)))
                    .ok_or(Problem::NotFound)?;
                let mut page = line(conn, &found, &body)?;
                let counted = bulk_store::count(conn, found.issued)?;
                page["open_now"] = json!(counted.open);
                page["ended_now"] = json!(counted.ended);
                page["may_confirm"] = json!(found.done.is_none() && found.requested_by != actor.account);
                Ok::<_, Problem>(page)
            })
        })
        .await?;
    show(&call, "pages/revocation", "revocation-title", page)
}

/// Shows the count first; asked again with it, notes the request or carries it out.
pub async fn submit(call: Call, posted: Posted<Asked>) -> Answer {
    let actor = call.actor()?.clone();
    let result = match posted.form {
        Err(invalid) => Err(Problem::Invalid(invalid)),
        Ok(asked) if asked.is_confirmed => {
            let decide = move |app: &App, context: &Context| {
                Ok(certificates_revoke(&app.desk(), context, &actor, &asked.call)?)
            };
            call.work(decide).await.map(Ok)
        }
        Ok(asked) => {
            let preview = move |app: &App, context: &Context| {
                app.database.read(|conn| {
                    let (body, issued) = meant(conn, &actor, context.today(), &asked.call)?;
                    let counted = bulk_store::count(conn, issued)?;
                    Ok::<_, Problem>(preview(&asked.call, &body, counted.open, counted.ended))
                })
            };
            call.work(preview).await.map(Err)
        }
    };
    match result {
        Ok(Ok(decision)) => {
            let done = if decision.done.is_some() { "revocation-done" } else { "revocation-asked" };
            Ok(see_other(&format!("/revocations/{}", decision.id), Some(done)))
        }
        Ok(Err(page)) => show(&call, "pages/revocation", "revocation-title", page),
        Err(Problem::Invalid(invalid)) => {
            let page = list_page(&call, &posted.values).await?;
            show_refused(&call, "pages/revocations", "revocations-title", page, &invalid)
        }
        Err(problem) => Err(problem),
    }
}

async fn list_page(call: &Call, typed: &Map<String, Value>) -> Result<Value, Problem> {
    let actor = call.actor()?.clone();
    let (bodies, lines) = call
        .work(move |app, _| {
            app.database.read(|conn| {
                let bodies = bodies(app, conn, &actor)?;
                let ids: Vec<OrganisationId> = bodies.iter().map(|body| body.id).collect();
                let mut lines = Vec::new();
                for decision in bulk_store::list(conn, &ids, SHOWN)? {
                    if let Some(body) = bodies.iter().find(|body| body.id == decision.issued.by) {
                        lines.push(line(conn, &decision, body)?);
                    }
                }
                Ok::<_, Problem>((bodies, lines))
            })
        })
        .await?;
    let texts = call.app.views.texts(call.language);
    let value = |name: &str| typed.get(name).and_then(Value::as_str).unwrap_or_default();
    let fitting: Vec<ReasonCode> =
        ReasonCode::ALL.iter().copied().filter(|reason| reason.fits(Change::Revoke)).collect();
    let option = |body: &Organisation| {
        let id = body.id.to_string();
        json!({ "value": id, "text": body.name, "selected": id == value("body_id") })
    };
    Ok(json!({
        "bodies": bodies.iter().map(option).collect::<Vec<_>>(),
        "issued_from": value("issued_from"), "issued_to": value("issued_to"), "today": call.context.today(),
        "reason_options": options_of(texts, &fitting, value("reason_code")), "reason": value("reason"),
        "decisions": lines,
    }))
}

/// A decision for the list and for its own page.
fn line(conn: &mut Conn, decision: &BulkRevocation, body: &Organisation) -> Result<Value, Problem> {
    Ok(json!({
        "id": decision.id, "href": format!("/revocations/{}", decision.id), "state": decision.state(),
        "body_id": body.id, "body": body.name,
        "issued_from": decision.issued.from, "issued_to": decision.issued.to,
        "reason_code": decision.reason.code, "reason": decision.reason.words, "open": decision.open,
        "requested_by": name(conn, Some(decision.requested_by))?, "requested_at": decision.requested_at,
        "approved_by": name(conn, decision.approved_by)?, "approved_at": decision.approved_at,
        "revoked": decision.done.map(|(revoked, _)| revoked),
        "left_ended": decision.done.map(|(_, left)| left),
    }))
}

/// What a request would come to, before it is made.
fn preview(asked: &BulkCall, body: &Organisation, open: i32, ended: i32) -> Value {
    json!({
        "id": null, "href": null, "state": null, "body_id": body.id, "body": body.name,
        "issued_from": asked.from, "issued_to": asked.to,
        "reason_code": asked.reason.code, "reason": asked.reason.words, "open": open,
        "requested_by": null, "requested_at": null, "approved_by": null, "approved_at": null,
        "revoked": null, "left_ended": null, "open_now": open, "ended_now": ended, "may_confirm": open > 0,
    })
}
