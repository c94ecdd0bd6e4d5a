//! Identifiers: one type per entity, so that a person's can't be passed where a class's is due.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use uuid::Uuid;

/// UUIDv7 of an entity `E`. Ordered by creation, so an index on it grows at its end.
pub struct Id<E>(Uuid, PhantomData<fn() -> E>);

impl<E> Id<E> {
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

// Written out because a derive would demand the same of `E`, which is only a marker.
impl<E> Clone for Id<E> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<E> Copy for Id<E> {}
impl<E> PartialEq for Id<E> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<E> Eq for Id<E> {}
impl<E> PartialOrd for Id<E> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<E> Ord for Id<E> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<E> std::hash::Hash for Id<E> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<E> fmt::Debug for Id<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
impl<E> fmt::Display for Id<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
impl<E> FromStr for Id<E> {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::parse_str(text).map(Self::from_uuid)
    }
}
impl<E> serde::Serialize for Id<E> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
impl<'de, E> serde::Deserialize<'de> for Id<E> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Uuid::deserialize(deserializer).map(Self::from_uuid)
    }
}

macro_rules! entities {
    ($($(#[$meta:meta])* $entity:ident => $id:ident),+ $(,)?) => {
        /// Markers: one for each entity that has an identifier.
        pub mod entity {
            $(#[derive(Debug)] pub enum $entity {})+
        }
        $($(#[$meta])* pub type $id = Id<entity::$entity>;)+
    };
}

entities! {
    Account => AccountId,
    Organisation => OrganisationId,
    Accreditation => AccreditationId,
    Population => PopulationId,
    Target => TargetId,
    Person => PersonId,
    Employment => EmploymentId,
    DeclaredService => DeclaredServiceId,
    Programme => ProgrammeId,
    Module => ModuleId,
    Class => ClassId,
    Enrolment => EnrolmentId,
    /// One meeting of a class (课次), not a sitting of an exam.
    Lesson => LessonId,
    /// 考次: one sitting that an assessment body holds for a level.
    ExamSession => ExamSessionId,
    Application => ApplicationId,
    Score => ScoreId,
    FirstAidCertificate => FirstAidCertificateId,
    RecordedCertificate => RecordedCertificateId,
    /// 红黑名单上的一项
    CreditListing => CreditListingId,
    CreditEvent => CreditEventId,
    /// 职业技能竞赛
    Contest => ContestId,
    /// 竞赛成绩: one person's rank or honour.
    ContestResult => ContestResultId,
    /// 送其他部门的名单
    CertifiedList => CertifiedListId,
    /// 指导工资的一次发布
    WageNotice => WageNoticeId,
    Certificate => CertificateId,
    CertificateEvent => CertificateEventId,
    /// 批量撤销
    BulkRevocation => BulkRevocationId,
    /// 关注名单上的一张证书
    Watched => WatchedId,
    WatchNotice => WatchNoticeId,
    /// 预算: what a scheme may spend in a year.
    BudgetLine => BudgetLineId,
    /// 记账分录
    Posting => PostingId,
    /// 补贴申领
    Claim => ClaimId,
    ClaimEvent => ClaimEventId,
    /// 复核申请
    ClaimAppeal => ClaimAppealId,
    /// 收款账户
    BankAccount => BankAccountId,
    /// 发放批次
    PaymentBatch => PaymentBatchId,
    Payment => PaymentId,
    /// 退汇
    PaymentReturn => PaymentReturnId,
    /// 追回
    Clawback => ClawbackId,
    ClawbackReceipt => ClawbackReceiptId,
    /// 补贴办法的一个版本
    SchemeVersion => SchemeVersionId,
    /// 外部或申报的事实
    Statement => StatementId,
    AuditEvent => AuditEventId,
    Message => MessageId,
    Request => RequestId,
}

/// The part of a verify address that stands for one certificate: 128 random bits, written as 26
/// lower-case base-32 characters (RFC 4648, no padding). It is the `cti` of the signed content.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublicCode([u8; 16]);

const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

impl PublicCode {
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for PublicCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = u128::from_be_bytes(self.0);
        let mut text = [0u8; 26];
        for (place, letter) in text.iter_mut().enumerate() {
            // 26 × 5 = 130 bits: the last character carries 3 bits and two zeros.
            let shift = 123 - 5 * i32::try_from(place).unwrap_or(0);
            let index = if shift >= 0 { bits >> shift } else { bits << -shift } & 31;
            *letter = BASE32[usize::try_from(index).unwrap_or(0)];
        }
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}
impl fmt::Debug for PublicCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a public code of 26 base-32 characters")]
pub struct BadPublicCode;

impl FromStr for PublicCode {
    type Err = BadPublicCode;
    /// Upper case is accepted: a QR in alphanumeric mode has no lower case.
    fn from_str(text: &str) -> Result<Self, BadPublicCode> {
        if text.len() != 26 {
            return Err(BadPublicCode);
        }
        let mut bits = 0u128;
        for (place, letter) in text.bytes().enumerate() {
            let value =
                BASE32.iter().position(|known| *known == letter.to_ascii_lowercase()).ok_or(BadPublicCode)?
                    as u128;
            bits = if place < 25 {
                bits << 5 | value
            } else if value.is_multiple_of(4) {
                bits << 3 | value >> 2
            } else {
                return Err(BadPublicCode);
            };
        }
        Ok(Self(bits.to_be_bytes()))
    }
}
impl serde::Serialize for PublicCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> serde::Deserialize<'de> for PublicCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_code_reads_back_what_it_writes() {
        for bytes in [[0; 16], [0xff; 16], *b"0123456789abcdef"] {
            let code = PublicCode::from_bytes(bytes);
            assert_eq!(code.to_string().parse(), Ok(code));
            assert_eq!(code.to_string().to_uppercase().parse(), Ok(code));
        }
        // Two spellings of one code would be two addresses of one certificate.
        assert_eq!("aaaaaaaaaaaaaaaaaaaaaaaaab".parse::<PublicCode>(), Err(BadPublicCode));
        assert_eq!("a".parse::<PublicCode>(), Err(BadPublicCode));
    }
}
