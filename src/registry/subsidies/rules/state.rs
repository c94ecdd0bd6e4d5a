//! 申领的状态: a claim's state with what it rests on, and the steps that make one of another. A step consumes the state
//! that it starts from, so that nothing can be done twice with one.

use chrono::{Days, NaiveDate, TimeDelta};

use crate::codes;
use crate::kernel::dates::{Timestamp, shanghai_date};
use crate::kernel::ids::{AccountId, ClaimAppealId};
use crate::registry::subsidies::{PaymentResult, Review};

/// How long what was submitted can be taken back by who submitted it.
pub const WITHDRAWABLE: TimeDelta = TimeDelta::minutes(10);

codes! {
    /// 申领状态
    pub enum StateCode("claim-state") {
        /// 待提交
        Draft = "draft",
        /// 已提交
        Submitted = "submitted",
        /// 镇（街道）已初审
        TownReviewed = "town-reviewed",
        /// 一人已审批，待第二人
        FirstApproved = "first-approved",
        /// 公示中
        InNotice = "in-notice",
        /// 有异议，公示中止
        Objected = "objected",
        /// 待发放
        ForFinance = "for-finance",
        /// 已入发放批次
        InBatch = "in-batch",
        /// 已发放
        Paid = "paid",
        /// 发放失败
        Failed = "failed",
        /// 被退回
        Returned = "returned",
        /// 已停发
        Stopped = "stopped",
        /// 待追回
        ToRecover = "to-recover",
        /// 已追回
        Recovered = "recovered",
        /// 不予发放
        Refused = "refused",
        /// 复核中: the refusal was appealed against.
        Appealed = "appealed",
        /// 已撤回
        Withdrawn = "withdrawn",
    }
}

impl StateCode {
    /// Whether the claim's money is promised and neither paid nor free again.
    #[must_use]
    pub const fn is_committed(self) -> bool {
        matches!(
            self,
            Self::InNotice
                | Self::Objected
                | Self::ForFinance
                | Self::InBatch
                | Self::Failed
                | Self::Returned
        )
    }

    /// Whether the claim's money has gone out, whatever came back of it.
    #[must_use]
    pub const fn is_paid(self) -> bool {
        matches!(self, Self::Paid | Self::ToRecover | Self::Recovered)
    }
}

/// Who did something, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deed {
    pub by: AccountId,
    pub at: Timestamp,
}

/// 公示: the days on which a claim stands in public. The last day belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicNotice {
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
}

impl PublicNotice {
    #[must_use]
    pub fn has_ended(&self, today: NaiveDate) -> bool {
        today > self.ends_on
    }
}

/// An objection to what stands in public, and when it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Objection {
    pub by: AccountId,
    pub on: NaiveDate,
}

/// 复核申请: asked for once, by who was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appeal {
    pub id: ClaimAppealId,
    pub refused: Deed,
    pub appealed: Deed,
}

/// What an approved claim rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approved {
    pub submitted: Deed,
    /// The first of two persons, where two were asked for.
    pub first: Option<Deed>,
    pub last: Deed,
    /// None where the scheme asks for no notice.
    pub notice: Option<PublicNotice>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimState {
    Draft,
    Submitted(Deed),
    TownReviewed(Deed),
    FirstApproved {
        submitted: Deed,
        first: Deed,
    },
    InNotice(Approved),
    Objected(Approved, Objection),
    ForFinance(Approved),
    InBatch(Approved),
    Paid(Approved),
    Failed(Approved),
    Returned(Approved),
    ToRecover(Approved),
    Recovered(Approved),
    Stopped,
    Refused,
    /// As it was submitted, and the appeal against its refusal.
    Appealed(Deed, Appeal),
    Withdrawn,
}

