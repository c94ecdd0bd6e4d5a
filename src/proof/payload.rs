//! What a certificate says, as CWT claims (RFC 8392): one content, one sequence of bytes.
//!
//! Absent on purpose: identity number, birth date, contact, scores. Whoever holds the paper reads the QR.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::codes;
use crate::kernel::certificate_number::{BodyCode, BodyKind, CertificateNumber, Series};
use crate::kernel::codes::Code;
use crate::kernel::dates::{shanghai_date, shanghai_midnight};
use crate::kernel::ids::PublicCode;
use crate::kernel::skill::{Occupation, SkillLevel, Specialty};
use crate::kernel::vocabulary::TrainingKind;
use crate::proof::cbor::{NotCbor, Reader, Writer};
use crate::proof::frozen::RecordDigest;

codes! {
    /// Where a certificate counts. Inside the signature and inside the key's id, so that a test's key
    /// can't make anything that production accepts.
    pub enum Environment("environment") {
        Production = "production",
        Demo = "demo",
        Test = "test",
    }
}

impl Environment {
    const fn number(self) -> i64 {
        match self {
            Self::Production => 1,
            Self::Demo => 2,
            Self::Test => 3,
        }
    }
}

codes! {
    /// What kind of certificate a key may sign and a payload is.
    pub enum CertificateType("certificate-type") {
        /// 职业技能等级证书
        Skill = "skill",
        /// 养老护理员培训结业证书
        TrainingCompletion = "training-completion",
        /// 家庭照护者培训证书
        FamilyCarer = "family-carer",
        /// 救护员证登记凭证: that a first-aid certificate is on record, not the certificate itself.
        FirstAid = "first-aid",
        /// 养老经管人证书
        CareManager = "care-manager",
        /// 康复辅助器具适配人员证书
        DeviceFitter = "device-fitter",
    }
}

impl CertificateType {
    /// As the payload writes it, and position 16 of the numbers of all types but the first.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Skill => 1,
            Self::TrainingCompletion => 2,
            Self::FamilyCarer => 3,
            Self::FirstAid => 4,
            Self::CareManager => 5,
            Self::DeviceFitter => 6,
        }
    }

    /// Where its numbers are counted; `None` for the first, which counts by level.
    #[must_use]
    pub const fn series(self) -> Option<Series> {
        match self {
            Self::Skill => None,
            other => Series::from_number(other.number()),
        }
    }

    /// The types that a body of this kind issues.
    #[must_use]
    pub const fn of_body(kind: BodyKind) -> &'static [Self] {
        match kind {
            BodyKind::Assessment => &[Self::Skill],
            BodyKind::Training => {
                &[Self::TrainingCompletion, Self::FamilyCarer, Self::CareManager, Self::DeviceFitter]
            }
            BodyKind::FirstAid => &[Self::FirstAid],
        }
    }
}

impl From<TrainingKind> for CertificateType {
    fn from(kind: TrainingKind) -> Self {
        match kind {
            TrainingKind::Completion => Self::TrainingCompletion,
            TrainingKind::FamilyCarer => Self::FamilyCarer,
            TrainingKind::CareManager => Self::CareManager,
            TrainingKind::DeviceFitter => Self::DeviceFitter,
        }
    }
}

/// Where the standing of a certificate is published: bit `index` of the status lists number `list`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusPlace {
    pub list: u32,
    pub index: u32,
}

/// What a type of certificate says beyond the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Particulars {
    /// 职业技能等级证书
    Skill { occupation: Occupation, specialty: Specialty, level: SkillLevel },
    /// The types of [`TrainingKind`].
    Training {
        #[serde(skip)]
        kind: TrainingKind,
        /// 培训项目, as printed.
        course: String,
        /// 学时
        hours: u32,
        /// 结业日期, in Asia/Shanghai.
        completed_on: NaiveDate,
    },
    /// 救护员证登记凭证: of the certificate that is on record.
    FirstAid {
        /// 发证单位
        original_issuer: String,
        /// In whatever form its issuer numbers.
        original_number: String,
        original_issued_on: NaiveDate,
    },
}

impl Particulars {
    #[must_use]
    pub fn kind(&self) -> CertificateType {
        match self {
            Self::Skill { .. } => CertificateType::Skill,
            Self::Training { kind, .. } => (*kind).into(),
            Self::FirstAid { .. } => CertificateType::FirstAid,
        }
    }

