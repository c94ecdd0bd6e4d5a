use crate::codes;
use crate::db::DbError;
use crate::kernel::invalid::Invalid;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Also for a notice that the caller may not know of.
    #[error("no such notice")]
    NotFound,
    #[error("changed by somebody else in the meantime")]
    Stale,
    #[error("not in a state for this: {0}")]
    Conflict(#[from] Conflict),
    #[error(transparent)]
    Database(#[from] DbError),
}

codes! {
    /// Why a notice is not in a state for what was asked.
    pub enum Conflict("conflict") {
        /// A published notice is never changed, and a dropped one is gone.
        NotDraft = "wage-not-draft",
        /// Who entered a notice does not publish it.
        SamePerson = "wage-same-person",
        /// A notice that takes effect on that day or later is published already.
        Overtaken = "wage-overtaken",
    }
}

impl std::error::Error for Conflict {}
