//! Lists for other departments: what was made, a new one, and one list with its files.

use std::sync::Arc;

use actix_web::web;
use serde_json::{Map, Value, json};

use crate::http::api::certified_lists::{CertifiedListView, PAGE, make as make_list};
use crate::http::api::recorded::PageQuery;
use crate::http::call::{Answer, Call};
use crate::http::input::{Posted, Query};
use crate::http::page::{options, see_other, show, show_refused, typed};
use crate::http::pages::certificates::name;
use crate::http::pages::firstaid::pages;
use crate::http::pages::talent::contests::ListQuery;
use crate::http::pages::talent::{may_write, tabs};
use crate::http::problem::Problem;
use crate::kernel::ids::CertifiedListId;
use crate::registry::certified_lists::{Digits, NewList, service};
use crate::registry::contests::Tier;

pub async fn list(call: Call, Query(query): Query<ListQuery>) -> Answer {
    let page = page(&call, &query.page(), &Map::new()).await?;
    show(&call, "pages/certified-lists", "certified-lists-title", page)
}

pub async fn make(call: Call, posted: Posted<NewList>) -> Answer {
    let (app, actor) = (Arc::clone(&call.app), call.actor()?.clone());
    let made = match posted.form {
        Ok(new) => call.write(move |tx, context| make_list(tx, context, (&app, &actor), &new)).await,
        Err(invalid) => Err(invalid.into()),
    };
    match made {
        Ok(list) => Ok(see_other(&format!("/talent/lists/{}", list.id), Some("certified-list-made"))),
        Err(Problem::Invalid(invalid)) => {
            let page = page(&call, &PageQuery { page: 1 }, &posted.values).await?;
            show_refused(&call, "pages/certified-lists", "certified-lists-title", page, &invalid)
        }
        Err(problem) => Err(problem),
    }
}

const FIELDS: &[&str] = &["department", "purpose", "tier", "rank_to", "honoured", "from", "to", "digits"];

async fn page(call: &Call, query: &PageQuery, values: &Map<String, Value>) -> Result<Value, Problem> {
    let actor = call.actor()?.clone();
    let range = ((query.page - 1) * PAGE, PAGE + 1);
    let mut found = call.read(move |conn, _| Ok(service::lists(conn, &actor, range)?)).await?;
    let size = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = found.len() > size;
    found.truncate(size);
    let lines: Vec<CertifiedListView> = found.iter().map(CertifiedListView::from).collect();
    let texts = call.app.views.texts(call.language);
    let values = typed(values, FIELDS);
    let chosen = |field: &str| values[field].as_str().unwrap_or_default().to_owned();
    let honoured = [
        json!({ "value": "true", "text": texts.word("certified-list-honoured"), "selected": !chosen("honoured").is_empty() }),
    ];
    Ok(json!({
        "tabs": tabs(call, "lists"), "may_write": may_write(call), "today": call.context.today(),
        "pages": pages("/talent/lists?page=", query.page, lines.len(), more), "lists": lines,
        "values": values, "honoured": honoured,
        "tiers": options::<Tier>(texts, &chosen("tier")),
        "digits": options::<Digits>(texts, &chosen("digits")),
    }))
}

/// The list with masked numbers, whatever its files have.
pub async fn detail(call: Call, id: web::Path<CertifiedListId>) -> Answer {
    let (app, actor) = (Arc::clone(&call.app), call.actor()?.clone());
    let (list, rows, made_by) = call
        .read(move |conn, _| {
            let list = service::list(conn, &actor, *id)?;
            let rows = service::masked_rows(conn, &app.sealer, &list)?;
            let made_by = name(conn, Some(list.made_by))?;
            Ok((list, rows, made_by))
        })
        .await?;
    let page = json!({
        "tabs": tabs(&call, "lists"), "may_download": may_write(&call),
        "list": CertifiedListView::from(&list), "made_by": made_by, "rows": rows.iter().map(|cells| row(cells)).collect::<Vec<_>>(),
    });
    show(&call, "pages/certified-list", "certified-list-title", page)
}

/// The cells by name, in the order of `rules::cells`.
fn row(cells: &[String]) -> Value {
    const NAMES: [&str; 9] = [
        "place",
        "name",
        "document_kind",
        "document_number",
        "contest",
        "tier",
        "rank",
        "honour",
        "announced_on",
    ];
    let named = NAMES.iter().zip(cells).map(|(name, cell)| ((*name).to_owned(), json!(cell)));
    Value::Object(named.collect())
}
