//! 补贴 for programs: budgets, claims and their review, bank accounts, payment batches, clawbacks, public notices.

pub mod accounts;
pub mod batches;
pub mod budgets;
pub mod claims;
pub mod clawbacks;
pub mod notices;
pub mod statements;
