//! 补贴申领与发放: claims with their frozen facts, the steps by which others decide on them, the payments that follow and
//! what is asked back. What is owed once is paid once: an obligation has one live claim and one live payment, held by
//! unique indexes, and a claim's money is promised, paid and asked back by postings that exist once each.
//!
//! Absent: what a scheme says and whether something is due (`schemes`), where facts come from (`flows`), and balances
//! (`ledger`).

pub mod appeal;
pub mod appeal_store;
pub mod batch;
pub mod claim_store;
pub mod clawback;
pub mod clawback_store;
pub mod draft_store;
pub mod error;
pub mod history_store;
pub mod payee;
pub mod payment_file;
pub mod payment_return;
pub mod payment_store;
pub mod queue_store;
pub mod return_store;
pub mod rules;
pub mod service;
pub mod statement;
pub mod statement_store;
pub mod sums_store;

use chrono::NaiveDate;

use crate::codes;
use crate::kernel::area::AreaCode;
use crate::kernel::dates::Timestamp;
use crate::kernel::form::{FieldValue, Fields, Form, Kind};
use crate::kernel::ids::{
    AccountId, BankAccountId, BudgetLineId, ClaimId, ClawbackId, ClawbackReceiptId, OrganisationId,
    PaymentBatchId, PaymentId,
};
use crate::kernel::invalid::FieldError;
use crate::kernel::money::Fen;
use crate::registry::ledger::MOST;
use crate::registry::people::sealing::Sealed;
use crate::registry::schemes::facts::Facts;
use crate::registry::schemes::{Assessment, Beneficiary, Obligation, Part};
use crate::registry::subsidies::rules::state::{Appeal, ClaimState, StateCode};

codes! {
    /// 办理环节: what was done to a claim.
    pub enum ClaimStep("claim-step") {
        Draft = "draft",
        Submit = "submit",
        Withdraw = "withdraw",
        Review = "review",
        Reassess = "reassess",
        Approve = "approve",
        Refuse = "refuse",
        Object = "object",
        Dismiss = "dismiss",
        Uphold = "uphold",
        Appeal = "appeal",
        GrantAppeal = "grant-appeal",
        DismissAppeal = "dismiss-appeal",
        EndNotice = "end-notice",
        EnterBatch = "enter-batch",
        LeaveBatch = "leave-batch",
        Settle = "settle",
        Return = "return",
        Stop = "stop",
        Demand = "demand",
        Recover = "recover",
    }
}

codes! {
    /// 发放结果: what the bank answered for one payment.
    pub enum PaymentResult("payment-result") {
        /// 成功
        Paid = "paid",
        /// 失败: the bank did not carry it out.
        Failed = "failed",
        /// 退回: the payee's bank sent it back.
        Returned = "returned",
    }
}

codes! {
    /// 支付状态
    pub enum PaymentState("payment-state") {
        /// 待回盘: the result is awaited.
        Open = "open",
        Paid = "paid",
        Failed = "failed",
        Returned = "returned",
        /// 已取消: its batch was.
        Cancelled = "cancelled",
    }
}

codes! {
    /// 批次状态
    pub enum BatchState("batch-state") {
        /// 待复核: opened and frozen, a second person confirms it.
        Opened = "opened",
        /// 已复核: it may go to the bank.
        Confirmed = "confirmed",
        /// 已回盘: every payment has its result.
        Settled = "settled",
        Cancelled = "cancelled",
    }
}

codes! {
    /// 追回原因
    pub enum ClawbackCause("clawback-cause") {
        /// 证书被撤销
        CertificateRevoked = "certificate-revoked",
        /// 虚假材料
        FalseFacts = "false-facts",
        /// 未满约定年限离岗
        LeftEarly = "left-early",
        /// 重复或多发
        Overpaid = "overpaid",
    }
}

codes! {
    /// 追回状态
    pub enum ClawbackState("clawback-state") {
        /// 待第二人决定
        Proposed = "proposed",
        /// 追回中
        Decided = "decided",
        /// 已追回
        Settled = "settled",
        /// 不追回
        Dropped = "dropped",
    }
}

/// How a claim is reviewed, as its scheme said when it was made (审核要求).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Review {
    /// The town reviews first.
    pub town: bool,
    /// Two persons approve.
    pub two_persons: bool,
    /// Calendar days of the public notice.
    pub notice_days: u32,
    /// 应于此日前申报
    pub apply_by: Option<NaiveDate>,
    /// 应于此日前审批
    pub approve_by: Option<NaiveDate>,
    /// Days after a refusal in which it can be appealed against; none: it can't.
    pub appeal_days: u32,
}

