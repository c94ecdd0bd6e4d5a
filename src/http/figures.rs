//! The indicators in words and drawings: what the overview page, the spreadsheet and the PDF say of one [`Report`].
//!
//! Absent: the figures themselves (`registry::indicators`); nothing is computed here but scales and roundings.

use fluent_bundle::FluentArgs;
use serde_json::{Value, json};

use crate::http::download::sheet_language;
use crate::http::page::options;
use crate::http::texts::{Texts, grouped};
use crate::kernel::codes::Code;
use crate::kernel::vocabulary::{Basis, FigureKind, Indicator};
use crate::registry::indicators::{ChildReport, Figure, Missing, Report, of, rules};
use crate::render::chart::{Bar, Bars, Gauge, bars, gauge};
use crate::render::report::{PrintedFigure, PrintedReport};
use crate::render::sheet::write::{SheetFormat, WriteError, export};
use crate::render::sheet::{Column, ColumnKind, Presence};

/// The data of `pages/overview`.
#[must_use]
pub fn page(texts: &Texts, report: &Report, path: &str) -> Value {
    let link = |format: &str| {
        format!("{path}?area={}&on={}&basis={}&format={format}", report.area.code, report.on, report.basis)
    };
    let indicators: Vec<Value> = report.figures.iter().map(|figure| indicator(texts, figure)).collect();
    json!({
        "area": area_name(texts, &report.area),
        "area_code": report.area.code,
        "on": report.on,
        "basis_options": options::<Basis>(texts, report.basis.code()),
        "illustrative": report.is_illustrative(),
        "indicators": indicators,
        "towns_svg": towns_drawing(texts, report),
        "towns": report.children.iter().map(|child| town(texts, report, child, path)).collect::<Vec<_>>(),
        "xlsx_href": link("xlsx"),
        "pdf_href": link("pdf"),
    })
}

#[must_use]
pub fn area_name(texts: &Texts, area: &crate::registry::areas::Area) -> String {
    match texts.language() {
        crate::http::texts::Language::Chinese => area.name.clone(),
        crate::http::texts::Language::English => area.name_en.clone(),
    }
}

fn indicator(texts: &Texts, figure: &Figure) -> Value {
    let population = figure.population.as_ref().map(|population| {
        json!({
            "basis": population.basis,
            "on": population.counted_on,
            "source": population.source,
            "forecast": population.kind == FigureKind::Forecast,
            "illustrative": population.illustrative,
        })
    });
    json!({
        "name": figure.indicator,
        "unit": unit(figure.indicator),
        "value": figure.value.ok().map(|ratio| ratio.display()),
        "missing": figure.value.err().map(|missing| missing_words(texts, missing)),
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "target": figure.target.as_ref().map(|target| short(target.value_hundredths)),
        "standing": standing(figure),
        "gap_people": figure.gap.map(|gap| gap.persons),
        "svg": figure.value.is_ok().then(|| figure_drawing(texts, figure)),
        "population": population,
    })
}

/// Whether the target is met, by persons: 19.998 shows as 20.00 and is short of 20. Without a value nobody knows,
/// and nothing is claimed.
fn standing(figure: &Figure) -> &'static str {
    match figure.gap {
        Some(gap) if gap.persons == 0 => "met",
        Some(_) => "short",
        None => "none",
    }
}

fn town(texts: &Texts, report: &Report, child: &ChildReport, path: &str) -> Value {
    let ratio = of(&child.figures, Indicator::CaregiversPer10000);
    let dual = of(&child.figures, Indicator::DualCertifiedShare);
    let shown = |figure: Option<&Figure>| figure.and_then(|f| f.value.ok()).map(|ratio| ratio.display());
    json!({
        "name": area_name(texts, &child.area),
        "href": format!("{path}?area={}&on={}&basis={}", child.area.code, report.on, report.basis),
        "elders": ratio.and_then(|figure| figure.denominator),
        "certified": ratio.map(|figure| figure.numerator),
        "ratio": shown(ratio),
        "missing": ratio.and_then(|figure| figure.value.err()).map(|missing| missing_words(texts, missing)),
        "dual": shown(dual),
        "gap": ratio.and_then(|figure| figure.gap).map(|gap| gap.persons),
    })
}

fn figure_drawing(texts: &Texts, figure: &Figure) -> String {
    let value = figure.value.ok().map(|ratio| ratio.hundredths());
    let target = figure.target.as_ref().map(|target| target.value_hundredths);
    let target_label = target_label(texts, figure);
    let value_label = value_label(figure).unwrap_or_else(|| texts.word("cannot-be-computed"));
    gauge(&Gauge {
        title: texts.word(&format!("indicator-{}", figure.indicator)),
        description: with(
            texts,
            "figure-described",
            &[("value", &value_label), ("target", &target_label), ("date", &texts.date(figure.as_of))],
        ),
        value: value.and_then(|value| u64::try_from(value).ok()),
        target: target.and_then(|target| u64::try_from(target).ok()),
        full: full_scale(figure.indicator, target, value),
        value_label,
        target_label,
    })
}

