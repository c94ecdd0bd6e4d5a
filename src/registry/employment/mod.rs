//! Who worked where, in which post, from when to when; and the service before the registry that somebody declared
//! and somebody else checked. Nothing is overwritten: who leaves gets a last day, who comes back a new spell, so
//! any day's staff can be told.
//!
//! Absent: what service is needed for (`exams`), how many staff an area has (`indicators`), and the import of
//! many at once (`flows::staff_import`), which registers people too.

pub mod declared;
pub mod error;
pub mod rules;
pub mod service;
pub mod store;

use chrono::NaiveDate;

use crate::codes;
use crate::kernel::dates::{Period, Timestamp};
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::{AccountId, DeclaredServiceId, EmploymentId, OrganisationId, PersonId};

codes! {
    /// 用工形式
    pub enum PostKind("post-kind") {
        /// 在编或劳动合同: on the establishment, or under the institution's own labour contract.
        Regular = "regular",
        /// 公益性岗位
        PublicWelfare = "public-welfare",
        /// 劳务派遣
        Dispatch = "dispatch",
        /// 非全日制, which alone may stand beside another employment (Labour Contract Law, article 69).
        PartTime = "part-time",
    }
}

impl PostKind {
    #[must_use]
    pub const fn is_full_time(self) -> bool {
        !matches!(self, Self::PartTime)
    }
}

codes! {
    /// 离岗原因
    pub enum LeavingReason("leaving-reason") {
        /// 本人辞职
        Resigned = "resigned",
        /// 合同到期
        ContractEnded = "contract-ended",
        /// 单位解除
        Dismissed = "dismissed",
        /// 调动或转岗
        Transferred = "transferred",
        /// 退休
        Retired = "retired",
        /// 去世
        Deceased = "deceased",
        Other = "other",
    }
}

codes! {
    /// 申报工作经历的状态
    pub enum DeclaredStatus("declared-status") {
        /// 待核
        Waiting = "waiting",
        /// 已核实
        Accepted = "accepted",
        /// 未通过
        Refused = "refused",
    }
}

/// One spell (一段任职) of a person at an institution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Employment {
    pub id: EmploymentId,
    pub person: PersonId,
    pub organisation: OrganisationId,
    /// A code of the seeds' positions (岗位类别).
    pub position: String,
    pub post_kind: PostKind,
    pub period: Period,
    pub leaving_reason: Option<LeavingReason>,
    pub version: i32,
}

/// What a person is joined as.
#[derive(Debug, Clone)]
pub struct Post {
    pub position: String,
    pub post_kind: PostKind,
    pub from_date: NaiveDate,
}

#[derive(Debug, Clone)]
pub struct Leaving {
    /// The last day of work.
    pub to_date: NaiveDate,
    pub reason: LeavingReason,
}

/// A change of post or institution: the old spell ends on the day before `post.from_date`.
#[derive(Debug, Clone)]
pub struct Transfer {
    /// `None`: within the same institution.
    pub organisation: Option<OrganisationId>,
    pub post: Post,
}

/// Service before the registry (既往工作经历), declared with an employer's evidence and checked by a second person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredService {
    pub id: DeclaredServiceId,
    pub person: PersonId,
    /// The organisation that declared it.
    pub organisation: OrganisationId,
    pub employer: String,
    /// As the employer calls it.
    pub position: String,
    pub from_date: NaiveDate,
    pub to_date: NaiveDate,
    /// What was shown: a certificate of employment, a contract, a social insurance record.
    pub evidence: String,
    pub declared_by: AccountId,
    pub status: DeclaredStatus,
    /// Who checked the evidence, by name.
    pub checker: Option<String>,
    pub checked_at: Option<Timestamp>,
    /// Why it was refused, or what the checker noted.
    pub check_note: Option<String>,
    pub version: i32,
}

#[derive(Debug, Clone)]
pub struct NewDeclaredService {
    pub employer: String,
    pub position: String,
    pub from_date: NaiveDate,
    pub to_date: NaiveDate,
    pub evidence: String,
}

impl Form for Post {
    fn read(f: &mut Fields) -> Option<Self> {
        let position = f.text("position", 40);
        let post_kind = f.required("post_kind");
        let from_date = f.required("from_date");
        Some(Self { position: position?, post_kind: post_kind?, from_date: from_date? })
    }
}

impl Form for Leaving {
    fn read(f: &mut Fields) -> Option<Self> {
        let to_date = f.required("to_date");
        let reason = f.required("leaving_reason");
        Some(Self { to_date: to_date?, reason: reason? })
    }
}

impl Form for Transfer {
    fn read(f: &mut Fields) -> Option<Self> {
        let organisation = f.optional("organisation_id");
        let post = Post::read(f);
        Some(Self { organisation: organisation?, post: post? })
    }
}

impl Form for NewDeclaredService {
    fn read(f: &mut Fields) -> Option<Self> {
        let employer = f.text("employer", 120);
        let position = f.text("position", 60);
        let from_date = f.required("from_date");
        let to_date = f.required("to_date");
        let evidence = f.text("evidence", 500);
        Some(Self {
            employer: employer?,
            position: position?,
            from_date: from_date?,
            to_date: to_date?,
            evidence: evidence?,
        })
    }
}
