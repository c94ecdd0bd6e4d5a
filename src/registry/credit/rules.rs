//! What a listing must fulfil, who decides which step, and what is in force on a day.

use chrono::NaiveDate;

use crate::kernel::area::AreaCode;
use crate::kernel::codes::Code;
use crate::kernel::context::{Actor, Role};
use crate::kernel::dates::{shanghai_date, years_after};
use crate::kernel::ids::AccountId;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::vocabulary::BlockedStep;
use crate::registry::credit::error::Conflict;
use crate::registry::credit::{
    Act, AppealStatus, AppealVerdict, CreditList, Grounds, Listed, Listing, ListingState, ListingStatus,
    NewListing, Phase, Subject, Verdict,
};
use crate::seeds;

/// The local rules of the lists, in force from a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalRules {
    pub valid_from: NaiveDate,
    /// Years that somebody stays on the black list at the most.
    pub black_years_max: u32,
    /// What a black listing blocks.
    pub blocks: Vec<BlockedStep>,
}

impl From<&seeds::Rules> for LocalRules {
    fn from(rules: &seeds::Rules) -> Self {
        Self {
            valid_from: rules.valid_from,
            black_years_max: rules.black_list_years_max.value,
            blocks: rules.black_list_blocks.value.clone(),
        }
    }
}

/// The listings that an account may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    All,
    Area(AreaCode),
    /// One's own, once they are decided.
    Own(Subject),
}

/// A bureau without an area of its own acts for the whole registry. `None`: no listing at all.
#[must_use]
pub fn scope(actor: &Actor) -> Option<Scope> {
    match actor.role {
        Role::Administrator => Some(Scope::All),
        Role::Bureau => Some(actor.area.clone().map_or(Scope::All, Scope::Area)),
        Role::School | Role::Assessor | Role::FirstAidIssuer | Role::Institution => {
            actor.organisation.map(|id| Scope::Own(Subject::Organisation(id)))
        }
        Role::Caregiver => actor.person.map(|id| Scope::Own(Subject::Person(id))),
        Role::Finance | Role::Town => None,
    }
}

impl Scope {
    #[must_use]
    pub fn admits(&self, listing: &Listing) -> bool {
        match self {
            Self::All => true,
            Self::Area(area) => listing.area.as_ref().is_some_and(|of| of.is_within(area)),
            Self::Own(subject) => {
                let is_decided =
                    matches!(listing.state, ListingState::Listed(_) | ListingState::Ended { .. });
                listing.subject == *subject && is_decided
            }
        }
    }
}

impl Grounds {
    /// The list that these grounds lead to.
    #[must_use]
    pub const fn list(self) -> CreditList {
        match self {
            Self::ContestWinner | Self::Commended => CreditList::Red,
            Self::FabricatedTraining
            | Self::FalseAssessment
            | Self::FalseClaim
            | Self::ForgedCertificate
            | Self::ElderAbuse
            | Self::InspectionRefused => CreditList::Black,
        }
    }

    /// Those of one list.
    #[must_use]
    pub fn of(list: CreditList) -> Vec<Self> {
        Self::ALL.iter().copied().filter(|grounds| grounds.list() == list).collect()
    }
}

/// Checks a proposal: grounds of its list, and a period that is not over and, on the black list, ends in time.
pub fn check(new: &NewListing, rules: &LocalRules, today: NaiveDate) -> Result<(), Invalid> {
    let mut errors = Vec::new();
    if new.grounds.list() != new.list {
        errors.push(FieldError::new("grounds", "grounds-of-other-list"));
    }
    let latest = years_after(new.from, rules.black_years_max);
    match new.to {
        None if new.list == CreditList::Black => errors.push(FieldError::new("listed_to", "black-needs-end")),
        Some(to) if to < new.from => errors.push(FieldError::new("listed_to", "date-order")),
        Some(to) if to < today => errors.push(FieldError::new("listed_to", "listing-over")),
        Some(to) if new.list == CreditList::Black && to >= latest => {
            errors
                .push(FieldError::new("listed_to", "listing-too-long").with("years", rules.black_years_max));
        }
        _ => {}
    }
    Invalid::if_any(errors)
}

