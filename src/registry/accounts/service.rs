use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::db::{Conn, Tx};
use crate::kernel::codes::Code;
use crate::kernel::context::{Context, Role};
use crate::kernel::dates::Timestamp;
use crate::kernel::ids::AccountId;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::registry::accounts::error::Error;
use crate::registry::accounts::{
    Account, AccountStatus, Credentials, NewAccount, OpenedSession, passwords, store,
};
use crate::registry::{areas, audit, organisations, people};

/// How long a page session lasts: a working day.
const SESSION: TimeDelta = TimeDelta::hours(12);

pub fn account(conn: &mut Conn, id: AccountId) -> Result<Account, Error> {
    store::find(conn, id)?.ok_or(Error::NotFound)
}

pub fn account_create(tx: &mut Tx, context: &Context, new: &NewAccount) -> Result<Account, Error> {
    let mut errors = check(new);
    errors.extend(unknown(tx, new)?);
    Invalid::if_any(errors)?;
    let hash = passwords::hash(context, &new.password)?;
    let id = store::insert(tx, context, new, &hash).map_err(|error| {
        if error.is_duplicate_of("accounts", "username") {
            Error::Invalid(Invalid::one("username", "already-registered"))
        } else {
            Error::Database(error)
        }
    })?;
    let details = json!({ "username": new.username, "role": new.role });
    audit::store::record(tx, context, "account_create", ("account", id), details)?;
    account(tx, id)
}

/// A role needs what it acts for: an organisation, an area, or a person.
fn check(new: &NewAccount) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut needs = |field: &str, given: bool| {
        if !given {
            errors.push(FieldError::new(field, "required-for-role").with("role", new.role));
        }
    };
    match new.role {
        Role::Administrator => {}
        Role::Bureau | Role::Finance | Role::Town => {
            needs("organisation_id", new.organisation.is_some());
            needs("area_code", new.area.is_some());
        }
        Role::School | Role::Assessor | Role::FirstAidIssuer | Role::Institution => {
            needs("organisation_id", new.organisation.is_some());
        }
        Role::Caregiver => needs("person_id", new.person.is_some()),
    }
    errors
}

/// What an account would act for that isn't there, or is of another kind than the role.
fn unknown(conn: &mut Conn, new: &NewAccount) -> Result<Vec<FieldError>, Error> {
    let mut errors = Vec::new();
    if let Some(id) = new.organisation {
        match organisations::store::find(conn, id)? {
            None => errors.push(FieldError::new("organisation_id", "unknown-organisation")),
            // The kinds of organisations have the codes of their roles.
            Some(found) if found.kind.code() != new.role.code() && new.role != Role::Administrator => {
                errors.push(FieldError::new("organisation_id", "not-for-this-role").with("role", new.role));
            }
            Some(_) => {}
        }
    }
    if let Some(area) = &new.area
        && areas::store::find(conn, area)?.is_none()
    {
        errors.push(FieldError::new("area_code", "unknown-area"));
    }
    if let Some(person) = new.person
        && people::store::find(conn, person)?.is_none()
    {
        errors.push(FieldError::new("person_id", "unknown-person"));
    }
    Ok(errors)
}

/// Checks a user name and password. The slow part, the hash, runs outside any transaction.
pub fn credentials_check(conn: &mut Conn, given: &Credentials) -> Result<Account, Error> {
    let found = store::credentials(conn, &given.username)?;
    let hash = found.as_ref().map(|(_, hash)| hash.as_str());
    if !passwords::matches(hash, &given.password) {
        return Err(Error::WrongCredentials);
    }
    match found {
        Some((id, _)) => account(conn, id),
        None => Err(Error::WrongCredentials),
    }
}

/// Opens a page session. `machine_now` is the machine's time, not the registry's, which the demo can move.
pub fn session_open(
    tx: &mut Tx,
    context: &Context,
    account: &Account,
    machine_now: Timestamp,
) -> Result<OpenedSession, Error> {
    let token = BASE64_URL_SAFE_NO_PAD.encode(context.random_bytes::<32>());
    let csrf = BASE64_URL_SAFE_NO_PAD.encode(context.random_bytes::<24>());
    let times = (machine_now, machine_now + SESSION);
    store::open_session(tx, account.id, &token_hash(&token), &csrf, times)?;
    audit::store::record(tx, context, "session_open", ("account", account.id), json!({}))?;
    Ok(OpenedSession { token, csrf })
}

/// The account behind a session's cookie, with the token that its forms must carry.
pub fn session(
    conn: &mut Conn,
    token: &str,
    machine_now: Timestamp,
) -> Result<Option<(Account, String)>, Error> {
    Ok(store::session(conn, &token_hash(token), machine_now)?)
}

pub fn session_close(tx: &mut Tx, token: &str) -> Result<(), Error> {
    Ok(store::close_session(tx, &token_hash(token))?)
}

/// Enables or disables an account; a disabled one is signed out everywhere.
pub fn account_set_status(
    tx: &mut Tx,
    context: &Context,
    id: AccountId,
    version: i32,
    status: AccountStatus,
) -> Result<Account, Error> {
    account(tx, id)?;
    if !store::set_status(tx, id, version, status)? {
        return Err(Error::Stale);
    }
    store::close_sessions_of(tx, id)?;
    audit::store::record(tx, context, "account_set_status", ("account", id), json!({ "status": status }))?;
    account(tx, id)
}

pub fn password_set(tx: &mut Tx, context: &Context, id: AccountId, password: &str) -> Result<(), Error> {
    let hash = passwords::hash(context, password)?;
    store::set_password(tx, id, &hash)?;
    audit::store::record(tx, context, "password_set", ("account", id), json!({}))?;
    Ok(())
}

fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}
