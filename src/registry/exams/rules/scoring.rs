//! 成绩: which attempt an entry belongs to, who may confirm it, and whether all parts are passed.

use crate::kernel::ids::AccountId;
use crate::kernel::skill::ExamPart;
use crate::proof::frozen::PartResult;
use crate::registry::exams::error::Refused;
use crate::registry::exams::{Part, Score, Session};

/// Where a candidate stands in one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartState {
    /// No score yet for this attempt.
    Open { attempt: i32 },
    /// Waits for a second person.
    Entered { attempt: i32, score: i32, by: AccountId },
    /// Confirmed, at or above the pass mark.
    Passed { attempt: i32, score: i32 },
    /// Confirmed below the pass mark, with no re-sit left.
    Failed { attempt: i32, score: i32 },
}

/// Where a candidate stands in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A part is open or waits for its confirmation, and none has failed for good.
    Pending,
    /// 合格: every part confirmed and passed.
    Passed,
    /// 不合格
    Failed,
}

/// Why a score can't be entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryRefused {
    /// The level isn't assessed in this part.
    UnknownPart,
    /// Above the part's maximum.
    TooHigh,
    /// Passed and confirmed: final.
    Final,
    /// Failed, with no re-sit left.
    NoResitLeft,
    /// Not the attempt that is open.
    OtherAttempt,
}

impl EntryRefused {
    /// The field that is wrong and the code of the message.
    #[must_use]
    pub const fn told(self) -> (&'static str, &'static str) {
        match self {
            Self::UnknownPart => ("part", "unknown-part"),
            Self::TooHigh => ("score", "above-maximum"),
            Self::Final => ("score", "score-final"),
            Self::NoResitLeft => ("score", "no-resit-left"),
            Self::OtherAttempt => ("attempt", "other-attempt"),
        }
    }
}

impl Session {
    #[must_use]
    pub fn part(&self, part: ExamPart) -> Option<Part> {
        self.parts.iter().copied().find(|known| known.part == part)
    }
}

/// Where one candidate, with all their `scores`, stands in `part`.
#[must_use]
pub fn part_state(part: Part, scores: &[Score], resits: i32) -> PartState {
    let latest = scores.iter().filter(|score| score.part == part.part).max_by_key(|score| score.attempt);
    let Some(&Score { attempt, score, confirmed_by, entered_by, .. }) = latest else {
        return PartState::Open { attempt: 1 };
    };
    if confirmed_by.is_none() {
        PartState::Entered { attempt, score, by: entered_by }
    } else if i64::from(score) >= i64::from(part.pass_mark) {
        PartState::Passed { attempt, score }
    } else if attempt <= resits {
        PartState::Open { attempt: attempt + 1 }
    } else {
        PartState::Failed { attempt, score }
    }
}

/// Where one candidate stands in a session with these parts.
#[must_use]
pub fn outcome(session: &Session, scores: &[Score]) -> Outcome {
    let states = || session.parts.iter().map(|part| part_state(*part, scores, session.resits));
    if states().any(|state| matches!(state, PartState::Failed { .. })) {
        Outcome::Failed
    } else if !session.parts.is_empty() && states().all(|state| matches!(state, PartState::Passed { .. })) {
        Outcome::Passed
    } else {
        Outcome::Pending
    }
}

/// The score that counts in each part that was passed.
#[must_use]
pub fn results(session: &Session, scores: &[Score]) -> Vec<PartResult> {
    let passed = |part: &Part| match part_state(*part, scores, session.resits) {
        PartState::Passed { score, .. } => {
            Some(PartResult { part: part.part, score: u32::try_from(score).ok()? })
        }
        PartState::Open { .. } | PartState::Entered { .. } | PartState::Failed { .. } => None,
    };
    session.parts.iter().filter_map(passed).collect()
}

/// The attempt that a score belongs to. An unconfirmed score is corrected by entering it again.
pub fn enter(
    session: &Session,
    scores: &[Score],
    part: ExamPart,
    score: i32,
    attempt: Option<i32>,
) -> Result<i32, EntryRefused> {
    let part = session.part(part).ok_or(EntryRefused::UnknownPart)?;
    if i64::from(score) > i64::from(part.maximum) {
        return Err(EntryRefused::TooHigh);
    }
    let open = match part_state(part, scores, session.resits) {
        PartState::Open { attempt } | PartState::Entered { attempt, .. } => attempt,
        PartState::Passed { .. } => return Err(EntryRefused::Final),
        PartState::Failed { .. } => return Err(EntryRefused::NoResitLeft),
    };
    if attempt.is_none_or(|meant| meant == open) { Ok(open) } else { Err(EntryRefused::OtherAttempt) }
}

/// Whether `by` may confirm `score`: entered, not confirmed, and by somebody else (two-person rule).
pub fn confirm(score: Option<&Score>, by: AccountId) -> Result<(), Refused> {
    match score {
        None => Err(Refused::NothingToConfirm),
        Some(score) if score.confirmed_by.is_some() => Err(Refused::AlreadyConfirmed),
        Some(score) if score.entered_by == by => Err(Refused::SecondPersonNeeded),
        Some(_) => Ok(()),
    }
}

/// Of all scores of a session, those that `by` confirms when asked to confirm all.
pub fn confirm_all(scores: &[Score], by: AccountId) -> Result<Vec<&Score>, Refused> {
    let waiting = || scores.iter().filter(|score| score.confirmed_by.is_none());
    let confirmable: Vec<&Score> = waiting().filter(|score| confirm(Some(score), by).is_ok()).collect();
    if !confirmable.is_empty() {
        Ok(confirmable)
    } else if waiting().next().is_some() {
        Err(Refused::SecondPersonNeeded)
    } else if scores.is_empty() {
        Err(Refused::NothingToConfirm)
    } else {
        Err(Refused::AlreadyConfirmed)
    }
}

#[cfg(test)]
mod tests;
