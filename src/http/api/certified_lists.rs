//! 送其他部门的名单 for programs.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::app::trust::did;
use crate::db::Tx;
use crate::http::api::recorded::PageQuery;
use crate::http::call::{Answer, Call, ok};
use crate::http::download::{FileKind, file};
use crate::http::input::{Input, Query};
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::kernel::context::{Actor, Context};
use crate::kernel::ids::CertifiedListId;
use crate::proof::keys::Purpose;
use crate::registry::certified_lists::service::{self, Download, Voucher};
use crate::registry::certified_lists::{CertifiedList, NewList, rules};
use crate::render::sheet::ColumnKind::{Date, Identifier, Integer, Text};
use crate::render::sheet::write::{SheetFormat, export};
use crate::render::sheet::{Column, Presence, SheetLanguage};

/// A list without its people: they are in its files alone.
#[derive(Debug, Serialize, ToSchema)]
pub struct CertifiedListView {
    pub id: String,
    /// `2026-0001`
    pub number: String,
    pub department: String,
    pub purpose: String,
    /// Of contests of this tier or a higher one.
    pub tier: &'static str,
    pub rank_to: u32,
    /// Whether who was given a title is on it too.
    pub honoured: bool,
    pub from: String,
    pub to: String,
    /// `masked` or `full`: what the files show of identity numbers.
    pub digits: &'static str,
    pub people: u32,
    /// SHA-256 of the list's text (`.tsv`), in hex.
    pub sha256: String,
    /// The signed statement (`.jws`).
    pub statement: String,
    pub made_by: String,
    pub made_at: String,
}

impl From<&CertifiedList> for CertifiedListView {
    fn from(list: &CertifiedList) -> Self {
        Self {
            id: list.id.to_string(),
            number: list.number.clone(),
            department: list.department.clone(),
            purpose: list.purpose.clone(),
            tier: list.rule.tier.code(),
            rank_to: list.rule.rank_to,
            honoured: list.rule.honoured,
            from: list.rule.from.to_string(),
            to: list.rule.to.to_string(),
            digits: list.digits.code(),
            people: list.people,
            sha256: list.digest.clone(),
            statement: list.statement.clone(),
            made_by: list.made_by.to_string(),
            made_at: list.made_at.to_rfc3339(),
        }
    }
}

/// Lists of one answer.
pub const PAGE: i64 = 50;

pub async fn list_list(call: Call, Query(query): Query<PageQuery>) -> Answer {
    let actor = call.actor()?.clone();
    let page = ((query.page - 1) * PAGE, PAGE);
    let found = call.read(move |conn, _| Ok(service::lists(conn, &actor, page)?)).await?;
    ok(&found.iter().map(CertifiedListView::from).collect::<Vec<_>>())
}

pub async fn list_get(call: Call, id: web::Path<CertifiedListId>) -> Answer {
    let actor = call.actor()?.clone();
    let found = call.read(move |conn, _| Ok(service::list(conn, &actor, *id)?)).await?;
    ok(&CertifiedListView::from(&found))
}

pub async fn list_make(call: Call, Input(new): Input<NewList>) -> Answer {
    let (app, actor) = (Arc::clone(&call.app), call.actor()?.clone());
    call.create(move |tx, context| Ok(CertifiedListView::from(&make(tx, context, (&app, &actor), &new)?)))
        .await
}

/// Makes a list, vouched for by the registry's status key.
pub fn make(
    tx: &mut Tx,
    context: &Context,
    (app, actor): (&App, &Actor),
    new: &NewList,
) -> Result<CertifiedList, Problem> {
    let (key, certified) = app.signer(Purpose::Status).map_err(|error| {
        tracing::error!(%error, "a list was not vouched for");
        Problem::Conflict("list-key-out-of-reach")
    })?;
    let did = did(&app.config);
    let voucher = Voucher { did: &did, key: &*key, id: certified.id };
    Ok(service::list_make(tx, context, actor, (&app.sealer, voucher), new)?)
}

pub async fn list_xlsx(call: Call, id: web::Path<CertifiedListId>) -> Answer {
    let (found, rows) = download(&call, *id, Download::Xlsx).await?;
    let bytes = export(COLUMNS, SheetLanguage::Chinese, rows, SheetFormat::Xlsx)?;
    Ok(file(FileKind::Xlsx, &found.file_name(), bytes))
}

pub async fn list_text(call: Call, id: web::Path<CertifiedListId>) -> Answer {
    let (found, rows) = download(&call, *id, Download::Text).await?;
    Ok(text_file(&found, "tsv", "text/tab-separated-values; charset=utf-8", rules::text(&rows)))
}

pub async fn list_statement(call: Call, id: web::Path<CertifiedListId>) -> Answer {
    let (found, _) = download(&call, *id, Download::Statement).await?;
    let statement = found.statement.clone();
    Ok(text_file(&found, "jws", "application/jose", statement))
}

async fn download(
    call: &Call,
    id: CertifiedListId,
    what: Download,
) -> Result<(CertifiedList, Vec<Vec<String>>), Problem> {
    let (app, actor) = (Arc::clone(&call.app), call.actor()?.clone());
    call.write(move |tx, context| Ok(service::list_download(tx, context, &actor, &app.sealer, (id, what))?))
        .await
}

fn text_file(list: &CertifiedList, ending: &str, content_type: &'static str, text: String) -> HttpResponse {
    let disposition = format!("attachment; filename=\"{}.{ending}\"", list.file_name());
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(text)
}

/// As `rules::cells` fills them.
const COLUMNS: &[Column] = &[
    Column::new("place", "序号", "No.", Integer, Presence::Optional).wide(8),
    Column::new("name", "姓名", "Name", Text, Presence::Optional).wide(14),
    Column::new("document_kind", "证件类型", "Document kind", Text, Presence::Optional).wide(20),
    Column::new("document_number", "证件号码", "Document number", Identifier, Presence::Optional).wide(24),
    Column::new("contest", "竞赛名称", "Contest", Text, Presence::Optional).wide(36),
    Column::new("tier", "竞赛级别", "Tier", Text, Presence::Optional).wide(10),
    Column::new("rank", "名次", "Rank", Integer, Presence::Optional).wide(8),
    Column::new("honour", "荣誉称号", "Title", Text, Presence::Optional).wide(20),
    Column::new("announced_on", "公布日期", "Announced on", Date, Presence::Optional).wide(14),
];
