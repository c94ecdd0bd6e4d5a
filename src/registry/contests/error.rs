use crate::codes;
use crate::db::DbError;
use crate::kernel::invalid::Invalid;
use crate::registry::{organisations, people};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Also for a contest that the caller may not know of.
    #[error("no such contest or result")]
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
    /// Why a result is not in a state for what was asked.
    pub enum Conflict("conflict") {
        /// It was decided on already.
        NotEntered = "contest-not-entered",
        /// Only a confirmed result is cancelled.
        NotConfirmed = "contest-not-confirmed",
        /// Who entered a result or its contest does not confirm it.
        SamePerson = "contest-same-person",
        /// A result was confirmed: what it rests on is not changed any more.
        Confirmed = "contest-confirmed",
        /// There is nothing that the caller could confirm.
        NothingToConfirm = "contest-nothing-to-confirm",
    }
}

impl std::error::Error for Conflict {}
