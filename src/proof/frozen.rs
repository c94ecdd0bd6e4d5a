//! 证书底档: everything that a certificate says in any of its forms, as it was at issue. Every form is derived from
//! it and carries its digest inside the signature, and the log holds that digest.
//!
//! Absent on purpose: the identity number, which only the authorised print opens, and contacts.

use std::ops::Deref;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::kernel::certificate_number::{BodyCode, CertificateNumber};
use crate::kernel::identity::DocumentKind;
use crate::kernel::ids::PublicCode;
use crate::kernel::skill::{ExamPart, Occupation, SkillLevel, Specialty};
use crate::kernel::vocabulary::TrainingKind;
use crate::proof::log::{Leaf, LeafKind};
use crate::proof::payload::{CertificateType, Environment, Particulars, Payload, StatusPlace};

/// A text in both languages of the paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub zh: String,
    pub en: String,
}

/// A code with the words that it is printed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named<C> {
    pub code: C,
    pub zh: String,
    pub en: String,
}

impl<C> Named<C> {
    pub fn new(code: C, words: Words) -> Self {
        Self { code, zh: words.zh, en: words.en }
    }

    #[must_use]
    pub fn words(&self) -> Words {
        Words { zh: self.zh.clone(), en: self.en.clone() }
    }
}

/// The confirmed score of one part, in whole points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartResult {
    pub part: ExamPart,
    pub score: u32,
}

/// What a type of certificate says beyond the rest, with the words that it is printed with and its `type`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Attested {
    Skill(Skill),
    Training(Training),
    FirstAid(FirstAid),
}

/// 职业技能等级: an assessment that was passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "skill")]
pub struct Skill {
    pub occupation: Named<Occupation>,
    /// `None` for the occupation as a whole, which prints a dash.
    pub specialty: Option<Named<Specialty>>,
    pub level: Named<SkillLevel>,
    /// 成绩, in the order of the parts.
    pub results: Vec<PartResult>,
}

/// 结业: a training that was completed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Training {
    #[serde(rename = "type")]
    pub kind: TrainingKind,
    /// Of the certificate.
    pub title: Words,
    /// 培训项目
    pub course: Words,
    /// 学时 of the whole programme.
    pub hours: u32,
    /// 培训起止日期, both included.
    pub from: NaiveDate,
    pub until: NaiveDate,
    pub completed_on: NaiveDate,
    /// 考核结果
    pub result: Words,
}

/// 救护员证登记: a first-aid certificate that is on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "first-aid")]
pub struct FirstAid {
    /// Of the record.
    pub title: Words,
    /// 发证单位
    pub original_issuer: Words,
    pub original_number: String,
    pub original_issued_on: NaiveDate,
}

impl Attested {
    #[must_use]
    pub fn kind(&self) -> CertificateType {
        match self {
            Self::Skill(_) => CertificateType::Skill,
            Self::Training(training) => training.kind.into(),
            Self::FirstAid(_) => CertificateType::FirstAid,
        }
    }

    /// What of it goes into the QR.
    #[must_use]
    pub fn particulars(&self) -> Particulars {
        match self {
            Self::Skill(skill) => Particulars::Skill {
                occupation: skill.occupation.code,
                specialty: skill.specialty.as_ref().map_or(Specialty::General, |specialty| specialty.code),
                level: skill.level.code,
            },
            Self::Training(training) => Particulars::Training {
                kind: training.kind,
                course: training.course.zh.clone(),
                hours: training.hours,
                completed_on: training.completed_on,
            },
            Self::FirstAid(seen) => Particulars::FirstAid {
                original_issuer: seen.original_issuer.zh.clone(),
                original_number: seen.original_number.clone(),
                original_issued_on: seen.original_issued_on,
            },
        }
    }
}

