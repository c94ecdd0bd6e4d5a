//! 补贴: the pages on which people claim, decide and pay.

pub mod account;
pub mod batches;
pub mod budgets;
pub mod claim;
pub mod claims;
pub mod clawbacks;
pub mod decide;
pub mod explain;
pub mod filing;
pub mod mine;
pub mod notices;
pub mod returns;
pub mod words;
