use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::db::schema::{bank_accounts as accounts, payment_batches as batches, payments};
use crate::db::types::{At, Identifier};
use crate::db::{Conn, DbError, Tx};
use crate::kernel::context::Context;
use crate::kernel::ids::{
    AccountId, BankAccountId, ClaimId, OrganisationId, PaymentBatchId, PaymentId, PersonId,
};
use crate::kernel::money::Fen;
use crate::registry::people::sealing::Sealed;
use crate::registry::schemes::{Beneficiary, Obligation};
use crate::registry::subsidies::claim_store::{beneficiary, columns_of};
use crate::registry::subsidies::{
    BankAccount, BatchState, Payment, PaymentBatch, PaymentResult, PaymentState,
};
use crate::{on_each, stored_as_code};

stored_as_code!(BatchState, PaymentState);

/// Rows of one statement.
const CHUNK: usize = 500;

#[derive(Queryable, Selectable)]
#[diesel(table_name = accounts)]
struct AccountRow {
    id: BankAccountId,
    person_id: Option<PersonId>,
    organisation_id: Option<OrganisationId>,
    holder: String,
    bank: String,
    number_sealed: Vec<u8>,
    recorded_at: At,
}

impl TryFrom<AccountRow> for BankAccount {
    type Error = DbError;
    fn try_from(row: AccountRow) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id,
            of: beneficiary(row.person_id, row.organisation_id)?,
            holder: row.holder,
            bank: row.bank,
            number: Sealed::from_store(row.number_sealed),
            recorded_at: row.recorded_at.0,
        })
    }
}

/// The account that a beneficiary is paid to now.
pub fn account_of(conn: &mut Conn, who: Beneficiary) -> Result<Option<BankAccount>, DbError> {
    let query = accounts::table
        .filter(accounts::superseded_at.is_null())
        .select(AccountRow::as_select())
        .into_boxed();
    let query = match who {
        Beneficiary::Person(person) => query.filter(accounts::person_id.eq(person)),
        Beneficiary::Organisation(organisation) => query.filter(accounts::organisation_id.eq(organisation)),
    };
    let row: Option<AccountRow> = query.first(conn).optional()?;
    row.map(BankAccount::try_from).transpose()
}

/// Ends the account there is, if there is one, and puts this in its place.
pub fn replace_account(tx: &mut Tx, context: &Context, account: &BankAccount) -> Result<(), DbError> {
    let (person, organisation) = columns_of(account.of);
    let open = accounts::table.filter(accounts::superseded_at.is_null());
    let now = Some(At(context.now));
    match account.of {
        Beneficiary::Person(person) => diesel::update(open.filter(accounts::person_id.eq(person)))
            .set(accounts::superseded_at.eq(now))
            .execute(&mut **tx)?,
        Beneficiary::Organisation(organisation) => {
            diesel::update(open.filter(accounts::organisation_id.eq(organisation)))
                .set(accounts::superseded_at.eq(now))
                .execute(&mut **tx)?
        }
    };
    diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(account.id),
            accounts::person_id.eq(person),
            accounts::organisation_id.eq(organisation),
            accounts::holder.eq(&account.holder),
            accounts::bank.eq(&account.bank),
            accounts::number_sealed.eq(account.number.bytes()),
            accounts::recorded_by.eq(context.account()),
            accounts::recorded_at.eq(At(account.recorded_at)),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = batches)]
struct BatchRow {
    id: PaymentBatchId,
    number: String,
    payments: i32,
    total: i64,
    opened_by: AccountId,
    opened_at: At,
    confirmed_by: Option<AccountId>,
    confirmed_at: Option<At>,
    settled_at: Option<At>,
    state: BatchState,
    version: i32,
}

impl From<BatchRow> for PaymentBatch {
    fn from(row: BatchRow) -> Self {
        Self {
            id: row.id,
            number: row.number,
            payments: row.payments.unsigned_abs(),
            total: Fen::new(row.total),
            opened_by: row.opened_by,
            opened_at: row.opened_at.0,
            confirmed_by: row.confirmed_by,
            confirmed_at: row.confirmed_at.map(|at| at.0),
            settled_at: row.settled_at.map(|at| at.0),
            state: row.state,
            version: row.version,
        }
    }
}

