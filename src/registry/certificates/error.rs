use crate::db::DbError;
use crate::kernel::certificate_number::BadNumber;
use crate::kernel::invalid::Invalid;
use crate::proof::issue::Refused;
use crate::proof::keys::SigningError;
use crate::registry::certificates::rules::{NotAllowed, NotIssuable, NotSecond};
use crate::registry::exams::clearance::NotCleared;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("no such certificate")]
    NotFound,
    #[error("a certificate was issued for this application already")]
    AlreadyIssued,
    #[error("may not be issued: {0:?}")]
    NotIssuable(NotIssuable),
    /// The body has no issuing key that the trust list certifies.
    #[error("the body has no certified issuing key")]
    NoKey,
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error("the body's key has signed as many certificates today as it may")]
    DailyCap,
    #[error("the number is taken")]
    NumberTaken,
    #[error(transparent)]
    Number(#[from] BadNumber),
    #[error("no free place in the status lists was found")]
    NoStatusPlace,
    #[error("changed by somebody else in the meantime")]
    Stale,
    #[error("not in a state for this: {0:?}")]
    NotAllowed(NotAllowed),
    #[error("not the second person's same call: {0:?}")]
    NotSecond(NotSecond),
    #[error(transparent)]
    Person(#[from] crate::registry::people::error::Error),
    #[error(transparent)]
    Exam(#[from] crate::registry::exams::error::Error),
    #[error(transparent)]
    NotCleared(#[from] NotCleared),
    #[error(transparent)]
    Training(#[from] crate::registry::training::error::Error),
    #[error(transparent)]
    FirstAid(#[from] crate::registry::firstaid::error::Error),
    #[error(transparent)]
    Contest(#[from] crate::registry::contests::error::Error),
    /// The database does not hold what the transparency log has published, or the log can't be asked.
    #[error("nothing is signed: {0}")]
    LogDisagrees(String),
    /// The clock is behind the log's last checkpoint.
    #[error("nothing is signed: {0}")]
    LogClockBehind(String),
    /// The key is known and does not sign; the number stays reserved, so that the same call can be made again.
    #[error(transparent)]
    Signing(#[from] SigningError),
    #[error("the clock is behind the trust list")]
    ClockBehind,
    #[error("the trust list has expired")]
    TrustListExpired,
    #[error("the stored draft cannot be read")]
    BrokenDraft,
    #[error(transparent)]
    Database(#[from] DbError),
}

impl From<NotAllowed> for Error {
    fn from(refused: NotAllowed) -> Self {
        Self::NotAllowed(refused)
    }
}

impl From<NotIssuable> for Error {
    fn from(refused: NotIssuable) -> Self {
        Self::NotIssuable(refused)
    }
}

impl From<NotSecond> for Error {
    fn from(refused: NotSecond) -> Self {
        Self::NotSecond(refused)
    }
}