/// Why a step is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    #[error("the claim is not in a state for this")]
    State,
    /// Who submitted, objected or approved first can't decide.
    #[error("another person has to do this")]
    SamePerson,
    #[error("the town's review comes first")]
    TownFirst,
    #[error("the scheme asks for no review by the town")]
    NoTownReview,
    #[error("it can't be taken back any more")]
    WithdrawalOver,
    #[error("the public notice has ended")]
    NoticeOver,
    #[error("the public notice has not ended")]
    NoticeRuns,
    #[error("the scheme gives no appeal")]
    NoAppeal,
    #[error("the days for an appeal are over")]
    AppealOver,
    #[error("it was appealed once")]
    AppealedBefore,
    #[error("it is on its way to the bank")]
    InBatch,
    #[error("it has been paid: only a clawback brings it back")]
    Paid,
}

impl NotAllowed {
    /// The code of the answer, worded as `conflict-<code>`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::State => "claim-state",
            Self::SamePerson => "second-person",
            Self::TownFirst => "town-review-first",
            Self::NoTownReview => "no-town-review",
            Self::WithdrawalOver => "withdrawal-over",
            Self::NoticeOver => "notice-over",
            Self::NoticeRuns => "notice-runs",
            Self::NoAppeal => "no-appeal",
            Self::AppealOver => "appeal-over",
            Self::AppealedBefore => "appealed-before",
            Self::InBatch => "claim-in-batch",
            Self::Paid => "claim-paid",
        }
    }
}

codes! {
    /// 异议处理结论
    pub enum Finding("objection-finding") {
        /// 异议成立
        Upheld = "upheld",
        /// 异议不成立
        Dismissed = "dismissed",
    }
}

type Step = Result<ClaimState, NotAllowed>;

impl ClaimState {
    #[must_use]
    pub const fn code(&self) -> StateCode {
        match self {
            Self::Draft => StateCode::Draft,
            Self::Submitted(_) => StateCode::Submitted,
            Self::TownReviewed(_) => StateCode::TownReviewed,
            Self::FirstApproved { .. } => StateCode::FirstApproved,
            Self::InNotice(_) => StateCode::InNotice,
            Self::Objected(..) => StateCode::Objected,
            Self::ForFinance(_) => StateCode::ForFinance,
            Self::InBatch(_) => StateCode::InBatch,
            Self::Paid(_) => StateCode::Paid,
            Self::Failed(_) => StateCode::Failed,
            Self::Returned(_) => StateCode::Returned,
            Self::ToRecover(_) => StateCode::ToRecover,
            Self::Recovered(_) => StateCode::Recovered,
            Self::Stopped => StateCode::Stopped,
            Self::Refused => StateCode::Refused,
            Self::Appealed(..) => StateCode::Appealed,
            Self::Withdrawn => StateCode::Withdrawn,
        }
    }

    /// What it rests on, if it is approved and goes on.
    #[must_use]
    pub const fn approved(&self) -> Option<&Approved> {
        match self {
            Self::InNotice(approved)
            | Self::Objected(approved, _)
            | Self::ForFinance(approved)
            | Self::InBatch(approved)
            | Self::Paid(approved)
            | Self::Failed(approved)
            | Self::Returned(approved)
            | Self::ToRecover(approved)
            | Self::Recovered(approved) => Some(approved),
            _ => None,
        }
    }

    /// 提交
    pub fn submit(self, deed: Deed) -> Step {
        match self {
            Self::Draft => Ok(Self::Submitted(deed)),
            _ => Err(NotAllowed::State),
        }
    }

    /// 撤回: a draft at any time, what was submitted for ten minutes.
    pub fn withdraw(self, at: Timestamp) -> Step {
        match self {
            Self::Draft => Ok(Self::Withdrawn),
            Self::Submitted(deed) if at - deed.at <= WITHDRAWABLE => Ok(Self::Withdrawn),
            Self::Submitted(_) => Err(NotAllowed::WithdrawalOver),
            _ => Err(NotAllowed::State),
        }
    }

