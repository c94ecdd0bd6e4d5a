//! Who did what, when, from where. Rows are added in the transaction of the change they tell of, and never
//! altered. Reading them for people is here too; deciding what is worth a line is each operation's own.

pub mod store;

use crate::kernel::dates::Timestamp;

/// One line of the audit.
#[derive(Debug, Clone)]
pub struct AuditEvent {
    pub at: Timestamp,
    pub account_name: String,
    pub role: Option<String>,
    pub origin: String,
    pub action: String,
    pub subject_kind: String,
    pub subject_id: String,
    pub details: serde_json::Value,
}

/// What is noted of one of many subjects.
#[derive(Debug, Clone)]
pub struct Line<S> {
    /// Kind and id.
    pub subject: (&'static str, S),
    /// Never an identity number, a phone or a password.
    pub details: serde_json::Value,
}
