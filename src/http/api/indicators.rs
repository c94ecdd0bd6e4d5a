use std::sync::Arc;

use actix_web::web;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::call::{Answer, Call, ok};
use crate::http::input::{Input, Query};
use crate::http::problem::Problem;
use crate::http::texts::Texts;
use crate::kernel::area::AreaCode;
use crate::kernel::codes::Code;
use crate::kernel::form::{Fields, Form};
use crate::kernel::ratio::Ratio;
use crate::kernel::vocabulary::{Basis, FigureKind, Indicator};
use crate::registry::areas::Population;
use crate::registry::indicators::{Figure, Gap, NewTarget, Question, Report, Target, Variant, service};

/// One figure as everybody is told it: here, on the command line, and behind every page and document.
#[derive(Debug, Serialize, ToSchema)]
pub struct FigureView {
    pub indicator: &'static str,
    pub area: String,
    pub as_of: String,
    pub numerator: i64,
    /// Null where there is none to divide by.
    pub denominator: Option<i64>,
    /// Per 10,000 elders or in percent, to two decimals; null where it cannot be computed.
    pub value: Option<f64>,
    pub target: Option<f64>,
    pub gap: Option<GapView>,
    /// The code of the exact meaning; it changes when the meaning does.
    pub definition: &'static str,
    /// The same in words, in the caller's language.
    pub definition_text: String,
    /// The vintage of the denominator; null for shares of caregivers.
    pub population: Option<VintageView>,
    pub target_source: Option<String>,
    /// Why `value` is null: `no-population`, `no-caregivers` or `no-certified`.
    pub reason: Option<&'static str>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct GapView {
    /// Persons more that would reach the target on the same denominator.
    pub persons: i64,
    /// In the indicator's unit.
    pub value: f64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct VintageView {
    pub basis: &'static str,
    pub counted_on: String,
    /// `measured` or `forecast`.
    pub kind: &'static str,
    pub persons: i64,
    pub source: String,
    /// Made up for a demonstration.
    pub illustrative: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReportView {
    pub area: String,
    pub as_of: String,
    pub basis: &'static str,
    pub illustrative: bool,
    pub figures: Vec<FigureView>,
    pub year_before: Vec<FigureView>,
    pub children: Vec<ChildView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ChildView {
    pub area: String,
    pub name: String,
    pub figures: Vec<FigureView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TargetSet {
    pub id: String,
}

/// Hundredths as the number they stand for: both decimals are exact in what JSON prints.
#[expect(clippy::cast_precision_loss, reason = "figures lie far below 2^52")]
fn decimal(hundredths: i64) -> f64 {
    hundredths as f64 / 100.0
}

impl FigureView {
    #[must_use]
    pub fn new(texts: &Texts, area: &AreaCode, figure: &Figure) -> Self {
        Self {
            indicator: figure.indicator.code(),
            area: area.to_string(),
            as_of: figure.as_of.to_string(),
            numerator: figure.numerator,
            denominator: figure.denominator,
            value: figure.value.ok().map(|ratio: Ratio| decimal(ratio.hundredths())),
            target: figure.target.as_ref().map(|target: &Target| decimal(target.value_hundredths)),
            gap: figure
                .gap
                .map(|Gap { persons, hundredths }| GapView { persons, value: decimal(hundredths) }),
            definition: figure.definition.code(),
            definition_text: texts.word(&format!("definition-{}", figure.definition)),
            population: figure.population.as_ref().map(VintageView::from),
            target_source: figure.target.as_ref().map(|target| target.source.clone()),
            reason: figure.value.err().map(Code::code),
        }
    }
}

impl From<&Population> for VintageView {
    fn from(population: &Population) -> Self {
        let kind: FigureKind = population.kind;
        Self {
            basis: population.basis.code(),
            counted_on: population.counted_on.to_string(),
            kind: kind.code(),
            persons: population.persons,
            source: population.source.clone(),
            illustrative: population.illustrative,
        }
    }
}

impl ReportView {
    #[must_use]
    pub fn new(texts: &Texts, report: &Report) -> Self {
        let views = |area: &AreaCode, figures: &[Figure]| {
            figures.iter().map(|figure| FigureView::new(texts, area, figure)).collect::<Vec<_>>()
        };
        let child = |child: &crate::registry::indicators::ChildReport| ChildView {
            area: child.area.code.to_string(),
            name: child.area.name.clone(),
            figures: views(&child.area.code, &child.figures),
        };
        Self {
            area: report.area.code.to_string(),
            as_of: report.on.to_string(),
            basis: report.basis.code(),
            illustrative: report.is_illustrative(),
            figures: views(&report.area.code, &report.figures),
            year_before: views(&report.area.code, &report.year_before),
            children: report.children.iter().map(child).collect(),
        }
    }
}

/// What is asked of an indicator: the caller's area, today and the target's basis where left out.
pub struct IndicatorQuery {
    pub area: Option<AreaCode>,
    pub on: Option<NaiveDate>,
    pub basis: Option<Basis>,
    pub variant: Variant,
}

impl Form for IndicatorQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let area = f.optional("area");
        let on = f.optional("on");
        let basis = f.optional("basis");
        let variant = f.optional("variant");
        Some(Self { area: area?, on: on?, basis: basis?, variant: variant?.unwrap_or(Variant::Employed) })
    }
}

impl IndicatorQuery {
    /// The question behind the query, within what the caller may see.
    pub fn question(&self, call: &Call) -> Result<Question, Problem> {
        Ok(Question {
            area: call.area_within(self.area.clone())?,
            on: self.on.unwrap_or_else(|| call.context.today()),
            basis: self.basis,
        })
    }
}

pub async fn indicator_get(
    call: Call,
    name: web::Path<String>,
    Query(query): Query<IndicatorQuery>,
) -> Answer {
    let indicator = Indicator::from_code(&name).ok_or(Problem::NotFound)?;
    let question = query.question(&call)?;
    let (app, area) = (Arc::clone(&call.app), question.area.clone());
    let asked = (indicator, query.variant);
    let figure =
        call.read(move |conn, _| Ok(service::figure(conn, &app.seeds.positions, &question, asked)?)).await?;
    ok(&FigureView::new(call.app.views.texts(call.language), &area, &figure))
}

pub async fn indicator_list(call: Call, Query(query): Query<IndicatorQuery>) -> Answer {
    let report = report(&call, query.question(&call)?).await?;
    ok(&ReportView::new(call.app.views.texts(call.language), &report))
}

/// The report that the page, the API and the documents show.
pub async fn report(call: &Call, question: Question) -> Result<Report, Problem> {
    let app = Arc::clone(&call.app);
    call.read(move |conn, _| Ok(service::report(conn, &app.seeds.positions, &question)?)).await
}

pub async fn target_set(call: Call, Input(new): Input<NewTarget>) -> Answer {
    call.area_within(Some(new.area.clone()))?;
    call.create(move |tx, context| Ok(TargetSet { id: service::target_set(tx, context, &new)?.to_string() }))
        .await
}
