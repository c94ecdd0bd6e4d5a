//! The dated data of `seeds/`, embedded in the binary: areas, populations, targets and local rules, the skill
//! standard with its application conditions, programmes, the holiday calendar, and what the demo is made of.
//!
//! Every file says at its top where its figures come from. Here they become plain typed values; an unknown or
//! missing field is an error. What is absent: any decision, and any writing to a database. Whoever seeds a
//! registry, or asks which rule holds on a day, does that with these values.

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize};

use crate::kernel::area::AreaCode;
use crate::kernel::money::Fen;
use crate::kernel::skill::{Education, ExamPart, Occupation, SkillLevel};
use crate::kernel::vocabulary::{
    AreaKind, Audience, Basis, BlockedStep, Declaration, FigureKind, Indicator, ModuleTheme, TrainingKind,
};
use crate::seeds::calendar::Calendar;

/// What every registry starts from, whether a demo or not.
#[derive(Debug, Clone)]
pub struct Seeds {
    /// Parents before their children.
    pub areas: Vec<Area>,
    pub populations: Vec<Population>,
    pub jurisdictions: Vec<Jurisdiction>,
    /// 补贴办法, of the jurisdictions and of others as named examples; `registry::schemes` reads them.
    pub schemes: Vec<toml::Table>,
    pub standard: OccupationStandard,
    pub condition_sets: Vec<ConditionSet>,
    pub programmes: Vec<Programme>,
    pub positions: Vec<Position>,
    pub calendar: Calendar,
}

impl Seeds {
    /// The rules of the jurisdiction that `area` is or lies in; of several, the smallest.
    #[must_use]
    pub fn rules_for(&self, area: &AreaCode) -> Option<&Rules> {
        self.jurisdiction_of(area).map(|found| &found.rules)
    }

    /// The term of a certificate issued or renewed there on a day; `None` where no rule is entered.
    #[must_use]
    pub fn certificate_term(&self, area: &AreaCode, on: NaiveDate) -> Option<&CertificateTerm> {
        let in_force =
            |term: &&CertificateTerm| term.valid_from <= on && term.valid_to.is_none_or(|last| on <= last);
        self.jurisdiction_of(area)?.certificate_terms.iter().rfind(in_force)
    }

    /// What the completion of a programme earned on a day; `None` where it earned no certificate.
    #[must_use]
    pub fn training_certificate(&self, programme: &str, on: NaiveDate) -> Option<TrainingKind> {
        let earned = &self.programmes.iter().find(|known| known.code == programme)?.certificates;
        let in_force =
            |one: &&TrainingCertificate| one.valid_from <= on && one.valid_to.is_none_or(|last| on <= last);
        earned.iter().rfind(in_force).map(|one| one.kind)
    }

    fn jurisdiction_of(&self, area: &AreaCode) -> Option<&Jurisdiction> {
        let around = self.jurisdictions.iter().filter(|found| area.is_within(&found.area));
        around.max_by_key(|found| found.area.as_str().len())
    }
}

/// A file of `seeds/` does not have the form that its type asks for.
#[derive(Debug, thiserror::Error)]
#[error("seed file {file} cannot be read")]
pub struct BadSeed {
    pub file: &'static str,
    #[source]
    pub source: toml::de::Error,
}