    /// 镇（街道）初审
    pub fn town_review(self, by: AccountId, review: &Review) -> Step {
        match self {
            Self::Submitted(_) if !review.town => Err(NotAllowed::NoTownReview),
            Self::Submitted(submitted) => {
                another(by, submitted.by)?;
                Ok(Self::TownReviewed(submitted))
            }
            _ => Err(NotAllowed::State),
        }
    }

    /// 审批: the first of two persons leads to `FirstApproved`, the last to the notice.
    pub fn approve(self, deed: Deed, review: &Review, today: NaiveDate) -> Step {
        let (submitted, first) = match self {
            Self::Submitted(_) if review.town => return Err(NotAllowed::TownFirst),
            Self::Submitted(submitted) | Self::TownReviewed(submitted) => (submitted, None),
            Self::FirstApproved { submitted, first } => (submitted, Some(first)),
            _ => return Err(NotAllowed::State),
        };
        another(deed.by, submitted.by)?;
        if let Some(first) = first {
            another(deed.by, first.by)?;
        } else if review.two_persons {
            return Ok(Self::FirstApproved { submitted, first: deed });
        }
        let notice = (review.notice_days > 0).then(|| PublicNotice {
            starts_on: today,
            ends_on: today + Days::new(u64::from(review.notice_days)),
        });
        let approved = Approved { submitted, first, last: deed, notice };
        Ok(if notice.is_some() { Self::InNotice(approved) } else { Self::ForFinance(approved) })
    }

    /// 不予通过
    pub fn refuse(self, by: AccountId) -> Step {
        match self {
            Self::Submitted(submitted)
            | Self::TownReviewed(submitted)
            | Self::FirstApproved { submitted, .. } => {
                another(by, submitted.by)?;
                Ok(Self::Refused)
            }
            _ => Err(NotAllowed::State),
        }
    }

    /// 提出异议: the notice stands still from here on.
    pub fn object(self, objection: Objection) -> Step {
        match self {
            Self::InNotice(approved) if approved.notice.is_some_and(|n| n.has_ended(objection.on)) => {
                Err(NotAllowed::NoticeOver)
            }
            Self::InNotice(approved) => Ok(Self::Objected(approved, objection)),
            _ => Err(NotAllowed::State),
        }
    }

    /// 异议处理: an objection that is dismissed gives the notice back the days it stood still.
    pub fn resolve(self, by: AccountId, today: NaiveDate, finding: Finding) -> Step {
        let Self::Objected(approved, objection) = self else { return Err(NotAllowed::State) };
        another(by, objection.by)?;
        another(by, approved.submitted.by)?;
        Ok(match finding {
            Finding::Upheld => Self::Refused,
            Finding::Dismissed => {
                let still = today.signed_duration_since(objection.on);
                let notice = approved.notice.map(|n| PublicNotice { ends_on: n.ends_on + still, ..n });
                Self::InNotice(Approved { notice, ..approved })
            }
        })
    }

    /// 公示期满
    pub fn end_notice(self, today: NaiveDate) -> Step {
        match self {
            Self::InNotice(approved) if approved.notice.is_none_or(|n| n.has_ended(today)) => {
                Ok(Self::ForFinance(approved))
            }
            Self::InNotice(_) => Err(NotAllowed::NoticeRuns),
            _ => Err(NotAllowed::State),
        }
    }

    /// 列入发放批次. Whether the account of a failed one was corrected is `may_pay_again`'s to say.
    pub fn enter_batch(self) -> Step {
        match self {
            Self::ForFinance(approved) | Self::Failed(approved) | Self::Returned(approved) => {
                Ok(Self::InBatch(approved))
            }
            Self::InBatch(_) => Err(NotAllowed::InBatch),
            Self::Paid(_) => Err(NotAllowed::Paid),
            _ => Err(NotAllowed::State),
        }
    }

