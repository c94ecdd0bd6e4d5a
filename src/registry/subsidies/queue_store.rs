//! 待办: claims in the order in which they wait, the longest waiting first; and how many there are.

use diesel::prelude::*;

use crate::db::schema::claims;
use crate::db::{Conn, DbError};
use crate::kernel::ids::ClaimId;
use crate::registry::schemes::Beneficiary;
use crate::registry::subsidies::rules::state::StateCode;
use crate::registry::subsidies::{Claim, Wanted, claim_store};

/// Who is to do something next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The applicant: drafts that the monthly run proposed, or that were put aside.
    Applicant,
    /// 镇（街道）初审
    Town,
    /// 审批
    Bureau,
    /// 异议处理
    Objections,
    /// 复核决定
    Appeals,
    /// 发放
    Finance,
    /// Payments that failed or came back: the account has to be corrected.
    Account,
}

impl Turn {
    const fn states(self) -> &'static [StateCode] {
        match self {
            Self::Applicant => &[StateCode::Draft],
            Self::Town => &[StateCode::Submitted],
            Self::Bureau => &[StateCode::Submitted, StateCode::TownReviewed, StateCode::FirstApproved],
            Self::Objections => &[StateCode::Objected],
            Self::Appeals => &[StateCode::Appealed],
            Self::Finance => &[StateCode::ForFinance, StateCode::Failed, StateCode::Returned],
            Self::Account => &[StateCode::Failed, StateCode::Returned],
        }
    }

    /// Whether a claim that was just submitted belongs here: by whether its town reviews it first.
    const fn town_review(self) -> Option<bool> {
        match self {
            Self::Town => Some(true),
            Self::Bureau => Some(false),
            _ => None,
        }
    }

    /// Whether the next step on the claim belongs to this queue.
    #[must_use]
    pub fn has(self, claim: &Claim) -> bool {
        let state = claim.state.code();
        let of_town = self.town_review().is_none_or(|town| claim.review.town == town);
        self.states().contains(&state) && (state != StateCode::Submitted || of_town)
    }
}

/// The claims of a queue that fit `wanted`, whose own state counts for nothing here.
pub fn ids(conn: &mut Conn, wanted: &Wanted, turn: Turn) -> Result<Vec<ClaimId>, DbError> {
    let mut query =
        claims::table.select(claims::id).filter(claims::state.eq_any(turn.states().to_vec())).into_boxed();
    if let Some(town) = turn.town_review() {
        query = query.filter(claims::state.ne(StateCode::Submitted).or(claims::town_review.eq(town)));
    }
    if let Some(scheme) = &wanted.scheme {
        query = query.filter(claims::scheme_code.eq(scheme.clone()));
    }
    if let Some(part) = &wanted.part {
        query = query.filter(claims::part.eq(part.clone()));
    }
    query = match wanted.beneficiary {
        Some(Beneficiary::Person(person)) => query.filter(claims::person_id.eq(person)),
        Some(Beneficiary::Organisation(id)) => query.filter(claims::organisation_id.eq(id)),
        None => query,
    };
    if let Some(applicant) = wanted.applicant {
        query = query.filter(claims::applicant_id.eq(applicant));
    }
    if let Some(area) = &wanted.area {
        query = query.filter(claims::area_code.like(format!("{area}%")));
    }
    query
        .order((claims::submitted_at.asc(), claims::id.asc()))
        .offset(wanted.offset)
        .limit(wanted.limit)
        .load(conn)
        .map_err(DbError::from)
}

/// [`ids`] with what stands behind them, in their order.
pub fn list(conn: &mut Conn, wanted: &Wanted, turn: Turn) -> Result<Vec<Claim>, DbError> {
    let ids = ids(conn, wanted, turn)?;
    let mut claims = claim_store::find_many(conn, &ids)?;
    claims.sort_by_key(|claim| ids.iter().position(|id| *id == claim.id));
    Ok(claims)
}
