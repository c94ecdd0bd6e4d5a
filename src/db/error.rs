//! What a database can answer other than data.

use diesel::result::{DatabaseErrorKind, Error};

#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// A unique constraint; the text names the columns on SQLite and the constraint on PostgreSQL, so
    /// ask [`DbError::is_duplicate_of`].
    #[error("duplicate: {0}")]
    Duplicate(String),
    #[error("refers to a row that does not exist: {0}")]
    DanglingReference(String),
    #[error("no connection to the database")]
    Pool(#[from] diesel::r2d2::PoolError),
    #[error("the database refused a statement")]
    Query(#[source] Error),
}

impl DbError {
    /// Whether the unique constraint over `table.column` was hit. PostgreSQL names it
    /// `<table>_<column>_key` (or `…_pkey`, or an index whose name holds both), SQLite writes `table.column`.
    #[must_use]
    pub fn is_duplicate_of(&self, table: &str, column: &str) -> bool {
        match self {
            Self::Duplicate(text) => text.contains(table) && text.contains(column),
            _ => false,
        }
    }
}

impl From<Error> for DbError {
    fn from(error: Error) -> Self {
        match &error {
            Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => Self::Duplicate(
                info.constraint_name().map_or_else(|| info.message().to_owned(), ToOwned::to_owned),
            ),
            Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, info) => {
                Self::DanglingReference(info.message().to_owned())
            }
            _ => Self::Query(error),
        }
    }
}
