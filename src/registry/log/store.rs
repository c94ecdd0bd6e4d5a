use diesel::dsl::{count_star, max};
use diesel::prelude::*;

use crate::db::schema::log_leaves;
use crate::db::types::At;
use crate::db::{Conn, DbError, Tx};
use crate::insert_all;
use crate::kernel::context::Context;
use crate::proof::log::{Leaf, LeafKind};
use crate::stored_as_code;

stored_as_code!(LeafKind);

/// Rows of one statement.
const CHUNK: usize = 500;

/// Adds entries, in their order.
pub fn append(tx: &mut Tx, context: &Context, leaves: &[Leaf]) -> Result<(), DbError> {
    for chunk in leaves.chunks(CHUNK) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|leaf| {
                (
                    log_leaves::kind.eq(leaf.kind),
                    log_leaves::digest.eq(leaf.digest.to_vec()),
                    log_leaves::recorded_at.eq(At(context.now)),
                )
            })
            .collect();
        insert_all!(tx, log_leaves::table, &rows)?;
    }
    Ok(())
}

/// Adds an entry unless the like of it stands there already, for what is told to the log more than once.
pub fn append_new(tx: &mut Tx, context: &Context, leaf: Leaf) -> Result<(), DbError> {
    let same = log_leaves::table
        .filter(log_leaves::digest.eq(leaf.digest.to_vec()).and(log_leaves::kind.eq(leaf.kind)));
    let known: i64 = same.select(count_star()).get_result(&mut **tx)?;
    if known > 0 { Ok(()) } else { append(tx, context, &[leaf]) }
}

/// How many entries have no index yet.
pub fn waiting(conn: &mut Conn) -> Result<i64, DbError> {
    let waiting = log_leaves::table.filter(log_leaves::log_index.is_null());
    Ok(waiting.select(count_star()).get_result(conn)?)
}

/// How many entries have an index: one more than the highest.
pub fn size(conn: &mut Conn) -> Result<u64, DbError> {
    let highest: Option<i64> = log_leaves::table.select(max(log_leaves::log_index)).get_result(conn)?;
    Ok(highest.and_then(|index| u64::try_from(index).ok()).map_or(0, |index| index + 1))
}

/// Gives the entries that wait their indexes from `from` on, in the order of their rows. To be called by the publisher
/// alone, which holds the log's lock.
pub fn give_indexes(tx: &mut Tx, from: u64) -> Result<(), DbError> {
    let statement = format!(
        "UPDATE log_leaves SET log_index = waiting.place FROM (SELECT id AS row_id, \
         ROW_NUMBER() OVER (ORDER BY id) - 1 + {from} AS place FROM log_leaves WHERE log_index IS NULL) AS waiting \
         WHERE log_leaves.id = waiting.row_id"
    );
    diesel::sql_query(statement).execute(&mut **tx)?;
    Ok(())
}

/// The entry at an index.
pub fn find(conn: &mut Conn, index: u64) -> Result<Option<Leaf>, DbError> {
    Ok(range(conn, index, index + 1)?.pop())
}

/// The entries from index `from` up to but without `to`, in order. Fewer than asked for where there are no more.
pub fn range(conn: &mut Conn, from: u64, to: u64) -> Result<Vec<Leaf>, DbError> {
    let rows: Vec<(LeafKind, Vec<u8>)> = log_leaves::table
        .filter(log_leaves::log_index.ge(signed(from)).and(log_leaves::log_index.lt(signed(to))))
        .order(log_leaves::log_index)
        .select((log_leaves::kind, log_leaves::digest))
        .load(conn)?;
    let leaf = |(kind, digest): (LeafKind, Vec<u8>)| {
        // A digest of another length is no entry of ours; all zeros never lead to the root.
        Leaf { kind, digest: digest.try_into().unwrap_or([0; 32]) }
    };
    Ok(rows.into_iter().map(leaf).collect())
}

/// Where an entry stands; `None` before it has an index, and for one that was never written.
pub fn index_of(conn: &mut Conn, leaf: &Leaf) -> Result<Option<u64>, DbError> {
    let index: Option<Option<i64>> = log_leaves::table
        .filter(log_leaves::digest.eq(leaf.digest.to_vec()).and(log_leaves::kind.eq(leaf.kind)))
        .order(log_leaves::id)
        .select(log_leaves::log_index)
        .first(conn)
        .optional()?;
    Ok(index.flatten().and_then(|index| u64::try_from(index).ok()))
}

/// Takes an entry back that the log published and a restored database has lost. A row of it that waits is given its
/// index, else one is written. Whether there was a row.
pub fn adopt(tx: &mut Tx, context: &Context, index: u64, leaf: &Leaf) -> Result<bool, DbError> {
    let row: Option<i64> = log_leaves::table
        .filter(log_leaves::digest.eq(leaf.digest.to_vec()).and(log_leaves::kind.eq(leaf.kind)))
        .filter(log_leaves::log_index.is_null())
        .order(log_leaves::id)
        .select(log_leaves::id)
        .first(&mut **tx)
        .optional()?;
    if let Some(row) = row {
        diesel::update(log_leaves::table.filter(log_leaves::id.eq(row)))
            .set(log_leaves::log_index.eq(signed(index)))
            .execute(&mut **tx)?;
    } else {
        diesel::insert_into(log_leaves::table)
            .values((
                log_leaves::kind.eq(leaf.kind),
                log_leaves::digest.eq(leaf.digest.to_vec()),
                log_leaves::recorded_at.eq(At(context.now)),
                log_leaves::log_index.eq(signed(index)),
            ))
            .execute(&mut **tx)?;
    }
    Ok(row.is_some())
}

fn signed(index: u64) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}
