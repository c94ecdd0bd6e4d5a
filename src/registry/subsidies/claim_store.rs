use std::collections::HashSet;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::{claim_appeals as appeals, claims, organisations, people};
use crate::db::types::At;
use crate::db::{Conn, DbError, Locked, Tx};
use crate::kernel::area::AreaCode;
use crate::kernel::codes::Code;
use crate::kernel::ids::{AccountId, BudgetLineId, ClaimAppealId, ClaimId, OrganisationId, PersonId};
use crate::kernel::money::Fen;
use crate::registry::schemes::{Beneficiary, Obligation};
use crate::registry::subsidies::rules::state::{
    Appeal, Approved, ClaimState, Deed, Objection, PublicNotice, StateCode,
};
use crate::registry::subsidies::{Claim, ClaimStep, Frozen, Review, Wanted};
use crate::stored_as_code;

stored_as_code!(StateCode, ClaimStep);

/// States that need somebody's hand no more: their obligations are free again.
const FREE: [StateCode; 4] = [StateCode::Draft, StateCode::Refused, StateCode::Withdrawn, StateCode::Stopped];
/// States before anybody approved.
const EARLY: [StateCode; 7] = [
    StateCode::Draft,
    StateCode::Submitted,
    StateCode::TownReviewed,
    StateCode::FirstApproved,
    StateCode::Refused,
    StateCode::Appealed,
    StateCode::Withdrawn,
];
/// Ids of one statement.
const CHUNK: usize = 500;

#[derive(Queryable, Selectable)]
#[diesel(table_name = claims)]
struct ClaimRow {
    id: ClaimId,
    scheme_code: String,
    scheme_version: i32,
    person_id: Option<PersonId>,
    organisation_id: Option<OrganisationId>,
    part: String,
    amount: i64,
    assessed_on: NaiveDate,
    applicant_id: Option<OrganisationId>,
    area_code: AreaCode,
    town_review: bool,
    two_persons: bool,
    notice_days: i32,
    apply_by: Option<NaiveDate>,
    approve_by: Option<NaiveDate>,
    appeal_days: i32,
    submitted_by: Option<AccountId>,
    submitted_at: Option<At>,
    first_approved_by: Option<AccountId>,
    first_approved_at: Option<At>,
    approved_by: Option<AccountId>,
    approved_at: Option<At>,
    notice_starts_on: Option<NaiveDate>,
    notice_ends_on: Option<NaiveDate>,
    objected_by: Option<AccountId>,
    objected_on: Option<NaiveDate>,
    budget_line_id: Option<BudgetLineId>,
    state: StateCode,
    version: i32,
}

/// The one appeal against the refusal of a claim.
#[derive(Queryable, Selectable)]
#[diesel(table_name = appeals)]
struct AppealRow {
    id: ClaimAppealId,
    refused_by: AccountId,
    refused_at: At,
    appealed_by: AccountId,
    appealed_at: At,
}

type NamedRow = (ClaimRow, Option<String>, Option<String>, Option<AppealRow>);

impl From<AppealRow> for Appeal {
    fn from(row: AppealRow) -> Self {
        Self {
            id: row.id,
            refused: Deed { by: row.refused_by, at: row.refused_at.0 },
            appealed: Deed { by: row.appealed_by, at: row.appealed_at.0 },
        }
    }
}

pub(super) fn broken(what: &str) -> DbError {
    DbError::Query(diesel::result::Error::DeserializationError(format!("a claim without its {what}").into()))
}

fn deed(by: Option<AccountId>, at: Option<At>) -> Option<Deed> {
    by.zip(at).map(|(by, at)| Deed { by, at: at.0 })
}

