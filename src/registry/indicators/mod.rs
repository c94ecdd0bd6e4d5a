//! The figures that the plans set targets for (指标), for any area on any day, and the targets themselves.
//!
//! SQL counts, `rules` divides and compares; the page, the spreadsheet, the PDF and the command line show the same
//! [`Report`]. Absent: any stored figure. What a day's figure was is computed from the dated rows again.

pub mod error;
pub mod rules;
pub mod service;
pub mod store;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::codes;
use crate::kernel::area::AreaCode;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::TargetId;
use crate::kernel::ratio::Ratio;
use crate::kernel::vocabulary::{Basis, Indicator};
use crate::registry::areas::{Area, Population};

codes! {
    /// Whom the figure per 10,000 elders counts.
    pub enum Variant("indicator-variant") {
        /// 持证在岗: certified and employed in the area.
        Employed = "employed",
        /// 持证: every certified person who lives or is employed in the area.
        AllHolders = "all-holders",
    }
}

codes! {
    /// The exact meaning of a figure, by a code that changes when the meaning does.
    pub enum Definition("definition") {
        CertifiedEmployedPer10000 = "certified-employed-per-10000-elders",
        HoldersPer10000 = "certified-holders-per-10000-elders",
        RescuerAmongCertified = "rescuer-among-certified-employed",
        SeniorAmongEmployed = "level-3-or-above-among-employed",
        CertifiedAmongEmployed = "certified-among-employed",
    }
}

codes! {
    /// Why a figure cannot be computed.
    pub enum Missing("missing") {
        /// No population figure of that basis at or before the day.
        NoPopulation = "no-population",
        /// Nobody is employed as a caregiver.
        NoCaregivers = "no-caregivers",
        /// Nobody employed as a caregiver is certified.
        NoCertified = "no-certified",
    }
}

/// Persons of an area on a day, each counted once at the highest level.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Headcounts {
    /// 在岗护理员: employed in a caregiver's position.
    pub employed: i64,
    /// 持证在岗: employed with a valid skill certificate.
    pub certified: i64,
    /// 双证: certified, with a valid 救护员证.
    pub dual: i64,
    /// 高级和技师级: highest valid certificate of level 3, 2 or 1.
    pub senior: i64,
}

/// The headcounts of the areas directly below one, by code. Who is employed in two of them counts in both, and
/// once in the area above.
pub type HeadcountsByChild = BTreeMap<AreaCode, Headcounts>;

/// 目标值, dated. A target stands until another replaces it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::db::schema::targets)]
pub struct Target {
    pub id: TargetId,
    pub area_code: AreaCode,
    pub indicator: Indicator,
    /// Hundredths: 3000 is 30.00 per 10,000, or 30.00 %.
    pub value_hundredths: i64,
    /// Whose elders the denominator counts; `None` for the shares, which count caregivers.
    pub basis: Option<Basis>,
    pub valid_from: NaiveDate,
    /// The last day on which it stands.
    pub valid_to: Option<NaiveDate>,
    pub due_on: Option<NaiveDate>,
    pub source: String,
}

/// A target as the bureau enters it.
#[derive(Debug, Clone)]
pub struct NewTarget {
    pub area: AreaCode,
    pub indicator: Indicator,
    pub value_hundredths: i64,
    pub basis: Option<Basis>,
    pub valid_from: NaiveDate,
    pub due_on: Option<NaiveDate>,
    pub source: String,
}

/// How far a figure is from its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Persons more that would reach the target on the same denominator; 0 where it is met.
    pub persons: i64,
    /// Hundredths of the indicator's unit below the target; 0 where it is met.
    pub hundredths: i64,
}

/// One indicator of one area on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    pub indicator: Indicator,
    pub definition: Definition,
    pub as_of: NaiveDate,
    pub numerator: i64,
    /// `None` where there is none to divide by.
    pub denominator: Option<i64>,
    pub value: Result<Ratio, Missing>,
    pub target: Option<Target>,
    /// `None` without a value or without a target.
    pub gap: Option<Gap>,
    /// The denominator's vintage, for the figure per 10,000 elders.
    pub population: Option<Population>,
}

/// What a report is about.
#[derive(Debug, Clone)]
pub struct Question {
    pub area: AreaCode,
    pub on: NaiveDate,
    /// `None`: the target's own basis.
    pub basis: Option<Basis>,
}

/// The four figures of an area, those of a year before, and those of the areas directly below it.
#[derive(Debug, Clone)]
pub struct Report {
    pub area: Area,
    pub on: NaiveDate,
    pub basis: Basis,
    /// In the order of [`Indicator`].
    pub figures: Vec<Figure>,
    /// The same figures on the same day of the year before (上年数据).
    pub year_before: Vec<Figure>,
    pub children: Vec<ChildReport>,
}

#[derive(Debug, Clone)]
pub struct ChildReport {
    pub area: Area,
    pub figures: Vec<Figure>,
}

impl Report {
    /// Whether a figure of it rests on a population made up for a demonstration.
    #[must_use]
    pub fn is_illustrative(&self) -> bool {
        let of_children = self.children.iter().flat_map(|child| &child.figures);
        let mut populations = self.figures.iter().chain(of_children).filter_map(|f| f.population.as_ref());
        populations.any(|population| population.illustrative)
    }
}

/// The figure of one indicator among several.
#[must_use]
pub fn of(figures: &[Figure], indicator: Indicator) -> Option<&Figure> {
    figures.iter().find(|figure| figure.indicator == indicator)
}

impl Form for NewTarget {
    fn read(f: &mut Fields) -> Option<Self> {
        let area = f.required("area");
        let indicator = f.required("indicator");
        let value_hundredths = f.integer("value_hundredths", 0..=100_000_000);
        let basis = f.optional("basis");
        let valid_from = f.required("valid_from");
        let due_on = f.optional("due_on");
        let source = f.text("source", 300);
        Some(Self {
            area: area?,
            indicator: indicator?,
            value_hundredths: value_hundredths?,
            basis: basis?,
            valid_from: valid_from?,
            due_on: due_on?,
            source: source?,
        })
    }
}
