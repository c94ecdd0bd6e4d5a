//! Skill certificates that another body or an older system issued (外部证书): recorded after a named person has
//! checked them, counted in figures and for conditions like ours, never signed as ours.
//!
//! Absent: the certificates of this registry (`certificates`).

pub mod error;
pub mod rules;
pub mod service;
pub mod store;

use chrono::NaiveDate;

use crate::codes;
use crate::kernel::certificate_number::CertificateNumber;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::{PersonId, RecordedCertificateId};
use crate::kernel::skill::{Occupation, SkillLevel, Specialty};
use crate::registry::people::RawPerson;

codes! {
    /// 全国联网查询结果
    pub enum NationalQuery("national-query") {
        /// 未查询
        NotAsked = "not-asked",
        /// 已查到
        Found = "found",
        /// 未查到
        NotFound = "not-found",
    }
}

/// A certificate on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedCertificate {
    pub id: RecordedCertificateId,
    pub person: PersonId,
    /// 持证人姓名, as registered.
    pub person_name: String,
    pub number: CertificateNumber,
    /// 发证机构
    pub issuer: String,
    pub occupation: Occupation,
    pub specialty: Specialty,
    pub level: SkillLevel,
    pub issued_on: NaiveDate,
    /// The last day on which it is valid; `None` for most skill certificates.
    pub expires_on: Option<NaiveDate>,
    /// What was shown: the original, a certified copy, a list.
    pub evidence: String,
    /// Who checked it, by name.
    pub checker: String,
    pub checked_on: NaiveDate,
    pub national_query: NationalQuery,
    pub queried_on: Option<NaiveDate>,
    pub withdrawn_on: Option<NaiveDate>,
    pub withdrawn_note: Option<String>,
    pub version: i32,
}

/// One as somebody enters it. No `Debug`: it holds an identity number.
#[derive(Clone)]
pub struct NewRecorded {
    pub holder: RawPerson,
    pub number: CertificateNumber,
    pub issuer: String,
    pub occupation: Occupation,
    pub specialty: Specialty,
    pub level: SkillLevel,
    pub issued_on: NaiveDate,
    pub expires_on: Option<NaiveDate>,
    pub evidence: String,
    pub checker: String,
    pub checked_on: NaiveDate,
    pub national_query: NationalQuery,
    pub queried_on: Option<NaiveDate>,
}

impl Form for NewRecorded {
    fn read(f: &mut Fields) -> Option<Self> {
        let holder = RawPerson::read(f);
        let number = f.required("number");
        let issuer = f.text("issuer", 120);
        let occupation = f.optional("occupation");
        let specialty = f.optional("specialty");
        let level = f.required("level");
        let issued_on = f.required("issued_on");
        let expires_on = f.optional("expires_on");
        let evidence = f.text("evidence", 300);
        let checker = f.text("checker", 60);
        let checked_on = f.required("checked_on");
        let national_query = f.optional("national_query");
        let queried_on = f.optional("queried_on");
        Some(Self {
            holder: holder?,
            number: number?,
            issuer: issuer?,
            occupation: occupation?.unwrap_or(Occupation::ElderlyCareWorker),
            specialty: specialty?.unwrap_or(Specialty::General),
            level: level?,
            issued_on: issued_on?,
            expires_on: expires_on?,
            evidence: evidence?,
            checker: checker?,
            checked_on: checked_on?,
            national_query: national_query?.unwrap_or(NationalQuery::NotAsked),
            queried_on: queried_on?,
        })
    }
}
