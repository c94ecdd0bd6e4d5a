//! 追回

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::api::firstaid::PAGE;
use crate::http::call::{Answer, Call, Changed, ok, ok_with_version};
use crate::http::input::{Input, Query};
use crate::kernel::codes::Code;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::{ClaimId, ClawbackId};
use crate::registry::subsidies::clawback::{self, Asked};
use crate::registry::subsidies::{
    Clawback, ClawbackCall, ClawbackState, NewReceipt, Reason, Receipt, clawback_store,
};

#[derive(Debug, Serialize, ToSchema)]
pub struct ClawbackView {
    pub id: String,
    pub claim_id: String,
    /// `certificate-revoked`, `false-facts`, `left-early` or `overpaid`.
    pub cause: &'static str,
    pub reason: String,
    pub amount_fen: i64,
    pub received_fen: i64,
    /// `proposed`, `decided`, `settled` or `dropped`.
    pub state: &'static str,
    /// Null where the monthly check proposed it.
    pub proposed_by: Option<String>,
    pub proposed_at: String,
    pub decided_by: Option<String>,
    pub decided_at: Option<String>,
    /// Empty: at once.
    pub instalments: Vec<InstalmentView>,
    pub version: i32,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct InstalmentView {
    pub due_on: String,
    pub amount_fen: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptView {
    pub id: String,
    pub amount_fen: i64,
    pub received_on: String,
    pub document: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ClawbackDetailView {
    pub clawback: ClawbackView,
    pub receipts: Vec<ReceiptView>,
}

impl From<&Clawback> for ClawbackView {
    fn from(found: &Clawback) -> Self {
        Self {
            id: found.id.to_string(),
            claim_id: found.claim.to_string(),
            cause: found.cause.code(),
            reason: found.reason.clone(),
            amount_fen: found.amount.get(),
            received_fen: found.received.get(),
            state: found.state.code(),
            proposed_by: found.proposed_by.map(|id| id.to_string()),
            proposed_at: found.proposed_at.to_rfc3339(),
            decided_by: found.decided_by.map(|id| id.to_string()),
            decided_at: found.decided_at.map(|at| at.to_rfc3339()),
            instalments: found
                .instalments
                .iter()
                .map(|one| InstalmentView { due_on: one.due_on.to_string(), amount_fen: one.amount.get() })
                .collect(),
            version: found.version,
        }
    }
}

impl From<&Receipt> for ReceiptView {
    fn from(receipt: &Receipt) -> Self {
        Self {
            id: receipt.id.to_string(),
            amount_fen: receipt.amount.get(),
            received_on: receipt.received_on.to_string(),
            document: receipt.document.clone(),
        }
    }
}

pub struct ClawbackQuery {
    pub state: Option<ClawbackState>,
    pub page: i64,
}

impl Form for ClawbackQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let state = f.optional("state");
        let page = f.optional_integer("page", 1..=100_000);
        Some(Self { state: state?, page: page?.unwrap_or(1) })
    }
}

pub async fn clawback_list(call: Call, Query(query): Query<ClawbackQuery>) -> Answer {
    let page = ((query.page - 1) * PAGE, PAGE);
    let found = call.read(move |conn, _| Ok(clawback_store::list(conn, query.state, page)?)).await?;
    ok(&found.iter().map(ClawbackView::from).collect::<Vec<_>>())
}

pub async fn clawback_get(call: Call, id: web::Path<ClawbackId>) -> Answer {
    let actor = call.actor()?.clone();
    let (view, version) = call
        .read(move |conn, _| {
            let (found, _) = clawback::clawback(conn, &actor, *id)?;
            let receipts = clawback_store::receipts(conn, *id)?;
            let receipts = receipts.iter().map(ReceiptView::from).collect();
            Ok((ClawbackDetailView { clawback: ClawbackView::from(&found), receipts }, found.version))
        })
        .await?;
    ok_with_version(&view, version)
}

pub async fn claim_claw_back(
    call: Call,
    id: web::Path<ClaimId>,
    Input(asked): Input<ClawbackCall>,
) -> Answer {
    let actor = call.actor()?.clone();
    call.change(move |tx, context| {
        Ok(match clawback::claim_claw_back(tx, context, &actor, *id, &asked)? {
            Asked::Decided(done) => Changed::Done(ClawbackView::from(&*done)),
            Asked::Pending(waits) => Changed::Pending { pending: ClawbackView::from(&*waits) },
        })
    })
    .await
}

pub async fn clawback_drop(call: Call, id: web::Path<ClawbackId>, Input(reason): Input<Reason>) -> Answer {
    let actor = call.actor()?.clone();
    call.change(move |tx, context| {
        let dropped = clawback::clawback_drop(tx, context, &actor, *id, &reason)?;
        Ok(Changed::Done(ClawbackView::from(&dropped)))
    })
    .await
}

pub async fn receipt_record(call: Call, id: web::Path<ClawbackId>, Input(new): Input<NewReceipt>) -> Answer {
    let version = call.if_match()?;
    let actor = call.actor()?.clone();
    call.change(move |tx, context| {
        let after = clawback::receipt_record(tx, context, &actor, (*id, version), &new)?;
        Ok(Changed::Done(ClawbackView::from(&after)))
    })
    .await
}
