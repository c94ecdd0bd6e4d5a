use diesel::prelude::*;

use crate::db::schema::claim_events as events;
use crate::db::types::At;
use crate::db::{Conn, DbError, Tx};
use crate::kernel::context::Context;
use crate::kernel::ids::{AccountId, ClaimId, entity};
use crate::registry::subsidies::rules::state::StateCode;
use crate::registry::subsidies::{ClaimEvent, ClaimStep};

/// Notes the step that made a version of a claim.
pub fn insert_event(
    tx: &mut Tx,
    context: &Context,
    (claim, version): (ClaimId, i32),
    (step, state): (ClaimStep, StateCode),
    reason: &str,
) -> Result<(), DbError> {
    diesel::insert_into(events::table)
        .values((
            events::id.eq(context.fresh_id::<entity::ClaimEvent>()),
            events::claim_id.eq(claim),
            events::step.eq(step),
            events::state.eq(state),
            events::version.eq(version),
            events::done_by.eq(context.account()),
            events::done_at.eq(At(context.now)),
            events::reason.eq(reason),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = events)]
struct EventRow {
    step: ClaimStep,
    state: StateCode,
    done_by: Option<AccountId>,
    done_at: At,
    reason: String,
}

/// The oldest first.
pub fn events(conn: &mut Conn, claim: ClaimId) -> Result<Vec<ClaimEvent>, DbError> {
    let rows: Vec<EventRow> = events::table
        .filter(events::claim_id.eq(claim))
        .select(EventRow::as_select())
        .order(events::version)
        .load(conn)?;
    let event = |row: EventRow| ClaimEvent {
        step: row.step,
        state: row.state,
        by: row.done_by,
        at: row.done_at.0,
        reason: row.reason,
    };
    Ok(rows.into_iter().map(event).collect())
}
