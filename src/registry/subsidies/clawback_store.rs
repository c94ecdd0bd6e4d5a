use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::db::schema::{clawback_instalments as instalments, clawback_receipts as receipts, clawbacks};
use crate::db::types::{At, Identifier};
use crate::db::{Conn, DbError, Tx};
use crate::kernel::context::Context;
use crate::kernel::ids::{AccountId, BudgetLineId, ClaimId, ClawbackId, ClawbackReceiptId, entity};
use crate::kernel::money::Fen;
use crate::on_each;
use crate::registry::subsidies::{
    Clawback, ClawbackCause, ClawbackInstalment, ClawbackState, NewReceipt, Receipt,
};
use crate::stored_as_code;

stored_as_code!(ClawbackCause, ClawbackState);

#[derive(Queryable, Selectable)]
#[diesel(table_name = clawbacks)]
struct ClawbackRow {
    id: ClawbackId,
    claim_id: ClaimId,
    cause: ClawbackCause,
    reason: String,
    amount: i64,
    received: i64,
    proposed_by: Option<AccountId>,
    proposed_at: At,
    decided_by: Option<AccountId>,
    decided_at: Option<At>,
    state: ClawbackState,
    version: i32,
}

fn whole(conn: &mut Conn, row: ClawbackRow) -> Result<Clawback, DbError> {
    let plan: Vec<(NaiveDate, i64)> = instalments::table
        .filter(instalments::clawback_id.eq(row.id))
        .order(instalments::number)
        .select((instalments::due_on, instalments::amount))
        .load(conn)?;
    let instalment = |(due_on, amount)| ClawbackInstalment { due_on, amount: Fen::new(amount) };
    Ok(Clawback {
        id: row.id,
        claim: row.claim_id,
        cause: row.cause,
        reason: row.reason,
        amount: Fen::new(row.amount),
        received: Fen::new(row.received),
        proposed_by: row.proposed_by,
        proposed_at: row.proposed_at.0,
        decided_by: row.decided_by,
        decided_at: row.decided_at.map(|at| at.0),
        state: row.state,
        version: row.version,
        instalments: plan.into_iter().map(instalment).collect(),
    })
}

pub fn find(conn: &mut Conn, id: ClawbackId) -> Result<Option<Clawback>, DbError> {
    let row: Option<ClawbackRow> =
        clawbacks::table.find(id).select(ClawbackRow::as_select()).first(conn).optional()?;
    row.map(|row| whole(conn, row)).transpose()
}

/// The one of a claim that was not dropped.
pub fn find_live(conn: &mut Conn, claim: ClaimId) -> Result<Option<Clawback>, DbError> {
    let row: Option<ClawbackRow> = clawbacks::table
        .filter(clawbacks::claim_id.eq(claim))
        .filter(clawbacks::state.ne(ClawbackState::Dropped))
        .select(ClawbackRow::as_select())
        .first(conn)
        .optional()?;
    row.map(|row| whole(conn, row)).transpose()
}

/// The newest first.
pub fn list(
    conn: &mut Conn,
    state: Option<ClawbackState>,
    (offset, limit): (i64, i64),
) -> Result<Vec<Clawback>, DbError> {
    let mut query = clawbacks::table.select(ClawbackRow::as_select()).into_boxed();
    if let Some(state) = state {
        query = query.filter(clawbacks::state.eq(state));
    }
    let rows: Vec<ClawbackRow> = query.order(clawbacks::id.desc()).offset(offset).limit(limit).load(conn)?;
    rows.into_iter().map(|row| whole(conn, row)).collect()
}

pub fn insert(tx: &mut Tx, new: &Clawback) -> Result<(), DbError> {
    diesel::insert_into(clawbacks::table)
        .values((
            clawbacks::id.eq(new.id),
            clawbacks::claim_id.eq(new.claim),
            clawbacks::cause.eq(new.cause),
            clawbacks::reason.eq(&new.reason),
            clawbacks::amount.eq(new.amount.get()),
            clawbacks::received.eq(new.received.get()),
            clawbacks::proposed_by.eq(new.proposed_by),
            clawbacks::proposed_at.eq(At(new.proposed_at)),
            clawbacks::state.eq(new.state),
            clawbacks::version.eq(new.version),
        ))
        .execute(&mut **tx)?;
    let rows: Vec<_> = (1i32..)
        .zip(&new.instalments)
        .map(|(number, instalment)| {
            (
                instalments::clawback_id.eq(new.id),
                instalments::number.eq(number),
                instalments::due_on.eq(instalment.due_on),
                instalments::amount.eq(instalment.amount.get()),
            )
        })
        .collect();
    if !rows.is_empty() {
        on_each!(tx, conn => diesel::insert_into(instalments::table).values(&rows).execute(conn))?;
    }
    Ok(())
}

