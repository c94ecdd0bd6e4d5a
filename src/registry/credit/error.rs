use crate::codes;
use crate::db::DbError;
use crate::kernel::invalid::Invalid;
use crate::registry::{organisations, people};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Also for a listing that the caller may not know of.
    #[error("no such listing")]
    NotFound,
    #[error("changed by somebody else in the meantime")]
    Stale,
    #[error("not in a state for this: {0}")]
    Conflict(#[from] Conflict),
    #[error(transparent)]
    Organisations(#[from] organisations::error::Error),
    #[error(transparent)]
    People(#[from] people::error::Error),
    #[error(transparent)]
    Database(#[from] DbError),
}

codes! {
    /// Why a listing is not in a state for what was asked.
    pub enum Conflict("conflict") {
        /// A proposal of the same listing waits.
        Waits = "credit-waits",
        NotProposed = "credit-not-proposed",
        /// Who proposed a listing does not decide on it.
        SamePerson = "credit-same-person",
        /// The last day has passed.
        PeriodOver = "credit-period-over",
        /// It was not decided, or has ended.
        NotListed = "credit-not-listed",
        /// Nobody appeals against a commendation.
        NotAppealable = "credit-not-appealable",
        AlreadyAppealed = "credit-already-appealed",
        NoAppeal = "credit-no-appeal",
        /// Who proposed or decided a listing does not decide on an appeal against it.
        AppealNeedsAnother = "credit-appeal-another",
        /// An appeal is open: it is decided, not passed over.
        AppealOpen = "credit-appeal-open",
    }
}

impl std::error::Error for Conflict {}
