//! 补贴公示: approved claims, in public for as long as their notice runs. Names are masked, no digit of an identity or
//! account number is there.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::http::api::recorded::PageQuery;
use crate::http::api::subsidies::notices::public_view;
use crate::http::call::{Answer, Call};
use crate::http::figures::area_name;
use crate::http::input::Query;
use crate::http::page::show;
use crate::http::pages::subsidies::words::{self, Titles};
use crate::registry::areas;
use crate::registry::subsidies::rules::state::StateCode;
use crate::registry::subsidies::{Wanted, claim_store};

/// Lines of one page.
const PAGE: i64 = 50;

pub async fn list(call: Call, Query(query): Query<PageQuery>) -> Answer {
    let (app, language) = (Arc::clone(&call.app), call.language);
    let page = call
        .read(move |conn, context| {
            let texts = app.views.texts(language);
            let wanted = Wanted {
                state: Some(StateCode::InNotice),
                offset: (query.page - 1) * PAGE,
                limit: PAGE + 1,
                ..Wanted::default()
            };
            let mut claims = claim_store::list(conn, &wanted)?;
            let size = usize::try_from(PAGE).unwrap_or(usize::MAX);
            let has_more = claims.len() > size;
            claims.truncate(size);
            let mut titles = Titles::new(&app.schemes, texts);
            let mut lines: Vec<Value> = Vec::new();
            for claim in &claims {
                let runs = claim.state.approved().and_then(|approved| approved.notice);
                let Some(view) = public_view(claim)
                    .filter(|_| runs.is_some_and(|notice| !notice.has_ended(context.today())))
                else {
                    continue;
                };
                let area = areas::store::find(conn, &claim.area)?;
                lines.push(json!({
                    "reference": words::reference(claim.id), "name": view.name,
                    "scheme": titles.of(conn, &claim.obligation.scheme, claim.scheme_version)?,
                    "part": words::part(texts, &claim.obligation.part),
                    "amount": words::yuan(texts, claim.amount),
                    "area": area.map_or_else(|| claim.area.to_string(), |area| area_name(texts, &area)),
                    "starts_on": view.notice_starts_on, "ends_on": view.notice_ends_on,
                }));
            }
            let at = |page: i64| format!("/subsidy-notices?page={page}");
            Ok(json!({
                "large": false, "wide": true, "lines": lines,
                "previous": (query.page > 1).then(|| at(query.page - 1)),
                "next": has_more.then(|| at(query.page + 1)), "summary": query.page.to_string(),
            }))
        })
        .await?;
    show(&call, "pages/subsidy-notices", "subsidy-notices-title", page)
}
