use crate::db::DbError;
use crate::kernel::invalid::Invalid;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("no such budget line")]
    NotFound,
    #[error("changed by somebody else in the meantime")]
    Stale,
    /// The account that the money would leave holds less.
    #[error("the account does not hold that much")]
    NotCovered,
    #[error(transparent)]
    Database(#[from] DbError),
}
