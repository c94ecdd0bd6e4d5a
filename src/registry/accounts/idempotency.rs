//! The answers that creating calls got, kept with the change itself, so that a repetition changes nothing more.

use diesel::prelude::*;

use crate::db::schema::idempotency_keys;
use crate::db::types::At;
use crate::db::{Conn, DbError, Tx};
use crate::kernel::context::Context;
use crate::kernel::ids::AccountId;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = idempotency_keys)]
pub struct KeptAnswer {
    pub request_hash: Vec<u8>,
    pub body: String,
}

pub fn find(conn: &mut Conn, account: AccountId, key: &str) -> Result<Option<KeptAnswer>, DbError> {
    Ok(idempotency_keys::table.find((account, key)).select(KeptAnswer::as_select()).first(conn).optional()?)
}

pub fn keep(
    tx: &mut Tx,
    context: &Context,
    account: AccountId,
    key: &str,
    request_hash: &[u8],
    body: &str,
) -> Result<(), DbError> {
    diesel::insert_into(idempotency_keys::table)
        .values((
            idempotency_keys::account_id.eq(account),
            idempotency_keys::key.eq(key),
            idempotency_keys::request_hash.eq(request_hash),
            idempotency_keys::status.eq(201),
            idempotency_keys::body.eq(body),
            idempotency_keys::created_at.eq(At(context.now)),
        ))
        .execute(&mut **tx)?;
    Ok(())
}
