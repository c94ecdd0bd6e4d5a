//! Reading: an .xlsx or a CSV becomes rows of named texts, and a list of what no domain could judge from a text.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{Cursor, Read};

use calamine::{DataRef, Reader, Xlsx, XlsxError};
use chrono::NaiveDate;
use serde_json::{Map, Value};

use super::{Column, ColumnKind, FORMULA_STARTS, Presence};
use crate::kernel::invalid::FieldError;

/// Rows that an import may have unless its caller says otherwise.
pub const DEFAULT_ROWS: usize = 5_000;

/// What was read. A sheet with errors still has its rows, so that the domain can add what it finds.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    pub rows: Vec<SheetRow>,
    /// `unknown-heading`, `repeated-heading`, `missing-heading`, `numeric-identity`, `formula-error`; each with the
    /// variable `column` (the letters that the spreadsheet shows) where it has a place.
    pub errors: Vec<FieldError>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SheetRow {
    /// The row as its user counts: the heading is row 1.
    pub number: u32,
    /// Key → trimmed text, never empty: days as `2026-01-05`, whole numbers without a point. What is not of its
    /// column's kind stands as it was written.
    pub fields: Map<String, Value>,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SheetError {
    #[error("neither an .xlsx workbook nor a CSV text")]
    Unreadable,
    #[error("the workbook is protected by a password")]
    Encrypted,
    #[error("an old .xls workbook")]
    OldFormat,
    #[error("there is no heading")]
    Empty,
    #[error("more than {most} rows")]
    TooManyRows { most: usize },
    #[error("the workbook unpacks to more than {} MB", MOST_UNPACKED >> 20)]
    TooLarge,
}

impl From<SheetError> for FieldError {
    /// The same as an error of the field `file`.
    fn from(error: SheetError) -> Self {
        match error {
            SheetError::Unreadable => Self::new("file", "sheet-unreadable"),
            SheetError::Encrypted => Self::new("file", "sheet-encrypted"),
            SheetError::OldFormat => Self::new("file", "sheet-old-format"),
            SheetError::Empty => Self::new("file", "sheet-empty"),
            SheetError::TooManyRows { most } => Self::new("file", "sheet-too-many-rows").with("most", most),
            SheetError::TooLarge => Self::new("file", "sheet-too-large"),
        }
    }
}

/// 5,000 rows of 20 columns unpack to about 6 MB.
const MOST_UNPACKED: u64 = 64 << 20;
const MOST_PARTS: usize = 2_000;

/// From this on Excel no longer keeps every digit of a number.
const ROUNDED_FROM: f64 = 1e14;

/// Reads the first sheet of an .xlsx workbook, or a CSV in UTF-8, UTF-16 with its mark, or GB18030. The content
/// decides which it is, not a name.
///
/// # Errors
/// When the file cannot be read at all. What is wrong inside it is in [`Sheet::errors`].
pub fn read(bytes: &[u8], columns: &[Column], most_rows: usize) -> Result<Sheet, SheetError> {
    let mut table = Table::new(columns, most_rows);
    if bytes.starts_with(b"PK\x03\x04") {
        read_workbook(bytes, &mut table)?;
    } else if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        // The container of .xls, and of .xlsx files under a password.
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let encrypted = bytes.windows(name.len()).any(|window| window == name);
        return Err(if encrypted { SheetError::Encrypted } else { SheetError::OldFormat });
    } else {
        read_csv(&decode(bytes)?, &mut table)?;
    }
    table.finish()
}

fn read_workbook(bytes: &[u8], table: &mut Table<'_>) -> Result<(), SheetError> {
    refuse_bombs(bytes)?;
    let mut workbook: Xlsx<_> =
        calamine::open_workbook_from_rs(Cursor::new(bytes)).map_err(|e| unreadable(&e))?;
    let first = workbook.sheet_names().first().cloned().ok_or(SheetError::Empty)?;
    // Cell by cell: a range would set aside memory for a far-off cell's whole rectangle.
    let mut cells = workbook.worksheet_cells_reader(&first).map_err(|e| unreadable(&e))?;
    let mut row = Vec::new();
    let mut current = 0;
    while let Some(cell) = cells.next_cell().map_err(|e| unreadable(&e))? {
        let (number, column) = cell.get_position();
        if number != current {
            table.row(current + 1, &mut row)?;
            current = number;
        }
        let content = Content::of(cell.get_value());
        if !content.is_empty() {
            row.push((column, content));
        }
    }
    table.row(current + 1, &mut row)
}

fn unreadable(error: &XlsxError) -> SheetError {
    if matches!(error, XlsxError::Password) { SheetError::Encrypted } else { SheetError::Unreadable }
}

