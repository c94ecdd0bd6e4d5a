//! 预算与账

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::api::firstaid::PAGE;
use crate::http::api::recorded::PageQuery;
use crate::http::call::{Answer, Call, Changed, ok, ok_with_version};
use crate::http::input::{Input, Query};
use crate::kernel::codes::Code;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::BudgetLineId;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::registry::ledger::{BudgetChange, BudgetLine, NewBudget, Posting, service, store};
use crate::registry::{schemes, subsidies};

/// A scheme's money of one year. All amounts in fen; `appropriation_fen` is the sum of the others.
#[derive(Debug, Serialize, ToSchema)]
pub struct BudgetView {
    pub id: String,
    pub scheme: String,
    pub year: i32,
    pub document: String,
    pub appropriation_fen: i64,
    pub available_fen: i64,
    pub committed_fen: i64,
    pub paid_fen: i64,
    pub to_recover_fen: i64,
    pub recovered_fen: i64,
    pub version: i32,
}

impl From<&BudgetLine> for BudgetView {
    fn from(line: &BudgetLine) -> Self {
        let balances = &line.balances;
        Self {
            id: line.id.to_string(),
            scheme: line.scheme.clone(),
            year: line.year,
            document: line.document.clone(),
            appropriation_fen: balances.appropriation.get(),
            available_fen: balances.available.get(),
            committed_fen: balances.committed.get(),
            paid_fen: balances.paid.get(),
            to_recover_fen: balances.to_recover.get(),
            recovered_fen: balances.recovered.get(),
            version: line.version,
        }
    }
}

/// An amount that went from one account to another.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostingView {
    pub id: String,
    /// `raise`, `lower`, `commit`, `release`, `pay`, `return`, `demand` or `receive`.
    pub kind: &'static str,
    pub from_account: &'static str,
    pub to_account: &'static str,
    pub amount_fen: i64,
    /// The claim, appeal, payment, return, clawback or receipt that it is for.
    pub subject: Option<String>,
    pub document: Option<String>,
    pub at: String,
}

impl From<&Posting> for PostingView {
    fn from(posting: &Posting) -> Self {
        let (from, to) = posting.kind.accounts();
        Self {
            id: posting.id.to_string(),
            kind: posting.kind.code(),
            from_account: from.code(),
            to_account: to.code(),
            amount_fen: posting.amount.get(),
            subject: posting.subject.map(|id| id.to_string()),
            document: posting.document.clone(),
            at: posting.at.to_rfc3339(),
        }
    }
}

/// An account that does not agree with what it is made of.
#[derive(Debug, Serialize, ToSchema)]
pub struct DifferenceView {
    pub budget: String,
    pub account: &'static str,
    pub kept_fen: i64,
    pub summed_fen: i64,
}

/// Whether the books are in order.
#[derive(Debug, Serialize, ToSchema)]
pub struct BalanceView {
    pub agrees: bool,
    pub differences: Vec<DifferenceView>,
}

pub struct BudgetQuery {
    pub scheme: Option<String>,
}

impl Form for BudgetQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self { scheme: f.optional_text("scheme", 80)? })
    }
}

pub async fn budget_list(call: Call, Query(query): Query<BudgetQuery>) -> Answer {
    let lines = call.read(move |conn, _| Ok(store::list(conn, query.scheme.as_deref())?)).await?;
    ok(&lines.iter().map(BudgetView::from).collect::<Vec<_>>())
}

pub async fn budget_set(call: Call, Input(new): Input<NewBudget>) -> Answer {
    call.create(move |tx, context| {
        if !schemes::store::is_known(tx, &new.scheme)? {
            let unknown = FieldError::new("scheme", "unknown-scheme").with("code", &new.scheme);
            return Err(Invalid::from(unknown).into());
        }
        Ok(BudgetView::from(&service::budget_set(tx, context, &new)?))
    })
    .await
}

pub async fn budget_get(call: Call, id: web::Path<BudgetLineId>) -> Answer {
    let line = call.read(move |conn, _| Ok(service::budget(conn, *id)?)).await?;
    ok_with_version(&BudgetView::from(&line), line.version)
}

pub async fn budget_change(
    call: Call,
    id: web::Path<BudgetLineId>,
    Input(change): Input<BudgetChange>,
) -> Answer {
    let version = call.if_match()?;
    call.change(move |tx, context| {
        let line = service::budget_change(tx, context, *id, version, &change)?;
        Ok(Changed::Done(BudgetView::from(&line)))
    })
    .await
}

pub async fn posting_list(call: Call, id: web::Path<BudgetLineId>, Query(query): Query<PageQuery>) -> Answer {
    let page = ((query.page - 1) * PAGE, PAGE);
    let postings = call
        .read(move |conn, _| {
            service::budget(conn, *id)?;
            Ok(store::postings_of(conn, *id, page)?)
        })
        .await?;
    ok(&postings.iter().map(PostingView::from).collect::<Vec<_>>())
}

pub async fn balance(call: Call) -> Answer {
    let differences = call.read(|conn, _| Ok(subsidies::service::balance(conn)?)).await?;
    let differences: Vec<_> = differences
        .iter()
        .map(|one| DifferenceView {
            budget: one.line.to_string(),
            account: one.account.code(),
            kept_fen: one.kept.get(),
            summed_fen: one.summed.get(),
        })
        .collect();
    ok(&BalanceView { agrees: differences.is_empty(), differences })
}
