//! 指导工资: what a level earns in a month in an area, low, median and high, by dated notices. A notice is entered by one
//! person and published by another; then it is never changed, and a later one follows it.
//!
//! Absent: what is really paid, and what a scheme pays on top.

pub mod error;
pub mod rules;
pub mod service;
pub mod store;

use chrono::NaiveDate;

use crate::codes;
use crate::kernel::area::AreaCode;
use crate::kernel::dates::Timestamp;
use crate::kernel::form::{FieldValue, Fields, Form, Kind};
use crate::kernel::ids::{AccountId, WageNoticeId};
use crate::kernel::invalid::FieldError;
use crate::kernel::money::Fen;
use crate::kernel::skill::{Occupation, SkillLevel};

codes! {
    pub enum WageStatus("wage-status") {
        /// 草稿
        Draft = "draft",
        /// 已发布
        Published = "published",
        /// 已撤回: a draft that came to nothing.
        Dropped = "dropped",
    }
}

/// Yuan a month in fen: low ≤ median ≤ high.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelWage {
    pub level: SkillLevel,
    /// 低位数
    pub low: Fen,
    /// 中位数
    pub median: Fen,
    /// 高位数
    pub high: Fen,
}

/// Who did something, and when. Nobody's account for what came with the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Act {
    pub by: Option<AccountId>,
    pub at: Timestamp,
}

/// The state of a notice; a step consumes it (`rules`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WageState {
    Draft,
    Published(Act),
    Dropped(Act),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WageNotice {
    pub id: WageNoticeId,
    pub area: AreaCode,
    pub occupation: Occupation,
    pub effective_from: NaiveDate,
    pub document: String,
    pub source: String,
    /// Whether the figures are examples that no document gives.
    pub illustrative: bool,
    /// From level 5 up.
    pub levels: Vec<LevelWage>,
    pub entered: Act,
    pub state: WageState,
    pub version: i32,
}

/// A notice to be entered.
#[derive(Debug, Clone)]
pub struct NewNotice {
    /// `None`: the area of whoever enters it.
    pub area: Option<AreaCode>,
    pub occupation: Occupation,
    pub effective_from: NaiveDate,
    pub document: String,
    pub source: String,
    pub illustrative: bool,
    pub levels: Vec<LevelWage>,
}

/// The same from a page, where amounts are in yuan and a level may be left out.
#[derive(Debug, Clone)]
pub struct NoticeInYuan(pub NewNotice);

/// A million yuan a month.
const MOST: i64 = 100_000_000;

struct Yuan(Fen);

impl FieldValue for Yuan {
    fn kind() -> Kind {
        Kind::Special("yuan")
    }
    fn parse(text: &str) -> Result<Self, FieldError> {
        let amount: Fen = text.parse().map_err(|_| FieldError::new("", "not-an-amount"))?;
        if (1..=MOST).contains(&amount.get()) {
            Ok(Self(amount))
        } else {
            let wrong = FieldError::new("", "out-of-range");
            Err(wrong.with("min", Fen::new(1)).with("max", Fen::new(MOST)))
        }
    }
}

impl Form for NewNotice {
    fn read(f: &mut Fields) -> Option<Self> {
        read_notice(f, |f| {
            let level = f.required("level");
            let mut amount = |name| f.integer(name, 1..=MOST).map(Fen::new);
            let (low, median, high) = (amount("low_fen"), amount("median_fen"), amount("high_fen"));
            Some(Some(LevelWage { level: level?, low: low?, median: median?, high: high? }))
        })
    }
}

impl Form for NoticeInYuan {
    fn read(f: &mut Fields) -> Option<Self> {
        let read = read_notice(f, |f| {
            let level = f.required("level");
            let mut amount = |name| f.optional::<Yuan>(name).map(|given| given.map(|Yuan(fen)| fen));
            let (low, median, high) = (amount("low")?, amount("median")?, amount("high")?);
            match (low, median, high) {
                (None, None, None) => Some(None),
                (Some(low), Some(median), Some(high)) => {
                    Some(Some(LevelWage { level: level?, low, median, high }))
                }
                (low, median, _) => {
                    let missing = if low.is_none() {
                        "low"
                    } else if median.is_none() {
                        "median"
                    } else {
                        "high"
                    };
                    f.refuse(FieldError::new(missing, "required"));
                    None
                }
            }
        });
        read.map(Self)
    }
}

fn read_notice(
    f: &mut Fields,
    level: impl Fn(&mut Fields) -> Option<Option<LevelWage>>,
) -> Option<NewNotice> {
    let area = f.optional("area_code");
    let occupation = f.optional("occupation");
    let effective_from = f.required("effective_from");
    let document = f.text("document", 200);
    let source = f.text("source", 300);
    let illustrative = f.optional("illustrative");
    let levels = f.list("levels", 10, level);
    Some(NewNotice {
        area: area?,
        occupation: occupation?.unwrap_or(Occupation::ElderlyCareWorker),
        effective_from: effective_from?,
        document: document?,
        source: source?,
        illustrative: illustrative?.unwrap_or(false),
        levels: levels?.into_iter().flatten().collect(),
    })
}