/// Unpacks every part into nothing, counting: the sizes that an archive declares are not to be believed.
fn refuse_bombs(bytes: &[u8]) -> Result<(), SheetError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| SheetError::Unreadable)?;
    if archive.len() > MOST_PARTS {
        return Err(SheetError::TooLarge);
    }
    let mut left = MOST_UNPACKED;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| SheetError::Unreadable)?;
        let unpacked = std::io::copy(&mut part.take(left + 1), &mut std::io::sink())
            .map_err(|_| SheetError::Unreadable)?;
        left = left.checked_sub(unpacked).ok_or(SheetError::TooLarge)?;
    }
    Ok(())
}

fn read_csv(text: &str, table: &mut Table<'_>) -> Result<(), SheetError> {
    // One kind of line end, and one at the end, so that lines can be counted below.
    let mut text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.push('\n');
    let first_line = text.lines().find(|line| !line.trim().is_empty()).ok_or(SheetError::Empty)?;
    let delimiter = [b',', b'\t', b';']
        .into_iter()
        .max_by_key(|d| (first_line.bytes().filter(|b| b == d).count(), *d == b','))
        .unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut breaks_in_cells = 0;
    let mut row = Vec::new();
    while reader.read_record(&mut record).map_err(|_| SheetError::Unreadable)? {
        breaks_in_cells += record.iter().map(|cell| cell.matches('\n').count() as u64).sum::<u64>();
        // A spreadsheet shows a blank line as a row and a line break in a cell as none.
        let number = (reader.position().line() - 1).saturating_sub(breaks_in_cells);
        for (column, cell) in (0u32..).zip(&record) {
            let content = Content::Text(clean(cell));
            if !content.is_empty() {
                row.push((column, content));
            }
        }
        table.row(u32::try_from(number).unwrap_or(u32::MAX), &mut row)?;
    }
    Ok(())
}

fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, SheetError> {
    let (text, broken) = if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        encoding.decode_without_bom_handling(&bytes[mark..])
    } else if let Ok(text) = std::str::from_utf8(bytes) {
        (Cow::Borrowed(text), false)
    } else {
        encoding_rs::GB18030.decode_without_bom_handling(bytes)
    };
    if broken || text.contains('\0') { Err(SheetError::Unreadable) } else { Ok(text) }
}

/// What a cell holds, before its column says what it should be.
enum Content {
    Text(String),
    Number(f64),
    Day(NaiveDate),
    FormulaError,
}

impl Content {
    fn of(cell: &DataRef<'_>) -> Self {
        match cell {
            DataRef::Int(number) => Self::Text(number.to_string()),
            DataRef::Float(number) => Self::Number(*number),
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
                Self::Text(clean(text))
            }
            DataRef::SharedString(text) => Self::Text(clean(text)),
            DataRef::Bool(truth) => Self::Text(if *truth { "TRUE" } else { "FALSE" }.to_owned()),
            DataRef::DateTime(moment) => match moment.as_datetime() {
                Some(at) if moment.is_datetime() => Self::Day(at.date()),
                _ => Self::Number(moment.as_f64()),
            },
            DataRef::Error(_) => Self::FormulaError,
            DataRef::Empty => Self::Text(String::new()),
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }
}

/// Rows on their way from cells to fields; the first row that holds anything is the heading.
struct Table<'a> {
    columns: &'a [Column],
    most_rows: usize,
    heading: Option<HashMap<u32, &'a Column>>,
    sheet: Sheet,
}

impl<'a> Table<'a> {
    fn new(columns: &'a [Column], most_rows: usize) -> Self {
        let sheet = Sheet { rows: Vec::new(), errors: Vec::new() };
        Self { columns, most_rows, heading: None, sheet }
    }

    /// Takes the cells that are not empty of row `number`, and leaves `cells` empty for the next.
    fn row(&mut self, number: u32, cells: &mut Vec<(u32, Content)>) -> Result<(), SheetError> {
        if cells.is_empty() {
            return Ok(());
        }
        let Some(heading) = &self.heading else {
            self.heading = Some(self.match_heading(number, cells));
            cells.clear();
            return Ok(());
        };
        // Notes beside the table are nobody's row.
        cells.retain(|(at, _)| heading.contains_key(at));
        if cells.is_empty() {
            return Ok(());
        }
        if self.sheet.rows.len() == self.most_rows {
            return Err(SheetError::TooManyRows { most: self.most_rows });
        }
        let mut fields = Map::new();
        for (at, content) in cells.drain(..) {
            let Some(column) = heading.get(&at) else { continue };
            match field(column.kind, content) {
                Ok(text) => {
                    fields.insert(column.key.to_owned(), Value::String(text));
                }
                Err(code) => {
                    let error = FieldError::new(column.key, code).with("column", letters(at)).at_row(number);
                    self.sheet.errors.push(error);
                }
            }
        }
        self.sheet.rows.push(SheetRow { number, fields });
        Ok(())
    }

