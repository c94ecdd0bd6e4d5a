use crate::db::DbError;
use crate::kernel::invalid::Invalid;
use crate::registry::people::sealing::SealingError;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("no such person")]
    NotFound,
    /// The version that the change was based on is not the current one.
    #[error("changed by somebody else in the meantime")]
    Stale,
    #[error(transparent)]
    Sealing(#[from] SealingError),
    #[error(transparent)]
    Database(#[from] DbError),
}