impl ListingState {
    /// The second person's decision. A listing begins on its first day, never before the day of the decision.
    pub fn decide(self, listing: &Listing, verdict: Verdict, by: Act) -> Result<Self, Conflict> {
        let Self::Proposed = self else { return Err(Conflict::NotProposed) };
        if listing.proposed.by == by.by {
            return Err(Conflict::SamePerson);
        }
        let today = shanghai_date(by.at);
        match verdict {
            Verdict::Refuse => Ok(Self::Refused { decided: by }),
            Verdict::List if listing.to.is_some_and(|to| to < today) => Err(Conflict::PeriodOver),
            Verdict::List => {
                Ok(Self::Listed(Listed { decided: by, from: listing.from.max(today), appeal: None }))
            }
        }
    }

    /// 提前移出, from `today`. An open appeal is decided instead.
    pub fn end(self, to: Option<NaiveDate>, today: NaiveDate) -> Result<Self, Conflict> {
        let listed = self.running(to, today)?;
        if listed.appeal == Some(AppealStatus::Open) {
            return Err(Conflict::AppealOpen);
        }
        Ok(Self::Ended { listed, on: today })
    }

    /// 申诉, once, as long as the listing runs.
    pub fn appeal(self, list: CreditList, to: Option<NaiveDate>, today: NaiveDate) -> Result<Self, Conflict> {
        if list != CreditList::Black {
            return Err(Conflict::NotAppealable);
        }
        let listed = self.running(to, today)?;
        if listed.appeal.is_some() {
            return Err(Conflict::AlreadyAppealed);
        }
        Ok(Self::Listed(Listed { appeal: Some(AppealStatus::Open), ..listed }))
    }

    /// Decides an appeal, by somebody who had no part in the listing. Upheld, the listing ends that day; one that
    /// ended by itself meanwhile ends no more than it has.
    pub fn decide_appeal(
        self,
        listing: &Listing,
        verdict: AppealVerdict,
        by: AccountId,
        today: NaiveDate,
    ) -> Result<Self, Conflict> {
        let Self::Listed(listed) = self else { return Err(Conflict::NoAppeal) };
        if listed.appeal != Some(AppealStatus::Open) {
            return Err(Conflict::NoAppeal);
        }
        if by == listing.proposed.by || by == listed.decided.by {
            return Err(Conflict::AppealNeedsAnother);
        }
        Ok(match verdict {
            AppealVerdict::Dismiss => {
                Self::Listed(Listed { appeal: Some(AppealStatus::Dismissed), ..listed })
            }
            AppealVerdict::Uphold => {
                let listed = Listed { appeal: Some(AppealStatus::Upheld), ..listed };
                Self::Ended { listed, on: today }
            }
        })
    }

    /// What a listing that has been decided and not ended holds.
    fn running(self, to: Option<NaiveDate>, today: NaiveDate) -> Result<Listed, Conflict> {
        match self {
            Self::Listed(_) if to.is_some_and(|to| to < today) => Err(Conflict::PeriodOver),
            Self::Listed(listed) => Ok(listed),
            Self::Proposed | Self::Refused { .. } | Self::Ended { .. } => Err(Conflict::NotListed),
        }
    }

    #[must_use]
    pub const fn status(self) -> ListingStatus {
        match self {
            Self::Proposed => ListingStatus::Proposed,
            Self::Refused { .. } => ListingStatus::Refused,
            Self::Listed(_) => ListingStatus::Listed,
            Self::Ended { .. } => ListingStatus::Ended,
        }
    }

    /// Its listing, where one was decided.
    #[must_use]
    pub const fn listed(self) -> Option<Listed> {
        match self {
            Self::Listed(listed) | Self::Ended { listed, .. } => Some(listed),
            Self::Proposed | Self::Refused { .. } => None,
        }
    }
}

/// What a listing is on a day, by its dates.
#[must_use]
pub fn phase(listing: &Listing, on: NaiveDate) -> Phase {
    let listed = match listing.state {
        ListingState::Proposed => return Phase::Proposed,
        ListingState::Refused { .. } => return Phase::Refused,
        ListingState::Ended { on: ended, .. } if ended <= on => return Phase::Ended,
        ListingState::Listed(listed) | ListingState::Ended { listed, .. } => listed,
    };
    if on < listed.from {
        Phase::Upcoming
    } else if listing.to.is_some_and(|to| to < on) {
        Phase::Over
    } else {
        Phase::InForce
    }
}

#[must_use]
pub fn in_force(listing: &Listing, on: NaiveDate) -> bool {
    phase(listing, on) == Phase::InForce
}

/// Whether the rules in force on `on` block `step` for somebody on the black list.
#[must_use]
pub fn blocks(rules: &LocalRules, step: BlockedStep, on: NaiveDate) -> bool {
    rules.valid_from <= on && rules.blocks.contains(&step)
}

#[cfg(test)]
mod tests;
