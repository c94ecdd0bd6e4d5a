//! The indicators on one page of A4: the gauges, the bars of the parts, and their table. The drawings are those of
//! the page (`chart`), coloured by the design's own style sheet.
//!
//! Absent: any figure. Every text comes ready to print.

use chrono::{Datelike, NaiveDate};
use handlebars::Handlebars;
use krilla::geom::Size;
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::{Document, SerializeSettings};
use krilla_svg::{SurfaceExt, SvgSettings};
use serde_json::{Value, json};
use usvg::{Options, Tree};

use super::certificate::{RenderError, require_glyphs};
use super::fonts::Fonts;
use super::helper::FitText;

/// What is printed.
#[derive(Debug, Clone)]
pub struct PrintedReport {
    pub title: String,
    pub subtitle: String,
    /// The day of the figures, which dates the document.
    pub on: NaiveDate,
    /// The bureau that runs the register; may be empty.
    pub owner: String,
    /// The warning that a figure is made up, where one is.
    pub illustrative: Option<String>,
    /// At most four.
    pub figures: Vec<PrintedFigure>,
    pub towns_title: String,
    pub towns_caption: String,
    pub towns_svg: Option<String>,
    /// The headings of the table, the name first.
    pub heading: Vec<String>,
    pub rows: Vec<Vec<String>>,
    pub note: String,
}

#[derive(Debug, Clone)]
pub struct PrintedFigure {
    pub title: String,
    /// A gauge of `chart`.
    pub svg: String,
    pub standing: String,
    pub fraction: String,
    pub vintage: String,
}

/// The design, ready to be filled in.
pub struct ReportDesign {
    templates: Handlebars<'static>,
    options: Options<'static>,
}

const NAME: &str = "indicators";
const DESIGN: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/reports/indicators.svg.hbs"));
/// A4 in points.
const PAGE: (f32, f32) = (595.275_6, 841.889_8);
/// Where the bars begin and how much room they have, in tenths of a millimetre; the table has what follows.
const BARS: (f64, f64) = (1_150.0, 780.0);
const TABLE_ROOM: f64 = 760.0;
/// The right edges of the table's columns, the first one's left edge.
const EDGES: [f64; 6] = [120.0, 820.0, 1_110.0, 1_420.0, 1_710.0, 1_980.0];

impl ReportDesign {
    /// # Errors
    /// [`RenderError::Design`] when the embedded design does not parse.
    pub fn load(fonts: &Fonts) -> Result<Self, RenderError> {
        let options = Options {
            fontdb: fonts.database(),
            font_family: "sans-serif".to_owned(),
            languages: vec!["zh-CN".to_owned(), "en".to_owned()],
            ..Options::default()
        };
        let mut templates = Handlebars::new();
        templates.set_strict_mode(true);
        templates.register_helper("fit", Box::new(FitText::new(fonts.clone())));
        templates.register_template_string("design", DESIGN).map_err(broken)?;
        Ok(Self { templates, options })
    }

    /// One page of A4, with selectable text. The same report gives the same bytes.
    ///
    /// # Errors
    /// [`RenderError::MissingGlyph`] and [`RenderError::TooLong`] for what cannot be printed.
    pub fn pdf(&self, report: &PrintedReport) -> Result<Vec<u8>, RenderError> {
        let svg = self.templates.render("design", &fields(report)).map_err(|error| {
            FitText::too_long(&error)
                .map_or_else(|| broken(&error), |field| RenderError::TooLong { field: field.to_owned() })
        })?;
        let tree = Tree::from_str(&svg, &self.options).map_err(broken)?;
        require_glyphs(tree.root())?;
        let unwritable = |reason: &str| RenderError::Pdf(reason.to_owned());
        let size = Size::from_wh(PAGE.0, PAGE.1).ok_or_else(|| unwritable("no page size"))?;
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| unwritable("no page size"))?;
        let mut document =
            Document::new_with(SerializeSettings { xmp_metadata: false, ..Default::default() });
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        surface
            .draw_svg(&tree, size, SvgSettings::default())
            .ok_or_else(|| unwritable("the drawing was refused"))?;
        surface.finish();
        page.finish();
        document.set_metadata(metadata(report));
        document.finish().map_err(|error| RenderError::Pdf(format!("{error:?}")))
    }
}

fn broken(reason: impl ToString) -> RenderError {
    RenderError::Design { at: NAME.to_owned(), reason: reason.to_string() }
}

fn metadata(report: &PrintedReport) -> Metadata {
    let mut date = DateTime::new(u16::try_from(report.on.year()).unwrap_or_default());
    if let (Ok(month), Ok(day)) = (u8::try_from(report.on.month()), u8::try_from(report.on.day())) {
        date = date.month(month).day(day).utc_offset_hour(8).utc_offset_minute(0);
    }
    Metadata::new().title(report.title.clone()).creator("huzheng".to_owned()).creation_date(date)
}

