use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::Conn;
use crate::http::call::{Answer, Call, ok, ok_with_version};
use crate::http::input::{Input, Query};
use crate::http::problem::Problem;
use crate::kernel::area::AreaCode;
use crate::kernel::codes::Code;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::{AccreditationId, OrganisationId};
use crate::kernel::vocabulary::OrganisationKind;
use crate::registry::organisations::{
    Accreditation, AccreditationStatus, NewAccreditation, NewOrganisation, Organisation, service, store,
};

#[derive(Debug, Serialize, ToSchema)]
pub struct OrganisationView {
    pub id: String,
    pub kind: &'static str,
    pub name: String,
    pub name_en: String,
    pub credit_code: Option<String>,
    pub area_code: String,
    pub body_code: Option<String>,
    pub institution_kind: Option<&'static str>,
    pub beds: Option<i32>,
    pub status: &'static str,
    pub accreditations: Vec<AccreditationView>,
    pub version: i32,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AccreditationView {
    pub id: String,
    pub scope: &'static str,
    pub occupation: Option<&'static str>,
    pub levels: Vec<&'static str>,
    pub valid_from: String,
    pub valid_to: String,
    pub status: &'static str,
    pub status_since: String,
    pub document: String,
    pub version: i32,
}

impl OrganisationView {
    #[must_use]
    pub fn new(organisation: &Organisation, accreditations: &[Accreditation]) -> Self {
        Self {
            id: organisation.id.to_string(),
            kind: organisation.kind.code(),
            name: organisation.name.clone(),
            name_en: organisation.name_en.clone(),
            credit_code: organisation.credit_code.as_ref().map(ToString::to_string),
            area_code: organisation.area_code.to_string(),
            body_code: organisation.body_code.as_ref().map(ToString::to_string),
            institution_kind: organisation.institution_kind.map(Code::code),
            beds: organisation.beds,
            status: organisation.status.code(),
            accreditations: accreditations.iter().map(AccreditationView::from).collect(),
            version: organisation.version,
        }
    }
}

impl From<&Accreditation> for AccreditationView {
    fn from(held: &Accreditation) -> Self {
        Self {
            id: held.id.to_string(),
            scope: held.scope.code(),
            occupation: held.occupation.map(Code::code),
            levels: held.levels.iter().map(|level| level.code()).collect(),
            valid_from: held.valid_from.to_string(),
            valid_to: held.valid_to.to_string(),
            status: held.status.code(),
            status_since: held.status_since.to_string(),
            document: held.document.clone(),
            version: held.version,
        }
    }
}

pub struct OrganisationQuery {
    pub area: Option<AreaCode>,
    pub kind: Option<OrganisationKind>,
}

impl Form for OrganisationQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let area = f.optional("area");
        let kind = f.optional("kind");
        Some(Self { area: area?, kind: kind? })
    }
}

pub struct AccreditationChange {
    pub status: AccreditationStatus,
    pub reason: String,
}

impl Form for AccreditationChange {
    fn read(f: &mut Fields) -> Option<Self> {
        let status = f.required("status");
        let reason = f.text("reason", 300);
        Some(Self { status: status?, reason: reason? })
    }
}

pub async fn organisation_list(call: Call, Query(query): Query<OrganisationQuery>) -> Answer {
    let area = call.area_within(query.area)?;
    let found = call.read(move |conn, _| Ok(store::list(conn, &area, query.kind)?)).await?;
    ok(&found.iter().map(|organisation| OrganisationView::new(organisation, &[])).collect::<Vec<_>>())
}

pub async fn organisation_get(call: Call, id: web::Path<OrganisationId>) -> Answer {
    let view = call.read(move |conn, _| whole(conn, *id)).await?;
    ok_with_version(&view, view.version)
}

pub async fn organisation_create(call: Call, Input(new): Input<NewOrganisation>) -> Answer {
    call.create(move |tx, context| {
        let made = service::organisation_create(tx, context, &new)?;
        Ok(OrganisationView::new(&made, &[]))
    })
    .await
}

pub async fn accreditation_grant(
    call: Call,
    id: web::Path<OrganisationId>,
    Input(new): Input<NewAccreditation>,
) -> Answer {
    call.create(move |tx, context| {
        service::accreditation_grant(tx, context, *id, &new)?;
        whole(tx, *id)
    })
    .await
}

pub async fn accreditation_change(
    call: Call,
    id: web::Path<AccreditationId>,
    Input(change): Input<AccreditationChange>,
) -> Answer {
    let version = call.if_match()?;
    let changed = call
        .write(move |tx, context| {
            let AccreditationChange { status, reason } = &change;
            Ok(service::accreditation_change(tx, context, *id, version, *status, reason)?)
        })
        .await?;
    ok_with_version(&AccreditationView::from(&changed), changed.version)
}

fn whole(conn: &mut Conn, id: OrganisationId) -> Result<OrganisationView, Problem> {
    let organisation = service::organisation(conn, id)?;
    let accreditations = store::accreditations(conn, id)?;
    Ok(OrganisationView::new(&organisation, &accreditations))
}
