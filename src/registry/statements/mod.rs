//! 外部和申报的事实: what others told of a person or an organisation and this registry can't know by itself: days of work,
//! months of social insurance, what another department paid, a contract's term, a contest's rank. Each statement says
//! who told it and in which file and row; a later one takes its place and the earlier stays.
//!
//! What nobody told is unknown. Absent: what the statements are needed for (`schemes`), and reading them from a file
//! with the people's documents (`flows::statements_import`).

pub mod error;
pub mod rules;
pub mod store;

use crate::kernel::ids::StatementId;
use crate::registry::schemes::Beneficiary;
use crate::registry::schemes::facts::FactName;

/// One fact told of somebody (一条事实).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub id: StatementId,
    pub of: Beneficiary,
    pub fact: FactName,
    /// A month, a year or the name of an event for facts that are told by such; empty for others.
    pub key: String,
    pub value: Scalar,
    pub told: Told,
}

/// A value as it is stored: what a fact says under one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scalar {
    Boolean(bool),
    Integer(i64),
    Date(chrono::NaiveDate),
    Text(String),
}

/// Who told it, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The department or institution that the file is from (来源单位).
    pub by: String,
    /// The file's name.
    pub file: String,
    /// As the file's user counts.
    pub row: u32,
}

impl Told {
    /// As it stands beside a fact in a decision.
    #[must_use]
    pub fn reference(&self) -> String {
        format!("{} · {} · {}", self.by, self.file, self.row)
    }
}

/// A statement to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewStatement {
    pub of: Beneficiary,
    pub fact: FactName,
    pub key: String,
    pub value: Scalar,
    pub told: Told,
}
