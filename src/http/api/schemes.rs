//! 补贴办法 for programs: every version as data, and the drafting of the next.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use crate::flows::scheme_trial;
use crate::http::api::statements::RunCall;
use crate::http::call::{Answer, Call, ok};
use crate::http::input::Input;
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::kernel::ids::SchemeVersionId;
use crate::kernel::invalid::Invalid;
use crate::kernel::month::Month;
use crate::registry::schemes::entry::{Entry, LastDay};
use crate::registry::schemes::rules::trial::Trial;
use crate::registry::schemes::{Stored, Text, service, store};

/// A version among the others.
#[derive(Debug, Serialize, ToSchema)]
pub struct SchemeLine {
    pub id: String,
    pub code: String,
    pub version: u32,
    /// `draft` or `in-force`.
    pub state: &'static str,
    pub title_zh: String,
    pub title_en: String,
    pub area: String,
    pub valid_from: String,
    /// Its last day; null: it has none yet.
    pub valid_to: Option<String>,
    /// Whether something in it is not published and entered as an example.
    pub illustrative: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SchemesView {
    /// By code, the newest version of each first.
    pub schemes: Vec<SchemeLine>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SchemeView {
    #[serde(flatten)]
    pub line: SchemeLine,
    /// The account that saved it last; null: it came with the registry.
    pub drafted_by: Option<String>,
    pub drafted_at: String,
    /// The account that put it in force, never the one that drafted it.
    pub in_force_by: Option<String>,
    pub in_force_at: Option<String>,
    /// The whole content: conditions and amount in CEL, amounts in fen. The form is that of `seeds/jurisdictions`.
    pub scheme: serde_json::Value,
}

impl From<&Stored> for SchemeLine {
    fn from(stored: &Stored) -> Self {
        let scheme = &stored.scheme;
        let Text { zh, en } = scheme.title.clone();
        Self {
            id: stored.id.to_string(),
            code: scheme.code.clone(),
            version: scheme.version,
            state: stored.state.code(),
            title_zh: zh,
            title_en: en,
            area: scheme.area.to_string(),
            valid_from: scheme.valid_from.to_string(),
            valid_to: scheme.valid_to.map(|day| day.to_string()),
            illustrative: !scheme.illustrative.is_empty(),
        }
    }
}

impl SchemeView {
    /// # Errors
    /// Never for a scheme that was stored.
    pub fn new(stored: &Stored) -> Result<Self, Problem> {
        let scheme =
            serde_json::to_value(&stored.scheme).map_err(|error| Problem::Internal(error.to_string()))?;
        Ok(Self {
            line: SchemeLine::from(stored),
            drafted_by: stored.drafted_by.map(|id| id.to_string()),
            drafted_at: stored.drafted_at.to_rfc3339(),
            in_force_by: stored.in_force_by.map(|id| id.to_string()),
            in_force_at: stored.in_force_at.map(|at| at.to_rfc3339()),
            scheme,
        })
    }
}

pub async fn scheme_list(call: Call) -> Answer {
    let schemes = call.read(|conn, _| Ok(store::all(conn)?)).await?;
    ok(&SchemesView { schemes: schemes.iter().map(SchemeLine::from).collect() })
}

pub async fn scheme_get(call: Call, id: web::Path<SchemeVersionId>) -> Answer {
    let found = call.read(move |conn, _| Ok(store::find(conn, *id)?)).await?;
    ok(&SchemeView::new(&found.ok_or(Problem::NotFound)?)?)
}

pub async fn scheme_save(call: Call, Input(entry): Input<Entry>) -> Answer {
    call.create(move |tx, context| SchemeView::new(&service::scheme_save(tx, context, &entry.scheme)?)).await
}

pub async fn scheme_put_in_force(call: Call, id: web::Path<SchemeVersionId>) -> Answer {
    let put = call.write(move |tx, context| Ok(service::scheme_put_in_force(tx, context, *id)?)).await?;
    ok(&SchemeView::new(&put)?)
}

/// 试算结果
#[derive(Debug, Serialize, ToSchema)]
pub struct TrialView {
    pub month: String,
    /// Whom it would have paid.
    pub people: u64,
    pub amount_fen: i64,
    /// Parts that would have been due, not due, and undecided for want of facts.
    pub due: u64,
    pub not_due: u64,
    pub unknown: u64,
    /// Parts in which each condition failed, by its identifier.
    pub failed: BTreeMap<String, u64>,
    /// Parts that hang on what is unknown, by the condition that asks for it.
    pub undecided: BTreeMap<String, u64>,
}

pub async fn scheme_trial(
    call: Call,
    id: web::Path<SchemeVersionId>,
    Input(asked): Input<RunCall>,
) -> Answer {
    let (month, tried) = (asked.0, try_scheme(&call, *id, asked.0).await?);
    ok(&TrialView {
        month: month.to_string(),
        people: tried.paid.len() as u64,
        amount_fen: tried.sum.get(),
        due: tried.due,
        not_due: tried.not_due,
        unknown: tried.unknown,
        failed: tried.failed,
        undecided: tried.undecided,
    })
}

/// Tries a version on a month that is over.
pub async fn try_scheme(call: &Call, id: SchemeVersionId, month: Month) -> Result<Trial, Problem> {
    if month.last_day() >= call.context.today() {
        return Err(Invalid::one("month", "month-not-finished").into());
    }
    let app = Arc::clone(&call.app);
    call.read(move |conn, context| {
        let stored = store::find(conn, id)?.ok_or(Problem::NotFound)?;
        Ok(scheme_trial::scheme_trial(conn, context, &app.schemes, &stored.scheme, month)?)
    })
    .await
}

pub async fn scheme_end(call: Call, id: web::Path<SchemeVersionId>, Input(last): Input<LastDay>) -> Answer {
    let ended =
        call.write(move |tx, context| Ok(service::scheme_end(tx, context, *id, last.valid_to)?)).await?;
    ok(&SchemeView::new(&ended)?)
}