    /// 批次取消: as before the batch was opened.
    pub fn leave_batch(self) -> Step {
        match self {
            Self::InBatch(approved) => Ok(Self::ForFinance(approved)),
            _ => Err(NotAllowed::State),
        }
    }

    /// 发放结果
    pub fn settle(self, result: PaymentResult) -> Step {
        match (self, result) {
            (Self::InBatch(approved), PaymentResult::Paid) => Ok(Self::Paid(approved)),
            (Self::InBatch(approved), PaymentResult::Failed) => Ok(Self::Failed(approved)),
            (Self::InBatch(approved), PaymentResult::Returned) => Ok(Self::Returned(approved)),
            _ => Err(NotAllowed::State),
        }
    }

    /// 申请复核: once, until the last of the days that the scheme gives after the refusal. `before` is an earlier one.
    pub fn appeal(self, submitted: Deed, appeal: Appeal, days: u32, before: Option<&Appeal>) -> Step {
        if self != Self::Refused {
            return Err(NotAllowed::State);
        }
        if before.is_some() {
            return Err(NotAllowed::AppealedBefore);
        }
        let last = last_day_to_appeal(appeal.refused, days).ok_or(NotAllowed::NoAppeal)?;
        if shanghai_date(appeal.appealed.at) > last {
            return Err(NotAllowed::AppealOver);
        }
        Ok(Self::Appealed(submitted, appeal))
    }

    /// 复核决定, by another than who refused: upheld, the bureau decides on the claim anew; dismissed, it stays refused.
    pub fn decide_appeal(self, by: AccountId, review: &Review, finding: Finding) -> Step {
        let Self::Appealed(submitted, appeal) = self else { return Err(NotAllowed::State) };
        another(by, submitted.by)?;
        another(by, appeal.refused.by)?;
        another(by, appeal.appealed.by)?;
        Ok(match finding {
            Finding::Upheld if review.town => Self::TownReviewed(submitted),
            Finding::Upheld => Self::Submitted(submitted),
            Finding::Dismissed => Self::Refused,
        })
    }

    /// 付讫后退汇: the payee's bank sent back what it had taken.
    pub fn take_back(self) -> Step {
        match self {
            Self::Paid(approved) => Ok(Self::Returned(approved)),
            _ => Err(NotAllowed::State),
        }
    }

    /// 停发: nothing more is paid on it.
    pub fn stop(self) -> Step {
        match self {
            Self::InBatch(_) => Err(NotAllowed::InBatch),
            Self::Paid(_) | Self::ToRecover(_) | Self::Recovered(_) => Err(NotAllowed::Paid),
            Self::Draft | Self::Stopped | Self::Refused | Self::Appealed(..) | Self::Withdrawn => {
                Err(NotAllowed::State)
            }
            _ => Ok(Self::Stopped),
        }
    }

    /// 决定追回
    pub fn demand(self) -> Step {
        match self {
            Self::Paid(approved) => Ok(Self::ToRecover(approved)),
            _ => Err(NotAllowed::State),
        }
    }

    /// 追回完毕
    pub fn recovered(self) -> Step {
        match self {
            Self::ToRecover(approved) => Ok(Self::Recovered(approved)),
            _ => Err(NotAllowed::State),
        }
    }

    /// Whether its facts may be gathered anew: before anybody approved it.
    pub const fn reassessable(self) -> Result<(), NotAllowed> {
        match self {
            Self::Submitted(_) | Self::TownReviewed(_) => Ok(()),
            _ => Err(NotAllowed::State),
        }
    }
}

/// The last day on which a refusal can be appealed against; `None` where the scheme gives no days.
#[must_use]
pub fn last_day_to_appeal(refused: Deed, days: u32) -> Option<NaiveDate> {
    (days > 0).then(|| shanghai_date(refused.at) + Days::new(u64::from(days)))
}

fn another(by: AccountId, before: AccountId) -> Result<(), NotAllowed> {
    if by == before { Err(NotAllowed::SamePerson) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