/// 补贴申领: an obligation that somebody asks to be met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub id: ClaimId,
    pub obligation: Obligation,
    pub scheme_version: u32,
    /// Zero where the assessment owes nothing.
    pub amount: Fen,
    pub assessed_on: NaiveDate,
    /// The organisation that applies; `None`: the person alone.
    pub applicant: Option<OrganisationId>,
    /// Of the applicant, or of the person's home.
    pub area: AreaCode,
    pub review: Review,
    pub state: ClaimState,
    /// The one appeal against its refusal, whatever came of it.
    pub appeal: Option<Appeal>,
    /// Since when it is submitted, in whatever state it is now.
    pub submitted_at: Option<Timestamp>,
    pub approved_at: Option<Timestamp>,
    /// The line that its money was promised from.
    pub budget_line: Option<BudgetLineId>,
    pub version: i32,
    /// The beneficiary's name as it is registered.
    pub beneficiary_name: String,
}

impl Claim {
    /// What the promises of its money are posted for: the claim, and after an appeal that was upheld, the appeal.
    #[must_use]
    pub fn promise(&self) -> uuid::Uuid {
        self.appeal.map_or_else(|| self.id.uuid(), |appeal| appeal.id.uuid())
    }

    /// Whether it was submitted after the scheme's day.
    #[must_use]
    pub fn is_late(&self) -> bool {
        let submitted = self.submitted_at.map(crate::kernel::dates::shanghai_date);
        self.review.apply_by.zip(submitted).is_some_and(|(by, on)| on > by)
    }

    /// Whether its decision is, or was, later than the scheme's day.
    #[must_use]
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        let waits = matches!(
            self.state.code(),
            StateCode::Submitted | StateCode::TownReviewed | StateCode::FirstApproved
        );
        let decided = self.approved_at.map(crate::kernel::dates::shanghai_date);
        let on = decided.or_else(|| waits.then_some(today));
        self.review.approve_by.zip(on).is_some_and(|(by, on)| on > by)
    }
}

/// What a claim was decided on, kept as it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Frozen {
    pub facts: Facts,
    pub assessment: Assessment,
}

impl Frozen {
    /// The assessment with those of the facts that it rests on. From them alone it comes out the same again.
    #[must_use]
    pub fn of(facts: &Facts, assessment: Assessment) -> Self {
        let used = assessment.conditions.iter().flat_map(|one| &one.facts);
        let values = used.filter_map(|used| Some((used.name, facts.values.get(&used.name)?.clone())));
        let facts = Facts { on: facts.on, values: values.collect() };
        Self { facts, assessment }
    }
}

/// A claim to be made.
#[derive(Debug, Clone)]
pub struct NewClaim {
    pub beneficiary: Beneficiary,
    pub frozen: Frozen,
    pub applicant: Option<OrganisationId>,
    pub area: AreaCode,
    pub review: Review,
}

impl NewClaim {
    #[must_use]
    pub fn obligation(&self) -> Obligation {
        Obligation {
            scheme: self.frozen.assessment.scheme.clone(),
            beneficiary: self.beneficiary,
            part: self.frozen.assessment.part.clone(),
        }
    }
}

/// One step of a claim's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimEvent {
    pub step: ClaimStep,
    /// The state that it led to.
    pub state: StateCode,
    /// `None`: the system, by the calendar or by a fact that changed.
    pub by: Option<AccountId>,
    pub at: Timestamp,
    pub reason: String,
}

/// Which claims a list shows.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub state: Option<StateCode>,
    pub scheme: Option<String>,
    pub part: Option<String>,
    pub beneficiary: Option<Beneficiary>,
    pub applicant: Option<OrganisationId>,
    pub area: Option<AreaCode>,
    /// Only those that came this far: what finance sees.
    pub past_approval: bool,
    pub offset: i64,
    pub limit: i64,
}

/// Why somebody does something (理由), in their own words.
#[derive(Debug, Clone)]
pub struct Reason(pub String);

impl Form for Reason {
    fn read(f: &mut Fields) -> Option<Self> {
        f.text("reason", 300).map(Self)
    }
}

impl FieldValue for Part {
    fn kind() -> Kind {
        Kind::Text { max: 70 }
    }
    fn parse(text: &str) -> Result<Self, FieldError> {
        text.parse().map_err(|_| FieldError::new("", "part-form"))
    }
}

/// 收款账户: where a beneficiary is paid. A correction is another one. No `Debug` of the number: it is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankAccount {
    pub id: BankAccountId,
    pub of: Beneficiary,
    /// 户名
    pub holder: String,
    /// 开户行
    pub bank: String,
    pub number: Sealed,
    pub recorded_at: Timestamp,
}

/// An account as it is entered. No `Debug`: it holds the number.
#[derive(Clone)]
pub struct NewBankAccount {
    pub holder: String,
    pub bank: String,
    /// As it was typed; spaces and hyphens are left out.
    pub number: String,
}