impl ClaimRow {
    fn approved(&self) -> Result<Approved, DbError> {
        Ok(Approved {
            submitted: deed(self.submitted_by, self.submitted_at).ok_or_else(|| broken("submission"))?,
            first: deed(self.first_approved_by, self.first_approved_at),
            last: deed(self.approved_by, self.approved_at).ok_or_else(|| broken("approval"))?,
            notice: self
                .notice_starts_on
                .zip(self.notice_ends_on)
                .map(|(starts_on, ends_on)| PublicNotice { starts_on, ends_on }),
        })
    }

    fn claim_state(&self, appeal: Option<Appeal>) -> Result<ClaimState, DbError> {
        let submitted = || deed(self.submitted_by, self.submitted_at).ok_or_else(|| broken("submission"));
        Ok(match self.state {
            StateCode::Draft => ClaimState::Draft,
            StateCode::Submitted => ClaimState::Submitted(submitted()?),
            StateCode::TownReviewed => ClaimState::TownReviewed(submitted()?),
            StateCode::FirstApproved => {
                let first = deed(self.first_approved_by, self.first_approved_at);
                ClaimState::FirstApproved {
                    submitted: submitted()?,
                    first: first.ok_or_else(|| broken("approval"))?,
                }
            }
            StateCode::InNotice => ClaimState::InNotice(self.approved()?),
            StateCode::Objected => {
                let objection = self.objected_by.zip(self.objected_on).map(|(by, on)| Objection { by, on });
                ClaimState::Objected(self.approved()?, objection.ok_or_else(|| broken("objection"))?)
            }
            StateCode::ForFinance => ClaimState::ForFinance(self.approved()?),
            StateCode::InBatch => ClaimState::InBatch(self.approved()?),
            StateCode::Paid => ClaimState::Paid(self.approved()?),
            StateCode::Failed => ClaimState::Failed(self.approved()?),
            StateCode::Returned => ClaimState::Returned(self.approved()?),
            StateCode::ToRecover => ClaimState::ToRecover(self.approved()?),
            StateCode::Recovered => ClaimState::Recovered(self.approved()?),
            StateCode::Stopped => ClaimState::Stopped,
            StateCode::Refused => ClaimState::Refused,
            StateCode::Appealed => {
                ClaimState::Appealed(submitted()?, appeal.ok_or_else(|| broken("appeal"))?)
            }
            StateCode::Withdrawn => ClaimState::Withdrawn,
        })
    }
}

/// Who of the two columns it is.
pub(super) fn beneficiary(
    person: Option<PersonId>,
    organisation: Option<OrganisationId>,
) -> Result<Beneficiary, DbError> {
    match (person, organisation) {
        (Some(person), None) => Ok(Beneficiary::Person(person)),
        (None, Some(organisation)) => Ok(Beneficiary::Organisation(organisation)),
        _ => Err(broken("beneficiary")),
    }
}

/// The two columns of who it is.
pub(super) const fn columns_of(who: Beneficiary) -> (Option<PersonId>, Option<OrganisationId>) {
    match who {
        Beneficiary::Person(person) => (Some(person), None),
        Beneficiary::Organisation(organisation) => (None, Some(organisation)),
    }
}

impl TryFrom<NamedRow> for Claim {
    type Error = DbError;
    fn try_from((row, person, organisation, appeal): NamedRow) -> Result<Self, DbError> {
        let appeal = appeal.map(Appeal::from);
        Ok(Self {
            state: row.claim_state(appeal)?,
            appeal,
            id: row.id,
            obligation: Obligation {
                beneficiary: beneficiary(row.person_id, row.organisation_id)?,
                part: row.part.parse().map_err(|_| broken("part"))?,
                scheme: row.scheme_code,
            },
            scheme_version: u32::try_from(row.scheme_version).map_err(|_| broken("version"))?,
            amount: Fen::new(row.amount),
            assessed_on: row.assessed_on,
            applicant: row.applicant_id,
            area: row.area_code,
            review: Review {
                town: row.town_review,
                two_persons: row.two_persons,
                notice_days: u32::try_from(row.notice_days).map_err(|_| broken("notice"))?,
                apply_by: row.apply_by,
                approve_by: row.approve_by,
                appeal_days: u32::try_from(row.appeal_days).map_err(|_| broken("appeal"))?,
            },
            submitted_at: row.submitted_at.map(|at| at.0),
            approved_at: row.approved_at.map(|at| at.0),
            budget_line: row.budget_line_id,
            version: row.version,
            beneficiary_name: person.or(organisation).unwrap_or_default(),
        })
    }
}

