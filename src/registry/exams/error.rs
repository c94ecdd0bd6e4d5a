use crate::db::DbError;
use crate::kernel::calendar::CalendarMissing;
use crate::kernel::invalid::Invalid;
use crate::registry::organisations;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("no such session or application")]
    NotFound,
    #[error("changed by somebody else in the meantime")]
    Stale,
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    Organisations(#[from] organisations::error::Error),
    #[error(transparent)]
    CalendarMissing(#[from] CalendarMissing),
    #[error(transparent)]
    Database(#[from] DbError),
}

/// The thing isn't in a state for this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("registration has closed")]
    RegistrationClosed,
    #[error("the session is full")]
    Full,
    #[error("the person is admitted already")]
    AlreadyAdmitted,
    #[error("the person holds this level or a higher one")]
    LevelHeld,
    #[error("no application conditions are in force")]
    NoConditions,
    #[error("the exam has not been held")]
    NotHeldYet,
    #[error("no score waits for confirmation")]
    NothingToConfirm,
    #[error("confirmed already")]
    AlreadyConfirmed,
    #[error("whoever entered a score can't confirm it")]
    SecondPersonNeeded,
    #[error("nobody has passed who isn't on notice already")]
    NothingToPublish,
}

impl Refused {
    /// Names the message `conflict-<code>`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::RegistrationClosed => "registration-closed",
            Self::Full => "session-full",
            Self::AlreadyAdmitted => "already-admitted",
            Self::LevelHeld => "level-held",
            Self::NoConditions => "no-conditions",
            Self::NotHeldYet => "not-held-yet",
            Self::NothingToConfirm => "nothing-to-confirm",
            Self::AlreadyConfirmed => "already-confirmed",
            Self::SecondPersonNeeded => "second-person-needed",
            Self::NothingToPublish => "nothing-to-publish",
        }
    }
}
