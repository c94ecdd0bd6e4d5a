//! Who sees a contest, which step follows on which, what a result earns, and what is wrong with an entry.

use chrono::NaiveDate;

use crate::kernel::context::{Actor, Role};
use crate::kernel::ids::AccountId;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::kernel::vocabulary::OrganisationKind;
use crate::registry::contests::error::Conflict;
use crate::registry::contests::{Act, Award, Contest, ContestResult, NewContest, ResultState, ResultStatus};
use crate::registry::organisations::Organisation;

/// Whether the caller may know of a contest: the offices of all, an assessment body of those that it issues for.
#[must_use]
pub fn may_see(actor: &Actor, contest: &Contest) -> bool {
    match actor.role {
        Role::Administrator | Role::Bureau => true,
        Role::Assessor => {
            let body = contest.award.as_ref().map(|award| award.body);
            body.is_some() && body == actor.organisation
        }
        Role::Finance
        | Role::Town
        | Role::School
        | Role::FirstAidIssuer
        | Role::Institution
        | Role::Caregiver => false,
    }
}

/// Checks an entry: a day that has come, and a body that assesses.
pub fn check(new: &NewContest, body: Option<&Organisation>, today: NaiveDate) -> Result<(), Invalid> {
    let mut errors = Vec::new();
    if new.announced_on > today {
        errors.push(FieldError::new("announced_on", "future-date"));
    }
    let assesses = |body: &Organisation| body.kind == OrganisationKind::AssessmentBody;
    if new.award.is_some() && !body.is_some_and(assesses) {
        errors.push(FieldError::new("award_body_id", "not-an-assessment-body"));
    }
    Invalid::if_any(errors)
}

impl ResultState {
    #[must_use]
    pub const fn status(&self) -> ResultStatus {
        match self {
            Self::Entered => ResultStatus::Entered,
            Self::Confirmed { .. } => ResultStatus::Confirmed,
            Self::Refused { .. } => ResultStatus::Refused,
            Self::Cancelled { .. } => ResultStatus::Cancelled,
        }
    }

    /// 确认, by somebody who has entered neither the result nor the contest.
    pub fn confirm(self, entered: [AccountId; 2], by: Act) -> Result<Self, Conflict> {
        match self {
            Self::Entered if entered.contains(&by.by) => Err(Conflict::SamePerson),
            Self::Entered => Ok(Self::Confirmed { by }),
            Self::Confirmed { .. } | Self::Refused { .. } | Self::Cancelled { .. } => {
                Err(Conflict::NotEntered)
            }
        }
    }

    /// 不予确认, by the same rule.
    pub fn refuse(self, entered: [AccountId; 2], by: Act, words: String) -> Result<Self, Conflict> {
        self.confirm(entered, by).map(|_| Self::Refused { by, words })
    }

    /// 取消成绩: it counts no more from now on.
    pub fn cancel(self, by: Act, words: String) -> Result<Self, Conflict> {
        match self {
            Self::Confirmed { by: confirmed } => Ok(Self::Cancelled { confirmed, by, words }),
            Self::Entered | Self::Refused { .. } | Self::Cancelled { .. } => Err(Conflict::NotConfirmed),
        }
    }
}

impl ContestResult {
    #[must_use]
    pub const fn counts(&self) -> bool {
        matches!(self.state, ResultState::Confirmed { .. })
    }

    /// What it earns in its contest, whether it counts or not.
    #[must_use]
    pub fn earns<'a>(&self, contest: &'a Contest) -> Option<&'a Award> {
        let award = contest.award.as_ref()?;
        self.rank.filter(|rank| *rank <= award.up_to_rank).map(|_| award)
    }

    /// Who has entered it and its contest, and so does not decide on it.
    #[must_use]
    pub const fn enterers(&self, contest: &Contest) -> [AccountId; 2] {
        [self.entered.by, contest.entered.by]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::codes::Code;
    use crate::kernel::ids::Id;
    use crate::registry::contests::{ContestCode, Tier};

    fn act(n: u8) -> Act {
        let by = Id::from_uuid(uuid::Uuid::from_bytes([n; 16]));
        Act { by, at: "2026-11-21T01:00:00Z".parse().expect("a time") }
    }

    #[test]
    fn a_result_is_confirmed_by_somebody_else() {
        let entered = [act(1).by, act(2).by];
        let confirm = |n| ResultState::Entered.confirm(entered, act(n));
        assert_eq!(confirm(1), Err(Conflict::SamePerson));
        assert_eq!(confirm(2), Err(Conflict::SamePerson));
        let confirmed = confirm(3).expect("confirmed");
        assert_eq!(confirmed.clone().confirm(entered, act(3)), Err(Conflict::NotEntered));
        assert_eq!(confirmed.clone().refuse(entered, act(3), String::new()), Err(Conflict::NotEntered));
        let cancelled = confirmed.cancel(act(1), "弄虚作假".to_owned()).expect("cancelled");
        assert_eq!(cancelled.status(), ResultStatus::Cancelled);
        assert_eq!(cancelled.cancel(act(1), String::new()), Err(Conflict::NotConfirmed));
        assert_eq!(ResultState::Entered.cancel(act(3), String::new()), Err(Conflict::NotConfirmed));
        let refused = ResultState::Entered.refuse(entered, act(3), "查无此人".to_owned()).expect("refused");
        assert_eq!(refused.confirm(entered, act(3)), Err(Conflict::NotEntered));
    }

    #[test]
    fn a_code_is_a_word_that_schemes_can_name() {
        for (code, good) in
            [("jiaxing-2026", true), ("A1", true), ("", false), ("a b", false), ("竞赛", false)]
        {
            assert_eq!(ContestCode::new(code).is_some(), good, "{code}");
        }
        assert!(ContestCode::new(&"a".repeat(60)).is_some());
        assert!(ContestCode::new(&"a".repeat(61)).is_none());
    }

    #[test]
    fn tiers_are_counted_from_the_nation_down() {
        assert_eq!(Tier::ALL.iter().map(|tier| tier.number()).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert_eq!(Tier::Provincial.and_above(), [Tier::National, Tier::Provincial]);
    }
}