/// Parses a file of `seeds/` by its path there.
macro_rules! embedded {
    ($path:literal) => {
        $crate::seeds::parse($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/seeds/", $path)))
    };
}

pub mod calendar;
pub mod demo;

/// Reads the seeds of a registry.
///
/// # Errors
/// [`BadSeed`] names the file. The files are part of the binary and tested, so it means a broken build.
pub fn load() -> Result<Seeds, BadSeed> {
    let areas: AreaFile = embedded!("areas/zhejiang.toml")?;
    let populations: PopulationFile = embedded!("areas/population.toml")?;
    let programmes: ProgrammeFile = embedded!("standards/programmes.toml")?;
    let positions: PositionFile = embedded!("standards/occupation-types.toml")?;
    let mut jurisdictions: Vec<Jurisdiction> =
        vec![embedded!("jurisdictions/haining.toml")?, embedded!("jurisdictions/hangzhou.toml")?];
    let mut schemes: Vec<toml::Table> =
        jurisdictions.iter_mut().flat_map(|found| std::mem::take(&mut found.schemes)).collect();
    schemes.extend(schemes_elsewhere()?);
    Ok(Seeds {
        areas: areas.area,
        populations: populations.population,
        jurisdictions,
        schemes,
        standard: embedded!("standards/occupation-4-10-01-05.toml")?,
        condition_sets: vec![
            embedded!("standards/conditions-cn-2019.toml")?,
            embedded!("standards/conditions-zhejiang-2025.toml")?,
        ],
        programmes: programmes.programme,
        positions: positions.position,
        calendar: embedded!("standards/calendar-cn.toml")?,
    })
}

/// Schemes of places that have no targets or rules here.
fn schemes_elsewhere() -> Result<Vec<toml::Table>, BadSeed> {
    let files: [SchemeFile; 8] = [
        embedded!("jurisdictions/zhejiang.toml")?,
        embedded!("jurisdictions/ningbo.toml")?,
        embedded!("jurisdictions/dongtou.toml")?,
        embedded!("jurisdictions/changzhou.toml")?,
        embedded!("jurisdictions/zhengzhou.toml")?,
        embedded!("jurisdictions/wuhan.toml")?,
        embedded!("jurisdictions/yichang.toml")?,
        embedded!("jurisdictions/gucheng.toml")?,
    ];
    Ok(files.into_iter().flat_map(|file| file.scheme).collect())
}

/// An area (行政区划). The parent follows from the code.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    pub code: AreaCode,
    pub name: String,
    pub name_en: String,
    pub kind: AreaKind,
}

/// Elders of an area on a day (老年人口).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Population {
    pub area: AreaCode,
    pub on: NaiveDate,
    pub basis: Basis,
    /// Youngest age in the band, in years.
    pub age_from: u32,
    /// Oldest age in the band; `None`: no upper end.
    pub age_to: Option<u32>,
    pub persons: i64,
    pub kind: FigureKind,
    /// The document and its sentence.
    pub source: String,
    #[serde(default)]
    pub illustrative: bool,
}

/// An area with its own targets and rules.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jurisdiction {
    pub area: AreaCode,
    #[serde(rename = "target")]
    pub targets: Vec<Target>,
    /// In the order in which they took effect.
    #[serde(rename = "condition_set")]
    pub condition_sets: Vec<ConditionSetInForce>,
    /// In the order in which they took effect.
    #[serde(rename = "certificate_valid_years", default)]
    pub certificate_terms: Vec<CertificateTerm>,
    /// Empty once loaded: they stand in [`Seeds::schemes`].
    #[serde(rename = "scheme", default)]
    schemes: Vec<toml::Table>,
    /// 指导工资, in the order in which they took effect.
    #[serde(rename = "guidance_wage", default)]
    pub guidance_wages: Vec<GuidanceWage>,
    pub rules: Rules,
}

/// A notice of guidance wages (指导工资).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuidanceWage {
    pub effective_from: NaiveDate,
    pub document: String,
    pub source: String,
    #[serde(default)]
    pub illustrative: bool,
    #[serde(rename = "level")]
    pub levels: Vec<LevelWage>,
}

/// Of one level, in fen a month.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelWage {
    #[serde(deserialize_with = "level")]
    pub level: SkillLevel,
    pub low: Fen,
    pub median: Fen,
    pub high: Fen,
}

/// How long a certificate is valid (证书有效期), and how soon before its end it may be renewed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateTerm {
    pub valid_from: NaiveDate,
    /// The last day on which it applies.
    pub valid_to: Option<NaiveDate>,
    /// Years from the day of issue; `None`: a certificate has no last day.
    pub years: Option<u32>,
    /// Days before the last day from which a certificate may be renewed.
    pub renewal_days: u32,
    pub source: String,
    #[serde(default)]
    pub illustrative: bool,
}