    /// The fields 5, 6 and 7.
    fn encode(&self, out: &mut Writer) {
        match self {
            Self::Skill { occupation, specialty, level } => {
                out.text(occupation.code());
                out.text(specialty.code());
                out.integer(i64::from(level.number()));
            }
            Self::Training { kind: _, course, hours, completed_on } => {
                out.text(course);
                out.integer(i64::from(*hours));
                out.integer(shanghai_midnight(*completed_on).timestamp());
            }
            Self::FirstAid { original_issuer, original_number, original_issued_on } => {
                out.text(original_issuer);
                out.text(original_number);
                out.integer(shanghai_midnight(*original_issued_on).timestamp());
            }
        }
    }

    fn decode(kind: CertificateType, claims: &mut Reader<'_>) -> Result<Self, BadPayload> {
        let training = |kind, claims: &mut Reader<'_>| {
            Ok(Self::Training {
                kind,
                course: claims.text()?.to_owned(),
                hours: small(claims.unsigned()?)?,
                completed_on: date(claims.unsigned()?)?,
            })
        };
        match kind {
            CertificateType::Skill => Ok(Self::Skill {
                occupation: Occupation::from_code(claims.text()?).ok_or(BadPayload::Malformed)?,
                specialty: Specialty::from_code(claims.text()?).ok_or(BadPayload::Malformed)?,
                level: level(claims.unsigned()?)?,
            }),
            CertificateType::TrainingCompletion => training(TrainingKind::Completion, claims),
            CertificateType::FamilyCarer => training(TrainingKind::FamilyCarer, claims),
            CertificateType::CareManager => training(TrainingKind::CareManager, claims),
            CertificateType::DeviceFitter => training(TrainingKind::DeviceFitter, claims),
            CertificateType::FirstAid => Ok(Self::FirstAid {
                original_issuer: claims.text()?.to_owned(),
                original_number: claims.text()?.to_owned(),
                original_issued_on: date(claims.unsigned()?)?,
            }),
        }
    }
}

/// The content of a certificate that is signed and put into its QR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    pub environment: Environment,
    /// 128 random bits: the last part of the verify address, and the `cti` claim.
    pub code: PublicCode,
    pub number: CertificateNumber,
    /// 姓名, as printed.
    pub holder: String,
    pub particulars: Particulars,
    /// 评价机构, 培训机构 or 登记机构, which is also the issuer.
    pub body: BodyCode,
    /// Date in Asia/Shanghai.
    pub issued_on: NaiveDate,
    /// The last day on which it counts, in Asia/Shanghai; `None` where it does not end.
    pub expires_on: Option<NaiveDate>,
    pub status: StatusPlace,
    /// Of the frozen record (证书底档), which the log vouches for.
    pub record: RecordDigest,
}

/// Why signed bytes are not a payload that this version reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPayload {
    #[error("written by a later version of this software")]
    UnknownVersion,
    #[error("not the claims of a certificate in their canonical form")]
    Malformed,
}

impl From<NotCbor> for BadPayload {
    fn from(_: NotCbor) -> Self {
        Self::Malformed
    }
}

const VERSION: u64 = 1;
const ISS: i64 = 1;
const EXP: i64 = 4;
const IAT: i64 = 6;
const CTI: i64 = 7;
/// Ours, from the registry's range for private use (below −65536): an array of what has no registered claim.
const CERTIFICATE: i64 = -65_537;
const CERTIFICATE_FIELDS: u64 = 11;

