//! What an operation across domains can answer other than its result.

use crate::db::DbError;
use crate::kernel::invalid::Invalid;
use crate::registry::{
    accounts, areas, certificates, credit, employment, exams, indicators, ledger, organisations, people,
    schemes, subsidies, training, wages,
};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("no such thing")]
    NotFound,
    #[error(transparent)]
    Areas(#[from] areas::error::Error),
    #[error(transparent)]
    Organisations(#[from] organisations::error::Error),
    #[error(transparent)]
    Accounts(#[from] accounts::error::Error),
    #[error(transparent)]
    People(#[from] people::error::Error),
    #[error(transparent)]
    Exams(#[from] exams::error::Error),
    #[error(transparent)]
    Employment(#[from] employment::error::Error),
    #[error(transparent)]
    Certificates(#[from] certificates::error::Error),
    #[error(transparent)]
    Training(#[from] training::error::Error),
    #[error(transparent)]
    Credit(#[from] credit::error::Error),
    #[error(transparent)]
    Indicators(#[from] indicators::error::Error),
    #[error(transparent)]
    Ledger(#[from] ledger::error::Error),
    #[error(transparent)]
    Subsidies(#[from] subsidies::error::Error),
    #[error(transparent)]
    Schemes(#[from] schemes::error::Error),
    #[error(transparent)]
    Wages(#[from] wages::error::Error),
    #[error(transparent)]
    Database(#[from] DbError),
}