/// A target (目标值). It stands until `valid_to`, also past the day on which it was due.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    pub indicator: Indicator,
    /// Hundredths: 3000 is 30.00 per 10,000, or 30.00 %.
    pub value: i64,
    /// Whose elders the denominator counts; `None` for the shares, which count caregivers.
    pub basis: Option<Basis>,
    pub valid_from: NaiveDate,
    pub valid_to: Option<NaiveDate>,
    pub due: NaiveDate,
    pub document: String,
    /// The Chinese sentence that sets it.
    pub source: String,
    #[serde(default)]
    pub illustrative: bool,
}

/// That a [`ConditionSet`] applies in a jurisdiction, and from when.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionSetInForce {
    pub code: String,
    pub valid_from: NaiveDate,
    /// The last day on which it applies.
    pub valid_to: Option<NaiveDate>,
    pub source: String,
    #[serde(default)]
    pub illustrative: bool,
}

/// Rules of a jurisdiction's offices (办事规则), in force from `valid_from`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    pub valid_from: NaiveDate,
    /// Trainees in one class.
    pub class_size_max: Sourced<u32>,
    /// Class hours (学时) in one day.
    pub hours_per_day_max: Sourced<u32>,
    /// Minutes of one class hour.
    pub lesson_minutes: Sourced<u32>,
    /// Calendar days between the filing of a class (开班备案) and its first lesson.
    pub filing_days_ahead: Sourced<u32>,
    pub filing_review_working_days: Sourced<u32>,
    /// Share of each mandatory module's hours that a trainee must have attended, in percent.
    pub attendance_percent_min: Sourced<u32>,
    /// 成绩公示期
    pub exam_notice_working_days: Sourced<u32>,
    /// From the end of the notice to the report of the results.
    pub report_working_days: Sourced<u32>,
    pub theory_candidates_per_invigilator: Sourced<u32>,
    pub theory_invigilators_min: Sourced<u32>,
    pub practical_candidates_per_examiner: Sourced<u32>,
    pub practical_examiners_min: Sourced<u32>,
    pub review_panel_min: Sourced<u32>,
    /// Whether practical examiners and review panels must be odd in number.
    pub panels_odd: Sourced<bool>,
    /// How often each failed part may be sat again (补考).
    pub resits: Sourced<u32>,
    pub revocation_by_two_persons: Sourced<bool>,
    /// Years for which a 救护员证 is valid.
    pub first_aid_valid_years: Sourced<u32>,
    /// Years that somebody stays on the black list at the most (黑名单最长期限).
    pub black_list_years_max: Sourced<u32>,
    /// What a black listing in force blocks (惩戒事项). Claims of a subsidy are each scheme's own condition.
    pub black_list_blocks: Sourced<Vec<BlockedStep>>,
}

/// A value and where it comes from.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sourced<T> {
    pub value: T,
    pub source: String,
    #[serde(default)]
    pub illustrative: bool,
}

/// Levels and exam parts of a national occupational skill standard (国家职业技能标准).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OccupationStandard {
    pub code: Occupation,
    pub title: String,
    pub title_en: String,
    pub edition: String,
    pub document: String,
    /// From level 5 up.
    #[serde(rename = "level")]
    pub levels: Vec<StandardLevel>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandardLevel {
    #[serde(deserialize_with = "level")]
    pub level: SkillLevel,
    pub title: String,
    pub title_en: String,
    /// Each of them must be passed.
    #[serde(rename = "part")]
    pub parts: Vec<StandardPart>,
}

/// A part of an assessment (考核科目). Scores are whole points.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandardPart {
    pub part: ExamPart,
    pub maximum: u32,
    pub pass_mark: u32,
    pub minimum_minutes: u32,
    /// The minutes are recollection, not read in the standard.
    #[serde(default)]
    pub recollection: bool,
}

/// Application conditions (申报条件) of one document.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionSet {
    pub code: String,
    pub title: String,
    pub title_en: String,
    pub occupation: Occupation,
    /// `cn` for the whole country, else the code of an area.
    pub jurisdiction: String,
    pub valid_from: NaiveDate,
    pub valid_to: Option<NaiveDate>,
    pub document: String,
    /// The day in `valid_from` is illustrative; the conditions are not.
    #[serde(default)]
    pub illustrative: bool,
    #[serde(rename = "level")]
    pub levels: Vec<LevelConditions>,
}