pub fn find_batch(conn: &mut Conn, id: PaymentBatchId) -> Result<Option<PaymentBatch>, DbError> {
    let row: Option<BatchRow> =
        batches::table.find(id).select(BatchRow::as_select()).first(conn).optional()?;
    Ok(row.map(PaymentBatch::from))
}

/// The newest first.
pub fn list_batches(
    conn: &mut Conn,
    state: Option<BatchState>,
    (offset, limit): (i64, i64),
) -> Result<Vec<PaymentBatch>, DbError> {
    let mut query = batches::table.select(BatchRow::as_select()).into_boxed();
    if let Some(state) = state {
        query = query.filter(batches::state.eq(state));
    }
    let rows: Vec<BatchRow> = query.order(batches::id.desc()).offset(offset).limit(limit).load(conn)?;
    Ok(rows.into_iter().map(PaymentBatch::from).collect())
}

/// How many batches have a number that begins so.
pub fn count_numbered(conn: &mut Conn, beginning: &str) -> Result<i64, DbError> {
    let same = batches::table.filter(batches::number.like(format!("{beginning}%")));
    Ok(same.count().get_result(conn)?)
}

/// Holds a batch until the transaction ends. Changes nothing: the statement is there for its lock.
pub fn hold_batch(tx: &mut Tx, id: PaymentBatchId) -> Result<(), DbError> {
    diesel::update(batches::table.find(id)).set(batches::version.eq(batches::version)).execute(&mut **tx)?;
    Ok(())
}

