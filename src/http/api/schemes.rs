//! 补贴办法 for programs: every version as data, and the drafting of the next.

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::call::{Answer, Call, ok};
use crate::http::input::Input;
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::kernel::ids::SchemeVersionId;
use crate::registry::schemes::entry::{Entry, LastDay};
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
    pub drafted_at: String,
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
            drafted_at: stored.drafted_at.to_rfc3339(),
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

pub async fn scheme_end(call: Call, id: web::Path<SchemeVersionId>, Input(last): Input<LastDay>) -> Answer {
    let ended =
        call.write(move |tx, context| Ok(service::scheme_end(tx, context, *id, last.valid_to)?)).await?;
    ok(&SchemeView::new(&ended)?)
}