/// 证书底档
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenRecord {
    /// Of this form of the record; 1.
    pub version: u8,
    #[serde(flatten)]
    pub attested: Attested,
    pub environment: Environment,
    /// 128 random bits: without them nobody tells from the digest what it is of.
    pub code: PublicCode,
    pub number: CertificateNumber,
    /// 姓名, as printed.
    pub holder: String,
    pub document_kind: DocumentKind,
    /// 评价机构, 培训机构 or 登记机构
    pub body: Named<BodyCode>,
    /// Date in Asia/Shanghai.
    pub issued_on: NaiveDate,
    /// The last day on which it counts.
    pub expires_on: Option<NaiveDate>,
    pub status: StatusPlace,
    /// The registry's public address at issue, without a slash at its end.
    pub base: String,
    /// What the holder had to show, such as the standard and its parts.
    pub criteria: Words,
}

/// The SHA-256 of a record's canonical bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecordDigest(pub [u8; 32]);

/// Why stored bytes are no frozen record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a frozen record in its canonical form")]
pub struct BadRecord;

impl FrozenRecord {
    pub const VERSION: u8 = 1;

    /// Writes the record down, once and for all its forms.
    ///
    /// # Errors
    /// [`BadRecord`], which no record of ours comes to.
    pub fn seal(self) -> Result<SealedRecord, BadRecord> {
        let canonical = serde_json_canonicalizer::to_string(&self).map_err(|_| BadRecord)?;
        let digest = RecordDigest(Sha256::digest(&canonical).into());
        Ok(SealedRecord { record: self, canonical, digest })
    }
}

/// A record with its canonical bytes and their digest. It reads as the record, and is never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRecord {
    record: FrozenRecord,
    canonical: String,
    digest: RecordDigest,
}

impl Deref for SealedRecord {
    type Target = FrozenRecord;

    fn deref(&self) -> &FrozenRecord {
        &self.record
    }
}

impl SealedRecord {
    /// # Errors
    /// [`BadRecord`]. Only what [`FrozenRecord::seal`] writes is accepted.
    pub fn read(text: &str) -> Result<Self, BadRecord> {
        let record: FrozenRecord = serde_json::from_str(text).map_err(|_| BadRecord)?;
        let canonical = record.version == FrozenRecord::VERSION;
        let sealed = record.seal()?;
        if canonical && sealed.canonical == text { Ok(sealed) } else { Err(BadRecord) }
    }

    /// The record's JSON in the canonical form of RFC 8785.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    #[must_use]
    pub const fn digest(&self) -> RecordDigest {
        self.digest
    }

    /// What goes into the QR.
    #[must_use]
    pub fn payload(&self) -> Payload {
        Payload {
            environment: self.environment,
            code: self.code,
            number: self.number.clone(),
            holder: self.holder.clone(),
            particulars: self.attested.particulars(),
            body: self.body.code.clone(),
            issued_on: self.issued_on,
            expires_on: self.expires_on,
            status: self.status,
            record: self.digest,
        }
    }
}

impl RecordDigest {
    /// The entry of the log that vouches for the record.
    #[must_use]
    pub const fn leaf(self) -> Leaf {
        Leaf { kind: LeafKind::Certificate, digest: self.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::fixture::{frozen, record};

    #[test]
    fn only_the_canonical_form_is_read() {
        let sealed = record();
        let text = sealed.canonical().to_owned();
        assert_eq!(SealedRecord::read(&text), Ok(sealed));
        assert_eq!(SealedRecord::read(&text.replacen(':', ": ", 1)), Err(BadRecord));
        assert_eq!(SealedRecord::read(&text.replacen("\"version\":1", "\"version\":2", 1)), Err(BadRecord));
        let more = text.replacen('{', "{\"a\":1,", 1);
        assert_eq!(SealedRecord::read(&more), Err(BadRecord));
    }

    #[test]
    fn another_record_has_another_digest() {
        let other = FrozenRecord { holder: "王桂芳".to_owned(), ..frozen() };
        assert_ne!(other.seal().expect("sealed").digest(), record().digest());
        assert_eq!(record().payload().record, record().digest());
    }
}