impl Payload {
    /// What kind of certificate this is.
    #[must_use]
    pub fn kind(&self) -> CertificateType {
        self.particulars.kind()
    }

    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::with_capacity(200);
        out.map(if self.expires_on.is_some() { 5 } else { 4 });
        out.integer(ISS);
        out.text(&self.body.to_string());
        if let Some(last_day) = self.expires_on {
            out.integer(EXP);
            out.integer(shanghai_midnight(last_day.succ_opt().unwrap_or(last_day)).timestamp());
        }
        out.integer(IAT);
        out.integer(shanghai_midnight(self.issued_on).timestamp());
        out.integer(CTI);
        out.bytes(self.code.bytes());
        out.integer(CERTIFICATE);
        out.array(CERTIFICATE_FIELDS);
        out.integer(1);
        out.integer(self.environment.number());
        out.integer(i64::from(self.kind().number()));
        out.text(self.number.as_str());
        out.text(&self.holder);
        self.particulars.encode(&mut out);
        out.integer(i64::from(self.status.list));
        out.integer(i64::from(self.status.index));
        out.bytes(&self.record.0);
        out.0
    }

    /// # Errors
    /// [`BadPayload`]. Only the bytes that [`Payload::encode`] writes are accepted.
    pub fn decode(bytes: &[u8]) -> Result<Self, BadPayload> {
        Self::decode_version_1(bytes).map_err(|error| match version(bytes) {
            Ok(found) if found != VERSION => BadPayload::UnknownVersion,
            _ => error,
        })
    }

    fn decode_version_1(bytes: &[u8]) -> Result<Self, BadPayload> {
        let mut claims = Reader::new(bytes);
        let count = claims.map()?;
        expect(&mut claims, ISS)?;
        let body = claims.text()?.parse().map_err(|_| BadPayload::Malformed)?;
        let expires_on = if claims.next_is(EXP) {
            Some(date(claims.unsigned()?)?.pred_opt().ok_or(BadPayload::Malformed)?)
        } else {
            None
        };
        expect(&mut claims, IAT)?;
        let issued_on = date(claims.unsigned()?)?;
        expect(&mut claims, CTI)?;
        let code = claims.bytes()?.try_into().map_err(|_| BadPayload::Malformed)?;
        expect(&mut claims, CERTIFICATE)?;
        let fields = claims.array()?;
        let version = claims.unsigned()?;
        if count != 4 + u64::from(expires_on.is_some()) || fields != CERTIFICATE_FIELDS || version != VERSION
        {
            return Err(BadPayload::Malformed);
        }
        let environment = claims.integer()?;
        let kind = claims.unsigned()?;
        let kind = find(|known: CertificateType| u64::from(known.number()) == kind)?;
        let payload = Self {
            environment: find(|known: Environment| known.number() == environment)?,
            code: PublicCode::from_bytes(code),
            number: number(claims.text()?)?,
            holder: claims.text()?.to_owned(),
            particulars: Particulars::decode(kind, &mut claims)?,
            body,
            issued_on,
            expires_on,
            status: StatusPlace { list: small(claims.unsigned()?)?, index: small(claims.unsigned()?)? },
            record: RecordDigest(claims.bytes()?.try_into().map_err(|_| BadPayload::Malformed)?),
        };
        claims.end()?;
        Ok(payload)
    }
}

/// The version of a payload that may be of a later one: every version begins its map with integers and
/// strings and has the array of claim [`CERTIFICATE`] begin with its version.
fn version(bytes: &[u8]) -> Result<u64, NotCbor> {
    let mut claims = Reader::new(bytes);
    for _ in 0..claims.map()? {
        if claims.next_is(CERTIFICATE) {
            claims.array()?;
            return claims.unsigned();
        }
        claims.skip()?;
        claims.skip()?;
    }
    Err(NotCbor)
}

fn expect(claims: &mut Reader<'_>, key: i64) -> Result<(), BadPayload> {
    if claims.next_is(key) { Ok(()) } else { Err(BadPayload::Malformed) }
}

fn find<T: Code>(matches: impl Fn(T) -> bool) -> Result<T, BadPayload> {
    T::ALL.iter().copied().find(|known| matches(*known)).ok_or(BadPayload::Malformed)
}

fn small(value: u64) -> Result<u32, BadPayload> {
    u32::try_from(value).map_err(|_| BadPayload::Malformed)
}

fn level(value: u64) -> Result<SkillLevel, BadPayload> {
    u8::try_from(value).ok().and_then(SkillLevel::from_number).ok_or(BadPayload::Malformed)
}

fn number(text: &str) -> Result<CertificateNumber, BadPayload> {
    let number: CertificateNumber = text.parse().map_err(|_| BadPayload::Malformed)?;
    // The kernel trims what people type; nobody types this.
    if number.as_str() == text { Ok(number) } else { Err(BadPayload::Malformed) }
}

/// The day in Asia/Shanghai that begins `seconds` after the epoch. Past the year 9999 no date is meant.
fn date(seconds: u64) -> Result<NaiveDate, BadPayload> {
    const YEAR_10000: i64 = 253_402_300_800;
    let instant = i64::try_from(seconds)
        .ok()
        .filter(|seconds| *seconds < YEAR_10000)
        .and_then(|seconds| DateTime::<Utc>::from_timestamp(seconds, 0))
        .ok_or(BadPayload::Malformed)?;
    let day = shanghai_date(instant);
    if shanghai_midnight(day) == instant { Ok(day) } else { Err(BadPayload::Malformed) }
}