/// Drops a proposal; whether it was one.
pub fn drop_proposal(tx: &mut Tx, id: ClawbackId) -> Result<bool, DbError> {
    let proposed = clawbacks::table.find(id).filter(clawbacks::state.eq(ClawbackState::Proposed));
    let changed = diesel::update(proposed)
        .set((clawbacks::state.eq(ClawbackState::Dropped), clawbacks::version.eq(clawbacks::version + 1)))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// The second person's decision; whether it still was a proposal.
pub fn decide(tx: &mut Tx, context: &Context, before: &Clawback) -> Result<bool, DbError> {
    let proposed = clawbacks::table
        .find(before.id)
        .filter(clawbacks::state.eq(ClawbackState::Proposed).and(clawbacks::version.eq(before.version)));
    let changed = diesel::update(proposed)
        .set((
            clawbacks::state.eq(ClawbackState::Decided),
            clawbacks::decided_by.eq(context.account()),
            clawbacks::decided_at.eq(At(context.now)),
            clawbacks::version.eq(before.version + 1),
        ))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// Adds to what came back; whether nobody else did in between. The database holds it below the amount.
pub fn receive(tx: &mut Tx, before: &Clawback, amount: Fen) -> Result<bool, DbError> {
    let decided = clawbacks::table
        .find(before.id)
        .filter(clawbacks::state.eq(ClawbackState::Decided).and(clawbacks::version.eq(before.version)));
    let changed = diesel::update(decided)
        .set((
            clawbacks::received.eq(clawbacks::received + amount.get()),
            clawbacks::version.eq(before.version + 1),
        ))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// All of it came back.
pub fn settle(tx: &mut Tx, clawback: &Clawback) -> Result<(), DbError> {
    diesel::update(clawbacks::table.find(clawback.id))
        .set((clawbacks::state.eq(ClawbackState::Settled), clawbacks::version.eq(clawback.version + 1)))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn insert_receipt(
    tx: &mut Tx,
    context: &Context,
    clawback: ClawbackId,
    new: &NewReceipt,
) -> Result<ClawbackReceiptId, DbError> {
    let id = context.fresh_id::<entity::ClawbackReceipt>();
    diesel::insert_into(receipts::table)
        .values((
            receipts::id.eq(id),
            receipts::clawback_id.eq(clawback),
            receipts::amount.eq(new.amount.get()),
            receipts::received_on.eq(new.received_on),
            receipts::document.eq(&new.document),
            receipts::recorded_by.eq(context.account()),
            receipts::recorded_at.eq(At(context.now)),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

/// The oldest first.
pub fn receipts(conn: &mut Conn, clawback: ClawbackId) -> Result<Vec<Receipt>, DbError> {
    let rows: Vec<(ClawbackReceiptId, i64, NaiveDate, String)> = receipts::table
        .filter(receipts::clawback_id.eq(clawback))
        .order((receipts::received_on, receipts::id))
        .select((receipts::id, receipts::amount, receipts::received_on, receipts::document))
        .load(conn)?;
    let receipt =
        |(id, amount, received_on, document)| Receipt { id, amount: Fen::new(amount), received_on, document };
    Ok(rows.into_iter().map(receipt).collect())
}

#[derive(QueryableByName)]
pub struct LineSum {
    #[diesel(sql_type = Identifier)]
    pub line: BudgetLineId,
    #[diesel(sql_type = BigInt)]
    pub demanded: i64,
    #[diesel(sql_type = BigInt)]
    pub received: i64,
}

/// What was asked back and what came back, by budget line.
pub fn sums(conn: &mut Conn) -> Result<Vec<LineSum>, DbError> {
    Ok(diesel::sql_query(
        "SELECT claims.budget_line_id AS line, CAST(SUM(clawbacks.amount) AS BIGINT) AS demanded, \
         CAST(SUM(clawbacks.received) AS BIGINT) AS received FROM clawbacks \
         JOIN claims ON claims.id = clawbacks.claim_id WHERE clawbacks.state IN ('decided', 'settled') \
         GROUP BY claims.budget_line_id",
    )
    .load(conn)?)
}
