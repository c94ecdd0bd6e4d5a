//! Areas (行政区划) as a tree, and how many elders live in them on which day, by whose count.
//!
//! Figures are never overwritten: a correction supersedes. What the figures mean for a promise is
//! `registry::indicators`' business.

pub mod error;
pub mod rules;
pub mod service;
pub mod store;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::kernel::area::AreaCode;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ids::PopulationId;
use crate::kernel::vocabulary::{AreaKind, Basis, FigureKind};

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::db::schema::areas)]
pub struct Area {
    pub code: AreaCode,
    pub parent_code: Option<AreaCode>,
    pub kind: AreaKind,
    pub name: String,
    pub name_en: String,
}

/// 老年人口: persons of an age band in an area on a day.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::db::schema::elder_populations)]
pub struct Population {
    pub id: PopulationId,
    pub area_code: AreaCode,
    pub counted_on: NaiveDate,
    pub basis: Basis,
    /// The youngest age counted, in years; 60 for elders.
    pub age_from: i32,
    /// The oldest age counted; `None` for "and above".
    pub age_to: Option<i32>,
    pub persons: i64,
    pub kind: FigureKind,
    pub source: String,
    /// Made up for a demonstration, and to be labelled so wherever it shows.
    pub illustrative: bool,
}

/// A population figure as somebody enters it.
#[derive(Debug, Clone)]
pub struct NewPopulation {
    pub area_code: AreaCode,
    pub counted_on: NaiveDate,
    pub basis: Basis,
    pub age_from: i32,
    pub age_to: Option<i32>,
    pub persons: i64,
    pub kind: FigureKind,
    pub source: String,
    pub illustrative: bool,
}

/// The age from which the indicators count elders.
pub const ELDER_AGE: i32 = 60;

impl Form for NewPopulation {
    fn read(f: &mut Fields) -> Option<Self> {
        let area_code = f.required("area_code");
        let counted_on = f.required("counted_on");
        let basis = f.required("basis");
        let age_from = f.optional_integer("age_from", 0..=120);
        let age_to = f.optional_integer("age_to", 0..=130);
        let persons = f.integer("persons", 0..=2_000_000_000);
        let kind = f.required("kind");
        let source = f.text("source", 300);
        let illustrative = f.optional::<bool>("illustrative");
        Some(Self {
            area_code: area_code?,
            counted_on: counted_on?,
            basis: basis?,
            age_from: age_from?.map_or(ELDER_AGE, small),
            age_to: age_to?.map(small),
            persons: persons?,
            kind: kind?,
            source: source?,
            illustrative: illustrative?.unwrap_or(false),
        })
    }
}

/// Ages are read within a small range, so they always fit.
fn small(age: i64) -> i32 {
    i32::try_from(age).unwrap_or(i32::MAX)
}
