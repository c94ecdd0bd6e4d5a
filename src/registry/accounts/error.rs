use crate::db::DbError;
use crate::kernel::invalid::Invalid;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Unknown name, wrong password and disabled account are one answer.
    #[error("user name or password wrong")]
    WrongCredentials,
    #[error("no such account")]
    NotFound,
    #[error("changed by somebody else in the meantime")]
    Stale,
    #[error("the password could not be hashed: {0}")]
    Hashing(String),
    #[error(transparent)]
    Database(#[from] DbError),
}
