//! 送其他部门的名单: who did well in contests, for a department that does something with it, such as the queue for public
//! rental housing (公租房轮候). A list is made from results that count, and frozen when it is made: what becomes of a
//! result later shows in a later list.
//!
//! Absent: the signature over its digest (`proof::list_statement`), and what the other department decides.

pub mod error;
pub mod rules;
pub mod service;
pub mod store;

use chrono::NaiveDate;

use crate::codes;
use crate::kernel::area::AreaCode;
use crate::kernel::dates::Timestamp;
use crate::kernel::form::{Fields, Form};
use crate::kernel::identity::DocumentKind;
use crate::kernel::ids::{AccountId, CertifiedListId, ContestResultId, PersonId};
use crate::kernel::invalid::FieldError;
use crate::registry::contests::{MOST_RANK, Tier};

codes! {
    /// How much of an identity number the file shows.
    pub enum Digits("list-digits") {
        /// The last four.
        Masked = "masked",
        Full = "full",
    }
}

/// By which a list is made: results of this tier or a higher one, up to a rank, announced within the days given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub tier: Tier,
    pub rank_to: u32,
    /// Whether who was given a title (荣誉称号) is on it too, at whatever rank.
    pub honoured: bool,
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

#[derive(Debug, Clone)]
pub struct NewList {
    /// 接收部门
    pub department: String,
    /// 用途
    pub purpose: String,
    pub rule: Rule,
    pub digits: Digits,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertifiedList {
    pub id: CertifiedListId,
    /// `2026-0001`
    pub number: String,
    pub department: String,
    pub purpose: String,
    /// The area whose bureau made it; `None`: a bureau of the whole registry.
    pub area: Option<AreaCode>,
    pub rule: Rule,
    pub digits: Digits,
    /// Its lines.
    pub people: u32,
    /// SHA-256 of its text, in lower-case hex.
    pub digest: String,
    /// The signed statement, a compact JWS.
    pub statement: String,
    pub made_by: AccountId,
    pub made_at: Timestamp,
}

/// One person of a list, by the best of their results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// From 1 up.
    pub place: u32,
    pub person: PersonId,
    pub result: ContestResultId,
    /// As it was when the list was made; so is the rest.
    pub name: String,
    pub contest: String,
    pub tier: Tier,
    pub rank: Option<u32>,
    pub honour: Option<String>,
    pub announced_on: NaiveDate,
}

/// The identity document as the list shows it.
#[derive(Clone)]
pub struct Shown {
    pub kind: DocumentKind,
    pub number: String,
}

impl Form for NewList {
    fn read(f: &mut Fields) -> Option<Self> {
        let department = f.text("department", 80);
        let purpose = f.text("purpose", 120);
        let tier = f.required("tier");
        let rank_to = f.integer("rank_to", 1..=MOST_RANK);
        let honoured = f.optional("honoured");
        let from = f.required("from");
        let to = f.required("to");
        let digits = f.required("digits");
        let (from, to) = (from?, to?);
        if to < from {
            f.refuse(FieldError::new("to", "date-order"));
            return None;
        }
        Some(Self {
            department: department?,
            purpose: purpose?,
            rule: Rule {
                tier: tier?,
                rank_to: u32::try_from(rank_to?).ok()?,
                honoured: honoured?.unwrap_or(false),
                from,
                to,
            },
            digits: digits?,
        })
    }
}
