//! 对账单: a statement of money on landscape A4. Who or what it is about and its sums stand on the first page; the table
//! goes on over as many pages as it needs, each with the table's head and its own number.
//!
//! Absent: any figure. Every text comes ready to print, in one language.

use chrono::NaiveDate;
use handlebars::Handlebars;
use serde_json::{Value, json};
use usvg::{Options, Tree};

use super::certificate::draw::draw;
use super::certificate::paper::{finish, metadata, new_document, page_size, pdf_date, unwritable};
use super::certificate::{RenderError, require_glyphs, template_error};
use super::fonts::{Fonts, Typeface};
use super::helper::FitText;
use super::text::{TextBox, fit, fit_anyhow};

/// What is printed.
#[derive(Debug, Clone)]
pub struct PrintedStatement {
    pub title: String,
    /// The bureau that runs the register; may be empty.
    pub owner: String,
    /// `zh-CN` or `en`.
    pub language: &'static str,
    /// The day on which it was made, which dates the document.
    pub on: NaiveDate,
    /// Whose or which, the period, when it was made: label and value, in two columns.
    pub facts: Vec<(String, String)>,
    /// Label and amount; six at most.
    pub sums: Vec<(String, String)>,
    pub columns: Vec<PrintedColumn>,
    /// A text for each column.
    pub rows: Vec<Vec<String>>,
    /// Stands in the place of rows where there are none.
    pub empty: String,
    /// What the statement is and isn't, at the foot of each page.
    pub note: String,
}

#[derive(Debug, Clone)]
pub struct PrintedColumn {
    pub title: String,
    /// Its part of the table's width, against those of the others.
    pub share: u32,
    /// Amounts stand at the right edge.
    pub is_figure: bool,
}

/// The design, ready to be filled in.
pub struct StatementDesign {
    templates: Handlebars<'static>,
    fonts: Fonts,
}

/// Lengths in tenths of a millimetre.
const PAGE_MILLIMETRES: (f32, f32) = (297.0, 210.0);
const LEFT: f64 = 120.0;
const WIDTH: f64 = 2_730.0;
/// Where the table has to end.
const BOTTOM: f64 = 1_925.0;
const HEAD: f64 = 66.0;
/// Round the text of a cell.
const PADDING: f64 = 22.0;
const SIZE: f64 = 30.0;
const SMALLEST: f64 = 20.0;
const LINE_HEIGHT: f64 = 1.24;
/// Where the table begins on a page after the first.
const NEXT_TOP: f64 = 190.0;
const FACTS_TOP: f64 = 330.0;
const FACT_LABEL: f64 = 265.0;
const FACT_WIDTH: f64 = 1_065.0;
const DESIGN: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/reports/statement.svg.hbs"));

/// A column with its place on the page.
struct Place {
    left: f64,
    width: f64,
    is_figure: bool,
}

/// A row that was set: the lines of each cell, and how high they make it.
struct SetRow {
    cells: Vec<(f64, Vec<String>)>,
    height: f64,
}

impl StatementDesign {
    /// # Errors
    /// [`RenderError::Design`] when the embedded design does not parse.
    pub fn load(fonts: &Fonts) -> Result<Self, RenderError> {
        let mut templates = Handlebars::new();
        templates.set_strict_mode(true);
        templates.register_helper("fit", Box::new(FitText::new(fonts.clone())));
        templates
            .register_template_string("statement", DESIGN)
            .map_err(|error| RenderError::Design { at: "statement".to_owned(), reason: error.to_string() })?;
        Ok(Self { templates, fonts: fonts.clone() })
    }

