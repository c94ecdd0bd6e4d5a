//! What is to be told to others: a row written in the operation's own transaction, delivered by a job at least
//! once, under an idempotency key. How a message is worded and sent is the job's (`crate::jobs`).

pub mod store;

use serde_json::Value;

use crate::codes;
use crate::kernel::ids::MessageId;

codes! {
    /// What is to be done with a message.
    pub enum MessageKind("message-kind") {
        Mail = "mail",
    }
}

/// A message that a worker has claimed.
#[derive(Debug, Clone)]
pub struct Claimed {
    pub id: MessageId,
    pub kind: MessageKind,
    pub payload: Value,
    /// This attempt counted.
    pub attempts: i32,
}

/// A mail to one recipient: the template under `templates/email/` and what it shows.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Mail {
    pub to: String,
    pub template: String,
    pub data: Value,
}
