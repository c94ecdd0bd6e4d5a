use crate::db::DbError;
use crate::kernel::invalid::Invalid;
use crate::registry::{organisations, people};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("no such first-aid certificate")]
    NotFound,
    #[error("changed by somebody else in the meantime")]
    Stale,
    #[error("withdrawn already")]
    AlreadyWithdrawn,
    #[error(transparent)]
    Organisation(#[from] organisations::error::Error),
    #[error(transparent)]
    Person(#[from] people::error::Error),
    #[error(transparent)]
    Database(#[from] DbError),
}
