use crate::db::DbError;
use crate::kernel::invalid::Invalid;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("no such version of a scheme")]
    NotFound,
    /// A version in force is never changed; another one is drafted instead.
    #[error("the version is in force")]
    InForce,
    /// Only a version in force can be ended.
    #[error("the version is a draft")]
    Draft,
    /// Somebody else drafts the next version, or has changed the draft since it was looked at.
    #[error("another draft of the scheme was saved meanwhile")]
    DraftedMeanwhile,
    /// Who drafted a version neither puts it in force nor ends it.
    #[error("the version was drafted by the same person")]
    SamePerson,
    /// What is kept doesn't read as a scheme: seeds that don't fit, or a table changed by hand.
    #[error("scheme {code} cannot be read")]
    Unreadable {
        code: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error(transparent)]
    Database(#[from] DbError),
}
