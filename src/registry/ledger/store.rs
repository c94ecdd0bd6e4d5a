use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::db::schema::{budget_lines as lines, ledger_postings as postings};
use crate::db::types::{At, Identifier};
use crate::db::{Conn, DbError, Tx};
use crate::kernel::context::Context;
use crate::kernel::ids::{AccountId, BudgetLineId, Id, PostingId, entity};
use crate::kernel::money::Fen;
use crate::registry::ledger::{Account, Balances, BudgetLine, NewBudget, Posting, PostingKind};
use crate::stored_as_code;

stored_as_code!(Account, PostingKind);

/// Marks the subject of a posting, which may be of any kind.
enum Subject {}

#[derive(Queryable, Selectable)]
#[diesel(table_name = lines)]
struct LineRow {
    id: BudgetLineId,
    scheme_code: String,
    year: i32,
    document: String,
    appropriation: i64,
    available: i64,
    committed: i64,
    paid: i64,
    to_recover: i64,
    recovered: i64,
    version: i32,
}

impl From<LineRow> for BudgetLine {
    fn from(row: LineRow) -> Self {
        Self {
            id: row.id,
            scheme: row.scheme_code,
            year: row.year,
            document: row.document,
            balances: Balances {
                appropriation: Fen::new(-row.appropriation),
                available: Fen::new(row.available),
                committed: Fen::new(row.committed),
                paid: Fen::new(row.paid),
                to_recover: Fen::new(row.to_recover),
                recovered: Fen::new(row.recovered),
            },
            version: row.version,
        }
    }
}

pub fn find(conn: &mut Conn, id: BudgetLineId) -> Result<Option<BudgetLine>, DbError> {
    let row: Option<LineRow> = lines::table.find(id).select(LineRow::as_select()).first(conn).optional()?;
    Ok(row.map(BudgetLine::from))
}

pub fn find_of(conn: &mut Conn, scheme: &str, year: i32) -> Result<Option<BudgetLine>, DbError> {
    let row: Option<LineRow> = lines::table
        .filter(lines::scheme_code.eq(scheme))
        .filter(lines::year.eq(year))
        .select(LineRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(BudgetLine::from))
}

/// The newest year first, then by scheme.
pub fn list(conn: &mut Conn, scheme: Option<&str>) -> Result<Vec<BudgetLine>, DbError> {
    let mut query = lines::table.select(LineRow::as_select()).into_boxed();
    if let Some(scheme) = scheme {
        query = query.filter(lines::scheme_code.eq(scheme.to_owned()));
    }
    let rows: Vec<LineRow> = query.order((lines::year.desc(), lines::scheme_code)).load(conn)?;
    Ok(rows.into_iter().map(BudgetLine::from).collect())
}

