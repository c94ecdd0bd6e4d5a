//! How a class moves: draft → filed → approved, returned or refused; an approved one is closed. Each change
//! consumes the state that it starts from.

use crate::kernel::ids::AccountId;
use crate::registry::training::error::Conflict;
use crate::registry::training::{ClassState, ClassStatus, Filing};

impl ClassState {
    #[must_use]
    pub const fn status(&self) -> ClassStatus {
        match self {
            Self::Draft => ClassStatus::Draft,
            Self::Filed(_) => ClassStatus::Filed,
            Self::Returned { .. } => ClassStatus::Returned,
            Self::Approved(_) => ClassStatus::Approved,
            Self::Refused { .. } => ClassStatus::Refused,
            Self::Closed(_) => ClassStatus::Closed,
        }
    }

    #[must_use]
    pub const fn filing(&self) -> Option<Filing> {
        match self {
            Self::Draft => None,
            Self::Filed(filing)
            | Self::Returned { filing, .. }
            | Self::Approved(filing)
            | Self::Refused { filing, .. }
            | Self::Closed(filing) => Some(*filing),
        }
    }

    /// Why it was returned or refused.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Returned { reason, .. } | Self::Refused { reason, .. } => Some(reason),
            Self::Draft | Self::Filed(_) | Self::Approved(_) | Self::Closed(_) => None,
        }
    }

    /// Whether its school may still change what the class is.
    pub const fn open_to_change(&self) -> Result<(), Conflict> {
        match self {
            Self::Draft | Self::Returned { .. } => Ok(()),
            Self::Filed(_) | Self::Approved(_) | Self::Refused { .. } | Self::Closed(_) => {
                Err(Conflict::ClassNotDraft)
            }
        }
    }

    /// Whether people may join it and lessons be planned.
    pub const fn open_to_enrolment(&self) -> Result<(), Conflict> {
        match self {
            Self::Draft | Self::Filed(_) | Self::Returned { .. } | Self::Approved(_) => Ok(()),
            Self::Refused { .. } | Self::Closed(_) => Err(Conflict::ClassOver),
        }
    }

    /// Whether attendance, results and completion may be recorded.
    pub const fn open_to_records(&self) -> Result<(), Conflict> {
        match self {
            Self::Approved(_) => Ok(()),
            Self::Draft | Self::Filed(_) | Self::Returned { .. } | Self::Refused { .. } | Self::Closed(_) => {
                Err(Conflict::ClassNotApproved)
            }
        }
    }

    /// 备案
    pub fn file(self, filing: Filing) -> Result<Self, Conflict> {
        self.open_to_change()?;
        Ok(Self::Filed(filing))
    }

    /// 同意开班
    pub fn approve(self, by: Option<AccountId>) -> Result<Self, Conflict> {
        self.reviewed_by(by).map(Self::Approved)
    }

    /// 退回补正
    pub fn send_back(self, by: Option<AccountId>, reason: String) -> Result<Self, Conflict> {
        self.reviewed_by(by).map(|filing| Self::Returned { filing, reason })
    }

    /// 不予备案
    pub fn refuse(self, by: Option<AccountId>, reason: String) -> Result<Self, Conflict> {
        self.reviewed_by(by).map(|filing| Self::Refused { filing, reason })
    }

    /// 结班
    pub fn close(self) -> Result<Self, Conflict> {
        match self {
            Self::Approved(filing) => Ok(Self::Closed(filing)),
            _ => Err(Conflict::ClassNotApproved),
        }
    }

    /// The filing to be decided on, if there is one and somebody else made it.
    fn reviewed_by(self, by: Option<AccountId>) -> Result<Filing, Conflict> {
        match self {
            Self::Filed(filing) if by.is_some() && filing.by == by => Err(Conflict::FiledBySamePerson),
            Self::Filed(filing) => Ok(filing),
            _ => Err(Conflict::ClassNotFiled),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHOOL: Option<AccountId> = Some(AccountId::from_uuid(uuid::Uuid::from_u128(1)));
    const BUREAU: Option<AccountId> = Some(AccountId::from_uuid(uuid::Uuid::from_u128(2)));

    fn filing() -> Filing {
        Filing { at: "2026-11-01T02:00:00Z".parse().expect("a time"), by: SCHOOL }
    }

    fn all() -> [ClassState; 6] {
        [
            ClassState::Draft,
            ClassState::Filed(filing()),
            ClassState::Returned { filing: filing(), reason: "缺课表".into() },
            ClassState::Approved(filing()),
            ClassState::Refused { filing: filing(), reason: "不符合条件".into() },
            ClassState::Closed(filing()),
        ]
    }

    /// Tries `change` on every state; `expected` names the states that it leads to, or the conflict.
    fn check(change: impl Fn(ClassState) -> Result<ClassState, Conflict>, expected: [&str; 6]) {
        let found = all().map(|state| match change(state) {
            Ok(state) => state.status().to_string(),
            Err(conflict) => conflict.to_string(),
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn every_change_from_every_state() {
        let draft = "class-not-draft";
        let filed = "class-not-filed";
        let approved = "class-not-approved";
        check(|state| state.file(filing()), ["filed", draft, "filed", draft, draft, draft]);
        check(|state| state.approve(BUREAU), [filed, "approved", filed, filed, filed, filed]);
        check(
            |state| state.send_back(BUREAU, "缺课表".into()),
            [filed, "returned", filed, filed, filed, filed],
        );
        check(|state| state.refuse(BUREAU, "无".into()), [filed, "refused", filed, filed, filed, filed]);
        check(ClassState::close, [approved, approved, approved, "closed", approved, approved]);
    }

    #[test]
    fn who_files_does_not_decide() {
        let same = ClassState::Filed(filing());
        assert_eq!(same.clone().approve(SCHOOL), Err(Conflict::FiledBySamePerson));
        assert_eq!(same.clone().send_back(SCHOOL, String::new()), Err(Conflict::FiledBySamePerson));
        assert_eq!(same.refuse(SCHOOL, String::new()), Err(Conflict::FiledBySamePerson));
    }

    #[test]
    fn what_each_state_is_open_to() {
        let open = |ask: fn(&ClassState) -> Result<(), Conflict>| all().map(|state| ask(&state).is_ok());
        assert_eq!(open(ClassState::open_to_change), [true, false, true, false, false, false]);
        assert_eq!(open(ClassState::open_to_enrolment), [true, true, true, true, false, false]);
        assert_eq!(open(ClassState::open_to_records), [false, false, false, true, false, false]);
    }
}
