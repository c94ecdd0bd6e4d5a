use crate::db::DbError;
use crate::kernel::invalid::Invalid;
use crate::registry::{organisations, people};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("no such employment, or none that the caller may know of")]
    NotFound,
    /// The version that the change was based on is not the current one.
    #[error("changed by somebody else in the meantime")]
    Stale,
    #[error("the person has left already")]
    AlreadyLeft,
    #[error("the organisation is not a care institution")]
    NotAnInstitution,
    #[error("the institution is closed")]
    InstitutionClosed,
    #[error("the declared service has been decided on already")]
    AlreadyChecked,
    /// Who declared cannot check.
    #[error("a second person must check")]
    SamePerson,
    #[error(transparent)]
    People(#[from] people::error::Error),
    #[error(transparent)]
    Organisations(#[from] organisations::error::Error),
    #[error(transparent)]
    Database(#[from] DbError),
}
