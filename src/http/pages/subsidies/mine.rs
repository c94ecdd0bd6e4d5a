//! 我的补贴: a caregiver's own claims, each as the steps of its way.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::http::call::{Answer, Call};
use crate::http::page::show;
use crate::http::pages::subsidies::words::{self, Titles};
use crate::http::problem::Problem;
use crate::registry::schemes::Beneficiary;
use crate::registry::subsidies::{Wanted, claim_store, payment_store, service};

/// Claims of one page: years of them.
const SHOWN: i64 = 60;

pub async fn mine(call: Call) -> Answer {
    let (app, actor, language) = (Arc::clone(&call.app), call.actor()?.clone(), call.language);
    let page = call
        .read(move |conn, context| {
            let texts = app.views.texts(language);
            let person = actor.person.ok_or(Problem::NotFound)?;
            let wanted = service::narrowed(&actor, Wanted { limit: SHOWN, ..Wanted::default() })?;
            let mut titles = Titles::new(&app.schemes, texts);
            let mut claims = Vec::new();
            for claim in claim_store::list(conn, &wanted)? {
                let mut line = words::line(conn, texts, &mut titles, &claim, context.today())?;
                let events = claim_store::events(conn, claim.id)?;
                line["progress"] = json!(words::progress(texts, &claim, &events));
                line["next_step"] = json!(words::next_step(texts, &claim));
                line["minutes_left"] = json!(words::minutes_left(&claim, context.now));
                line["version"] = json!(claim.version);
                let last = events.iter().rev().map(|event| event.reason.as_str());
                line["reason"] = json!(last.into_iter().find(|reason| !reason.is_empty()));
                claims.push(line);
            }
            let account = payment_store::account_of(conn, Beneficiary::Person(person))?;
            let statement = format!("/people/{person}/subsidies.xlsx");
            Ok(json!({
                "claims": claims, "bank": account.map(|account| Value::String(account.bank)),
                "statement_href": statement,
            }))
        })
        .await?;
    show(&call, "pages/my-claims", "my-claims-title", page)
}