/// Claims with the names of whom they are for. A macro, for the query's type can't be written down.
macro_rules! named {
    () => {
        claims::table
            .left_join(people::table)
            .left_join(organisations::table)
            .left_join(appeals::table)
            .select((
                ClaimRow::as_select(),
                people::name.nullable(),
                organisations::name.nullable(),
                Option::<AppealRow>::as_select(),
            ))
            .into_boxed()
    };
}

pub fn find(conn: &mut Conn, id: ClaimId) -> Result<Option<Claim>, DbError> {
    let row: Option<NamedRow> = named!().filter(claims::id.eq(id)).first(conn).optional()?;
    row.map(Claim::try_from).transpose()
}

/// The claims of these ids, by id; those that are not there are left out.
pub fn find_many(conn: &mut Conn, ids: &[ClaimId]) -> Result<Vec<Claim>, DbError> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let rows: Vec<NamedRow> =
            named!().filter(claims::id.eq_any(chunk.to_vec())).order(claims::id).load(conn)?;
        for row in rows {
            found.push(Claim::try_from(row)?);
        }
    }
    Ok(found)
}

/// The claim that stands for an obligation, if one does.
pub fn find_live(conn: &mut Conn, obligation: &Obligation) -> Result<Option<Claim>, DbError> {
    let query = named!()
        .filter(claims::scheme_code.eq(obligation.scheme.clone()))
        .filter(claims::part.eq(obligation.part.to_string()))
        .filter(claims::state.ne_all(FREE.to_vec()));
    let query = match obligation.beneficiary {
        Beneficiary::Person(person) => query.filter(claims::person_id.eq(person)),
        Beneficiary::Organisation(organisation) => query.filter(claims::organisation_id.eq(organisation)),
    };
    let row: Option<NamedRow> = query.first(conn).optional()?;
    row.map(Claim::try_from).transpose()
}

/// The newest first.
pub fn list(conn: &mut Conn, wanted: &Wanted) -> Result<Vec<Claim>, DbError> {
    let mut query = named!();
    if let Some(state) = wanted.state {
        query = query.filter(claims::state.eq(state));
    }
    if wanted.past_approval {
        query = query.filter(claims::state.ne_all(EARLY.to_vec()));
    }
    if let Some(scheme) = &wanted.scheme {
        query = query.filter(claims::scheme_code.eq(scheme.clone()));
    }
    if let Some(part) = &wanted.part {
        query = query.filter(claims::part.eq(part.clone()));
    }
    query = match wanted.beneficiary {
        Some(Beneficiary::Person(person)) => query.filter(claims::person_id.eq(person)),
        Some(Beneficiary::Organisation(organisation)) => {
            query.filter(claims::organisation_id.eq(organisation))
        }
        None => query,
    };
    if let Some(applicant) = wanted.applicant {
        query = query.filter(claims::applicant_id.eq(applicant));
    }
    if let Some(area) = &wanted.area {
        query = query.filter(claims::area_code.like(format!("{area}%")));
    }
    let rows: Vec<NamedRow> =
        query.order(claims::id.desc()).offset(wanted.offset).limit(wanted.limit).load(conn)?;
    rows.into_iter().map(Claim::try_from).collect()
}

/// What a claim was decided on.
pub fn frozen(conn: &mut Conn, id: ClaimId) -> Result<Option<Frozen>, DbError> {
    let texts: Option<(String, String)> =
        claims::table.find(id).select((claims::facts, claims::assessment)).first(conn).optional()?;
    let Some((facts, assessment)) = texts else { return Ok(None) };
    Ok(Some(Frozen {
        facts: serde_json::from_str(&facts).map_err(|_| broken("facts"))?,
        assessment: serde_json::from_str(&assessment).map_err(|_| broken("assessment"))?,
    }))
}

