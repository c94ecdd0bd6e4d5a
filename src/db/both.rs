//! Statements that Diesel accepts for each database by itself but not for the pair.

use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sqlite::Sqlite;

use crate::db::connection::MultiBackend;

/// Forwards a whole statement that compiles for both databases, e.g. one with `ON CONFLICT`, which the pair's
/// backend declares itself unable to do.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct Both<T>(pub T);

impl<T> QueryFragment<MultiBackend> for Both<T>
where
    T: QueryFragment<Pg> + QueryFragment<Sqlite>,
{
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(&self.0, pass)
    }
}
impl<T: Query> Query for Both<T> {
    type SqlType = T::SqlType;
}
impl<T, C> RunQueryDsl<C> for Both<T> {}

#[derive(Debug, Clone, Copy, QueryId)]
struct SkipLocked;
impl QueryFragment<Pg> for SkipLocked {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        pass.push_sql(" FOR UPDATE SKIP LOCKED");
        Ok(())
    }
}
impl QueryFragment<Sqlite> for SkipLocked {
    fn walk_ast<'b>(&'b self, _: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        Ok(())
    }
}

/// A query whose rows are locked and whose locked rows are passed over: `FOR UPDATE SKIP LOCKED` on PostgreSQL;
/// on SQLite the transaction holds the one write lock already.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct Locked<Q>(pub Q);

impl<Q: QueryFragment<MultiBackend>> QueryFragment<MultiBackend> for Locked<Q> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        self.0.walk_ast(pass.reborrow())?;
        MultiBackend::walk_variant_ast(&SkipLocked, pass)
    }
}
impl<Q: Query> Query for Locked<Q> {
    type SqlType = Q::SqlType;
}
impl<Q, C> RunQueryDsl<C> for Locked<Q> {}

/// The columns of a `Selectable` as a plain expression, for `RETURNING`.
pub fn columns<T: Selectable<MultiBackend>>() -> T::SelectExpression
where
    MultiBackend: Backend,
{
    T::construct_selection()
}

/// Runs one expression against each concrete connection: batch inserts and upserts, which the pair lacks.
#[macro_export]
macro_rules! on_each {
    ($conn:expr, $inner:ident => $body:expr) => {
        match &mut **$conn {
            $crate::db::Conn::Postgres($inner) => $body,
            $crate::db::Conn::Sqlite($inner) => $body,
        }
    };
}

/// Inserts many new rows, each with a value for every column: one statement on SQLite, COPY on PostgreSQL, which costs
/// half of what a statement with all the values would.
#[macro_export]
macro_rules! insert_all {
    ($tx:expr, $table:expr, $rows:expr) => {
        match &mut **$tx {
            $crate::db::Conn::Postgres(conn) => {
                diesel::copy_from($table).from_insertable($rows).execute(conn)
            }
            $crate::db::Conn::Sqlite(conn) => diesel::insert_into($table).values($rows).execute(conn),
        }
    };
}