impl Form for NewBankAccount {
    fn read(f: &mut Fields) -> Option<Self> {
        let holder = f.text("account_holder", 120);
        let bank = f.text("bank", 120);
        let number = f.text("account_number", 60);
        Some(Self { holder: holder?, bank: bank?, number: number? })
    }
}

/// 发放批次
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentBatch {
    pub id: PaymentBatchId,
    /// As it stands in the file: `20261121-001`.
    pub number: String,
    pub payments: u32,
    pub total: Fen,
    pub opened_by: AccountId,
    pub opened_at: Timestamp,
    pub confirmed_by: Option<AccountId>,
    pub confirmed_at: Option<Timestamp>,
    pub settled_at: Option<Timestamp>,
    pub state: BatchState,
    pub version: i32,
}

/// 支付: one line of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    pub id: PaymentId,
    pub batch: PaymentBatchId,
    /// From 1 up, as in the file.
    pub line: u32,
    pub claim: ClaimId,
    pub obligation: Obligation,
    pub account: BankAccount,
    pub amount: Fen,
    /// 用途
    pub purpose: String,
    pub state: PaymentState,
    pub note: Option<String>,
    /// When the bank's answer was booked.
    pub settled_at: Option<Timestamp>,
}

/// 退汇: what the bank tells of a payment that came back after it was paid.
#[derive(Debug, Clone)]
pub struct NewReturn {
    pub returned_on: NaiveDate,
    /// 银行退汇凭证号: the same is never entered twice.
    pub document: String,
    pub reason: String,
}

impl Form for NewReturn {
    fn read(f: &mut Fields) -> Option<Self> {
        let returned_on = f.required("returned_on");
        let document = f.text("document", 120);
        let reason = f.text("reason", 300);
        Some(Self { returned_on: returned_on?, document: document?, reason: reason? })
    }
}

/// What a batch is opened from: the claims named, or all that wait (of one scheme).
#[derive(Debug, Clone, Default)]
pub struct BatchCall {
    pub scheme: Option<String>,
    pub claims: Vec<ClaimId>,
}

/// Payments of one batch at most.
pub const MOST_PAYMENTS: usize = 5_000;

impl Form for BatchCall {
    fn read(f: &mut Fields) -> Option<Self> {
        let scheme = f.optional_text("scheme", 80);
        let claims = f.list("claims", MOST_PAYMENTS, |f| f.required("id"));
        Some(Self { scheme: scheme?, claims: claims? })
    }
}

/// 追回
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clawback {
    pub id: ClawbackId,
    pub claim: ClaimId,
    pub cause: ClawbackCause,
    pub reason: String,
    pub amount: Fen,
    pub received: Fen,
    /// `None`: proposed by the monthly check.
    pub proposed_by: Option<AccountId>,
    pub proposed_at: Timestamp,
    pub decided_by: Option<AccountId>,
    pub decided_at: Option<Timestamp>,
    pub state: ClawbackState,
    pub version: i32,
    /// In the order of their days; empty: at once.
    pub instalments: Vec<ClawbackInstalment>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClawbackInstalment {
    pub due_on: NaiveDate,
    pub amount: Fen,
}

/// What is asked back, why, and by when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClawbackCall {
    pub cause: ClawbackCause,
    /// `None`: all that was paid.
    pub amount: Option<Fen>,
    pub instalments: Vec<ClawbackInstalment>,
    pub reason: String,
}

impl Form for ClawbackCall {
    fn read(f: &mut Fields) -> Option<Self> {
        let cause = f.required("cause");
        let amount = f.optional_integer("amount_fen", 1..=MOST);
        let instalments = f.list("instalments", 60, |f| {
            let due_on = f.required("due_on");
            let amount = f.integer("amount_fen", 1..=MOST);
            Some(ClawbackInstalment { due_on: due_on?, amount: Fen::new(amount?) })
        });
        let reason = f.text("reason", 300);
        Some(Self {
            cause: cause?,
            amount: amount?.map(Fen::new),
            instalments: instalments?,
            reason: reason?,
        })
    }
}

/// Money that came back (退款).
#[derive(Debug, Clone)]
pub struct NewReceipt {
    pub amount: Fen,
    pub received_on: NaiveDate,
    /// 缴款凭证号: the same is never entered twice for one clawback.
    pub document: String,
}

impl Form for NewReceipt {
    fn read(f: &mut Fields) -> Option<Self> {
        let amount = f.integer("amount_fen", 1..=MOST);
        let received_on = f.required("received_on");
        let document = f.text("document", 120);
        Some(Self { amount: Fen::new(amount?), received_on: received_on?, document: document? })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub id: ClawbackReceiptId,
    pub amount: Fen,
    pub received_on: NaiveDate,
    pub document: String,
}