pub(super) fn canonical(value: &impl serde::Serialize) -> Result<String, DbError> {
    serde_json_canonicalizer::to_string(value).map_err(|_| broken("canonical form"))
}

/// Claims of people that were approved and not yet stopped or asked back, decided on since a day: those after `after`.
pub fn settled(
    conn: &mut Conn,
    since: NaiveDate,
    after: Option<ClaimId>,
    limit: i64,
) -> Result<Vec<Claim>, DbError> {
    let mut query = named!()
        .filter(claims::state.eq_any(promised()))
        .filter(claims::person_id.is_not_null())
        .filter(claims::assessed_on.ge(since));
    if let Some(after) = after {
        query = query.filter(claims::id.gt(after));
    }
    let rows: Vec<NamedRow> = query.order(claims::id).limit(limit).load(conn)?;
    rows.into_iter().map(Claim::try_from).collect()
}

/// All claims of these people that were approved and not yet stopped or asked back.
pub fn settled_of(conn: &mut Conn, people: &[PersonId]) -> Result<Vec<Claim>, DbError> {
    let mut found = Vec::new();
    for chunk in people.chunks(CHUNK) {
        let rows: Vec<NamedRow> = named!()
            .filter(claims::state.eq_any(promised()))
            .filter(claims::person_id.eq_any(chunk.to_vec()))
            .order(claims::id)
            .load(conn)?;
        for row in rows {
            found.push(Claim::try_from(row)?);
        }
    }
    Ok(found)
}

