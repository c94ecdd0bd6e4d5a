use std::sync::Arc;

use actix_web::web;
use chrono::Datelike;
use serde::Serialize;
use utoipa::ToSchema;

use crate::flows::visible_person::{may_see, visible_person};
use crate::http::call::{Answer, Call, ok, ok_with_version};
use crate::http::input::Input;
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::kernel::ids::PersonId;
use crate::registry::people::error::Error;
use crate::registry::people::sealing::Sealer;
use crate::registry::people::{Person, PersonChange, RawDocument, RawPerson, service};

/// A person as others see them: no document number, no day of birth, a phone that can't be called.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonView {
    pub id: String,
    pub document_kind: &'static str,
    pub name: String,
    pub gender: &'static str,
    pub birth_year: i32,
    pub education: Option<&'static str>,
    /// Masked in its middle.
    pub phone: Option<String>,
    pub email: Option<String>,
    pub home_area: Option<String>,
    pub version: i32,
}

impl PersonView {
    pub fn new(person: &Person, sealer: &Sealer) -> Result<Self, Problem> {
        let phone = person.phone.as_ref().map(|sealed| sealer.open_phone(person.id, sealed)).transpose();
        Ok(Self {
            id: person.id.to_string(),
            document_kind: person.document_kind.code(),
            name: person.name.clone(),
            gender: person.gender.code(),
            birth_year: person.birth_date.year(),
            education: person.education.map(Code::code),
            phone: phone.map_err(Error::from)?.map(|phone| phone.masked()),
            email: person.email.clone(),
            home_area: person.home_area.as_ref().map(ToString::to_string),
            version: person.version,
        })
    }
}

pub async fn person_register(call: Call, Input(raw): Input<RawPerson>) -> Answer {
    let app = Arc::clone(&call.app);
    call.create(move |tx, context| {
        let made = service::person_register(tx, context, &app.sealer, app.identity_regions(), &raw)?;
        PersonView::new(&made, &app.sealer)
    })
    .await
}

pub async fn person_get(call: Call, id: web::Path<PersonId>) -> Answer {
    let person = call.read(move |conn, context| Ok(visible_person(conn, context, *id)?)).await?;
    ok_with_version(&PersonView::new(&person, &call.app.sealer)?, person.version)
}

/// The document stands in the body: an address with a number in it would end up in logs.
pub async fn person_find(call: Call, Input(document): Input<RawDocument>) -> Answer {
    let app = Arc::clone(&call.app);
    let found = call
        .read(move |conn, context| {
            let found = service::person_find(conn, context, &app.sealer, app.identity_regions(), &document)?;
            if may_see(conn, context, &found)? { Ok(found) } else { Err(Problem::NotFound) }
        })
        .await?;
    ok(&PersonView::new(&found, &call.app.sealer)?)
}

pub async fn person_update(
    call: Call,
    id: web::Path<PersonId>,
    Input(change): Input<PersonChange>,
) -> Answer {
    let version = call.if_match()?;
    let app = Arc::clone(&call.app);
    let changed = call
        .write(move |tx, context| {
            visible_person(tx, context, *id)?;
            Ok(service::person_update(tx, context, &app.sealer, *id, version, &change)?)
        })
        .await?;
    ok_with_version(&PersonView::new(&changed, &call.app.sealer)?, changed.version)
}
