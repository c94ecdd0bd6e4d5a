//! Organisations and what they are accredited for: the bureau, finance, town offices, schools, assessment
//! bodies, first-aid issuers and care institutions. Who works in them is `employment`'s, who signs in for them
//! `accounts`'.

pub mod error;
pub mod rules;
pub mod service;
pub mod store;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::codes;
use crate::kernel::area::AreaCode;
use crate::kernel::certificate_number::BodyCode;
use crate::kernel::credit_code::CreditCode;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::{AccreditationId, OrganisationId};
use crate::kernel::skill::{Occupation, SkillLevel};
use crate::kernel::vocabulary::{InstitutionKind, OrganisationKind};

codes! {
    pub enum OrganisationStatus("organisation-status") {
        Active = "active",
        Closed = "closed",
    }
}

codes! {
    /// What an accreditation allows.
    pub enum Scope("accreditation-scope") {
        /// 培训
        Training = "training",
        /// 职业技能等级认定
        Assessment = "assessment",
        /// 救护培训发证
        FirstAid = "first-aid",
    }
}

codes! {
    /// 认定资格状态. The usual ladder is 抽查 → 限期整改 → 暂停 → 移出目录 (facts §2).
    pub enum AccreditationStatus("accreditation-status") {
        Active = "active",
        /// 暂停
        Suspended = "suspended",
        /// 撤销、移出目录
        Withdrawn = "withdrawn",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::db::schema::organisations)]
pub struct Organisation {
    pub id: OrganisationId,
    pub kind: OrganisationKind,
    pub name: String,
    pub name_en: String,
    pub credit_code: Option<CreditCode>,
    pub area_code: AreaCode,
    /// The code that begins the numbers of its certificates: an assessment body has one; a school or a first-aid issuer
    /// that issues certificates too.
    pub body_code: Option<BodyCode>,
    /// What kind of institution a care institution is.
    pub institution_kind: Option<InstitutionKind>,
    pub beds: Option<i32>,
    pub status: OrganisationStatus,
    pub version: i32,
}

#[derive(Debug, Clone)]
pub struct NewOrganisation {
    pub kind: OrganisationKind,
    pub name: String,
    pub name_en: String,
    pub credit_code: Option<CreditCode>,
    pub area_code: AreaCode,
    pub body_code: Option<BodyCode>,
    /// What kind of institution a care institution is.
    pub institution_kind: Option<InstitutionKind>,
    pub beds: Option<i32>,
}

/// 资格: what an organisation may do, for which levels, from when to when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accreditation {
    pub id: AccreditationId,
    pub organisation: OrganisationId,
    pub scope: Scope,
    /// `None` where the scope has no occupation, as first aid.
    pub occupation: Option<Occupation>,
    pub levels: Vec<SkillLevel>,
    pub valid_from: NaiveDate,
    pub valid_to: NaiveDate,
    pub status: AccreditationStatus,
    /// The day since which `status` holds.
    pub status_since: NaiveDate,
    /// The document that grants it.
    pub document: String,
    pub version: i32,
}

#[derive(Debug, Clone)]
pub struct NewAccreditation {
    pub scope: Scope,
    pub occupation: Option<Occupation>,
    pub levels: Vec<SkillLevel>,
    pub valid_from: NaiveDate,
    pub valid_to: NaiveDate,
    pub document: String,
}

impl Form for NewOrganisation {
    fn read(f: &mut Fields) -> Option<Self> {
        let kind = f.required("kind");
        let name = f.text("name", 80);
        let name_en = f.text("name_en", 160);
        let credit_code = f.optional("credit_code");
        let area_code = f.required("area_code");
        let body_code = f.optional("body_code");
        let institution_kind = f.optional("institution_kind");
        let beds = f.optional_integer("beds", 0..=20_000);
        Some(Self {
            kind: kind?,
            name: name?,
            name_en: name_en?,
            credit_code: credit_code?,
            area_code: area_code?,
            body_code: body_code?,
            institution_kind: institution_kind?,
            beds: beds?.and_then(|beds| i32::try_from(beds).ok()),
        })
    }
}

impl Form for NewAccreditation {
    fn read(f: &mut Fields) -> Option<Self> {
        let scope = f.required("scope");
        let occupation = f.optional("occupation");
        let levels = f.list("levels", 5, |f| f.required::<SkillLevel>("level"));
        let valid_from = f.required("valid_from");
        let valid_to = f.required("valid_to");
        let document = f.text("document", 200);
        Some(Self {
            scope: scope?,
            occupation: occupation?,
            levels: levels?,
            valid_from: valid_from?,
            valid_to: valid_to?,
            document: document?,
        })
    }
}
