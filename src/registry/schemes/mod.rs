//! 补贴办法: what is paid for, to whom and how much, as dated data that anyone can read; and the pure decision over
//! facts about one beneficiary.
//!
//! A scheme's conditions and its amount are expressions in CEL over the documented facts of [`facts`]. A version that
//! has been used is never changed: another version begins on another day. Absent: where facts come from
//! (`flows::subsidy_facts`), claims and their steps (`subsidies`), and money that moves (`ledger`).

pub mod entry;
pub mod error;
pub mod expression;
pub mod facts;
pub mod functions;
pub mod rules;
pub mod service;
pub mod store;
mod values;

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::codes;
use crate::kernel::area::AreaCode;
use crate::kernel::codes::Code;
use crate::kernel::dates::Timestamp;
use crate::kernel::ids::{AccountId, OrganisationId, PersonId, SchemeVersionId};
use crate::kernel::money::Fen;
use crate::kernel::month::Month;
use crate::kernel::skill::SkillLevel;
use crate::kernel::vocabulary::InstitutionKind;
use crate::registry::schemes::facts::{FactName, Source, Value};

codes! {
    /// 补贴对象
    pub enum BeneficiaryKind("beneficiary-kind") {
        /// 个人
        Person = "person",
        /// 机构
        Organisation = "organisation",
    }
}

codes! {
    /// What must lie in a scheme's area.
    pub enum AreaOf("scheme-area-of") {
        /// 用人单位所在地; of an organisation its own.
        Employer = "employer",
        /// 户籍或居住地
        Home = "home",
    }
}

codes! {
    /// 评估结果: whether a part of a scheme is owed.
    pub enum Outcome("subsidy-outcome") {
        /// 符合条件, with an amount above zero.
        Due = "due",
        /// 不符合条件: at least one condition failed.
        NotDue = "not-due",
        /// 信息不全: none failed, and at least one fact is unknown.
        Unknown = "unknown",
    }
}

codes! {
    pub enum ConditionOutcome("condition-outcome") {
        /// 符合
        Passed = "passed",
        /// 不符合
        Failed = "failed",
        /// 待查明
        Unknown = "unknown",
    }
}

codes! {
    /// Conditions that every scheme has. They stand in an assessment under these identifiers, before the scheme's own.
    pub enum BuiltIn("scheme-condition") {
        /// 办法有效期: the version is in force on the day that counts for the part.
        InForce = "in-force",
        /// 期次: the part is one that the scheme's schedule has.
        PartOfSchedule = "part-of-schedule",
        /// 适用地区: the employer, the home or the organisation itself lies in the scheme's area.
        Area = "area",
        /// 用人单位类型
        EmployerKind = "employer-kind",
        /// 当月已结束: a month can be paid from the day after its last.
        MonthFinished = "month-finished",
        /// 在岗年限: the years of service after which an instalment falls due.
        ServiceReached = "service-reached",
        /// 不重复享受: nothing was paid under a scheme that excludes this one.
        NotExcluded = "not-excluded",
        /// 应发金额: the amount, above zero. It stands last, and only where nothing else failed.
        Amount = "amount",
    }
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub zh: String,
    pub en: String,
}

/// A version of a scheme, as it is entered, stored and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchemeVersion {
    /// Small letters, digits and hyphens: `ningbo-post-allowance`. The same for every version.
    pub code: String,
    /// From 1 up.
    pub version: u32,
    /// Where it applies: the area and everything in it.
    pub area: AreaCode,
    pub area_of: AreaOf,
    pub title: Text,
    /// The document's name and number (文号).
    pub document: String,
    /// Its sentences that set the figures, as far as they are at hand.
    pub source: String,
    /// What the document doesn't publish and is entered as an example, a sentence for each.
    #[serde(default)]
    pub illustrative: Vec<Text>,
    pub valid_from: NaiveDate,
    /// The last day on which it applies; `None`: until another version begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    pub beneficiary: BeneficiaryKind,
    /// Of which kinds of institution; empty: of any.
    #[serde(default)]
    pub employer_kinds: Vec<InstitutionKind>,
    /// All of them must be met.
    pub conditions: Vec<Condition>,
    /// CEL: the amount of one part in fen; for instalments the amount of all of them together.
    pub amount: String,
    pub schedule: Schedule,
    /// What may be paid in one calendar year (年度预算); `None`: no ceiling is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Fen>,
    /// Codes of schemes that bar this one to whoever was paid under them.
    #[serde(default)]
    pub exclusions: Vec<String>,
    /// Papers to hand in with a claim.
    #[serde(default)]
    pub evidence: Vec<Text>,
    pub review: Review,
}

