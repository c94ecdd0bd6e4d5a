//! 我的补贴: a caregiver's own claims, each as the steps of its way.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::http::api::recorded::PageQuery;
use crate::http::call::{Answer, Call};
use crate::http::input::Query;
use crate::http::page::{cut, paging, show};
use crate::http::pages::subsidies::words::{self, Titles};
use crate::http::problem::Problem;
use crate::registry::schemes::Beneficiary;
use crate::registry::subsidies::{Wanted, claim_store, history_store, payment_store, service};

/// Claims of one page: years of them.
const SHOWN: i64 = 60;

pub async fn mine(call: Call, Query(query): Query<PageQuery>) -> Answer {
    let (app, actor, language) = (Arc::clone(&call.app), call.actor()?.clone(), call.language);
    let page = call
        .read(move |conn, context| {
            let texts = app.views.texts(language);
            let person = actor.person.ok_or(Problem::NotFound)?;
            let wanted = Wanted { offset: (query.page - 1) * SHOWN, limit: SHOWN + 1, ..Wanted::default() };
            let wanted = service::narrowed(&actor, wanted)?;
            let mut titles = Titles::new(&app.schemes, texts);
            let mut claims = Vec::new();
            let mut found = claim_store::list(conn, &wanted)?;
            let has_more = cut(&mut found, SHOWN);
            for claim in found {
                let mut line = words::line(conn, texts, &mut titles, &claim, context.today())?;
                let events = history_store::events(conn, claim.id)?;
                line["progress"] = json!(words::progress(texts, &claim, &events));
                line["next_step"] = json!(words::next_step(texts, &claim));
                line["minutes_left"] = json!(words::minutes_left(&claim, context.now));
                line["version"] = json!(claim.version);
                let last = events.iter().rev().map(|event| event.reason.as_str());
                line["reason"] = json!(last.into_iter().find(|reason| !reason.is_empty()));
                claims.push(line);
            }
            let account = payment_store::account_of(conn, Beneficiary::Person(person))?;
            let statement = format!("/people/{person}/subsidies");
            Ok(json!({
                "claims": claims, "bank": account.map(|account| Value::String(account.bank)),
                "statement_href": statement,
                "pages": paging(query.page, (SHOWN, claims.len()), has_more, |page| {
                    format!("/my/claims?page={page}")
                }),
            }))
        })
        .await?;
    show(&call, "pages/my-claims", "my-claims-title", page)
}
