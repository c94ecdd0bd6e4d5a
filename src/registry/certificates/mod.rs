//! Certificates that this registry signs, of skill levels (职业技能等级证书) and of all other types: their numbers, what
//! was printed, and what became of them since.
//!
//! A certificate comes into being in two steps, so that a crash between them loses nothing: a reservation takes
//! number, public code and status place and keeps the exact bytes to be signed; the issue stores what was signed.
//! Absent: the signature itself (`proof`), who has passed which exam (`exams`) or completed which class (`training`), the order of the steps
//! (`flows::certificate_issue`), and certificates from elsewhere (`recorded`).

pub mod bulk;
pub mod bulk_store;
pub mod error;
pub mod held;
pub mod history_store;
pub mod life_store;
pub mod number_store;
pub mod rules;
pub mod service;
pub mod store;

use crate::codes;
use crate::kernel::certificate_number::CertificateNumber;
use crate::kernel::dates::Timestamp;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::{
    AccountId, ApplicationId, CertificateEventId, CertificateId, ContestResultId, EnrolmentId,
    FirstAidCertificateId, OrganisationId, PersonId, PublicCode,
};
use crate::kernel::skill::SkillLevel;
use crate::proof::frozen::{Attested, SealedRecord, Skill};
use crate::proof::keys::KeyId;
use crate::proof::payload::{CertificateType, StatusPlace};
use chrono::NaiveDate;
use serde::Serialize;

codes! {
    /// 证书状态. Being past its last day is no state: the date says it.
    pub enum Standing("certificate-state") {
        /// 有效
        Valid = "valid",
        /// 暂停使用
        Suspended = "suspended",
        /// 已撤销
        Revoked = "revoked",
        /// 已换发
        Replaced = "replaced",
    }
}

/// The state of a certificate with what belongs to it; changes go through [`rules`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateState {
    Valid { since: NaiveDate },
    Suspended { since: NaiveDate },
    Revoked { since: NaiveDate },
    Replaced { since: NaiveDate, by: CertificateId },
}

codes! {
    /// What is done to a certificate.
    pub enum Change("certificate-change") {
        /// 发证
        Issue = "issue",
        /// 暂停使用
        Suspend = "suspend",
        /// 恢复使用
        Reinstate = "reinstate",
        /// 撤销
        Revoke = "revoke",
        /// 换发
        Replace = "replace",
        /// 期满换证: a new certificate, while the old one stays valid to its own last day.
        Renew = "renew",
    }
}

codes! {
    /// 通知事项: what a holder, and whoever holds the certificate on file, is told of.
    pub enum News("certificate-news") {
        Issued = "issue",
        Suspended = "suspend",
        Reinstated = "reinstate",
        Revoked = "revoke",
        Replaced = "replace",
        Renewed = "renew",
        /// 即将到期
        ExpiresSoon = "expires-soon",
    }
}

impl From<Change> for News {
    fn from(change: Change) -> Self {
        match change {
            Change::Issue => Self::Issued,
            Change::Suspend => Self::Suspended,
            Change::Reinstate => Self::Reinstated,
            Change::Revoke => Self::Revoked,
            Change::Replace => Self::Replaced,
            Change::Renew => Self::Renewed,
        }
    }
}

codes! {
    /// Why it is done. Each change has its own reasons: [`ReasonCode::fits`].
    pub enum ReasonCode("certificate-reason") {
        /// 考核合格
        Passed = "passed",
        /// 急救证已登记
        OnRecord = "on-record",
        /// 竞赛获奖，晋升等级
        ContestWon = "contest-won",
        /// 涉嫌违规，调查期间
        Investigation = "investigation",
        /// 本人申请
        HolderRequest = "holder-request",
        /// 调查结束，可以恢复
        Cleared = "cleared",
        /// 以欺骗等不正当手段取得
        Fraud = "fraud",
        /// 发证有误
        IssuedInError = "issued-in-error",
        /// 评价机构违规评价
        BodyMisconduct = "body-misconduct",
        /// 出租、出借、转让证书
        LentOut = "lent-out",
        /// 姓名更正
        NameCorrected = "name-corrected",
        /// 证书损毁
        Damaged = "damaged",
        /// 证书遗失
        Lost = "lost",
        /// 有效期将满
        TermEnding = "term-ending",
        /// 其他，须写明
        Other = "other",
    }
}

codes! {
    /// Where an entry in a certificate's history stands.
    pub enum EventState("certificate-event-state") {
        /// 待第二人确认
        Pending = "pending",
        /// 已生效
        Done = "done",
        /// 已失效: what was asked for came about by another decision.
        Dropped = "dropped",
    }
}

codes! {
    /// 编号登记状态: no number is ever taken without one of these.
    pub enum ReservationState("reservation-state") {
        /// 已取号，尚未发证
        Reserved = "reserved",
        /// 已发证
        Issued = "issued",
        /// 作废
        Void = "void",
    }
}

codes! {
    /// 全国联网查询上传状态
    pub enum UploadState("upload-state") {
        /// 待上传
        Pending = "pending",
        /// 已上传
        Uploaded = "uploaded",
        /// 上传失败
        Failed = "failed",
    }
}

/// What a certificate was earned by; one that replaces or renews another keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// An exam that was passed.
    Application(ApplicationId),
    /// A class that was completed.
    Enrolment(EnrolmentId),
    /// A first-aid certificate that is on record.
    FirstAid(FirstAidCertificateId),
    /// A rank in a contest. The number's reservation keeps it, not the certificate.
    Contest(ContestResultId),
}

