use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::call::{Answer, Call, ok};
use crate::http::import;
use crate::http::input::{Input, Query, Upload};
use crate::kernel::area::AreaCode;
use crate::kernel::codes::Code;
use crate::kernel::form::{Fields, Form};
use crate::registry::areas::{Area, NewPopulation, Population, service, store};
use crate::render::sheet::{Column, ColumnKind, Presence};

#[derive(Debug, Serialize, ToSchema)]
pub struct AreaView {
    pub code: String,
    pub parent: Option<String>,
    pub kind: &'static str,
    pub name: String,
    pub name_en: String,
}

impl From<&Area> for AreaView {
    fn from(area: &Area) -> Self {
        Self {
            code: area.code.to_string(),
            parent: area.parent_code.as_ref().map(ToString::to_string),
            kind: area.kind.code(),
            name: area.name.clone(),
            name_en: area.name_en.clone(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PopulationView {
    pub id: String,
    pub area: String,
    pub counted_on: String,
    pub basis: &'static str,
    pub age_from: i32,
    pub age_to: Option<i32>,
    pub persons: i64,
    /// `measured` or `forecast`.
    pub kind: &'static str,
    pub source: String,
    pub illustrative: bool,
}

impl From<&Population> for PopulationView {
    fn from(figure: &Population) -> Self {
        Self {
            id: figure.id.to_string(),
            area: figure.area_code.to_string(),
            counted_on: figure.counted_on.to_string(),
            basis: figure.basis.code(),
            age_from: figure.age_from,
            age_to: figure.age_to,
            persons: figure.persons,
            kind: figure.kind.code(),
            source: figure.source.clone(),
            illustrative: figure.illustrative,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PopulationRecorded {
    pub id: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Imported {
    /// Rows taken over; all of the file or none.
    pub rows: usize,
}

pub struct AreaQuery {
    pub parent: Option<AreaCode>,
}

impl Form for AreaQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let parent = f.optional("parent");
        Some(Self { parent: parent? })
    }
}

pub async fn area_list(call: Call, Query(query): Query<AreaQuery>) -> Answer {
    let areas = call.read(move |conn, _| Ok(store::children(conn, query.parent.as_ref())?)).await?;
    ok(&areas.iter().map(AreaView::from).collect::<Vec<_>>())
}

pub async fn population_list(call: Call, code: web::Path<AreaCode>) -> Answer {
    let figures = call.read(move |conn, _| Ok(store::figures(conn, &code)?)).await?;
    ok(&figures.iter().map(PopulationView::from).collect::<Vec<_>>())
}

pub async fn population_record(call: Call, Input(new): Input<NewPopulation>) -> Answer {
    call.create(move |tx, context| {
        let id = service::population_record(tx, context, &new)?;
        Ok(PopulationRecorded { id: id.to_string() })
    })
    .await
}

/// The columns of a population file, as a template offers them.
pub const POPULATION_COLUMNS: &[Column] = &[
    Column::new("area_code", "区划代码", "Area code", ColumnKind::Identifier, Presence::Required),
    Column::new("counted_on", "统计日期", "Counted on", ColumnKind::Date, Presence::Required),
    Column::new("basis", "口径", "Basis", BASIS, Presence::Required),
    Column::new("age_from", "起始年龄", "From age", ColumnKind::Integer, Presence::Optional),
    Column::new("age_to", "截止年龄", "To age", ColumnKind::Integer, Presence::Optional),
    Column::new("persons", "人数", "Persons", ColumnKind::Integer, Presence::Required),
    Column::new("kind", "性质", "Kind", KIND, Presence::Required),
    Column::new("source", "来源", "Source", ColumnKind::Text, Presence::Required),
];
const BASIS: ColumnKind = ColumnKind::Choice {
    codes: &["registered", "resident"],
    zh: &["户籍", "常住"],
    en: &["Registered", "Resident"],
};
const KIND: ColumnKind = ColumnKind::Choice {
    codes: &["measured", "forecast"],
    zh: &["统计数", "预测数"],
    en: &["Measured", "Forecast"],
};

pub async fn population_import(call: Call, upload: Upload) -> Answer {
    call.create(move |tx, context| {
        let rows = import::rows::<NewPopulation>(&upload.bytes, POPULATION_COLUMNS)?;
        Ok(Imported { rows: service::population_import(tx, context, &rows)? })
    })
    .await
}
