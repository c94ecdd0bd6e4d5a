use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::schema::{clawbacks, payments};
use crate::db::types::At;
use crate::db::{Conn, DbError};
use crate::kernel::dates::Timestamp;
use crate::kernel::ids::ClaimId;
use crate::kernel::money::Fen;
use crate::registry::subsidies::statement::AskedBack;
use crate::registry::subsidies::{ClawbackState, PaymentState};

/// Ids of one statement.
const CHUNK: usize = 500;

/// When claims were paid; those that were not, or whose money came back, are left out.
pub fn paid_at(conn: &mut Conn, claims: &[ClaimId]) -> Result<HashMap<ClaimId, Timestamp>, DbError> {
    let mut found = HashMap::new();
    for chunk in claims.chunks(CHUNK) {
        let rows: Vec<(ClaimId, Option<At>)> = payments::table
            .filter(payments::claim_id.eq_any(chunk.to_vec()))
            .filter(payments::state.eq(PaymentState::Paid))
            .select((payments::claim_id, payments::settled_at))
            .load(conn)?;
        found.extend(rows.into_iter().filter_map(|(claim, at)| Some((claim, at?.0))));
    }
    Ok(found)
}

/// What was decided to be asked back of claims; those of which nothing was are left out.
pub fn asked_back(conn: &mut Conn, claims: &[ClaimId]) -> Result<HashMap<ClaimId, AskedBack>, DbError> {
    let mut found = HashMap::new();
    for chunk in claims.chunks(CHUNK) {
        let rows: Vec<(ClaimId, i64, i64)> = clawbacks::table
            .filter(clawbacks::claim_id.eq_any(chunk.to_vec()))
            .filter(clawbacks::state.eq_any(vec![ClawbackState::Decided, ClawbackState::Settled]))
            .select((clawbacks::claim_id, clawbacks::amount, clawbacks::received))
            .load(conn)?;
        for (claim, demanded, received) in rows {
            let one = AskedBack { demanded: Fen::new(demanded), received: Fen::new(received) };
            found.insert(claim, one);
        }
    }
    Ok(found)
}