/// What of these people is claimed, or proposed in a draft: person, scheme and part.
pub fn taken(conn: &mut Conn, people: &[PersonId]) -> Result<HashSet<(PersonId, String, String)>, DbError> {
    let over = FREE.iter().copied().filter(|state| *state != StateCode::Draft).collect::<Vec<_>>();
    let mut found = HashSet::new();
    for chunk in people.chunks(CHUNK) {
        let rows: Vec<(PersonId, String, String)> = claims::table
            .filter(claims::person_id.eq_any(chunk.to_vec()))
            .filter(claims::state.ne_all(over.clone()))
            .select((claims::person_id.assume_not_null(), claims::scheme_code, claims::part))
            .load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}

pub(super) fn signed(number: u32) -> Result<i32, DbError> {
    i32::try_from(number).map_err(|_| broken("number"))
}

/// Freezes other facts, before anybody approved; whether `version` still was the current one.
pub fn refreeze(tx: &mut Tx, claim: &Claim, frozen: &Frozen, review: &Review) -> Result<bool, DbError> {
    let current = claims::table.find(claim.id).filter(claims::version.eq(claim.version));
    let changed = diesel::update(current)
        .set((
            claims::scheme_version.eq(signed(frozen.assessment.version)?),
            claims::amount.eq(frozen.assessment.amount.get()),
            claims::assessed_on.eq(frozen.assessment.on),
            claims::facts.eq(canonical(&frozen.facts)?),
            claims::assessment.eq(canonical(&frozen.assessment)?),
            claims::two_persons.eq(review.two_persons),
            claims::version.eq(claim.version + 1),
        ))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// Holds a claim until the transaction ends. Changes nothing: the statement is there for its lock.
pub fn hold(tx: &mut Tx, id: ClaimId) -> Result<(), DbError> {
    diesel::update(claims::table.find(id)).set(claims::version.eq(claims::version)).execute(&mut **tx)?;
    Ok(())
}

/// Holds those of the claims in these states that nobody else holds, until the transaction ends; of all or of the
/// named ones, the oldest first.
pub fn hold_free(
    tx: &mut Tx,
    states: &[StateCode],
    scheme: Option<&str>,
    named: &[ClaimId],
    limit: i64,
) -> Result<Vec<ClaimId>, DbError> {
    let mut query = claims::table.filter(claims::state.eq_any(states.to_vec())).into_boxed();
    if let Some(scheme) = scheme {
        query = query.filter(claims::scheme_code.eq(scheme.to_owned()));
    }
    if !named.is_empty() {
        query = query.filter(claims::id.eq_any(named.to_vec()));
    }
    Ok(Locked(query.select(claims::id).order(claims::id).limit(limit)).load(&mut **tx)?)
}

/// What a state keeps in columns. What it doesn't know is left as it was.
#[derive(AsChangeset, Default)]
#[diesel(table_name = claims)]
struct StateRow {
    submitted_by: Option<AccountId>,
    submitted_at: Option<At>,
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

impl StateRow {
    fn of(state: &ClaimState) -> Self {
        let mut row = Self::default();
        match state {
            ClaimState::Draft | ClaimState::Stopped | ClaimState::Refused | ClaimState::Withdrawn => {}
            ClaimState::Submitted(submitted)
            | ClaimState::TownReviewed(submitted)
            | ClaimState::Appealed(submitted, _) => {
                row.submitted(submitted);
            }
            ClaimState::FirstApproved { submitted, first } => {
                row.submitted(submitted);
                row.first(first);
            }
            ClaimState::Objected(approved, objection) => {
                row.approved(approved);
                row.objected_by = Some(objection.by);
                row.objected_on = Some(objection.on);
            }
            ClaimState::InNotice(approved)
            | ClaimState::ForFinance(approved)
            | ClaimState::InBatch(approved)
            | ClaimState::Paid(approved)
            | ClaimState::Failed(approved)
            | ClaimState::Returned(approved)
            | ClaimState::ToRecover(approved)
            | ClaimState::Recovered(approved) => row.approved(approved),
        }
        row
    }

    fn submitted(&mut self, deed: &Deed) {
        self.submitted_by = Some(deed.by);
        self.submitted_at = Some(At(deed.at));
    }

    fn first(&mut self, deed: &Deed) {
        self.first_approved_by = Some(deed.by);
        self.first_approved_at = Some(At(deed.at));
    }

    fn approved(&mut self, approved: &Approved) {
        self.submitted(&approved.submitted);
        if let Some(first) = &approved.first {
            self.first(first);
        }
        self.approved_by = Some(approved.last.by);
        self.approved_at = Some(At(approved.last.at));
        self.notice_starts_on = approved.notice.map(|notice| notice.starts_on);
        self.notice_ends_on = approved.notice.map(|notice| notice.ends_on);
    }
}

/// Writes the state down if the claim still is what was read; whether it was.
pub fn save_state(
    tx: &mut Tx,
    claim: &Claim,
    state: &ClaimState,
    line: Option<BudgetLineId>,
) -> Result<bool, DbError> {
    let current = claims::table
        .find(claim.id)
        .filter(claims::version.eq(claim.version))
        .filter(claims::state.eq(claim.state.code()));
    let row = StateRow { budget_line_id: line, ..StateRow::of(state) };
    let changed = diesel::update(current)
        .set((row, claims::state.eq(state.code()), claims::version.eq(claim.version + 1)))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// Claims whose notice has ended by `today`, the oldest first; at most `limit`.
pub fn notice_over(conn: &mut Conn, today: NaiveDate, limit: i64) -> Result<Vec<ClaimId>, DbError> {
    Ok(claims::table
        .filter(claims::state.eq(StateCode::InNotice))
        .filter(claims::notice_ends_on.lt(today))
        .select(claims::id)
        .order(claims::id)
        .limit(limit)
        .load(conn)?)
}

/// States in which money was promised or paid.
pub(super) fn promised() -> Vec<StateCode> {
    StateCode::ALL.iter().copied().filter(|state| state.is_committed() || *state == StateCode::Paid).collect()
}