    /// A PDF with selectable text. `numbered` words a page's number among all. The same statement gives the same bytes.
    ///
    /// # Errors
    /// [`RenderError::MissingGlyph`] and [`RenderError::TooLong`] for what cannot be printed.
    pub fn pdf(
        &self,
        statement: &PrintedStatement,
        numbered: &dyn Fn(usize, usize) -> String,
    ) -> Result<Vec<u8>, RenderError> {
        let places = places(&statement.columns);
        let (first, table_top) = self.first_page(statement);
        let head: Vec<String> = statement.columns.iter().map(|column| column.title.clone()).collect();
        let head = self.set_row(&places, &head, Typeface::SansBold);
        let rows: Vec<SetRow> =
            statement.rows.iter().map(|row| self.set_row(&places, row, Typeface::Sans)).collect();
        let pages = broken(&rows, table_top + HEAD.max(head.height), NEXT_TOP + HEAD.max(head.height));
        let mut document = new_document();
        let options = self.options(statement.language);
        let (settings, size) = page_size(PAGE_MILLIMETRES)?;
        for (number, rows) in pages.iter().enumerate() {
            let top = if number == 0 { table_top } else { NEXT_TOP };
            let mut said = first.clone();
            said["first"] = json!(number == 0);
            said["head"] = head_of(&head, &places, top);
            let under = top + HEAD.max(head.height);
            said["rows"] = json!(lines_of(rows, &places, under));
            said["empty"] = json!(if statement.rows.is_empty() { statement.empty.as_str() } else { "" });
            said["empty_y"] = json!(under + 62.0);
            said["page"] = json!(numbered(number + 1, pages.len()));
            let svg = self.templates.render("statement", &said).map_err(|error| template_error(&error))?;
            let tree = Tree::from_str(&svg, &options).map_err(|error| unwritable(error.to_string()))?;
            require_glyphs(tree.root())?;
            let mut page = document.start_page_with(settings.clone());
            let mut surface = page.surface();
            let drawn = draw(&mut surface, &tree, size, &self.fonts.for_pdf());
            surface.finish();
            page.finish();
            drawn.ok_or_else(|| unwritable("the statement was refused"))?;
        }
        let about = metadata(statement.title.clone(), pdf_date(statement.on));
        document.set_metadata(about.language(statement.language.to_owned()));
        finish(document)
    }

