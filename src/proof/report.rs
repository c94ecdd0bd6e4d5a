//! What a verification answers: the verdict, one line per check, and the facts where they may be shown.

use chrono::NaiveDate;
use serde::Serialize;

use crate::codes;
use crate::kernel::certificate_number::CertificateNumber;
use crate::kernel::codes::Code;
use crate::kernel::ids::PublicCode;
use crate::proof::payload::{CertificateType, Environment, Particulars};
use crate::proof::status::Successor;

codes! {
    /// 核验结果: the one word that a verification comes to.
    pub enum Verdict("verdict") {
        /// 证书有效
        Valid = "valid",
        /// 证书已过期
        Expired = "expired",
        /// 证书暂停使用
        Suspended = "suspended",
        /// 证书已撤销
        Revoked = "revoked",
        /// 已换发新证
        Replaced = "replaced",
        /// 未查到该证书
        NotFound = "not_found",
        /// 签名不符
        Forged = "forged",
        /// 已登记的外部证书
        Recorded = "recorded",
        /// 签名真实,当前状态未知
        StatusUnknown = "status_unknown",
        /// 暂时无法核验
        Unsupported = "unsupported",
    }
}

codes! {
    /// The checks of a verification, in the order in which they are shown.
    pub enum CheckName("check") {
        /// The content has a form that we know.
        Decoded = "decoded",
        /// The address names one of our hosts and the certificate that follows it.
        Address = "address",
        /// The content belongs to this environment: production, demo or test.
        Environment = "environment",
        /// The key is in the trust list and may sign this content.
        Key = "key",
        /// The signature matches, byte for byte.
        Signature = "signature",
        /// Issue and expiry dates.
        Dates = "dates",
        /// Suspended, revoked or replaced since.
        Status = "status",
        /// The transparency log has an entry for the content.
        Log = "log",
    }
}

codes! {
    /// What a check came to. `Unknown` also stands where an earlier check made it pointless.
    pub enum CheckResult("check-result") {
        Passed = "passed",
        Failed = "failed",
        Unknown = "unknown",
    }
}

/// One check with its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Check {
    pub name: CheckName,
    pub result: CheckResult,
    /// A stable short code such as `unknown-key`; the texts for people are in the translations.
    pub detail: &'static str,
}

/// What a checked certificate says, for whoever holds it already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CertificateFacts {
    pub code: PublicCode,
    pub number: CertificateNumber,
    pub holder: String,
    #[serde(rename = "type")]
    pub kind: CertificateType,
    #[serde(flatten)]
    pub particulars: Particulars,
    pub body: String,
    /// From the trust list, where the body is named once for all its certificates.
    pub body_name_zh: String,
    pub body_name_en: String,
    pub environment: Environment,
    pub issued_on: NaiveDate,
    pub expires_on: Option<NaiveDate>,
    /// The day from which it is revoked or replaced, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<Successor>,
}

/// The answer to a verification, the same on the command line, in the API and on the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    pub verdict: Verdict,
    pub checks: Vec<Check>,
    /// Absent from a forgery: nothing that a forger wrote is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateFacts>,
}

impl Report {
    /// An answer without content to check: nothing found, or nothing that can be read. `decoded` says
    /// what became of the reading.
    #[must_use]
    pub fn without_content(verdict: Verdict, decoded: CheckResult, detail: &'static str) -> Self {
        let mut checks = Checks::default();
        checks.set(CheckName::Decoded, decoded, detail);
        checks.report(verdict, None)
    }
}

/// The checks while they are made: each stands as not made until it is.
#[derive(Debug)]
pub(super) struct Checks(Vec<Check>);

impl Default for Checks {
    fn default() -> Self {
        let unmade = |name| Check { name, result: CheckResult::Unknown, detail: "not-checked" };
        Self(CheckName::ALL.iter().copied().map(unmade).collect())
    }
}

impl Checks {
    pub fn set(&mut self, name: CheckName, result: CheckResult, detail: &'static str) {
        if let Some(check) = self.0.iter_mut().find(|check| check.name == name) {
            *check = Check { name, result, detail };
        }
    }

    pub fn pass(&mut self, name: CheckName) {
        self.set(name, CheckResult::Passed, "ok");
    }

    pub fn report(self, verdict: Verdict, certificate: Option<CertificateFacts>) -> Report {
        Report { verdict, checks: self.0, certificate }
    }
}
