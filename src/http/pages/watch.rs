//! 关注名单: what an institution holds on file, what it was told, and a form for another paper.

use actix_web::web;
use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use crate::http::api::watch::{LineView, NOTICES, Paper, checked};
use crate::http::call::{Answer, Call};
use crate::http::input::Posted;
use crate::http::page::{see_other, show, show_refused, typed};
use crate::http::pages::accounts::Nothing;
use crate::http::problem::Problem;
use crate::kernel::ids::WatchedId;
use crate::registry::certificates;
use crate::registry::watch::service::{notices, watch_add, watch_end, watch_list, watch_seen};
use crate::registry::watch::{Line, Notice};

pub async fn list(call: Call) -> Answer {
    let page = list_page(&call, &Map::new()).await?;
    show(&call, "pages/watch", "watch-title", page)
}

pub async fn add(call: Call, posted: Posted<Paper>) -> Answer {
    let actor = call.actor()?.clone();
    let added = match posted.form {
        Err(invalid) => Err(Problem::Invalid(invalid)),
        Ok(paper) => match checked(&call, paper).await {
            Err(problem) => Err(problem),
            Ok((code, holder)) => {
                call.write(move |tx, context| {
                    let found = certificates::store::find_by_code(tx, &code)?.ok_or(Problem::NotFound)?;
                    Ok(watch_add(tx, context, &actor, &found, &holder)?)
                })
                .await
            }
        },
    };
    match added {
        Ok(_) => Ok(see_other("/watch", Some("watch-added"))),
        Err(Problem::Invalid(invalid)) => {
            let page = list_page(&call, &posted.values).await?;
            show_refused(&call, "pages/watch", "watch-title", page, &invalid)
        }
        Err(problem) => Err(problem),
    }
}

pub async fn remove(call: Call, id: web::Path<WatchedId>, _posted: Posted<Nothing>) -> Answer {
    let actor = call.actor()?.clone();
    call.write(move |tx, context| Ok(watch_end(tx, context, &actor, *id)?)).await?;
    Ok(see_other("/watch", Some("watch-ended")))
}

pub async fn seen(call: Call, _posted: Posted<Nothing>) -> Answer {
    let actor = call.actor()?.clone();
    call.write(move |tx, context| Ok(watch_seen(tx, context, &actor)?)).await?;
    Ok(see_other("/watch", Some("watch-seen")))
}

async fn list_page(call: &Call, values: &Map<String, Value>) -> Result<Value, Problem> {
    let actor = call.actor()?.clone();
    let (lines, told) = call
        .read(move |conn, context| {
            Ok((watch_list(conn, &actor, context.today())?, notices(conn, &actor, NOTICES)?))
        })
        .await?;
    let today = call.context.today();
    Ok(json!({
        "lines": lines.iter().map(|line| shown(line, today)).collect::<Vec<_>>(),
        "notices": told.iter().map(notice).collect::<Vec<_>>(),
        "unseen": told.iter().filter(|notice| notice.seen_at.is_none()).count(),
        "form": typed(values, &["content", "number", "name"]),
    }))
}

fn shown(line: &Line, today: NaiveDate) -> Value {
    let view = LineView::new(line, today);
    json!({
        "number": view.number, "verify_path": format!("/v/{}", view.code), "holder": view.holder,
        "type": view.kind, "level": view.level, "state": view.state, "state_kind": kind(view.state),
        "expires_on": view.expires_on, "since": view.since, "why": view.why,
        "end_path": view.id.map(|id| format!("/watch/{id}/end")),
    })
}

fn kind(state: &str) -> &'static str {
    match state {
        "valid" => "good",
        "suspended" | "expired" => "warn",
        "revoked" => "bad",
        _ => "calm",
    }
}

fn notice(notice: &Notice) -> Value {
    json!({
        "number": notice.number.as_str(), "holder": notice.holder, "news": notice.news, "on": notice.on,
        "successor": notice.successor.as_ref().map(ToString::to_string), "told_at": notice.told_at,
        "is_new": notice.seen_at.is_none(),
    })
}