/// The ways to a level: any one of `routes` suffices.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelConditions {
    #[serde(deserialize_with = "level")]
    pub level: SkillLevel,
    /// Written down from memory, not read in the document.
    #[serde(default)]
    pub recollection: bool,
    #[serde(rename = "route")]
    pub routes: Vec<Route>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    pub code: String,
    pub zh: String,
    pub en: String,
    /// All of them must be met.
    pub needs: Vec<Need>,
}

/// One thing that an applicant must show. Years are whole years on the day of the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Need {
    Age {
        years: u32,
    },
    /// In the occupation or related work, over all spells.
    Service {
        years: u32,
    },
    /// Holds a skill certificate of this level.
    Certificate {
        #[serde(with = "level_number")]
        level: SkillLevel,
    },
    /// Holds that certificate, with so many years of service since its date.
    ServiceAfterCertificate {
        #[serde(with = "level_number")]
        level: SkillLevel,
        years: u32,
    },
    Education {
        at_least: Education,
        /// Whether it must be in a major of the occupation or a related one.
        field: bool,
    },
    /// Stated by the applicant, with evidence that a person checks.
    Declared {
        what: Declaration,
    },
    /// As `Declared`, with so many years of service since.
    DeclaredYears {
        what: Declaration,
        years: u32,
    },
}

/// A training programme (培训项目).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Programme {
    pub code: String,
    pub title: String,
    pub title_en: String,
    pub occupation: Option<Occupation>,
    #[serde(default, deserialize_with = "some_level")]
    pub level: Option<SkillLevel>,
    pub audience: Audience,
    pub standard_version: String,
    pub valid_from: NaiveDate,
    /// Class hours of all modules together.
    pub hours: u32,
    pub source: String,
    #[serde(default)]
    pub illustrative: bool,
    /// What its completion earns, in the order in which that took effect.
    #[serde(default)]
    pub certificates: Vec<TrainingCertificate>,
    #[serde(rename = "module")]
    pub modules: Vec<Module>,
}

/// The certificate that the completion of a programme earns (结业所发证书).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingCertificate {
    #[serde(rename = "type")]
    pub kind: TrainingKind,
    pub valid_from: NaiveDate,
    /// The last day of a completion that earns it.
    pub valid_to: Option<NaiveDate>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Module {
    pub code: String,
    pub zh: String,
    pub en: String,
    /// Class hours.
    pub hours: u32,
    pub theme: ModuleTheme,
    pub mandatory: bool,
}

/// A kind of post (岗位类别).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    pub code: String,
    pub zh: String,
    pub en: String,
    /// Whether who holds it counts as an employed caregiver (护理员).
    pub caregiver: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SchemeFile {
    scheme: Vec<toml::Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AreaFile {
    area: Vec<Area>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PopulationFile {
    population: Vec<Population>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProgrammeFile {
    programme: Vec<Programme>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PositionFile {
    position: Vec<Position>,
}

fn parse<T: serde::de::DeserializeOwned>(file: &'static str, text: &str) -> Result<T, BadSeed> {
    toml::from_str(text).map_err(|source| BadSeed { file, source })
}

/// The files write a level as its number, as people do; elsewhere its code is a text.
fn level<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SkillLevel, D::Error> {
    level_of(u8::deserialize(deserializer)?)
}

fn some_level<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SkillLevel>, D::Error> {
    level(deserializer).map(Some)
}

fn levels<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SkillLevel>, D::Error> {
    Vec::<u8>::deserialize(deserializer)?.into_iter().map(level_of).collect()
}

fn level_of<E: serde::de::Error>(number: u8) -> Result<SkillLevel, E> {
    SkillLevel::from_number(number).ok_or_else(|| E::custom(format_args!("no skill level {number}")))
}

/// A need is also written down, as part of a decision.
mod level_number {
    use serde::{Deserializer, Serializer};

    use super::SkillLevel;

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SkillLevel, D::Error> {
        super::level(deserializer)
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes the field by reference")]
    pub fn serialize<S: Serializer>(level: &SkillLevel, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(level.number())
    }
}

#[cfg(test)]
mod tests;