fn fields(report: &PrintedReport) -> Value {
    let figures: Vec<Value> = (0u32..)
        .zip(report.figures.iter().take(4))
        .map(|(place, figure)| {
            json!({
                "x": 120 + 477 * place,
                "title": figure.title,
                "placed": placed(&figure.svg, (0.0, 80.0), (429.0, 390.0)),
                "standing": figure.standing,
                "fraction": figure.fraction,
                "vintage": figure.vintage,
            })
        })
        .collect();
    let towns = report.towns_svg.as_deref().map(|svg| placed(svg, (120.0, BARS.0), (1_860.0, BARS.1)));
    json!({
        "title": report.title,
        "subtitle": report.subtitle,
        "owner": report.owner,
        "illustrative": report.illustrative,
        "figures": figures,
        "towns_title": report.towns_title,
        "towns_caption": report.towns_caption,
        "towns_placed": towns.unwrap_or_default(),
        "rows": !report.rows.is_empty(),
        "table": table(report),
        "note": report.note,
    })
}

/// A drawing of `chart` put into a box of the page: its view box is kept, and so is its shape.
fn placed(svg: &str, (x, y): (f64, f64), (width, height): (f64, f64)) -> String {
    svg.replacen("<svg ", &format!(r#"<svg x="{x}" y="{y}" width="{width}" height="{height}" "#), 1)
}

fn table(report: &PrintedReport) -> Value {
    let count = u32::try_from(report.rows.len() + 1).unwrap_or(u32::MAX);
    let step = (TABLE_ROOM / f64::from(count)).min(54.0);
    let top = BARS.0 + BARS.1 + 62.0;
    let (mut cells, mut lines) = (Vec::new(), Vec::new());
    let all = std::iter::once(&report.heading).chain(&report.rows);
    for (row, texts) in (0u32..).zip(all) {
        let y = top + step * f64::from(row);
        for (column, (text, x)) in texts.iter().zip(EDGES).enumerate() {
            let anchor = if column == 0 { "start" } else { "end" };
            cells.push(json!({ "x": x, "y": y, "anchor": anchor, "bold": row == 0, "text": text }));
        }
        lines.push(y + step * 0.3);
    }
    json!({ "size": (step * 0.55).min(28.0), "cells": cells, "lines": lines })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::chart::{Gauge, gauge};

    fn sample(towns: usize) -> PrintedReport {
        let figure = |title: &str| PrintedFigure {
            title: title.to_owned(),
            svg: gauge(&Gauge {
                title: title.to_owned(),
                description: String::new(),
                value: Some(2_469),
                target: Some(3_000),
                full: 4_000,
                value_label: "24.69".to_owned(),
                target_label: "目标 30".to_owned(),
            }),
            standing: "还差 127 人".to_owned(),
            fraction: "590 ÷ 239,000".to_owned(),
            vintage: String::new(),
        };
        PrintedReport {
            title: "海宁市总览".to_owned(),
            subtitle: "数据截至2026年11月21日".to_owned(),
            on: "2026-11-21".parse().expect("a date"),
            owner: String::new(),
            illustrative: None,
            figures: ["甲", "乙", "丙", "丁"].map(figure).to_vec(),
            towns_title: "各街镇".to_owned(),
            towns_caption: String::new(),
            towns_svg: None,
            heading: ["街镇", "老年人口", "持证", "每万", "双证", "缺口"].map(str::to_owned).to_vec(),
            rows: (0..towns).map(|n| vec![format!("第{n}镇"); 6]).collect(),
            note: "按全市人数计算".to_owned(),
        }
    }

    #[test]
    fn a_report_is_one_pdf_of_the_same_bytes() {
        let design = ReportDesign::load(&Fonts::load_default().expect("fonts")).expect("a design");
        let bytes = design.pdf(&sample(12)).expect("a PDF");
        assert!(bytes.starts_with(b"%PDF-"));
        assert_eq!(bytes, design.pdf(&sample(12)).expect("a PDF"));
        let strange = PrintedReport { note: "\u{10FFFD}".to_owned(), ..sample(0) };
        assert!(matches!(design.pdf(&strange), Err(RenderError::MissingGlyph { .. })));
    }

    #[test]
    fn a_table_of_any_length_stays_on_the_page() {
        for towns in [1, 12, 60] {
            let table = table(&sample(towns));
            let lines = table["lines"].as_array().expect("lines");
            assert_eq!(lines.len(), towns + 1);
            assert!(lines.iter().all(|y| y.as_f64().expect("a number") < 2_780.0), "{towns}");
        }
    }
}