fn towns_drawing(texts: &Texts, report: &Report) -> Option<String> {
    if report.children.is_empty() {
        return None;
    }
    let own = of(&report.figures, Indicator::CaregiversPer10000)?;
    let values: Vec<(String, &Figure)> = report
        .children
        .iter()
        .filter_map(|child| {
            Some((area_name(texts, &child.area), of(&child.figures, Indicator::CaregiversPer10000)?))
        })
        .collect();
    let target = own.target.as_ref().map(|target| target.value_hundredths);
    let highest = values.iter().filter_map(|(_, f)| f.value.ok()).map(|r| r.hundredths()).max();
    let bar = |(label, figure): (String, &Figure)| Bar {
        label,
        value: figure.value.ok().and_then(|ratio| u64::try_from(ratio.hundredths()).ok()),
        value_label: match figure.value {
            Ok(ratio) => ratio.display(),
            Err(missing) => missing_words(texts, missing),
        },
    };
    Some(bars(&Bars {
        title: texts.word("overview-towns"),
        description: texts.word("overview-towns-caption"),
        rows: values.into_iter().map(bar).collect(),
        target: target.and_then(|target| u64::try_from(target).ok()),
        target_label: target_label(texts, own),
        full: full_scale(Indicator::CaregiversPer10000, target, highest),
    }))
}

/// A share ends at 100 %. The figure per 10,000 elders ends a third past its target, or a little past the highest.
fn full_scale(indicator: Indicator, target: Option<i64>, highest: Option<i64>) -> u64 {
    if unit(indicator) == "percent" {
        return 10_000;
    }
    let past_target = target.unwrap_or_default() * 4 / 3;
    let past_highest = highest.unwrap_or_default() * 11 / 10;
    u64::try_from(past_target.max(past_highest).max(100)).unwrap_or(100)
}

fn value_label(figure: &Figure) -> Option<String> {
    let value = figure.value.ok()?.display();
    Some(if unit(figure.indicator) == "percent" { format!("{value}%") } else { value })
}

fn target_label(texts: &Texts, figure: &Figure) -> String {
    let Some(target) = &figure.target else { return texts.word("target-none") };
    let value = short(target.value_hundredths);
    let value = if unit(figure.indicator) == "percent" { format!("{value}%") } else { value };
    with(texts, "target-label", &[("target", &value)])
}

const fn unit(indicator: Indicator) -> &'static str {
    match indicator {
        Indicator::CaregiversPer10000 => "per-10000",
        Indicator::DualCertifiedShare | Indicator::SeniorShare | Indicator::AssessedShare => "percent",
    }
}