/// A line with nothing in it.
pub fn insert(tx: &mut Tx, context: &Context, new: &NewBudget) -> Result<BudgetLineId, DbError> {
    let id = context.fresh_id::<entity::BudgetLine>();
    diesel::insert_into(lines::table)
        .values((
            lines::id.eq(id),
            lines::scheme_code.eq(&new.scheme),
            lines::year.eq(new.year),
            lines::document.eq(&new.document),
            lines::appropriation.eq(0),
            lines::available.eq(0),
            lines::committed.eq(0),
            lines::paid.eq(0),
            lines::to_recover.eq(0),
            lines::recovered.eq(0),
            lines::created_at.eq(At(context.now)),
            lines::version.eq(1),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

/// Holds a line until the transaction ends, if `version` is still the current one; whether it was.
pub fn hold(tx: &mut Tx, id: BudgetLineId, version: i32, document: &str) -> Result<bool, DbError> {
    let current = lines::table.find(id).filter(lines::version.eq(version));
    let changed = diesel::update(current)
        .set((lines::version.eq(version + 1), lines::document.eq(document)))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// Changes the two balances of a posting in one statement, if the account that it leaves holds that much; whether it
/// did. The appropriation is the one account that may fall below zero.
pub fn transfer(tx: &mut Tx, line: BudgetLineId, kind: PostingKind, amount: Fen) -> Result<bool, DbError> {
    let by = amount.get();
    let held = lines::table.find(line);
    let changed = match kind {
        PostingKind::Raise => diesel::update(held)
            .set((
                lines::appropriation.eq(lines::appropriation - by),
                lines::available.eq(lines::available + by),
            ))
            .execute(&mut **tx)?,
        PostingKind::Lower => diesel::update(held.filter(lines::available.ge(by)))
            .set((
                lines::available.eq(lines::available - by),
                lines::appropriation.eq(lines::appropriation + by),
            ))
            .execute(&mut **tx)?,
        PostingKind::Commit => diesel::update(held.filter(lines::available.ge(by)))
            .set((lines::available.eq(lines::available - by), lines::committed.eq(lines::committed + by)))
            .execute(&mut **tx)?,
        PostingKind::Release => diesel::update(held.filter(lines::committed.ge(by)))
            .set((lines::committed.eq(lines::committed - by), lines::available.eq(lines::available + by)))
            .execute(&mut **tx)?,
        PostingKind::Pay => diesel::update(held.filter(lines::committed.ge(by)))
            .set((lines::committed.eq(lines::committed - by), lines::paid.eq(lines::paid + by)))
            .execute(&mut **tx)?,
        PostingKind::Return => diesel::update(held.filter(lines::paid.ge(by)))
            .set((lines::paid.eq(lines::paid - by), lines::committed.eq(lines::committed + by)))
            .execute(&mut **tx)?,
        PostingKind::Demand => diesel::update(held.filter(lines::paid.ge(by)))
            .set((lines::paid.eq(lines::paid - by), lines::to_recover.eq(lines::to_recover + by)))
            .execute(&mut **tx)?,
        PostingKind::Receive => diesel::update(held.filter(lines::to_recover.ge(by)))
            .set((lines::to_recover.eq(lines::to_recover - by), lines::recovered.eq(lines::recovered + by)))
            .execute(&mut **tx)?,
    };
    Ok(changed == 1)
}

/// Writes the posting down.
pub fn insert_posting(
    tx: &mut Tx,
    context: &Context,
    (line, kind, amount): (BudgetLineId, PostingKind, Fen),
    subject: Option<uuid::Uuid>,
    document: Option<&str>,
) -> Result<(), DbError> {
    let (from, to) = kind.accounts();
    diesel::insert_into(postings::table)
        .values((
            postings::id.eq(context.fresh_id::<entity::Posting>()),
            postings::budget_line_id.eq(line),
            postings::kind.eq(kind),
            postings::from_account.eq(from),
            postings::to_account.eq(to),
            postings::amount.eq(amount.get()),
            postings::subject_id.eq(subject.map(Id::<Subject>::from_uuid)),
            postings::document.eq(document),
            postings::posted_by.eq(context.account()),
            postings::posted_at.eq(At(context.now)),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = postings)]
struct PostingRow {
    id: PostingId,
    budget_line_id: BudgetLineId,
    kind: PostingKind,
    amount: i64,
    subject_id: Option<Id<Subject>>,
    document: Option<String>,
    posted_by: Option<AccountId>,
    posted_at: At,
}

/// The postings of a line, the newest first.
pub fn postings_of(
    conn: &mut Conn,
    line: BudgetLineId,
    (offset, limit): (i64, i64),
) -> Result<Vec<Posting>, DbError> {
    let rows: Vec<PostingRow> = postings::table
        .filter(postings::budget_line_id.eq(line))
        .select(PostingRow::as_select())
        .order((postings::posted_at.desc(), postings::id.desc()))
        .offset(offset)
        .limit(limit)
        .load(conn)?;
    let posting = |row: PostingRow| Posting {
        id: row.id,
        line: row.budget_line_id,
        kind: row.kind,
        amount: Fen::new(row.amount),
        subject: row.subject_id.map(Id::uuid),
        document: row.document,
        by: row.posted_by,
        at: row.posted_at.0,
    };
    Ok(rows.into_iter().map(posting).collect())
}

#[derive(QueryableByName)]
struct SumRow {
    #[diesel(sql_type = Identifier)]
    line: BudgetLineId,
    #[diesel(sql_type = Text)]
    account: Account,
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// What the postings come to, by line and account.
pub fn sums(conn: &mut Conn) -> Result<BTreeMap<(BudgetLineId, Account), Fen>, DbError> {
    let rows: Vec<SumRow> = diesel::sql_query(
        "SELECT line, account, CAST(SUM(amount) AS BIGINT) AS total FROM ( \
         SELECT budget_line_id AS line, to_account AS account, amount FROM ledger_postings UNION ALL \
         SELECT budget_line_id AS line, from_account AS account, -amount AS amount FROM ledger_postings) AS entries \
         GROUP BY line, account",
    )
    .load(conn)?;
    Ok(rows.into_iter().map(|row| ((row.line, row.account), Fen::new(row.total))).collect())
}
