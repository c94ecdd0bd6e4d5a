use std::time::Instant;

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::clock::machine_now;
use crate::http::call::{Answer, Call, ok, ok_with_version};
use crate::http::input::Input;
use crate::http::problem::Problem;
use crate::kernel::codes::Code;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::AccountId;
use crate::registry::accounts::{Account, AccountStatus, Credentials, NewAccount, service, store};

#[derive(Debug, Serialize, ToSchema)]
pub struct TokenView {
    /// For `Authorization: Bearer`.
    pub token: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AccountView {
    pub id: String,
    pub username: String,
    pub role: &'static str,
    pub name: String,
    pub organisation_id: Option<String>,
    pub area_code: Option<String>,
    pub person_id: Option<String>,
    pub status: &'static str,
    pub version: i32,
}

impl From<&Account> for AccountView {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id.to_string(),
            username: account.username.clone(),
            role: account.role.code(),
            name: account.name.clone(),
            organisation_id: account.organisation_id.map(|id| id.to_string()),
            area_code: account.area_code.as_ref().map(ToString::to_string),
            person_id: account.person_id.map(|id| id.to_string()),
            status: account.status.code(),
            version: account.version,
        }
    }
}

pub struct StatusChange {
    pub status: AccountStatus,
}

impl Form for StatusChange {
    fn read(f: &mut Fields) -> Option<Self> {
        let status = f.required("status");
        Some(Self { status: status? })
    }
}

/// Checks a user name and password under the throttles of both the name and the address.
pub async fn sign_in(call: &Call, given: Credentials) -> Result<Account, Problem> {
    let throttle = &call.app.throttles.sign_in;
    let address = call.request.peer_addr().map(|peer| peer.ip().to_string()).unwrap_or_default();
    let keys = [format!("name {}", given.username), format!("address {address}")];
    for key in &keys {
        throttle.admit(key, Instant::now())?;
    }
    let result = call.read(move |conn, _| Ok(service::credentials_check(conn, &given)?)).await;
    if matches!(result, Err(Problem::WrongCredentials)) {
        for key in &keys {
            throttle.miss(key, Instant::now());
        }
    }
    result
}

pub async fn session_open(call: Call, Input(given): Input<Credentials>) -> Answer {
    let account = sign_in(&call, given).await?;
    let token = call
        .app
        .tokens
        .issue(account.id, machine_now())
        .map_err(|error| Problem::Internal(error.to_string()))?;
    Ok(actix_web::HttpResponse::Created().json(TokenView { token }))
}

pub async fn me(call: Call) -> Answer {
    let id = call.actor()?.account;
    let account = call.read(move |conn, _| Ok(service::account(conn, id)?)).await?;
    ok(&AccountView::from(&account))
}

pub async fn account_list(call: Call) -> Answer {
    let accounts = call.read(|conn, _| Ok(store::list(conn)?)).await?;
    ok(&accounts.iter().map(AccountView::from).collect::<Vec<_>>())
}

pub async fn account_create(call: Call, Input(new): Input<NewAccount>) -> Answer {
    call.create(move |tx, context| Ok(AccountView::from(&service::account_create(tx, context, &new)?))).await
}

pub async fn account_set_status(
    call: Call,
    id: web::Path<AccountId>,
    Input(change): Input<StatusChange>,
) -> Answer {
    let version = call.if_match()?;
    let account = call
        .write(move |tx, context| Ok(service::account_set_status(tx, context, *id, version, change.status)?))
        .await?;
    ok_with_version(&AccountView::from(&account), account.version)
}