    fn options(&self, language: &str) -> Options<'static> {
        Options {
            fontdb: self.fonts.database(),
            font_family: "sans-serif".to_owned(),
            languages: vec![language.to_owned(), "zh-CN".to_owned(), "en".to_owned()],
            ..Options::default()
        }
    }

    /// What pages share, with the places of the first one's facts and sums, and where its table begins.
    fn first_page(&self, statement: &PrintedStatement) -> (Value, f64) {
        let mut y = FACTS_TOP;
        let mut facts = Vec::new();
        for pair in statement.facts.chunks(2) {
            let mut height = 0.0_f64;
            for ((label, value), column) in pair.iter().zip([LEFT, LEFT + WIDTH / 2.0]) {
                let (size, lines) = self.set(value, FACT_WIDTH, Typeface::Sans);
                let step = size * LINE_HEIGHT;
                let x = column + FACT_LABEL;
                let at = |place: u32| json!({ "x": x, "y": y + step * f64::from(place), "size": size });
                let shown: Vec<Value> = (0u32..)
                    .zip(&lines)
                    .map(|(place, text)| {
                        let mut line = at(place);
                        line["text"] = json!(text);
                        line
                    })
                    .collect();
                height = height.max(step * f64::from(count(lines.len())));
                facts.push(json!({ "label": label, "x": column, "y": y, "lines": shown }));
            }
            y += height + 14.0;
        }
        let sums_top = y - 10.0;
        let each = WIDTH / f64::from(count(statement.sums.len().max(1)));
        let sums: Vec<Value> = (0u32..)
            .zip(&statement.sums)
            .map(|(place, (label, value))| {
                let x = LEFT + each * f64::from(place);
                let width = each - if place + 1 == count(statement.sums.len()) { 0.0 } else { 16.0 };
                json!({
                    "x": x, "width": width, "inner": x + 20.0, "room": width - 40.0,
                    "label": label, "value": value,
                })
            })
            .collect();
        let subject = statement.facts.first().map_or("", |(_, value)| value.as_str());
        let said = json!({
            "lang": statement.language, "owner": statement.owner, "title": statement.title,
            "running": format!("{} · {subject}", statement.title), "facts": facts, "sums": sums,
            "sums_top": sums_top, "sums_label": sums_top + 48.0, "sums_value": sums_top + 104.0,
            "note": statement.note,
        });
        (said, sums_top + 160.0)
    }

    fn set_row(&self, places: &[Place], texts: &[String], typeface: Typeface) -> SetRow {
        let set = |(place, text): (&Place, &String)| self.set(text, place.width - 2.0 * PADDING, typeface);
        let cells: Vec<(f64, Vec<String>)> = places.iter().zip(texts).map(set).collect();
        let height = cells
            .iter()
            .map(|(size, lines)| size * LINE_HEIGHT * f64::from(count(lines.len().max(1))))
            .fold(SIZE * LINE_HEIGHT, f64::max);
        SetRow { cells, height: height + PADDING }
    }

    /// A text of any length in a given width: by words where that is possible, else cut where the line ends.
    fn set(&self, text: &str, width: f64, typeface: Typeface) -> (f64, Vec<String>) {
        let room = TextBox { typeface, width, size: SIZE, smallest: SMALLEST, lines: 4 };
        let fitted = fit(&self.fonts, text, TextBox { smallest: SIZE, lines: 3, ..room })
            .or_else(|| fit(&self.fonts, text, room))
            .unwrap_or_else(|| fit_anyhow(&self.fonts, text, room));
        (fitted.size, fitted.lines)
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn places(columns: &[PrintedColumn]) -> Vec<Place> {
    let all: u32 = columns.iter().map(|column| column.share).sum();
    let mut left = LEFT;
    columns
        .iter()
        .map(|column| {
            let width = WIDTH * f64::from(column.share) / f64::from(all.max(1));
            let place = Place { left, width, is_figure: column.is_figure };
            left += width;
            place
        })
        .collect()
}

/// Rows by pages; without rows, one page of none.
fn broken(rows: &[SetRow], first_top: f64, next_top: f64) -> Vec<&[SetRow]> {
    let mut pages = Vec::new();
    let (mut begin, mut y) = (0, first_top);
    for (index, row) in rows.iter().enumerate() {
        if y + row.height > BOTTOM && index > begin {
            pages.push(&rows[begin..index]);
            (begin, y) = (index, next_top);
        }
        y += row.height;
    }
    pages.push(&rows[begin..]);
    pages
}

fn head_of(head: &SetRow, places: &[Place], top: f64) -> Value {
    json!({ "top": top, "bottom": top + HEAD.max(head.height), "cells": cells_of(head, places, top + 4.0) })
}

fn lines_of(rows: &[SetRow], places: &[Place], top: f64) -> Vec<Value> {
    let mut y = top;
    rows.iter()
        .map(|row| {
            let cells = cells_of(row, places, y);
            y += row.height;
            json!({ "cells": cells, "bottom": y })
        })
        .collect()
}

fn cells_of(row: &SetRow, places: &[Place], top: f64) -> Vec<Value> {
    let mut cells = Vec::new();
    for (place, (size, lines)) in places.iter().zip(&row.cells) {
        let (x, anchor) = if place.is_figure {
            (place.left + place.width - PADDING, "end")
        } else {
            (place.left + PADDING, "start")
        };
        for (number, text) in (0u32..).zip(lines) {
            let y = top + PADDING / 2.0 + SIZE + size * LINE_HEIGHT * f64::from(number);
            cells.push(json!({ "x": x, "y": y, "anchor": anchor, "size": size, "text": text }));
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(title: &str, share: u32) -> PrintedColumn {
        PrintedColumn { title: title.to_owned(), share, is_figure: title == "金额（元）" }
    }

    fn sample(rows: usize, name: &str) -> PrintedStatement {
        let row = |n: usize| {
            vec![
                "养老护理员岗位津贴".to_owned(),
                format!("2026年{}月", n % 12 + 1),
                "1,200.00".to_owned(),
                "已发放".to_owned(),
                "2026年11月3日".to_owned(),
                "2026年11月12日".to_owned(),
                "2026年11月22日".to_owned(),
                format!("0000-{n:04}"),
            ]
        };
        PrintedStatement {
            title: "补贴对账单".to_owned(),
            owner: "海宁市民政局（演示）".to_owned(),
            language: "zh-CN",
            on: "2026-11-22".parse().expect("a date"),
            facts: [
                ("姓名", name),
                ("证件", "居民身份证 **************002X"),
                ("期间", "2025年3月1日至2026年11月22日"),
                ("生成时间", "2026年11月22日 09:30"),
            ]
            .map(|(label, value)| (label.to_owned(), value.to_owned()))
            .to_vec(),
            sums: [("应发", "1,234,567.89"), ("已发放", "1,200.00"), ("待追回", "0.00"), ("已追回", "0.00")]
                .map(|(label, value)| (label.to_owned(), value.to_owned()))
                .to_vec(),
            columns: vec![
                column("补贴办法", 26),
                column("期次", 13),
                column("金额（元）", 13),
                column("状态", 11),
                column("提交日期", 13),
                column("审批日期", 13),
                column("发放日期", 13),
                column("申领编号", 11),
            ],
            rows: (0..rows).map(row).collect(),
            empty: "没有可列的申领".to_owned(),
            note: "本对账单由系统按账面生成，供核对，不是发放凭证。".to_owned(),
        }
    }

    fn design() -> StatementDesign {
        StatementDesign::load(&Fonts::load_default().expect("fonts")).expect("a design")
    }

    fn numbered(page: usize, pages: usize) -> String {
        format!("第 {page} 页，共 {pages} 页")
    }

    #[test]
    fn a_statement_has_the_same_bytes_and_refuses_what_it_cannot_print() {
        let design = design();
        let bytes = design.pdf(&sample(3, "王秀兰"), &numbered).expect("a PDF");
        assert!(bytes.starts_with(b"%PDF-"));
        assert_eq!(bytes, design.pdf(&sample(3, "王秀兰"), &numbered).expect("a PDF"));
        let strange = design.pdf(&sample(1, "\u{10FFFD}"), &numbered);
        assert!(matches!(strange, Err(RenderError::MissingGlyph { .. })));
    }

    /// Every row is on a page once, in order, above the foot, whatever the number and length of rows.
    #[test]
    fn a_table_breaks_over_pages_and_loses_no_row() {
        let design = design();
        for (rows, long) in [(0, 1), (1, 1), (22, 1), (60, 1), (500, 1), (40, 300)] {
            let mut statement = sample(rows, "王秀兰");
            for row in &mut statement.rows {
                row[0] = "办".repeat(long);
            }
            let places = places(&statement.columns);
            let set: Vec<SetRow> =
                statement.rows.iter().map(|row| design.set_row(&places, row, Typeface::Sans)).collect();
            let pages = broken(&set, 600.0, NEXT_TOP + HEAD);
            assert_eq!(pages.iter().map(|page| page.len()).sum::<usize>(), rows);
            for (number, page) in pages.iter().enumerate() {
                let top = if number == 0 { 600.0 } else { NEXT_TOP + HEAD };
                let end = top + page.iter().map(|row| row.height).sum::<f64>();
                assert!(end <= BOTTOM, "{rows} rows of {long}: page {number} ends at {end}");
                assert!(number == 0 || !page.is_empty());
            }
        }
    }

    /// Nothing of a name is lost, however long, and no line is wider than its room.
    #[test]
    fn a_long_text_is_cut_into_lines() {
        let design = design();
        for text in ["王秀兰".to_owned(), "长".repeat(400), "x".repeat(300), "Haining Care ".repeat(30)] {
            let (size, lines) = design.set(&text, 400.0, Typeface::Sans);
            let letters = |text: &str| text.replace(' ', "");
            assert_eq!(letters(&lines.concat()), letters(&text));
            for line in &lines {
                let width: u32 = design.fonts.widths(Typeface::Sans, line).iter().sum();
                assert!(f64::from(width) * size / 1000.0 <= 400.0, "{line}");
            }
        }
    }

    /// Writes samples for looking at: `HUZHENG_SAMPLES=… cargo test --lib write_statements -- --ignored`.
    #[test]
    #[ignore = "writes files"]
    fn write_statements() {
        let folder = std::env::var("HUZHENG_SAMPLES").expect("HUZHENG_SAMPLES");
        let design = design();
        let name = "阿卜杜热合曼·".repeat(12);
        for (file, rows, name) in [
            ("0", 0, "王秀兰"),
            ("1", 1, "王秀兰"),
            ("60", 60, "王秀兰"),
            ("500", 500, "王秀兰"),
            ("long", 5, &name),
        ] {
            let begun = std::time::Instant::now();
            let bytes = design.pdf(&sample(rows, name), &numbered).expect("a PDF");
            println!("{file}: {} bytes in {:?}", bytes.len(), begun.elapsed());
            std::fs::write(format!("{folder}/statement-{file}.pdf"), bytes).expect("written");
        }
    }
}
