use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::{claim_events as events, claims};
use crate::db::types::At;
use crate::db::{DbError, Tx};
use crate::insert_all;
use crate::kernel::area::AreaCode;
use crate::kernel::context::Context;
use crate::kernel::ids::{ClaimId, OrganisationId, PersonId, entity};
use crate::registry::subsidies::claim_store::{canonical, columns_of, signed};
use crate::registry::subsidies::rules::state::StateCode;
use crate::registry::subsidies::{ClaimStep, NewClaim};

/// Rows of one statement.
const CHUNK: usize = 500;

/// A draft.
pub fn insert(tx: &mut Tx, context: &Context, new: &NewClaim) -> Result<ClaimId, DbError> {
    let id = context.fresh_id::<entity::Claim>();
    let assessment = &new.frozen.assessment;
    let (person, organisation) = columns_of(new.beneficiary);
    diesel::insert_into(claims::table)
        .values((
            claims::id.eq(id),
            claims::scheme_code.eq(&assessment.scheme),
            claims::scheme_version.eq(signed(assessment.version)?),
            claims::person_id.eq(person),
            claims::organisation_id.eq(organisation),
            claims::part.eq(assessment.part.to_string()),
            claims::amount.eq(assessment.amount.get()),
            claims::assessed_on.eq(assessment.on),
            claims::facts.eq(canonical(&new.frozen.facts)?),
            claims::assessment.eq(canonical(assessment)?),
            claims::applicant_id.eq(new.applicant),
            claims::area_code.eq(&new.area),
            claims::town_review.eq(new.review.town),
            claims::two_persons.eq(new.review.two_persons),
            claims::notice_days.eq(signed(new.review.notice_days)?),
            claims::apply_by.eq(new.review.apply_by),
            claims::approve_by.eq(new.review.approve_by),
            claims::appeal_days.eq(signed(new.review.appeal_days)?),
            claims::state.eq(StateCode::Draft),
            claims::version.eq(1),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

#[derive(Insertable)]
#[diesel(table_name = claims, treat_none_as_default_value = false)]
struct DraftRow<'a> {
    id: ClaimId,
    scheme_code: &'a str,
    scheme_version: i32,
    person_id: Option<PersonId>,
    organisation_id: Option<OrganisationId>,
    part: String,
    amount: i64,
    assessed_on: NaiveDate,
    facts: String,
    assessment: String,
    applicant_id: Option<OrganisationId>,
    area_code: AreaCode,
    town_review: bool,
    two_persons: bool,
    notice_days: i32,
    apply_by: Option<NaiveDate>,
    approve_by: Option<NaiveDate>,
    appeal_days: i32,
    state: StateCode,
    version: i32,
}

/// Many drafts, each with the line of its history.
pub fn insert_all(tx: &mut Tx, context: &Context, new: &[NewClaim]) -> Result<(), DbError> {
    for chunk in new.chunks(CHUNK) {
        let rows = chunk.iter().map(|new| draft_row(context, new)).collect::<Result<Vec<_>, DbError>>()?;
        insert_all!(tx, claims::table, &rows)?;
        let lines: Vec<_> = rows
            .iter()
            .map(|row| {
                (
                    events::id.eq(context.fresh_id::<entity::ClaimEvent>()),
                    events::claim_id.eq(row.id),
                    events::step.eq(ClaimStep::Draft),
                    events::state.eq(StateCode::Draft),
                    events::version.eq(1),
                    events::done_by.eq(context.account()),
                    events::done_at.eq(At(context.now)),
                    events::reason.eq(""),
                )
            })
            .collect();
        insert_all!(tx, events::table, &lines)?;
    }
    Ok(())
}

fn draft_row<'a>(context: &Context, new: &'a NewClaim) -> Result<DraftRow<'a>, DbError> {
    let assessment = &new.frozen.assessment;
    let (person_id, organisation_id) = columns_of(new.beneficiary);
    Ok(DraftRow {
        id: context.fresh_id::<entity::Claim>(),
        scheme_code: &assessment.scheme,
        scheme_version: signed(assessment.version)?,
        person_id,
        organisation_id,
        part: assessment.part.to_string(),
        amount: assessment.amount.get(),
        assessed_on: assessment.on,
        facts: canonical(&new.frozen.facts)?,
        assessment: canonical(assessment)?,
        applicant_id: new.applicant,
        area_code: new.area.clone(),
        town_review: new.review.town,
        two_persons: new.review.two_persons,
        notice_days: signed(new.review.notice_days)?,
        apply_by: new.review.apply_by,
        approve_by: new.review.approve_by,
        appeal_days: signed(new.review.appeal_days)?,
        state: StateCode::Draft,
        version: 1,
    })
}
