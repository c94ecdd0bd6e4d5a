//! 批量撤销 for programs.

use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

use crate::flows::certificate_change::certificates_revoke;
use crate::http::api::certificates::bodies;
use crate::http::call::{Answer, Call, ok};
use crate::http::input::Input;
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::kernel::ids::OrganisationId;
use crate::registry::certificates::bulk::{BulkCall, BulkRevocation};
use crate::registry::certificates::bulk_store;

/// A decision on everything that a body issued in a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkView {
    pub id: String,
    pub body_id: String,
    pub issued_from: String,
    pub issued_to: String,
    pub reason_code: &'static str,
    pub reason: String,
    /// `pending` or `done`.
    pub state: &'static str,
    /// Certificates neither revoked nor replaced when it was asked for: what it would end.
    pub open: i32,
    pub requested_by: String,
    pub requested_at: String,
    pub approved_by: Option<String>,
    pub approved_at: Option<String>,
    /// How many it ended; null while it waits.
    pub revoked: Option<i32>,
    /// How many were revoked or replaced before and are left as they are; null while it waits.
    pub left_ended: Option<i32>,
}

/// The answer to the first of two persons.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkPendingView {
    pub pending: BulkView,
}

impl From<&BulkRevocation> for BulkView {
    fn from(decision: &BulkRevocation) -> Self {
        Self {
            id: decision.id.to_string(),
            body_id: decision.issued.by.to_string(),
            issued_from: decision.issued.from.to_string(),
            issued_to: decision.issued.to.to_string(),
            reason_code: decision.reason.code.code(),
            reason: decision.reason.words.clone(),
            state: decision.state().code(),
            open: decision.open,
            requested_by: decision.requested_by.to_string(),
            requested_at: decision.requested_at.to_rfc3339(),
            approved_by: decision.approved_by.map(|id| id.to_string()),
            approved_at: decision.approved_at.map(|at| at.to_rfc3339()),
            revoked: decision.done.map(|(revoked, _)| revoked),
            left_ended: decision.done.map(|(_, left)| left),
        }
    }
}

/// Decisions that a list shows.
pub const SHOWN: i64 = 100;

pub async fn bulk_list(call: Call) -> Answer {
    let actor = call.actor()?.clone();
    let views = call
        .work(move |app, _| {
            app.database.read(|conn| {
                let bodies: Vec<OrganisationId> =
                    bodies(app, conn, &actor)?.iter().map(|body| body.id).collect();
                let found = bulk_store::list(conn, &bodies, SHOWN)?;
                Ok::<_, Problem>(found.iter().map(BulkView::from).collect::<Vec<_>>())
            })
        })
        .await?;
    ok(&views)
}

pub async fn bulk_revoke(call: Call, Input(asked): Input<BulkCall>) -> Answer {
    let actor = call.actor()?.clone();
    let decision =
        call.work(move |app, context| Ok(certificates_revoke(&app.desk(), context, &actor, &asked)?)).await?;
    let view = BulkView::from(&decision);
    if decision.done.is_some() {
        ok(&view)
    } else {
        Ok(HttpResponse::Accepted().json(BulkPendingView { pending: view }))
    }
}
