//! 救护员证 and other first-aid certificates, as their issuers gave them out: recorded, never signed here.
//!
//! Absent: the training for them, and the share of caregivers who hold one (`indicators`).

pub mod error;
pub mod rules;
pub mod service;
pub mod store;

use chrono::NaiveDate;

use crate::codes;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::{FirstAidCertificateId, PersonId};
use crate::registry::people::RawPerson;

codes! {
    /// 急救证种类
    pub enum FirstAidKind("first-aid-kind") {
        /// 救护员证: 16–24 class hours, the one that counts for 双证.
        Rescuer = "rescuer",
        /// 心肺复苏与 AED 证
        CprAed = "cpr-aed",
    }
}

codes! {
    /// What a first-aid certificate is on a day.
    pub enum FirstAidState("first-aid-state") {
        Valid = "valid",
        /// Not yet issued on that day.
        NotYet = "not-yet",
        Expired = "expired",
        Withdrawn = "withdrawn",
    }
}

/// A first-aid certificate on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstAid {
    pub id: FirstAidCertificateId,
    pub person: PersonId,
    /// 持证人姓名, as registered.
    pub person_name: String,
    pub kind: FirstAidKind,
    /// 发证单位
    pub issuer: String,
    /// In whatever form the issuer numbers.
    pub number: String,
    pub issued_on: NaiveDate,
    /// The last day on which it is valid.
    pub expires_on: NaiveDate,
    pub withdrawn_on: Option<NaiveDate>,
    pub withdrawn_note: Option<String>,
    pub version: i32,
}

/// One as somebody enters it. No `Debug`: it may hold an identity number.
#[derive(Clone)]
pub struct NewFirstAid {
    pub holder: RawPerson,
    pub kind: FirstAidKind,
    /// Left out by a first-aid issuer, which records its own alone.
    pub issuer: Option<String>,
    pub number: String,
    pub issued_on: NaiveDate,
    /// Left out: as many years after the issue as the local rule says.
    pub expires_on: Option<NaiveDate>,
}

/// One that passed `rules::check`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub kind: FirstAidKind,
    pub issuer: String,
    pub number: String,
    pub issued_on: NaiveDate,
    pub expires_on: NaiveDate,
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub issuer: Option<String>,
    /// Those of these people.
    pub people: Option<Vec<PersonId>>,
    /// Valid ones whose last day lies before or on this day.
    pub expiring_by: Option<NaiveDate>,
}

impl Form for NewFirstAid {
    fn read(f: &mut Fields) -> Option<Self> {
        let holder = RawPerson::read(f);
        let kind = f.required("kind");
        let issuer = f.optional_text("issuer", 120);
        let number = f.text("number", 60);
        let issued_on = f.required("issued_on");
        let expires_on = f.optional("expires_on");
        Some(Self {
            holder: holder?,
            kind: kind?,
            issuer: issuer?,
            number: number?,
            issued_on: issued_on?,
            expires_on: expires_on?,
        })
    }
}
