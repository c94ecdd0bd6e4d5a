use crate::db::DbError;
use crate::kernel::invalid::Invalid;
use crate::proof::keys::SigningError;
use crate::registry::people;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Also for a list that the caller may not know of.
    #[error("no such list")]
    NotFound,
    /// What would be handed out is not what was vouched for.
    #[error("list {0} is not what its digest says")]
    Changed(String),
    #[error(transparent)]
    Signing(#[from] SigningError),
    #[error(transparent)]
    People(#[from] people::error::Error),
    #[error(transparent)]
    Database(#[from] DbError),
}
