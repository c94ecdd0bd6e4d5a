//! 职业技能竞赛: contests, who came where in them, and the level that a rank earns (晋升等级).
//!
//! A result counts once somebody else than who entered it, or the contest, has confirmed it. Offices of the registry
//! see all contests; a body that issues what a contest earns sees that contest. Absent: the certificate itself
//! (`flows::certificate_issue`), what a scheme makes of a rank (`flows::subsidy_facts`), and contests of which only a
//! file tells (`statements`).

pub mod error;
pub mod rules;
pub mod service;
pub mod store;

use chrono::NaiveDate;

use crate::codes;
use crate::kernel::dates::Timestamp;
use crate::kernel::form::{FieldValue, Fields, Form, Kind};
use crate::kernel::identity::DocumentKind;
use crate::kernel::ids::{AccountId, ContestId, ContestResultId, OrganisationId, PersonId};
use crate::kernel::invalid::FieldError;
use crate::kernel::skill::{Occupation, SkillLevel};
use crate::registry::people::RawDocument;

codes! {
    /// 竞赛级别, from the highest down.
    pub enum Tier("contest-tier") {
        /// 国家级
        National = "national",
        /// 省级
        Provincial = "provincial",
        /// 市级
        City = "city",
        /// 县（市、区）级
        County = "county",
    }
}

impl Tier {
    /// 1 to 4, as schemes ask for it.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::National => 1,
            Self::Provincial => 2,
            Self::City => 3,
            Self::County => 4,
        }
    }

    /// This tier and those above it.
    #[must_use]
    pub fn and_above(self) -> Vec<Self> {
        use crate::kernel::codes::Code;
        Self::ALL.iter().copied().filter(|tier| tier.number() <= self.number()).collect()
    }
}

codes! {
    /// How far a result has come.
    pub enum ResultStatus("contest-result-status") {
        /// 待确认
        Entered = "entered",
        /// 已确认: it counts.
        Confirmed = "confirmed",
        /// 不予确认
        Refused = "refused",
        /// 已取消: it was confirmed and counts no more.
        Cancelled = "cancelled",
    }
}

/// 竞赛代号: the event by which schemes know a contest. Letters, digits and hyphens, at most 60.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContestCode(String);

impl ContestCode {
    #[must_use]
    pub fn new(code: &str) -> Option<Self> {
        let plain = code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        ((1..=60).contains(&code.len()) && plain).then(|| Self(code.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FieldValue for ContestCode {
    fn kind() -> Kind {
        Kind::Special("contest-code")
    }
    fn parse(text: &str) -> Result<Self, FieldError> {
        Self::new(text).ok_or_else(|| FieldError::new("", "bad-event-name"))
    }
}

/// Who did something, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Act {
    pub by: AccountId,
    pub at: Timestamp,
}

/// 晋升等级: what the first ranks of a contest earn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Award {
    /// The last rank that earns it.
    pub up_to_rank: u32,
    pub level: SkillLevel,
    /// The document that says so.
    pub document: String,
    /// The assessment body that issues the certificate.
    pub body: OrganisationId,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contest {
    pub id: ContestId,
    pub code: ContestCode,
    pub name: String,
    pub tier: Tier,
    pub occupation: Occupation,
    pub organiser: String,
    /// The day on which its results were announced.
    pub announced_on: NaiveDate,
    /// 公布文件: title and number.
    pub document: String,
    pub award: Option<Award>,
    pub entered: Act,
    pub version: i32,
}

/// The state of a result; a step consumes it (`rules`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResultState {
    Entered,
    Confirmed { by: Act },
    Refused { by: Act, words: String },
    Cancelled { confirmed: Act, by: Act, words: String },
}

/// 竞赛成绩: one person's rank, title or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContestResult {
    pub id: ContestResultId,
    pub contest: ContestId,
    pub person: PersonId,
    /// The name as it is registered.
    pub name: String,
    /// 名次; of a selection without ranks none.
    pub rank: Option<u32>,
    /// 荣誉称号, such as 新时代工匠.
    pub honour: Option<String>,
    pub entered: Act,
    pub state: ResultState,
}

/// A contest to be entered.
#[derive(Debug, Clone)]
pub struct NewContest {
    pub code: ContestCode,
    pub name: String,
    pub tier: Tier,
    pub occupation: Occupation,
    pub organiser: String,
    pub announced_on: NaiveDate,
    pub document: String,
    pub award: Option<Award>,
}

/// A result to be entered: a row of a file, or a form. No `Debug`: it holds an identity number.
#[derive(Clone)]
pub struct NewResult {
    pub document: RawDocument,
    pub name: String,
    pub rank: Option<u32>,
    pub honour: Option<String>,
}

/// Why a result is turned down or cancelled.
#[derive(Debug, Clone)]
pub struct Words {
    pub words: String,
}

/// The largest rank of a contest.
pub const MOST_RANK: i64 = 9_999;

impl Form for NewContest {
    fn read(f: &mut Fields) -> Option<Self> {
        let code = f.required("code");
        let name = f.text("title", 80);
        let tier = f.required("tier");
        let occupation = f.optional("occupation");
        let organiser = f.text("organiser", 120);
        let announced_on = f.required("announced_on");
        let document = f.text("document", 200);
        let award = read_award(f);
        Some(Self {
            code: code?,
            name: name?,
            tier: tier?,
            occupation: occupation?.unwrap_or(Occupation::ElderlyCareWorker),
            organiser: organiser?,
            announced_on: announced_on?,
            document: document?,
            award: award?,
        })
    }
}

/// All four fields, or none. The outer `None` means that some are missing or wrong.
#[expect(clippy::option_option, reason = "wrong, absent and present are three different answers")]
fn read_award(f: &mut Fields) -> Option<Option<Award>> {
    let rank = f.optional_integer("award_rank", 1..=MOST_RANK);
    let level = f.optional("award_level");
    let document = f.optional_text("award_document", 200);
    let body = f.optional("award_body_id");
    match (rank?, level?, document?, body?) {
        (None, None, None, None) => Some(None),
        (Some(rank), Some(level), Some(document), Some(body)) => {
            let up_to_rank = u32::try_from(rank).ok()?;
            Some(Some(Award { up_to_rank, level, document, body }))
        }
        (rank, level, document, body) => {
            let given = [
                ("award_rank", rank.is_some()),
                ("award_level", level.is_some()),
                ("award_document", document.is_some()),
                ("award_body_id", body.is_some()),
            ];
            for (field, _) in given.into_iter().filter(|(_, given)| !given) {
                f.refuse(FieldError::new(field, "award-incomplete"));
            }
            None
        }
    }
}

impl Form for NewResult {
    fn read(f: &mut Fields) -> Option<Self> {
        let name = f.text("name", 60);
        let kind = f.optional("document_kind");
        let number = f.text("document_number", 40);
        let rank = f.optional_integer("rank", 1..=MOST_RANK);
        let honour = f.optional_text("honour", 60);
        let (rank, honour) = (rank?, honour?);
        if rank.is_none() && honour.is_none() {
            f.refuse(FieldError::new("rank", "rank-or-honour"));
            return None;
        }
        let kind = kind?.unwrap_or(DocumentKind::ResidentIdentityCard);
        Some(Self {
            document: RawDocument { kind, number: number? },
            name: name?,
            rank: rank.and_then(|rank| u32::try_from(rank).ok()),
            honour,
        })
    }
}

impl Form for Words {
    fn read(f: &mut Fields) -> Option<Self> {
        f.text("words", 300).map(|words| Self { words })
    }
}
