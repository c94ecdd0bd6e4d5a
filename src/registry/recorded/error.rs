use crate::db::DbError;
use crate::kernel::invalid::Invalid;
use crate::registry::people;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("no such recorded certificate")]
    NotFound,
    #[error("changed by somebody else in the meantime")]
    Stale,
    #[error("withdrawn already")]
    AlreadyWithdrawn,
    #[error(transparent)]
    Person(#[from] people::error::Error),
    #[error(transparent)]
    Database(#[from] DbError),
}
