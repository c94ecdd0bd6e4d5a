use crate::codes;
use crate::db::DbError;
use crate::kernel::invalid::Invalid;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Also for a class that the caller may not know of.
    #[error("no such class, lesson or enrolment")]
    NotFound,
    /// The version that the change was based on is not the current one.
    #[error("changed by somebody else in the meantime")]
    Stale,
    #[error("not in a state for this: {0}")]
    Conflict(Conflict),
    #[error(transparent)]
    Database(#[from] DbError),
}

codes! {
    /// Why a class, a lesson or an enrolment is not in a state for what was asked.
    pub enum Conflict("conflict") {
        /// Only a draft or a returned class can be changed or filed.
        ClassNotDraft = "class-not-draft",
        ClassNotFiled = "class-not-filed",
        /// Who files a class does not decide on it.
        FiledBySamePerson = "class-filed-by-same-person",
        ClassNotApproved = "class-not-approved",
        ClassNotEnded = "class-not-ended",
        /// Refused or closed: nobody joins, nothing is planned.
        ClassOver = "class-over",
        ClassFull = "class-full",
        AlreadyEnrolled = "already-enrolled",
        /// Withdrawn or completed.
        EnrolmentNotOpen = "enrolment-not-open",
        LessonInFuture = "lesson-in-future",
        /// Its attendance has been recorded.
        LessonHeld = "lesson-held",
        /// The registry has no local rules for the area.
        NoLocalRules = "no-local-rules",
    }
}

impl From<Conflict> for Error {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(conflict)
    }
}
