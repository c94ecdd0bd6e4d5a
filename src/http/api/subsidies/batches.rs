//! 发放批次、发放文件与回盘

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::api::firstaid::PAGE;
use crate::http::call::{Answer, Call, Changed, ok, ok_with_version};
use crate::http::input::{Input, Query, Upload};
use crate::kernel::codes::Code;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::{PaymentBatchId, PaymentId};
use crate::registry::subsidies::batch::{self, Opened, Settled};
use crate::registry::subsidies::payment_return;
use crate::registry::subsidies::{
    BatchCall, BatchState, NewReturn, Payment, PaymentBatch, Reason, payment_store,
};

#[derive(Debug, Serialize, ToSchema)]
pub struct BatchView {
    pub id: String,
    /// As it stands in the file: `20261121-001`.
    pub number: String,
    pub payments: u32,
    pub total_fen: i64,
    /// `opened`, `confirmed`, `settled` or `cancelled`.
    pub state: &'static str,
    pub opened_by: String,
    pub opened_at: String,
    pub confirmed_by: Option<String>,
    pub confirmed_at: Option<String>,
    pub settled_at: Option<String>,
    pub version: i32,
}

impl From<&PaymentBatch> for BatchView {
    fn from(batch: &PaymentBatch) -> Self {
        Self {
            id: batch.id.to_string(),
            number: batch.number.clone(),
            payments: batch.payments,
            total_fen: batch.total.get(),
            state: batch.state.code(),
            opened_by: batch.opened_by.to_string(),
            opened_at: batch.opened_at.to_rfc3339(),
            confirmed_by: batch.confirmed_by.map(|id| id.to_string()),
            confirmed_at: batch.confirmed_at.map(|at| at.to_rfc3339()),
            settled_at: batch.settled_at.map(|at| at.to_rfc3339()),
            version: batch.version,
        }
    }
}

/// A claim that could not be taken in.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeftOutView {
    pub claim_id: String,
    /// `no-bank-account` or `account-not-corrected`.
    pub code: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OpenedView {
    pub batch: BatchView,
    pub left_out: Vec<LeftOutView>,
}

impl From<&Opened> for OpenedView {
    fn from(opened: &Opened) -> Self {
        let left = |(claim, why): &(crate::kernel::ids::ClaimId, batch::LeftOut)| LeftOutView {
            claim_id: claim.to_string(),
            code: why.code(),
        };
        Self { batch: BatchView::from(&opened.batch), left_out: opened.left_out.iter().map(left).collect() }
    }
}

/// One payment of a batch. The account number is in the file alone.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaymentView {
    pub id: String,
    pub line: u32,
    pub claim_id: String,
    pub payee_name: String,
    pub bank: String,
    pub amount_fen: i64,
    pub purpose: String,
    /// `open`, `paid`, `failed`, `returned` or `cancelled`.
    pub state: &'static str,
    pub reason: Option<String>,
}

impl From<&Payment> for PaymentView {
    fn from(payment: &Payment) -> Self {
        Self {
            id: payment.id.to_string(),
            line: payment.line,
            claim_id: payment.claim.to_string(),
            payee_name: payment.account.holder.clone(),
            bank: payment.account.bank.clone(),
            amount_fen: payment.amount.get(),
            purpose: payment.purpose.clone(),
            state: payment.state.code(),
            reason: payment.note.clone(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct BatchDetailView {
    pub batch: BatchView,
    pub payments: Vec<PaymentView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ResultsView {
    pub batch: BatchView,
    pub paid: u32,
    pub paid_fen: i64,
    pub failed: u32,
    pub returned: u32,
}

impl ResultsView {
    fn new(batch: &PaymentBatch, settled: &Settled) -> Self {
        Self {
            batch: BatchView::from(batch),
            paid: settled.paid,
            paid_fen: settled.paid_total.get(),
            failed: settled.failed,
            returned: settled.returned,
        }
    }
}

pub struct BatchQuery {
    pub state: Option<BatchState>,
    pub page: i64,
}

impl Form for BatchQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let state = f.optional("state");
        let page = f.optional_integer("page", 1..=100_000);
        Some(Self { state: state?, page: page?.unwrap_or(1) })
    }
}

pub async fn batch_list(call: Call, Query(query): Query<BatchQuery>) -> Answer {
    let page = ((query.page - 1) * PAGE, PAGE);
    let found = call.read(move |conn, _| Ok(payment_store::list_batches(conn, query.state, page)?)).await?;
    ok(&found.iter().map(BatchView::from).collect::<Vec<_>>())
}

pub async fn batch_get(call: Call, id: web::Path<PaymentBatchId>) -> Answer {
    let (view, version) = call
        .read(move |conn, _| {
            let found = batch::batch(conn, *id)?;
            let payments = payment_store::payments_of(conn, *id)?;
            let payments = payments.iter().map(PaymentView::from).collect();
            Ok((BatchDetailView { batch: BatchView::from(&found), payments }, found.version))
        })
        .await?;
    ok_with_version(&view, version)
}

pub async fn batch_open(call: Call, Input(asked): Input<BatchCall>) -> Answer {
    let actor = call.actor()?.clone();
    call.create(move |tx, context| Ok(OpenedView::from(&batch::batch_open(tx, context, &actor, &asked)?)))
        .await
}

pub async fn batch_confirm(call: Call, id: web::Path<PaymentBatchId>) -> Answer {
    let version = call.if_match()?;
    let actor = call.actor()?.clone();
    call.change(move |tx, context| {
        let done = batch::batch_confirm(tx, context, &actor, (*id, version))?;
        Ok(Changed::Done(BatchView::from(&done)))
    })
    .await
}

pub async fn batch_cancel(call: Call, id: web::Path<PaymentBatchId>, Input(reason): Input<Reason>) -> Answer {
    let version = call.if_match()?;
    call.change(move |tx, context| {
        let done = batch::batch_cancel(tx, context, (*id, version), &reason.0)?;
        Ok(Changed::Done(BatchView::from(&done)))
    })
    .await
}

/// The file for the bank. It names whole account numbers, so each call is noted in the audit.
pub async fn batch_file(call: Call, id: web::Path<PaymentBatchId>) -> Answer {
    let app = call.app.clone();
    let (found, bytes) =
        call.write(move |tx, context| Ok(batch::batch_file(tx, context, &app.sealer, *id)?)).await?;
    let disposition = format!("attachment; filename=\"payments-{}.csv\"", found.number);
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(bytes))
}

pub async fn results_import(call: Call, id: web::Path<PaymentBatchId>, upload: Upload) -> Answer {
    let version = call.if_match()?;
    let app = call.app.clone();
    call.change(move |tx, context| {
        let (found, settled) =
            batch::results_import(tx, context, &app.sealer, (*id, version), &upload.bytes)?;
        Ok(Changed::Done(ResultsView::new(&found, &settled)))
    })
    .await
}

/// A payment that came back days after it was paid.
pub async fn payment_return(call: Call, id: web::Path<PaymentId>, Input(new): Input<NewReturn>) -> Answer {
    let actor = call.actor()?.clone();
    call.change(move |tx, context| {
        let returned = payment_return::payment_return(tx, context, &actor, *id, &new)?;
        Ok(Changed::Done(PaymentView::from(&returned)))
    })
    .await
}
