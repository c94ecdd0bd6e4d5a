//! 收款账户

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use crate::flows::error::Error;
use crate::flows::visible_person::visible_person;
use crate::http::call::{Answer, Call, ok};
use crate::http::input::Input;
use crate::http::problem::Problem;
use crate::kernel::context::Role;
use crate::kernel::ids::{OrganisationId, PersonId};
use crate::registry::organisations;
use crate::registry::schemes::Beneficiary;
use crate::registry::subsidies::NewBankAccount;
use crate::registry::subsidies::payee::{ShownAccount, account_record, account_view};

/// Where somebody is paid.
#[derive(Debug, Serialize, ToSchema)]
pub struct BankAccountView {
    pub id: String,
    pub holder: String,
    pub bank: String,
    /// As in `6228 **** 8910`.
    pub number: String,
    pub recorded_at: String,
}

impl From<&ShownAccount> for BankAccountView {
    fn from(shown: &ShownAccount) -> Self {
        Self {
            id: shown.account.id.to_string(),
            holder: shown.account.holder.clone(),
            bank: shown.account.bank.clone(),
            number: shown.masked.clone(),
            recorded_at: shown.account.recorded_at.to_rfc3339(),
        }
    }
}

pub async fn person_account_record(
    call: Call,
    id: web::Path<PersonId>,
    Input(new): Input<NewBankAccount>,
) -> Answer {
    let app = call.app.clone();
    call.create(move |tx, context| {
        let person = visible_person(tx, context, *id)?;
        let who = (Beneficiary::Person(person.id), person.name.as_str());
        let shown = account_record(tx, context, &app.sealer, who, &new)?;
        Ok(BankAccountView::from(&shown))
    })
    .await
}

/// A look is noted in the audit, so it is a write.
pub async fn person_account_view(call: Call, id: web::Path<PersonId>) -> Answer {
    let app = call.app.clone();
    let view = call
        .write(move |tx, context| {
            let person = visible_person(tx, context, *id)?;
            let shown = account_view(tx, context, &app.sealer, Beneficiary::Person(person.id))?;
            Ok(BankAccountView::from(&shown))
        })
        .await?;
    ok(&view)
}

/// An institution sees its own, the bureau all.
fn visible(call: &Call, id: OrganisationId) -> Result<(), Problem> {
    let actor = call.actor()?;
    let sees = actor.role != Role::Institution || actor.organisation == Some(id);
    if sees { Ok(()) } else { Err(Error::NotFound.into()) }
}

pub async fn organisation_account_record(
    call: Call,
    id: web::Path<OrganisationId>,
    Input(new): Input<NewBankAccount>,
) -> Answer {
    visible(&call, *id)?;
    let app = call.app.clone();
    call.create(move |tx, context| {
        let found = organisations::store::find(tx, *id)?.ok_or(Problem::NotFound)?;
        let who = (Beneficiary::Organisation(found.id), found.name.as_str());
        let shown = account_record(tx, context, &app.sealer, who, &new)?;
        Ok(BankAccountView::from(&shown))
    })
    .await
}

pub async fn organisation_account_view(call: Call, id: web::Path<OrganisationId>) -> Answer {
    visible(&call, *id)?;
    let app = call.app.clone();
    let view = call
        .write(move |tx, context| {
            let shown = account_view(tx, context, &app.sealer, Beneficiary::Organisation(*id))?;
            Ok(BankAccountView::from(&shown))
        })
        .await?;
    ok(&view)
}
