use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::{claim_appeals as appeals, claims};
use crate::db::types::At;
use crate::db::{DbError, Tx};
use crate::kernel::context::Context;
use crate::kernel::ids::{AccountId, BudgetLineId, ClaimId};
use crate::registry::subsidies::rules::state::{Appeal, Finding};
use crate::stored_as_code;

stored_as_code!(Finding);

/// Refused by the database where the claim was appealed before.
pub fn insert(tx: &mut Tx, claim: ClaimId, new: &Appeal) -> Result<(), DbError> {
    diesel::insert_into(appeals::table)
        .values((
            appeals::id.eq(new.id),
            appeals::claim_id.eq(claim),
            appeals::refused_by.eq(new.refused.by),
            appeals::refused_at.eq(At(new.refused.at)),
            appeals::appealed_by.eq(new.appealed.by),
            appeals::appealed_at.eq(At(new.appealed.at)),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// What the appeal came to; whether it was open.
pub fn decide(tx: &mut Tx, context: &Context, claim: ClaimId, finding: Finding) -> Result<bool, DbError> {
    let open = appeals::table.filter(appeals::claim_id.eq(claim)).filter(appeals::finding.is_null());
    let changed = diesel::update(open)
        .set((
            appeals::finding.eq(finding),
            appeals::decided_by.eq(context.account()),
            appeals::decided_at.eq(At(context.now)),
        ))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// What an earlier decision left on a claim, to be cleared away.
#[derive(AsChangeset, Default)]
#[diesel(table_name = claims, treat_none_as_null = true)]
struct NoDecision {
    first_approved_by: Option<AccountId>,
    first_approved_at: Option<At>,
    approved_by: Option<AccountId>,
    approved_at: Option<At>,
    notice_starts_on: Option<NaiveDate>,
    notice_ends_on: Option<NaiveDate>,
    objected_by: Option<AccountId>,
    objected_on: Option<NaiveDate>,
    budget_line_id: Option<BudgetLineId>,
}

/// The claim is as before anybody approved it. Its history stays.
pub fn clear_decision(tx: &mut Tx, claim: ClaimId) -> Result<(), DbError> {
    diesel::update(claims::table.find(claim)).set(NoDecision::default()).execute(&mut **tx)?;
    Ok(())
}
