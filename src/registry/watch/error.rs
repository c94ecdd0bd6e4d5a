use crate::db::DbError;
use crate::kernel::invalid::Invalid;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("no such certificate on the list")]
    NotFound,
    /// Revoked or replaced: nothing more will become of it.
    #[error("the certificate has ended")]
    Ended,
    #[error(transparent)]
    Database(#[from] DbError),
}