codes! {
    pub enum VersionState("scheme-version-state") {
        /// 草案: may be changed, decides nothing.
        Draft = "draft",
        /// 施行: never changed again, except that its last day may be set.
        InForce = "in-force",
    }
}

/// A version as it is kept.
#[derive(Debug, Clone)]
pub struct Stored {
    pub id: SchemeVersionId,
    /// With the last day as it is now.
    pub scheme: SchemeVersion,
    pub state: VersionState,
    /// Who saved it last; `None`: the seeds.
    pub drafted_by: Option<AccountId>,
    pub drafted_at: Timestamp,
    /// Never who drafted it.
    pub in_force_by: Option<AccountId>,
    pub in_force_at: Option<Timestamp>,
}

/// A condition (申领条件).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Small letters, digits and hyphens, once in a scheme.
    pub id: String,
    /// A CEL expression that gives true or false.
    pub cel: String,
    /// The condition as a sentence.
    pub zh: String,
    pub en: String,
    /// What would change a refusal.
    pub remedy: Text,
}

/// When parts fall due (发放方式).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Schedule {
    /// 一次性
    Once,
    /// 按月
    Monthly,
    /// 分期
    Instalments { instalments: Vec<Instalment> },
    /// 每个等级一次
    PerLevel,
    /// 每次培训、竞赛或项目
    PerEvent,
}

codes! {
    pub enum ScheduleKind("scheme-schedule") {
        Once = "once",
        Monthly = "monthly",
        Instalments = "instalments",
        PerLevel = "per-level",
        PerEvent = "per-event",
    }
}