impl Origin {
    #[must_use]
    pub const fn application(self) -> Option<ApplicationId> {
        if let Self::Application(id) = self { Some(id) } else { None }
    }

    #[must_use]
    pub const fn enrolment(self) -> Option<EnrolmentId> {
        if let Self::Enrolment(id) = self { Some(id) } else { None }
    }

    #[must_use]
    pub const fn first_aid(self) -> Option<FirstAidCertificateId> {
        if let Self::FirstAid(id) = self { Some(id) } else { None }
    }

    #[must_use]
    pub const fn contest_result(self) -> Option<ContestResultId> {
        if let Self::Contest(id) = self { Some(id) } else { None }
    }
}

/// An issued certificate.
#[derive(Debug, Clone)]
pub struct Certificate {
    pub id: CertificateId,
    pub code: PublicCode,
    pub number: CertificateNumber,
    pub person: PersonId,
    pub origin: Option<Origin>,
    pub body: OrganisationId,
    /// 姓名, as printed.
    pub holder: String,
    pub issued_on: NaiveDate,
    /// The last day on which it counts.
    pub expires_on: Option<NaiveDate>,
    pub record: SealedRecord,
    /// What is in the QR: signed, in COSE_Sign1.
    pub cwt: Vec<u8>,
    /// The signatures of the other forms.
    pub proofs: Vec<u8>,
    pub key: KeyId,
    pub place: StatusPlace,
    pub state: CertificateState,
    /// The certificate that this one renews.
    pub renews: Option<CertificateId>,
    pub upload: UploadState,
    pub uploaded_on: Option<NaiveDate>,
    pub issued_at: Timestamp,
    pub issued_by: Option<AccountId>,
    /// Counts its changes.
    pub version: i32,
}

impl Certificate {
    #[must_use]
    pub fn kind(&self) -> CertificateType {
        self.record.attested.kind()
    }

    /// Why it was issued, or the one whose place it has.
    #[must_use]
    pub fn issue_reason(&self) -> ReasonCode {
        match (self.kind(), self.origin) {
            (CertificateType::FirstAid, _) => ReasonCode::OnRecord,
            (_, Some(Origin::Contest(_))) => ReasonCode::ContestWon,
            _ => ReasonCode::Passed,
        }
    }

    /// What a skill certificate says.
    #[must_use]
    pub fn skill(&self) -> Option<&Skill> {
        match &self.record.attested {
            Attested::Skill(skill) => Some(skill),
            Attested::Training(_) | Attested::FirstAid(_) => None,
        }
    }
}

/// What is told of a certificate, without its record.
#[derive(Debug, Clone)]
pub struct Brief {
    pub id: CertificateId,
    pub code: PublicCode,
    pub number: CertificateNumber,
    pub person: PersonId,
    pub kind: CertificateType,
    /// Of a skill certificate.
    pub level: Option<SkillLevel>,
    /// 姓名, as printed.
    pub holder: String,
    pub expires_on: Option<NaiveDate>,
}

impl From<&Certificate> for Brief {
    fn from(certificate: &Certificate) -> Self {
        Self {
            id: certificate.id,
            code: certificate.code,
            number: certificate.number.clone(),
            person: certificate.person,
            kind: certificate.kind(),
            level: certificate.skill().map(|skill| skill.level.code),
            holder: certificate.holder.clone(),
            expires_on: certificate.expires_on,
        }
    }
}

/// A number that was taken, with what is to be signed under it.
#[derive(Debug, Clone)]
pub struct Reservation {
    pub number: CertificateNumber,
    pub code: PublicCode,
    pub person: PersonId,
    pub body: OrganisationId,
    pub origin: Option<Origin>,
    /// The certificate whose place the new one takes.
    pub replaces: Option<CertificateId>,
    /// The certificate that the new one renews.
    pub renews: Option<CertificateId>,
    /// From whose exact bytes every form is signed.
    pub record: SealedRecord,
    pub state: ReservationState,
    /// Why it came to nothing.
    pub explanation: Option<String>,
    pub reserved_at: Timestamp,
}

/// One entry in a certificate's history.
#[derive(Debug, Clone)]
pub struct CertificateEvent {
    pub id: CertificateEventId,
    pub change: Change,
    pub reason_code: ReasonCode,
    pub reason: String,
    pub requested_by: Option<AccountId>,
    pub requested_at: Timestamp,
    pub approved_by: Option<AccountId>,
    pub approved_at: Option<Timestamp>,
    pub effective_on: Option<NaiveDate>,
    pub state: EventState,
}

/// A request to issue.
#[derive(Debug, Clone)]
pub struct NewCertificate {
    pub application_id: ApplicationId,
    /// Where the body numbers its certificates itself.
    pub number: Option<CertificateNumber>,
}

impl Form for NewCertificate {
    fn read(f: &mut Fields) -> Option<Self> {
        let application_id = f.required("application_id");
        let number = f.optional("number");
        Some(Self { application_id: application_id?, number: number? })
    }
}

/// A reason for a change, as a code and in words.
#[derive(Debug, Clone)]
pub struct ChangeReason {
    pub code: ReasonCode,
    pub words: String,
}

impl Form for ChangeReason {
    fn read(f: &mut Fields) -> Option<Self> {
        // A script may give its reason in words alone.
        let code = f.optional("reason_code");
        let words = f.text("reason", 300);
        Some(Self { code: code?.unwrap_or(ReasonCode::Other), words: words? })
    }
}
