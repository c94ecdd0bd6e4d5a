use diesel::prelude::*;

use crate::db::schema::log_leaves;
use crate::db::types::At;
use crate::db::{DbError, Tx};
use crate::kernel::context::Context;
use crate::on_each;
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
        on_each!(tx, conn => diesel::insert_into(log_leaves::table).values(&rows).execute(conn))?;
    }
    Ok(())
}