impl Schedule {
    #[must_use]
    pub const fn kind(&self) -> ScheduleKind {
        match self {
            Self::Once => ScheduleKind::Once,
            Self::Monthly => ScheduleKind::Monthly,
            Self::Instalments { .. } => ScheduleKind::Instalments,
            Self::PerLevel => ScheduleKind::PerLevel,
            Self::PerEvent => ScheduleKind::PerEvent,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instalment {
    /// Whole years of service.
    pub after_years: u32,
    pub percent: u32,
}

/// How a claim is reviewed (审核规则).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// 镇(街道)初审: whether the town reviews before the bureau.
    pub town: bool,
    /// Above this amount a second person approves; `None`: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_person_above: Option<Fen>,
    /// Day of the month until which the month before is applied for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apply_by_day: Option<u32>,
    /// Day of the month until which it is approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approve_by_day: Option<u32>,
    /// 公示天数, calendar days.
    pub notice_days: u32,
    /// 复核申请期限: calendar days after a refusal in which it can be appealed against, once; zero: it can't.
    #[serde(default)]
    pub appeal_days: u32,
}

/// Whom a scheme pays (补贴对象).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "kebab-case")]
pub enum Beneficiary {
    Person(PersonId),
    Organisation(OrganisationId),
}

impl Beneficiary {
    #[must_use]
    pub const fn kind(&self) -> BeneficiaryKind {
        match self {
            Self::Person(_) => BeneficiaryKind::Person,
            Self::Organisation(_) => BeneficiaryKind::Organisation,
        }
    }

    #[must_use]
    pub const fn person(&self) -> Option<PersonId> {
        match self {
            Self::Person(id) => Some(*id),
            Self::Organisation(_) => None,
        }
    }

    #[must_use]
    pub const fn organisation(&self) -> Option<OrganisationId> {
        match self {
            Self::Organisation(id) => Some(*id),
            Self::Person(_) => None,
        }
    }
}

/// What a beneficiary is owed once (期次). Written `once`, `2026-07`, `instalment-2`, `level-3`, `event-<name>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    Once,
    Month(Month),
    /// From 1 up.
    Instalment(u32),
    Level(SkillLevel),
    Event(EventName),
}

/// Which training, contest or project: the identifier of its record, or a short name. Letters, digits and hyphens, at
/// most 60.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventName(String);

impl EventName {
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        let fits = (1..=60).contains(&name.len());
        let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        (fits && plain).then(|| Self(name.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is owed once: to one beneficiary, under one scheme, for one part.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Obligation {
    /// The scheme's code; its versions share their obligations.
    pub scheme: String,
    pub beneficiary: Beneficiary,
    pub part: Part,
}

/// The decision on one part (评估结论). The same facts give the same assessment for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// The scheme's code.
    pub scheme: String,
    pub version: u32,
    /// The day on which the facts stood.
    pub on: NaiveDate,
    pub part: Part,
    pub outcome: Outcome,
    /// Zero unless it is due.
    pub amount: Fen,
    /// The built-in conditions that apply, then the scheme's own in its order, then the amount. All of them are tried,
    /// so that no refusal hides another.
    pub conditions: Vec<ConditionResult>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionResult {
    /// A [`BuiltIn`] code, or the identifier of one of the scheme's conditions.
    pub id: String,
    pub result: ConditionOutcome,
    /// The facts that it asks for, in the order of their names.
    pub facts: Vec<FactUsed>,
}

/// A fact as it stood in a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactUsed {
    pub name: FactName,
    /// `None`: unknown.
    pub value: Option<Value>,
    pub source: Option<Source>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a part of a scheme: once, a month, instalment-N, level-N or event-NAME")]
pub struct BadPart;

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Once => f.write_str("once"),
            Self::Month(month) => write!(f, "{month}"),
            Self::Instalment(number) => write!(f, "instalment-{number}"),
            Self::Level(level) => write!(f, "level-{level}"),
            Self::Event(name) => write!(f, "event-{}", name.0),
        }
    }
}

/// One part has one spelling, for it stands in unique indexes.
impl FromStr for Part {
    type Err = BadPart;
    fn from_str(text: &str) -> Result<Self, BadPart> {
        if text == "once" {
            return Ok(Self::Once);
        }
        if let Some(number) = text.strip_prefix("instalment-") {
            let part = number.parse().map(Self::Instalment).map_err(|_| BadPart)?;
            let spelt_so = part != Self::Instalment(0) && part.to_string() == text;
            return spelt_so.then_some(part).ok_or(BadPart);
        }
        if let Some(level) = text.strip_prefix("level-") {
            return SkillLevel::from_code(level).map(Self::Level).ok_or(BadPart);
        }
        if let Some(name) = text.strip_prefix("event-") {
            return EventName::new(name).map(Self::Event).ok_or(BadPart);
        }
        text.parse().map(Self::Month).map_err(|_| BadPart)
    }
}

impl Serialize for Part {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_has_one_spelling() {
        for text in ["once", "2026-07", "instalment-2", "level-3", "event-0190-ab"] {
            let part: Part = text.parse().expect("a part");
            assert_eq!(part.to_string(), text);
            assert_eq!(serde_json::to_value(&part).expect("it is written"), text);
        }
        for text in [
            "",
            "Once",
            "2026-7",
            "instalment-0",
            "instalment-02",
            "instalment-+2",
            "level-0",
            "event-",
            "event-a b",
        ] {
            assert_eq!(text.parse::<Part>(), Err(BadPart), "{text}");
        }
    }
}
