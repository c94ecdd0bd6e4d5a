use crate::db::DbError;
use crate::kernel::invalid::{FieldError, Invalid};
use crate::registry::people::sealing::SealingError;
use crate::registry::subsidies::rules::state::NotAllowed;
use crate::registry::{ledger, organisations, people};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("no such claim, batch or clawback")]
    NotFound,
    #[error("changed by somebody else in the meantime")]
    Stale,
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    #[error("refused: {}", .0.code())]
    Refused(Refusal),
    #[error(transparent)]
    Ledger(#[from] ledger::error::Error),
    #[error(transparent)]
    People(#[from] people::error::Error),
    #[error(transparent)]
    Organisations(#[from] organisations::error::Error),
    #[error(transparent)]
    Sealing(#[from] SealingError),
    #[error(transparent)]
    Database(#[from] DbError),
}

/// What stands in the way of an operation whose input is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No budget was set for the scheme and year.
    NoBudget,
    /// The budget is spoken for.
    PastBudget,
    /// The assessment owes nothing.
    NotDue,
    /// What is known today comes to another decision than what the claim was made with.
    FactsChanged,
    /// The batch is not in a state for this.
    BatchState,
    /// Who opened a batch, or proposed a clawback, can't be the second person.
    SamePerson,
    /// No claim waits that could be paid.
    NothingToPay,
    /// Somebody else works on one of the claims.
    TwoAtOnce,
    /// The second person asks for something else than the first.
    OtherPlan,
    /// The clawback is not in a state for this.
    ClawbackState,
    /// The payment is not one that was paid and stayed paid.
    NotPaid,
    /// It was decided to ask it back: what comes is a receipt of that.
    AskedBack,
}

impl Refusal {
    /// The code of the answer, worded as `conflict-<code>`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoBudget => "no-budget",
            Self::PastBudget => "past-budget",
            Self::NotDue => "claim-not-due",
            Self::FactsChanged => "facts-changed",
            Self::BatchState => "batch-state",
            Self::SamePerson => "second-person",
            Self::NothingToPay => "nothing-to-pay",
            Self::TwoAtOnce => "two-at-once",
            Self::OtherPlan => "other-plan",
            Self::ClawbackState => "clawback-state",
            Self::NotPaid => "payment-not-paid",
            Self::AskedBack => "payment-asked-back",
        }
    }
}

impl From<FieldError> for Error {
    fn from(error: FieldError) -> Self {
        Self::Invalid(error.into())
    }
}
