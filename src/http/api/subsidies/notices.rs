//! 公示: what anybody may read of approved claims for as long as their notice runs. Names are masked, and nothing of an
//! identity number or an account is in it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::http::api::firstaid::PAGE;
use crate::http::api::recorded::PageQuery;
use crate::http::call::{Answer, Call, ok};
use crate::http::input::Query;
use crate::registry::certificates::rules::masked;
use crate::registry::schemes::Beneficiary;
use crate::registry::subsidies::rules::state::StateCode;
use crate::registry::subsidies::{Claim, Wanted, claim_store};

/// A claim in public.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicClaimView {
    /// By which an objection names it.
    pub id: String,
    pub scheme: String,
    pub claim_part: String,
    /// 王*兰 for a person, the whole name of an organisation.
    pub name: String,
    pub amount_fen: i64,
    pub area_code: String,
    pub notice_starts_on: String,
    /// The last day on which an objection counts.
    pub notice_ends_on: String,
}

/// `None` for one whose notice has no days.
#[must_use]
pub fn public_view(claim: &Claim) -> Option<PublicClaimView> {
    let notice = claim.state.approved()?.notice?;
    Some(PublicClaimView {
        id: claim.id.to_string(),
        scheme: claim.obligation.scheme.clone(),
        claim_part: claim.obligation.part.to_string(),
        name: match claim.obligation.beneficiary {
            Beneficiary::Person(_) => masked(&claim.beneficiary_name),
            Beneficiary::Organisation(_) => claim.beneficiary_name.clone(),
        },
        amount_fen: claim.amount.get(),
        area_code: claim.area.to_string(),
        notice_starts_on: notice.starts_on.to_string(),
        notice_ends_on: notice.ends_on.to_string(),
    })
}

pub async fn notice_list(call: Call, Query(query): Query<PageQuery>) -> Answer {
    let views = call
        .read(move |conn, context| {
            let wanted = Wanted {
                state: Some(StateCode::InNotice),
                offset: (query.page - 1) * PAGE,
                limit: PAGE,
                ..Wanted::default()
            };
            let found = claim_store::list(conn, &wanted)?;
            let today = context.today();
            let runs = |claim: &&Claim| {
                let notice = claim.state.approved().and_then(|approved| approved.notice);
                notice.is_some_and(|notice| !notice.has_ended(today))
            };
            Ok(found.iter().filter(runs).filter_map(public_view).collect::<Vec<_>>())
        })
        .await?;
    ok(&views)
}
