//! Writing: templates, lists and error reports, as .xlsx or as CSV.

use chrono::NaiveDate;
use rust_xlsxwriter::{
    Color, DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook,
    Worksheet, XlsxError,
};

use super::{Column, ColumnKind, FORMULA_STARTS, Presence, SheetLanguage};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetFormat {
    Xlsx,
    /// UTF-8 with its mark, by which Excel knows the encoding.
    Csv,
}

#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("cannot write the workbook")]
    Workbook(#[from] XlsxError),
    #[error("cannot write the CSV")]
    Csv(#[from] csv::Error),
}

/// Rows of a template that are prepared for filling in.
const PREPARED_ROWS: u32 = 5_000;

/// A workbook to fill in: headings (required ones with `*`), columns of identifiers formatted as text, and a second
/// sheet that says how. `rows` fill it beforehand, for instance with what is known already.
///
/// # Errors
/// [`WriteError`] when a text is longer than a cell may hold.
pub fn template(
    columns: &[Column],
    language: SheetLanguage,
    rows: &[Vec<String>],
) -> Result<Vec<u8>, WriteError> {
    let mut workbook = new_workbook()?;
    let sheet = workbook.add_worksheet();
    sheet.set_name(word(language, "填写", "Data"))?;
    write_heading(sheet, columns, language)?;
    for (at, column) in (0u16..).zip(columns) {
        sheet.set_column_format(at, &cell_format(column.kind))?;
        offer_choices(sheet, at, column.kind, language)?;
    }
    for (number, row) in (1u32..).zip(rows) {
        write_row(sheet, number, columns, row)?;
    }
    write_notes(workbook.add_worksheet(), columns, language)?;
    Ok(workbook.save_to_buffer()?)
}

/// A list of `rows`, one text per column; what a spreadsheet program would take for a formula gets an apostrophe
/// before it, which [`super::read::read`] takes away again.
///
/// # Errors
/// [`WriteError`] when there are more rows than a sheet has (1,048,576) or a text is longer than a cell may hold.
pub fn export(
    columns: &[Column],
    language: SheetLanguage,
    rows: impl IntoIterator<Item = Vec<String>>,
    format: SheetFormat,
) -> Result<Vec<u8>, WriteError> {
    match format {
        SheetFormat::Xlsx => {
            let mut workbook = new_workbook()?;
            let sheet = workbook.add_worksheet_with_constant_memory()?;
            write_heading(sheet, columns, language)?;
            for (number, row) in (1u32..).zip(rows) {
                write_row(sheet, number, columns, &row)?;
            }
            Ok(workbook.save_to_buffer()?)
        }
        SheetFormat::Csv => export_csv(columns, language, rows),
    }
}

fn export_csv(
    columns: &[Column],
    language: SheetLanguage,
    rows: impl IntoIterator<Item = Vec<String>>,
) -> Result<Vec<u8>, WriteError> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(columns.iter().map(|column| column.title(language)))?;
    for row in rows {
        let cells = columns.iter().zip(&row).map(|(column, text)| match column.kind {
            ColumnKind::Integer if text.parse::<i64>().is_ok() => text.clone(),
            ColumnKind::Decimal if text.parse::<f64>().is_ok_and(f64::is_finite) => text.clone(),
            _ => neutral(text),
        });
        writer.write_record(cells)?;
    }
    writer.into_inner().map_err(|error| WriteError::Csv(error.into_error().into()))
}

/// The library stamps the moment of writing; a fixed day keeps the same list the same file.
fn new_workbook() -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    let day = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&day));
    Ok(workbook)
}

fn write_heading(
    sheet: &mut Worksheet,
    columns: &[Column],
    language: SheetLanguage,
) -> Result<(), XlsxError> {
    let optional = Format::new()
        .set_bold()
        .set_background_color(Color::RGB(0x00E9_EEF0))
        .set_border_bottom(FormatBorder::Thin)
        .set_align(FormatAlign::VerticalCenter);
    let required = optional.clone().set_font_color(Color::RGB(0x009C_1C1C));
    sheet.set_freeze_panes(1, 0)?;
    for (at, column) in (0u16..).zip(columns) {
        sheet.set_column_width(at, f64::from(column.width))?;
        let title = column.title(language);
        match column.presence {
            Presence::Required => sheet.write_string_with_format(0, at, format!("{title} *"), &required)?,
            Presence::Optional => sheet.write_string_with_format(0, at, title, &optional)?,
        };
    }
    Ok(())
}