/// Hundredths as a plan writes them: 3000 is `30`, 2850 is `28.5`.
fn short(hundredths: i64) -> String {
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn missing_words(texts: &Texts, missing: Missing) -> String {
    texts.word(&format!("missing-{missing}"))
}

fn with(texts: &Texts, key: &str, values: &[(&'static str, &str)]) -> String {
    let mut args = FluentArgs::new();
    for (name, value) in values {
        args.set(*name, *value);
    }
    texts.text(key, &args).unwrap_or_else(|_| key.to_owned())
}

/// The official form: 指标名称、单位、代码、数量、上年数据、同比.
const FORM: &[Column] = &[
    column("name", "指标名称", "Indicator", ColumnKind::Text, 44),
    column("unit", "单位", "Unit", ColumnKind::Text, 14),
    column("code", "代码", "Code", ColumnKind::Identifier, 8),
    column("value", "数量", "Figure", ColumnKind::Decimal, 14),
    column("before", "上年数据", "Year before", ColumnKind::Decimal, 14),
    column("change", "同比（%）", "Change (%)", ColumnKind::Decimal, 12),
    column("note", "说明", "Note", ColumnKind::Text, 60),
];

const fn column(
    key: &'static str,
    title_zh: &'static str,
    title_en: &'static str,
    kind: ColumnKind,
    width: u16,
) -> Column {
    Column { key, title_zh, title_en, kind, presence: Presence::Optional, width, note_zh: "", note_en: "" }
}

/// The report as a spreadsheet in the official form: the area's figures, then those of its parts.
pub fn xlsx(texts: &Texts, report: &Report) -> Result<Vec<u8>, WriteError> {
    let mut rows = Vec::new();
    let own = area_name(texts, &report.area);
    for (place, (figure, before)) in report.figures.iter().zip(&report.year_before).enumerate() {
        rows.push(form_row(texts, &own, (figure, Some(before)), format!("{:02}", place + 1)));
    }
    for (part, child) in report.children.iter().enumerate() {
        let name = area_name(texts, &child.area);
        for (place, figure) in child.figures.iter().enumerate() {
            rows.push(form_row(texts, &name, (figure, None), format!("{:02}{:02}", place + 1, part + 1)));
        }
    }
    export(FORM, sheet_language(texts.language()), rows, SheetFormat::Xlsx)
}

fn form_row(
    texts: &Texts,
    area: &str,
    (figure, before): (&Figure, Option<&Figure>),
    code: String,
) -> Vec<String> {
    let shown = |figure: &Figure| figure.value.ok().map(|ratio| ratio.display()).unwrap_or_default();
    let change = before.and_then(|before| rules::change_over_year(figure, before));
    let note = match figure.value {
        Ok(_) => fraction(texts, figure),
        Err(missing) => format!("{}：{}", texts.word("cannot-be-computed"), missing_words(texts, missing)),
    };
    vec![
        format!("{area} {}", texts.word(&format!("indicator-{}", figure.indicator))),
        texts.word(&format!("form-unit-{}", unit(figure.indicator))),
        code,
        shown(figure),
        before.map(shown).unwrap_or_default(),
        change.map(signed).unwrap_or_default(),
        note,
    ]
}

/// `590 ÷ 239,000；户籍老年人口，2025年12月31日，预测值`.
fn fraction(texts: &Texts, figure: &Figure) -> String {
    let denominator = figure.denominator.map(grouped).unwrap_or_default();
    let mut text = with(
        texts,
        "indicator-fraction",
        &[("numerator", &grouped(figure.numerator)), ("denominator", &denominator)],
    );
    if let Some(population) = &figure.population {
        let basis = texts.word(&format!("basis-{}", population.basis));
        let date = texts.date(population.counted_on);
        text.push_str(&with(texts, "figure-vintage", &[("basis", &basis), ("date", &date)]));
        if population.kind == FigureKind::Forecast {
            text.push_str(&with(texts, "figure-remark", &[("remark", &texts.word("population-forecast"))]));
        }
        if population.illustrative {
            text.push_str(&with(
                texts,
                "figure-remark",
                &[("remark", &texts.word("population-illustrative"))],
            ));
        }
    }
    text
}

fn signed(hundredths: i64) -> String {
    let size = hundredths.unsigned_abs();
    let sign = if hundredths < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", size / 100, size % 100)
}

/// The report as it is printed on one page.
#[must_use]
pub fn printed(texts: &Texts, report: &Report, owner: Option<&str>) -> PrintedReport {
    let area = area_name(texts, &report.area);
    let figures = report.figures.iter().map(|figure| printed_figure(texts, figure)).collect();
    let heading = ["town", "col-elders", "col-certified", "col-ratio", "col-dual", "col-gap"];
    PrintedReport {
        title: with(texts, "overview-title", &[("area", &area)]),
        subtitle: format!(
            "{}　{}",
            with(texts, "overview-as-of", &[("date", &texts.date(report.on))]),
            texts.word(&format!("basis-{}", report.basis))
        ),
        on: report.on,
        owner: owner.unwrap_or_default().to_owned(),
        illustrative: report.is_illustrative().then(|| texts.word("overview-illustrative")),
        figures,
        towns_title: texts.word("overview-towns"),
        towns_caption: texts.word("overview-towns-caption"),
        towns_svg: towns_drawing(texts, report),
        heading: heading.iter().map(|key| texts.word(key)).collect(),
        rows: report.children.iter().map(|child| printed_row(texts, child)).collect(),
        note: texts.word("overview-not-average"),
    }
}

fn printed_figure(texts: &Texts, figure: &Figure) -> PrintedFigure {
    let standing = match figure.gap {
        Some(gap) if gap.persons == 0 => texts.word("target-met"),
        Some(gap) => with_number(texts, "target-gap", "people", gap.persons),
        None => String::new(),
    };
    let fraction = match figure.value {
        Ok(_) => with(
            texts,
            "indicator-fraction",
            &[
                ("numerator", &grouped(figure.numerator)),
                ("denominator", &figure.denominator.map(grouped).unwrap_or_default()),
            ],
        ),
        Err(missing) => missing_words(texts, missing),
    };
    let remarks = figure.population.as_ref().map(|population| {
        let basis = texts.word(&format!("basis-{}", population.basis));
        let forecast = population.kind == FigureKind::Forecast;
        let forecast = if forecast { texts.word("population-forecast") } else { String::new() };
        format!("{basis} {} {forecast}", population.counted_on)
    });
    PrintedFigure {
        title: texts.word(&format!("indicator-{}", figure.indicator)),
        svg: figure_drawing(texts, figure),
        standing,
        fraction,
        vintage: remarks.unwrap_or_default(),
    }
}

fn printed_row(texts: &Texts, child: &ChildReport) -> Vec<String> {
    let ratio = of(&child.figures, Indicator::CaregiversPer10000);
    let dual = of(&child.figures, Indicator::DualCertifiedShare);
    let dash = || "—".to_owned();
    vec![
        area_name(texts, &child.area),
        ratio.and_then(|f| f.denominator).map_or_else(dash, grouped),
        ratio.map_or_else(dash, |f| grouped(f.numerator)),
        ratio.and_then(value_label).unwrap_or_else(|| texts.word("cannot-be-computed")),
        dual.and_then(value_label).unwrap_or_else(dash),
        ratio.and_then(|f| f.gap).map_or_else(dash, |gap| grouped(gap.persons)),
    ]
}

fn with_number(texts: &Texts, key: &str, name: &'static str, value: i64) -> String {
    let mut args = FluentArgs::new();
    args.set(name, value);
    texts.text(key, &args).unwrap_or_else(|_| key.to_owned())
}