    fn match_heading(&mut self, number: u32, cells: &[(u32, Content)]) -> HashMap<u32, &'a Column> {
        let mut found: HashMap<u32, &'a Column> = HashMap::new();
        for (at, content) in cells {
            let Content::Text(text) = content else { continue };
            let error = |code| FieldError::new(text, code).with("column", letters(*at)).at_row(number);
            match self.columns.iter().find(|column| is_heading_of(text, column)) {
                None => self.sheet.errors.push(error("unknown-heading")),
                Some(column) if found.values().any(|other| other.key == column.key) => {
                    self.sheet.errors.push(error("repeated-heading"));
                }
                Some(column) => {
                    found.insert(*at, column);
                }
            }
        }
        for column in self.columns {
            let missing = !found.values().any(|other| other.key == column.key);
            if missing && column.presence == Presence::Required {
                self.sheet.errors.push(FieldError::new(column.key, "missing-heading").at_row(number));
            }
        }
        found
    }

    fn finish(self) -> Result<Sheet, SheetError> {
        if self.heading.is_none() { Err(SheetError::Empty) } else { Ok(self.sheet) }
    }
}

/// The text of a cell in a column of `kind`, or the code of what is wrong with it.
fn field(kind: ColumnKind, content: Content) -> Result<String, &'static str> {
    let is_text = matches!(kind, ColumnKind::Text | ColumnKind::Identifier | ColumnKind::Choice { .. });
    match content {
        Content::FormulaError => Err("formula-error"),
        Content::Number(number) if is_text && number.abs() >= ROUNDED_FROM => Err("numeric-identity"),
        Content::Number(number) if kind == ColumnKind::Date => {
            let digits = whole_or_decimal(number);
            Ok(parse_day(&digits).map_or(digits, |day| day.to_string()))
        }
        Content::Number(number) => Ok(whole_or_decimal(number)),
        Content::Day(day) => Ok(day.to_string()),
        Content::Text(text) => match kind {
            ColumnKind::Identifier if is_scientific(&text) => Err("numeric-identity"),
            ColumnKind::Identifier | ColumnKind::Integer | ColumnKind::Decimal => Ok(half_width(&text)),
            ColumnKind::Date => {
                let text = half_width(&text);
                Ok(parse_day(&text).map_or(text, |day| day.to_string()))
            }
            ColumnKind::Text | ColumnKind::Choice { .. } => Ok(text),
        },
    }
}

fn whole_or_decimal(number: f64) -> String {
    // `Display` writes a whole float without a point, and never with an exponent.
    number.to_string()
}

/// What Excel leaves of an identity number when it saves a CSV: `3.30481E+17`.
fn is_scientific(text: &str) -> bool {
    let Some((digits, power)) = text.split_once(['E', 'e']) else { return false };
    let is_number = digits.contains('.') && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    is_number && power.trim_start_matches('+').parse::<u8>().is_ok()
}

fn parse_day(text: &str) -> Option<NaiveDate> {
    let day = text.split([' ', 'T']).next().unwrap_or(text);
    if day.len() == 8 && day.bytes().all(|b| b.is_ascii_digit()) {
        return NaiveDate::parse_from_str(day, "%Y%m%d").ok();
    }
    let day = day.strip_suffix('日').unwrap_or(day);
    let parts: Vec<&str> = day.split(['-', '/', '.', '年', '月']).collect();
    let [year, month, of_month] = parts.as_slice() else { return None };
    if year.len() != 4 {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, of_month.parse().ok()?)
}

fn is_heading_of(text: &str, column: &Column) -> bool {
    let text = plain(text);
    let both = format!("{}{}", column.title_zh, column.title_en);
    [column.title_zh, column.title_en, column.key, &both].into_iter().any(|title| plain(title) == text)
}

/// A heading without what people change in it: width, case, blanks and the mark of a required column.
fn plain(text: &str) -> String {
    half_width(text).to_lowercase().chars().filter(|c| !c.is_whitespace() && *c != '*').collect()
}

/// Trimmed, without invisible characters, and without the apostrophe that our own export puts before what would
/// read as a formula.
fn clean(text: &str) -> String {
    let text =
        text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}' | '\u{200c}'));
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA_STARTS) => rest.to_owned(),
        _ => text.to_owned(),
    }
}

/// Full-width letters, digits and marks (１２３，（）) as their half-width twins.
fn half_width(text: &str) -> String {
    let half = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    };
    text.chars().map(half).collect()
}

/// 0 → A, 25 → Z, 26 → AA.
fn letters(column: u32) -> String {
    let mut rest = column + 1;
    let mut name = Vec::new();
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or_default();
        name.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    name.iter().rev().collect()
}
