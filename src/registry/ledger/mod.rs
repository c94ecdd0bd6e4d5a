//! 账: what each scheme may spend in a year, and where that money is. Double entry in fen: a posting takes an amount
//! out of one account of a budget line and puts it into another, so that a line's accounts always sum to zero. A
//! posting is never changed; a balance is the sum of its postings, and the database lets none but the appropriation
//! fall below zero.
//!
//! Absent: what a posting is for. Claims, payments and clawbacks are `subsidies`, which posts here within its own
//! transactions.

pub mod error;
pub mod rules;
pub mod service;
pub mod store;

use crate::codes;
use crate::kernel::dates::Timestamp;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::{AccountId, BudgetLineId, PostingId};
use crate::kernel::money::Fen;

/// The largest amount that a form takes, in fen: ten billion yuan.
pub const MOST: i64 = 1_000_000_000_000;

codes! {
    /// 科目: where a budget line's money is.
    pub enum Account("ledger-account") {
        /// 预算安排: the other side of all the rest, and so never above zero.
        Appropriation = "appropriation",
        /// 可用: neither promised nor paid.
        Available = "available",
        /// 已承诺: approved, and on its way.
        Committed = "committed",
        /// 已发放
        Paid = "paid",
        /// 待追回: paid and asked back.
        ToRecover = "to-recover",
        /// 已追回: come back, and not to be spent again.
        Recovered = "recovered",
    }
}

codes! {
    /// 分录类型: why money changed its account. Each kind has one account that it leaves and one that it enters.
    pub enum PostingKind("posting-kind") {
        /// 安排或追加预算
        Raise = "raise",
        /// 调减预算
        Lower = "lower",
        /// 审批通过
        Commit = "commit",
        /// 不再发放
        Release = "release",
        /// 发放成功
        Pay = "pay",
        /// 付讫后退汇: the bank sent it back, and it is promised still.
        Return = "return",
        /// 决定追回
        Demand = "demand",
        /// 收到退款
        Receive = "receive",
    }
}

/// 预算: a scheme's money of one year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetLine {
    pub id: BudgetLineId,
    pub scheme: String,
    pub year: i32,
    /// What set it last, e.g. 嘉民〔2026〕12号.
    pub document: String,
    pub balances: Balances,
    pub version: i32,
}

/// What stands in the accounts of a line. `appropriation` is what the line was given, above zero; the others sum to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Balances {
    pub appropriation: Fen,
    pub available: Fen,
    pub committed: Fen,
    pub paid: Fen,
    pub to_recover: Fen,
    pub recovered: Fen,
}

/// One amount that changed its account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    pub id: PostingId,
    pub line: BudgetLineId,
    pub kind: PostingKind,
    pub amount: Fen,
    /// The claim, clawback or receipt that it is for; none for a change of the budget.
    pub subject: Option<uuid::Uuid>,
    pub document: Option<String>,
    pub by: Option<AccountId>,
    pub at: Timestamp,
}

#[derive(Debug, Clone)]
pub struct NewBudget {
    pub scheme: String,
    pub year: i32,
    pub amount: Fen,
    pub document: String,
}

/// A new appropriation in place of the one there is.
#[derive(Debug, Clone)]
pub struct BudgetChange {
    pub amount: Fen,
    pub document: String,
}

impl Form for NewBudget {
    fn read(f: &mut Fields) -> Option<Self> {
        let scheme = f.text("scheme", 80);
        let year = f.integer("year", 2000..=2100);
        let amount = f.integer("amount_fen", 1..=MOST);
        let document = f.text("document", 200);
        Some(Self {
            scheme: scheme?,
            year: i32::try_from(year?).ok()?,
            amount: Fen::new(amount?),
            document: document?,
        })
    }
}

impl Form for BudgetChange {
    fn read(f: &mut Fields) -> Option<Self> {
        let amount = f.integer("amount_fen", 0..=MOST);
        let document = f.text("document", 200);
        Some(Self { amount: Fen::new(amount?), document: document? })
    }
}

/// A line whose balances are not the sums of its postings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub line: BudgetLineId,
    pub account: Account,
    /// What the line says.
    pub kept: Fen,
    /// What its postings, or the claims that they are for, come to.
    pub summed: Fen,
}
