use std::sync::Arc;

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::api::areas::Imported;
use crate::http::api::firstaid::{PAGE, Withdrawal};
use crate::http::call::{Answer, Call, ok, ok_with_version};
use crate::http::download::empty_template;
use crate::http::import;
use crate::http::input::{Input, Query, Upload};
use crate::http::person_columns as person;
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::RecordedCertificateId;
use crate::registry::recorded::{NewRecorded, RecordedCertificate, service};
use crate::render::sheet::{Column, ColumnKind, Presence};

#[derive(Debug, Serialize, ToSchema)]
pub struct RecordedView {
    pub id: String,
    pub person: String,
    pub name: String,
    pub number: String,
    pub issuer: String,
    pub occupation: &'static str,
    pub specialty: &'static str,
    pub level: &'static str,
    pub issued_on: String,
    pub expires_on: Option<String>,
    pub evidence: String,
    /// Who checked it, by name.
    pub checker: String,
    pub checked_on: String,
    /// `not-asked`, `found` or `not-found`.
    pub national_query: &'static str,
    pub queried_on: Option<String>,
    pub withdrawn_on: Option<String>,
    pub withdrawn_note: Option<String>,
    pub version: i32,
}

impl From<&RecordedCertificate> for RecordedView {
    fn from(held: &RecordedCertificate) -> Self {
        Self {
            id: held.id.to_string(),
            person: held.person.to_string(),
            name: held.person_name.clone(),
            number: held.number.to_string(),
            issuer: held.issuer.clone(),
            occupation: held.occupation.code(),
            specialty: held.specialty.code(),
            level: held.level.code(),
            issued_on: held.issued_on.to_string(),
            expires_on: held.expires_on.map(|day| day.to_string()),
            evidence: held.evidence.clone(),
            checker: held.checker.clone(),
            checked_on: held.checked_on.to_string(),
            national_query: held.national_query.code(),
            queried_on: held.queried_on.map(|day| day.to_string()),
            withdrawn_on: held.withdrawn_on.map(|day| day.to_string()),
            withdrawn_note: held.withdrawn_note.clone(),
            version: held.version,
        }
    }
}

/// A page of a list, counted from 1.
pub struct PageQuery {
    pub page: i64,
}

impl Form for PageQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let page = f.optional_integer("page", 1..=100_000);
        Some(Self { page: page?.unwrap_or(1) })
    }
}

/// The columns of a file of certificates from elsewhere.
pub const RECORDED_COLUMNS: &[Column] = &[
    person::NAME,
    person::DOCUMENT_KIND,
    person::DOCUMENT_NUMBER,
    Column::new("number", "证书编号", "Number", ColumnKind::Identifier, Presence::Required),
    Column::new("issuer", "发证机构", "Issuer", ColumnKind::Text, Presence::Required),
    Column::new("level", "等级", "Level", LEVEL, Presence::Required),
    Column::new("issued_on", "发证日期", "Issued on", ColumnKind::Date, Presence::Required),
    Column::new("expires_on", "有效期至", "Valid to", ColumnKind::Date, Presence::Optional),
    Column::new("evidence", "核对依据", "Evidence", ColumnKind::Text, Presence::Required),
    Column::new("checker", "核对人", "Checked by", ColumnKind::Text, Presence::Required),
    Column::new("checked_on", "核对日期", "Checked on", ColumnKind::Date, Presence::Required),
    Column::new("national_query", "全国联网查询", "National query", QUERY, Presence::Optional),
    Column::new("queried_on", "查询日期", "Queried on", ColumnKind::Date, Presence::Optional),
    person::GENDER,
    person::BIRTH_DATE,
];
const LEVEL: ColumnKind = ColumnKind::Choice {
    codes: &["5", "4", "3", "2", "1"],
    zh: &["五级/初级工", "四级/中级工", "三级/高级工", "二级/技师", "一级/高级技师"],
    en: &["Level 5", "Level 4", "Level 3", "Level 2", "Level 1"],
};
const QUERY: ColumnKind = ColumnKind::Choice {
    codes: &["not-asked", "found", "not-found"],
    zh: &["未查询", "已查到", "未查到"],
    en: &["Not asked", "Found", "Not found"],
};

pub async fn recorded_list(call: Call, Query(query): Query<PageQuery>) -> Answer {
    let page = ((query.page - 1) * PAGE, PAGE);
    let held = call.read(move |conn, context| Ok(service::recorded_list(conn, context, page)?)).await?;
    ok(&held.iter().map(RecordedView::from).collect::<Vec<_>>())
}

pub async fn recorded_record(call: Call, Input(new): Input<NewRecorded>) -> Answer {
    let app = Arc::clone(&call.app);
    call.create(move |tx, context| {
        let held = service::recorded_record(tx, context, &app.sealer, app.identity_regions(), &new)?;
        Ok(RecordedView::from(&held))
    })
    .await
}

pub async fn recorded_import(call: Call, upload: Upload) -> Answer {
    let app = Arc::clone(&call.app);
    call.create(move |tx, context| {
        let rows = import::rows::<NewRecorded>(&upload.bytes, RECORDED_COLUMNS)?;
        let rows = service::recorded_import(tx, context, &app.sealer, app.identity_regions(), &rows)?;
        Ok(Imported { rows })
    })
    .await
}

pub async fn recorded_withdraw(
    call: Call,
    id: web::Path<RecordedCertificateId>,
    Input(withdrawal): Input<Withdrawal>,
) -> Answer {
    let version = call.if_match()?;
    let held = call
        .write(move |tx, context| {
            Ok::<_, Problem>(service::recorded_withdraw(tx, context, *id, version, &withdrawal.reason)?)
        })
        .await?;
    ok_with_version(&RecordedView::from(&held), held.version)
}

pub async fn recorded_template(call: Call) -> Answer {
    empty_template(&call, "recorded-certificates", RECORDED_COLUMNS)
}