fn write_row(
    sheet: &mut Worksheet,
    number: u32,
    columns: &[Column],
    row: &[String],
) -> Result<(), XlsxError> {
    for ((at, column), text) in (0u16..).zip(columns).zip(row) {
        let format = cell_format(column.kind);
        let day = text.parse::<NaiveDate>().ok().filter(|_| column.kind == ColumnKind::Date);
        // A number of nine digits is exact in a spreadsheet.
        let integer = text.parse::<i32>().ok().filter(|_| column.kind == ColumnKind::Integer);
        let decimal =
            text.parse::<f64>().ok().filter(|n| n.is_finite() && column.kind == ColumnKind::Decimal);
        match (day, integer) {
            _ if text.is_empty() => {}
            _ if decimal.is_some() => {
                sheet.write_number_with_format(number, at, decimal.unwrap_or_default(), &format)?;
            }
            (Some(day), _) => {
                sheet.write_datetime_with_format(number, at, day, &format)?;
            }
            (_, Some(integer)) => {
                sheet.write_number(number, at, integer)?;
            }
            _ => {
                sheet.write_string_with_format(number, at, neutral(text), &format)?;
            }
        }
    }
    Ok(())
}

fn cell_format(kind: ColumnKind) -> Format {
    match kind {
        ColumnKind::Identifier => Format::new().set_num_format("@"),
        ColumnKind::Date => Format::new().set_num_format("yyyy-mm-dd"),
        ColumnKind::Decimal => Format::new().set_num_format("0.00"),
        ColumnKind::Text | ColumnKind::Integer | ColumnKind::Choice { .. } => Format::new(),
    }
}

fn offer_choices(
    sheet: &mut Worksheet,
    at: u16,
    kind: ColumnKind,
    language: SheetLanguage,
) -> Result<(), XlsxError> {
    let ColumnKind::Choice { zh, en, .. } = kind else { return Ok(()) };
    let words = match language {
        SheetLanguage::Chinese => zh,
        SheetLanguage::English => en,
    };
    let list = DataValidation::new().allow_list_strings(words)?;
    sheet.add_data_validation(1, at, PREPARED_ROWS, at, &list)?;
    Ok(())
}

fn write_notes(sheet: &mut Worksheet, columns: &[Column], language: SheetLanguage) -> Result<(), XlsxError> {
    sheet.set_name(word(language, "填写说明", "How to fill in"))?;
    let bold = Format::new().set_bold();
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    for (at, (title, width)) in (0u16..).zip([
        (word(language, "列名", "Column"), 22.0),
        (word(language, "是否必填", "Required"), 12.0),
        (word(language, "格式", "Form"), 34.0),
        (word(language, "说明", "Note"), 60.0),
    ]) {
        sheet.set_column_width(at, width)?;
        sheet.write_string_with_format(0, at, title, &bold)?;
    }
    for (number, column) in (1u32..).zip(columns) {
        let required = match column.presence {
            Presence::Required => word(language, "必填", "required"),
            Presence::Optional => word(language, "选填", "optional"),
        };
        let cells = [column.title(language), required, &form(column.kind, language), column.note(language)];
        for (at, text) in (0u16..).zip(cells) {
            sheet.write_string_with_format(number, at, text, &wrapped)?;
        }
    }
    Ok(())
}

fn form(kind: ColumnKind, language: SheetLanguage) -> String {
    match (kind, language) {
        (ColumnKind::Text, _) => word(language, "文字", "text").to_owned(),
        (ColumnKind::Identifier, _) => {
            word(language, "文本格式，请勿改为数字", "text cells; do not change them to numbers").to_owned()
        }
        (ColumnKind::Date, _) => {
            word(language, "日期，如 2026-01-05", "a date such as 2026-01-05").to_owned()
        }
        (ColumnKind::Decimal, _) => word(language, "数字", "a number").to_owned(),
        (ColumnKind::Integer, _) => word(language, "整数", "a whole number").to_owned(),
        (ColumnKind::Choice { zh, .. }, SheetLanguage::Chinese) => format!("从中选择：{}", zh.join("、")),
        (ColumnKind::Choice { en, .. }, SheetLanguage::English) => format!("one of: {}", en.join(", ")),
    }
}

const fn word(language: SheetLanguage, zh: &'static str, en: &'static str) -> &'static str {
    match language {
        SheetLanguage::Chinese => zh,
        SheetLanguage::English => en,
    }
}

fn neutral(text: &str) -> String {
    if text.starts_with(FORMULA_STARTS) { format!("'{text}") } else { text.to_owned() }
}