pub fn insert_batch(tx: &mut Tx, batch: &PaymentBatch) -> Result<(), DbError> {
    diesel::insert_into(batches::table)
        .values((
            batches::id.eq(batch.id),
            batches::number.eq(&batch.number),
            batches::payments.eq(count(batch.payments)),
            batches::total.eq(batch.total.get()),
            batches::opened_by.eq(batch.opened_by),
            batches::opened_at.eq(At(batch.opened_at)),
            batches::state.eq(batch.state),
            batches::version.eq(batch.version),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

fn count(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Brings a batch from one state into another; whether it was in the first.
pub fn set_batch_state(
    tx: &mut Tx,
    context: &Context,
    batch: &PaymentBatch,
    to: BatchState,
) -> Result<bool, DbError> {
    let current = batches::table
        .find(batch.id)
        .filter(batches::state.eq(batch.state).and(batches::version.eq(batch.version)));
    let now = At(context.now);
    let next = (batches::state.eq(to), batches::version.eq(batch.version + 1));
    let changed = match to {
        BatchState::Confirmed => diesel::update(current)
            .set((next, batches::confirmed_by.eq(context.account()), batches::confirmed_at.eq(now)))
            .execute(&mut **tx)?,
        BatchState::Settled => diesel::update(current)
            .set((next, batches::settled_by.eq(context.account()), batches::settled_at.eq(now)))
            .execute(&mut **tx)?,
        BatchState::Opened | BatchState::Cancelled => diesel::update(current).set(next).execute(&mut **tx)?,
    };
    Ok(changed == 1)
}

pub fn insert_payments(tx: &mut Tx, all: &[Payment]) -> Result<(), DbError> {
    for chunk in all.chunks(CHUNK) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|payment| {
                let (person, organisation) = columns_of(payment.obligation.beneficiary);
                (
                    payments::id.eq(payment.id),
                    payments::batch_id.eq(payment.batch),
                    payments::line.eq(count(payment.line)),
                    payments::claim_id.eq(payment.claim),
                    payments::scheme_code.eq(payment.obligation.scheme.as_str()),
                    payments::person_id.eq(person),
                    payments::organisation_id.eq(organisation),
                    payments::part.eq(payment.obligation.part.to_string()),
                    payments::bank_account_id.eq(payment.account.id),
                    payments::amount.eq(payment.amount.get()),
                    payments::purpose.eq(payment.purpose.as_str()),
                    payments::state.eq(payment.state),
                )
            })
            .collect();
        on_each!(tx, conn => diesel::insert_into(payments::table).values(&rows).execute(conn))?;
    }
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = payments)]
struct PaymentRow {
    id: PaymentId,
    batch_id: PaymentBatchId,
    line: i32,
    claim_id: ClaimId,
    scheme_code: String,
    person_id: Option<PersonId>,
    organisation_id: Option<OrganisationId>,
    part: String,
    amount: i64,
    purpose: String,
    state: PaymentState,
    result_note: Option<String>,
    settled_at: Option<At>,
}

impl TryFrom<(PaymentRow, AccountRow)> for Payment {
    type Error = DbError;
    fn try_from((row, account): (PaymentRow, AccountRow)) -> Result<Self, DbError> {
        let part = row.part.parse().map_err(|_| {
            DbError::Query(diesel::result::Error::DeserializationError("a payment without its part".into()))
        })?;
        Ok(Self {
            id: row.id,
            batch: row.batch_id,
            line: row.line.unsigned_abs(),
            claim: row.claim_id,
            obligation: Obligation {
                scheme: row.scheme_code,
                beneficiary: beneficiary(row.person_id, row.organisation_id)?,
                part,
            },
            account: account.try_into()?,
            amount: Fen::new(row.amount),
            purpose: row.purpose,
            state: row.state,
            note: row.result_note,
            settled_at: row.settled_at.map(|at| at.0),
        })
    }
}

pub fn find_payment(conn: &mut Conn, id: PaymentId) -> Result<Option<Payment>, DbError> {
    let row: Option<(PaymentRow, AccountRow)> = payments::table
        .inner_join(accounts::table)
        .filter(payments::id.eq(id))
        .select((PaymentRow::as_select(), AccountRow::as_select()))
        .first(conn)
        .optional()?;
    row.map(Payment::try_from).transpose()
}

/// The payments of a batch, in the order of its file.
pub fn payments_of(conn: &mut Conn, batch: PaymentBatchId) -> Result<Vec<Payment>, DbError> {
    let rows: Vec<(PaymentRow, AccountRow)> = payments::table
        .inner_join(accounts::table)
        .filter(payments::batch_id.eq(batch))
        .select((PaymentRow::as_select(), AccountRow::as_select()))
        .order(payments::line)
        .load(conn)?;
    rows.into_iter().map(Payment::try_from).collect()
}

/// The payments of a claim, the newest first.
pub fn of_claim(conn: &mut Conn, claim: ClaimId) -> Result<Vec<Payment>, DbError> {
    let rows: Vec<(PaymentRow, AccountRow)> = payments::table
        .inner_join(accounts::table)
        .filter(payments::claim_id.eq(claim))
        .select((PaymentRow::as_select(), AccountRow::as_select()))
        .order(payments::id.desc())
        .load(conn)?;
    rows.into_iter().map(Payment::try_from).collect()
}

/// Gives an open payment its result; whether it was open.
pub fn settle(
    tx: &mut Tx,
    context: &Context,
    payment: PaymentId,
    result: PaymentResult,
    note: &str,
) -> Result<bool, DbError> {
    let open = payments::table.find(payment).filter(payments::state.eq(PaymentState::Open));
    let changed = diesel::update(open)
        .set((
            payments::state.eq(PaymentState::from(result)),
            payments::result_note.eq((!note.is_empty()).then_some(note)),
            payments::settled_at.eq(At(context.now)),
        ))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// Takes back all open payments of a batch.
pub fn cancel(tx: &mut Tx, batch: PaymentBatchId) -> Result<(), DbError> {
    let open =
        payments::table.filter(payments::batch_id.eq(batch)).filter(payments::state.eq(PaymentState::Open));
    diesel::update(open).set(payments::state.eq(PaymentState::Cancelled)).execute(&mut **tx)?;
    Ok(())
}

#[derive(QueryableByName)]
pub struct TwicePaid {
    #[diesel(sql_type = Identifier)]
    pub claim: ClaimId,
    #[diesel(sql_type = Text)]
    pub part: String,
    #[diesel(sql_type = BigInt)]
    pub times: i64,
}

/// Obligations with more than one live payment. The unique indexes allow none; whoever checks the books asks all the
/// same.
pub fn paid_twice(conn: &mut Conn) -> Result<Vec<TwicePaid>, DbError> {
    let text = match conn {
        Conn::Postgres(_) => "MIN(claim_id::text)::uuid",
        Conn::Sqlite(_) => "MIN(claim_id)",
    };
    Ok(diesel::sql_query(format!(
        "SELECT {text} AS claim, part, CAST(COUNT(*) AS BIGINT) AS times FROM payments \
         WHERE state IN ('open', 'paid') GROUP BY scheme_code, person_id, organisation_id, part HAVING COUNT(*) > 1"
    ))
    .load(conn)?)
}
