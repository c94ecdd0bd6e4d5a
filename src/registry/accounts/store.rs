use diesel::prelude::*;

use crate::db::schema::{accounts, login_sessions};
use crate::db::types::At;
use crate::db::{Conn, DbError, Tx};
use crate::kernel::context::Context;
use crate::kernel::dates::Timestamp;
use crate::kernel::ids::{AccountId, OrganisationId, entity};
use crate::registry::accounts::{Account, AccountStatus, NewAccount};
use crate::stored_as_code;

stored_as_code!(AccountStatus);

pub fn find(conn: &mut Conn, id: AccountId) -> Result<Option<Account>, DbError> {
    Ok(accounts::table.find(id).select(Account::as_select()).first(conn).optional()?)
}

pub fn list(conn: &mut Conn) -> Result<Vec<Account>, DbError> {
    Ok(accounts::table.select(Account::as_select()).order(accounts::username).load(conn)?)
}

/// All accounts of an organisation, disabled ones too.
pub fn of_organisation(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<AccountId>, DbError> {
    Ok(accounts::table.filter(accounts::organisation_id.eq(organisation)).select(accounts::id).load(conn)?)
}

/// The active account of that name with its password hash.
pub fn credentials(conn: &mut Conn, username: &str) -> Result<Option<(AccountId, String)>, DbError> {
    Ok(accounts::table
        .filter(accounts::username.eq(username))
        .filter(accounts::status.eq(AccountStatus::Active))
        .select((accounts::id, accounts::password_hash))
        .first(conn)
        .optional()?)
}

/// Where the active accounts of these organisations get mail: organisation, account, address.
pub fn addresses(
    conn: &mut Conn,
    organisations: &[OrganisationId],
) -> Result<Vec<(OrganisationId, AccountId, String)>, DbError> {
    const CHUNK: usize = 500;
    let mut found = Vec::new();
    for chunk in organisations.chunks(CHUNK) {
        let rows: Vec<(Option<OrganisationId>, AccountId, Option<String>)> = accounts::table
            .filter(accounts::organisation_id.eq_any(chunk.to_vec()))
            .filter(accounts::status.eq(AccountStatus::Active))
            .filter(accounts::email.is_not_null())
            .order(accounts::id)
            .select((accounts::organisation_id, accounts::id, accounts::email))
            .load(conn)?;
        found.extend(rows.into_iter().filter_map(|(at, id, email)| Some((at?, id, email?))));
    }
    Ok(found)
}

pub fn insert(
    tx: &mut Tx,
    context: &Context,
    new: &NewAccount,
    password_hash: &str,
) -> Result<AccountId, DbError> {
    let id = context.fresh_id::<entity::Account>();
    diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(id),
            accounts::username.eq(&new.username),
            accounts::password_hash.eq(password_hash),
            accounts::role.eq(new.role),
            accounts::name.eq(&new.name),
            accounts::organisation_id.eq(new.organisation),
            accounts::area_code.eq(new.area.clone()),
            accounts::person_id.eq(new.person),
            accounts::email.eq(&new.email),
            accounts::status.eq(AccountStatus::Active),
            accounts::created_at.eq(At(context.now)),
            accounts::version.eq(1),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

/// Sets the status if `version` is still the current one; whether it was.
pub fn set_status(tx: &mut Tx, id: AccountId, version: i32, status: AccountStatus) -> Result<bool, DbError> {
    let current = accounts::table.find(id).filter(accounts::version.eq(version));
    let changed = diesel::update(current)
        .set((accounts::status.eq(status), accounts::version.eq(version + 1)))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// Sets a new password, and signs the account out everywhere.
pub fn set_password(tx: &mut Tx, id: AccountId, password_hash: &str) -> Result<(), DbError> {
    diesel::update(accounts::table.find(id))
        .set((accounts::password_hash.eq(password_hash), accounts::version.eq(accounts::version + 1)))
        .execute(&mut **tx)?;
    close_sessions_of(tx, id)
}

pub fn open_session(
    tx: &mut Tx,
    account: AccountId,
    token_hash: &[u8],
    csrf: &str,
    (created, expires): (Timestamp, Timestamp),
) -> Result<(), DbError> {
    diesel::delete(login_sessions::table.filter(login_sessions::expires_at.lt(At(created))))
        .execute(&mut **tx)?;
    diesel::insert_into(login_sessions::table)
        .values((
            login_sessions::token_hash.eq(token_hash),
            login_sessions::account_id.eq(account),
            login_sessions::csrf.eq(csrf),
            login_sessions::created_at.eq(At(created)),
            login_sessions::expires_at.eq(At(expires)),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The active account behind an unexpired session, and the session's form token.
pub fn session(
    conn: &mut Conn,
    token_hash: &[u8],
    now: Timestamp,
) -> Result<Option<(Account, String)>, DbError> {
    Ok(login_sessions::table
        .inner_join(accounts::table)
        .filter(login_sessions::token_hash.eq(token_hash))
        .filter(login_sessions::expires_at.gt(At(now)))
        .filter(accounts::status.eq(AccountStatus::Active))
        .select((Account::as_select(), login_sessions::csrf))
        .first(conn)
        .optional()?)
}

pub fn close_session(tx: &mut Tx, token_hash: &[u8]) -> Result<(), DbError> {
    diesel::delete(login_sessions::table.find(token_hash)).execute(&mut **tx)?;
    Ok(())
}

pub fn close_sessions_of(tx: &mut Tx, account: AccountId) -> Result<(), DbError> {
    diesel::delete(login_sessions::table.filter(login_sessions::account_id.eq(account)))
        .execute(&mut **tx)?;
    Ok(())
}
