use std::sync::Arc;

use actix_web::web;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::flows::first_aid_withdraw::first_aid_withdraw as first_aid_withdraw_flow;
use crate::http::api::areas::Imported;
use crate::http::call::{Answer, Call, ok, ok_with_version};
use crate::http::download::empty_template;
use crate::http::import;
use crate::http::input::{Input, Query, Upload};
use crate::http::person_columns as person;
use crate::kernel::codes::Code;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::FirstAidCertificateId;
use crate::registry::firstaid::service::{self, Recording};
use crate::registry::firstaid::{FirstAid, NewFirstAid, rules};
use crate::render::sheet::{Column, ColumnKind, Presence};

#[derive(Debug, Serialize, ToSchema)]
pub struct FirstAidView {
    pub id: String,
    pub person: String,
    pub name: String,
    /// `rescuer` or `cpr-aed`.
    pub kind: &'static str,
    pub issuer: String,
    pub number: String,
    pub issued_on: String,
    pub expires_on: String,
    /// Today: `valid`, `not-yet`, `expired` or `withdrawn`.
    pub state: &'static str,
    pub withdrawn_on: Option<String>,
    pub withdrawn_note: Option<String>,
    pub version: i32,
}

impl FirstAidView {
    #[must_use]
    pub fn new(held: &FirstAid, today: NaiveDate) -> Self {
        Self {
            id: held.id.to_string(),
            person: held.person.to_string(),
            name: held.person_name.clone(),
            kind: held.kind.code(),
            issuer: held.issuer.clone(),
            number: held.number.clone(),
            issued_on: held.issued_on.to_string(),
            expires_on: held.expires_on.to_string(),
            state: rules::state_on(held, today).code(),
            withdrawn_on: held.withdrawn_on.map(|day| day.to_string()),
            withdrawn_note: held.withdrawn_note.clone(),
            version: held.version,
        }
    }
}

/// Entries on one page of a list.
pub const PAGE: i64 = 50;

pub struct FirstAidQuery {
    pub expiring_by: Option<NaiveDate>,
    /// Counted from 1.
    pub page: i64,
}

impl Form for FirstAidQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let expiring_by = f.optional("expiring_by");
        let page = f.optional_integer("page", 1..=100_000);
        Some(Self { expiring_by: expiring_by?, page: page?.unwrap_or(1) })
    }
}

/// Why something is taken back.
pub struct Withdrawal {
    pub reason: String,
}

impl Form for Withdrawal {
    fn read(f: &mut Fields) -> Option<Self> {
        let reason = f.text("reason", 300);
        Some(Self { reason: reason? })
    }
}

/// The columns of a first-aid file.
pub const FIRST_AID_COLUMNS: &[Column] = &[
    person::NAME,
    person::DOCUMENT_KIND,
    person::DOCUMENT_NUMBER,
    Column::new("kind", "急救证种类", "Certificate kind", KIND, Presence::Required),
    Column::new("number", "证书编号", "Number", ColumnKind::Identifier, Presence::Required),
    Column::new("issuer", "发证单位", "Issuer", ColumnKind::Text, Presence::Optional),
    Column::new("issued_on", "发证日期", "Issued on", ColumnKind::Date, Presence::Required),
    Column::new("expires_on", "有效期至", "Valid to", ColumnKind::Date, Presence::Optional),
    person::GENDER,
    person::BIRTH_DATE,
];
const KIND: ColumnKind = ColumnKind::Choice {
    codes: &["rescuer", "cpr-aed"],
    zh: &["救护员证", "心肺复苏与AED证"],
    en: &["Rescuer", "CPR and AED"],
};

/// What recording needs beside the entry, from the application. Where no local rules are known, a certificate is
/// valid for three years, as the Red Cross issues them.
#[must_use]
pub fn recording(app: &App) -> Recording<'_> {
    let rules = app.seeds.rules_for(&app.area);
    Recording {
        sealer: &app.sealer,
        regions: app.identity_regions(),
        valid_years: rules.map_or(3, |rules| rules.first_aid_valid_years.value),
    }
}

pub async fn first_aid_list(call: Call, Query(query): Query<FirstAidQuery>) -> Answer {
    let today = call.context.today();
    let page = ((query.page - 1) * PAGE, PAGE);
    let held = call
        .read(move |conn, context| Ok(service::first_aid_list(conn, context, query.expiring_by, page)?))
        .await?;
    ok(&held.iter().map(|held| FirstAidView::new(held, today)).collect::<Vec<_>>())
}

pub async fn first_aid_record(call: Call, Input(new): Input<NewFirstAid>) -> Answer {
    let app = Arc::clone(&call.app);
    call.create(move |tx, context| {
        let held = service::first_aid_record(tx, context, recording(&app), &new)?;
        Ok(FirstAidView::new(&held, context.today()))
    })
    .await
}

pub async fn first_aid_import(call: Call, upload: Upload) -> Answer {
    let app = Arc::clone(&call.app);
    call.create(move |tx, context| {
        let rows = import::rows::<NewFirstAid>(&upload.bytes, FIRST_AID_COLUMNS)?;
        Ok(Imported { rows: service::first_aid_import(tx, context, recording(&app), &rows)? })
    })
    .await
}

pub async fn first_aid_withdraw(
    call: Call,
    id: web::Path<FirstAidCertificateId>,
    Input(withdrawal): Input<Withdrawal>,
) -> Answer {
    let version = call.if_match()?;
    let today = call.context.today();
    let held = call
        .work(move |app, context| {
            Ok(first_aid_withdraw_flow(&app.desk(), context, *id, version, &withdrawal.reason)?)
        })
        .await?;
    ok_with_version(&FirstAidView::new(&held, today), held.version)
}

pub async fn first_aid_template(call: Call) -> Answer {
    empty_template(&call, "first-aid-certificates", FIRST_AID_COLUMNS)
}
