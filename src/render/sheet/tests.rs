use chrono::NaiveDate;
use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet};
use serde_json::{Value, json};

use super::read::{DEFAULT_ROWS, Sheet, SheetError, read};
use super::write::{SheetFormat, export, template};
use super::{Column, ColumnKind, Presence, SheetLanguage};

const fn column(
    key: &'static str,
    title_zh: &'static str,
    title_en: &'static str,
    kind: ColumnKind,
    presence: Presence,
) -> Column {
    Column {
        key,
        title_zh,
        title_en,
        kind,
        presence,
        width: 20,
        note_zh: "照证件填写",
        note_en: "As on the document",
    }
}

const COLUMNS: &[Column] = &[
    column("name", "姓名", "Name", ColumnKind::Text, Presence::Required),
    column("document_number", "证件号码", "Document number", ColumnKind::Identifier, Presence::Required),
    column("joined_on", "入职日期", "Joined on", ColumnKind::Date, Presence::Optional),
    column("hours", "课时", "Hours", ColumnKind::Integer, Presence::Optional),
    column(
        "gender",
        "性别",
        "Gender",
        ColumnKind::Choice { codes: &["1", "2"], zh: &["男", "女"], en: &["male", "female"] },
        Presence::Optional,
    ),
];

const ID: &str = "11010519491231002X";

fn workbook(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet());
    workbook.save_to_buffer().expect("a workbook")
}

/// A workbook whose first row is the usual heading.
fn roster(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    workbook(|sheet| {
        sheet.write_row(0, 0, COLUMNS.iter().map(|c| c.title_zh)).expect("a heading");
        fill(sheet);
    })
}

fn shown(sheet: &Sheet) -> Vec<(u32, Value)> {
    sheet.rows.iter().map(|row| (row.number, Value::Object(row.fields.clone()))).collect()
}

/// Errors as `row column key code`.
fn errors(sheet: &Sheet) -> Vec<String> {
    let one = |e: &crate::kernel::invalid::FieldError| {
        let column = e.args.iter().find(|(name, _)| *name == "column").map_or("-", |(_, value)| value);
        format!("{} {column} {} {}", e.row.unwrap_or_default(), e.field, e.code)
    };
    sheet.errors.iter().map(one).collect()
}

fn check(bytes: &[u8], rows: &[(u32, Value)], wrong: &[&str]) {
    let sheet = read(bytes, COLUMNS, DEFAULT_ROWS).expect("a sheet");
    assert_eq!(shown(&sheet), rows);
    assert_eq!(errors(&sheet), wrong);
}

#[test]
fn a_workbook_becomes_rows_of_texts() {
    let day = NaiveDate::from_ymd_opt(2026, 1, 5).expect("a day");
    let date = Format::new().set_num_format("yyyy/m/d");
    let bytes = roster(|sheet| {
        sheet.write_row(1, 0, [" 王兰　", ID]).expect("written");
        sheet.write_datetime_with_format(1, 2, day, &date).expect("written");
        sheet.write_number(1, 3, 60).expect("written");
        // Row 3 is empty, row 4 only looks so.
        sheet.write_row(3, 0, ["  ", "　"]).expect("written");
        sheet.write_row(4, 0, ["李梅", ID, "2026年1月5日", "５９.5", "女"]).expect("written");
        sheet.write_row(5, 0, ["陈静", ID, "明天"]).expect("written");
        sheet.write_number(5, 3, 59.5).expect("written");
        sheet.write_number(6, 1, 13_800_000_000.0).expect("written");
        sheet.write_number(6, 2, 20_260_105).expect("written");
        // A note beside the table is no row.
        sheet.write_string(8, 9, "填表人：王兰").expect("written");
    });
    check(
        &bytes,
        &[
            (2, json!({"name": "王兰", "document_number": ID, "joined_on": "2026-01-05", "hours": "60"})),
            (
                5,
                json!({"name": "李梅", "document_number": ID, "joined_on": "2026-01-05", "hours": "59.5",
                    "gender": "女"}),
            ),
            (6, json!({"name": "陈静", "document_number": ID, "joined_on": "明天", "hours": "59.5"})),
            (7, json!({"document_number": "13800000000", "joined_on": "2026-01-05"})),
        ],
        &[],
    );
}

#[test]
fn digits_that_excel_has_rounded_and_broken_formulas_are_refused_where_they_stand() {
    let bytes = roster(|sheet| {
        sheet.write_string(1, 0, "王兰").expect("written");
        sheet.write_number(1, 1, 330_481_197_403_152_041_f64).expect("written");
        sheet.write_formula(2, 0, Formula::new("=VLOOKUP(1,A1:B2,2)").set_result("#N/A")).expect("written");
        sheet.write_string(2, 1, ID).expect("written");
    });
    check(
        &bytes,
        &[(2, json!({"name": "王兰"})), (3, json!({"document_number": ID}))],
        &["2 B document_number numeric-identity", "3 A name formula-error"],
    );
    let csv = "姓名,证件号码\n王兰,3.30481E+17\n李梅,12E5\n";
    let rows = [(2, json!({"name": "王兰"})), (3, json!({"name": "李梅", "document_number": "12E5"}))];
    check(csv.as_bytes(), &rows, &["2 B document_number numeric-identity"]);
}

#[test]
fn headings_match_by_either_title_or_key_however_they_are_typed() {
    for heading in [
        "姓名,证件号码",
        "Name *, DOCUMENT NUMBER",
        "name;document_number",
        " 姓 名 *\t证件号码 Document number",
    ] {
        let delimiter = heading.chars().find(|c| [',', ';', '\t'].contains(c)).expect("a delimiter");
        let csv = format!("\n{heading}\n王兰{delimiter}{ID}\n");
        check(csv.as_bytes(), &[(3, json!({"name": "王兰", "document_number": ID}))], &[]);
    }
    check(
        "姓名,备注,Name\n王兰,好,李梅\n".as_bytes(),
        &[(2, json!({"name": "王兰"}))],
        &["1 B 备注 unknown-heading", "1 C Name repeated-heading", "1 - document_number missing-heading"],
    );
}

#[test]
fn a_csv_may_be_in_any_encoding_that_excel_writes() {
    let text = "姓名,证件号码\r\n欧阳㛃,11010519491231002X\r\n";
    let rows = [(2, json!({"name": "欧阳㛃", "document_number": ID}))];
    check(text.as_bytes(), &rows, &[]);
    check(format!("\u{feff}{text}").as_bytes(), &rows, &[]);
    check(&encoding_rs::GB18030.encode(text).0, &rows, &[]);
    let utf16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    check(&utf16, &rows, &[]);
}

#[test]
fn rows_of_a_csv_count_as_a_spreadsheet_shows_them() {
    let csv = "姓名,证件号码\n\"王\n兰\",1\n\n,\n李梅,2\n陈静,3";
    let row = |number: u32, name: &str, id: &str| (number, json!({"name": name, "document_number": id}));
    check(csv.as_bytes(), &[row(2, "王\n兰", "1"), row(5, "李梅", "2"), row(6, "陈静", "3")], &[]);
}

#[test]
fn what_is_no_sheet_or_too_much_is_refused_whole() {
    let check = |bytes: &[u8], expected: SheetError| {
        assert_eq!(read(bytes, COLUMNS, 2).expect_err("refused"), expected);
    };
    check(b"", SheetError::Empty);
    check(b"\n\n", SheetError::Empty);
    check(b"PK\x03\x04 and nothing more", SheetError::Unreadable);
    check(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", SheetError::Unreadable);
    check(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], SheetError::OldFormat);
    check("姓名,证件号码\n1,1\n2,2\n3,3\n".as_bytes(), SheetError::TooManyRows { most: 2 });
    let rows = roster(|sheet| {
        for row in 1..=3 {
            sheet.write_string(row, 0, "王兰").expect("written");
        }
    });
    check(&rows, SheetError::TooManyRows { most: 2 });
    check(&bomb(), SheetError::TooLarge);
}

/// 80 MB of zeros in 80 kB.
fn bomb() -> Vec<u8> {
    use std::io::Write;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("xl/sharedStrings.xml", zip::write::SimpleFileOptions::default()).expect("a part");
    let block = vec![0; 1 << 20];
    for _ in 0..80 {
        archive.write_all(&block).expect("written");
    }
    let bytes = archive.finish().expect("an archive").into_inner();
    assert!(bytes.len() < 200_000);
    bytes
}

#[test]
fn a_cell_far_away_costs_nothing() {
    let bytes = roster(|sheet| {
        sheet.write_string(1_048_575, 16_383, "far").expect("written");
        sheet.write_string(1_048_575, 0, "王兰").expect("written");
    });
    check(&bytes, &[(1_048_576, json!({"name": "王兰"}))], &[]);
}

#[test]
fn a_template_and_both_exports_read_back_as_they_were() {
    let row = ["=1+1", "00123", "2026-01-05", "-5", "女"].map(str::to_owned).to_vec();
    let expected = [(
        2,
        json!({"name": "=1+1", "document_number": "00123", "joined_on": "2026-01-05", "hours": "-5", "gender": "女"}),
    )];
    for language in [SheetLanguage::Chinese, SheetLanguage::English] {
        let filled = template(COLUMNS, language, std::slice::from_ref(&row)).expect("a template");
        check(&filled, &expected, &[]);
        check(&template(COLUMNS, language, &[]).expect("a template"), &[], &[]);
        for format in [SheetFormat::Xlsx, SheetFormat::Csv] {
            let bytes = export(COLUMNS, language, [row.clone()], format).expect("a list");
            check(&bytes, &expected, &[]);
            assert_eq!(
                bytes,
                export(COLUMNS, language, [row.clone()], format).expect("a list"),
                "not deterministic"
            );
        }
    }
}

#[test]
fn what_reads_as_a_formula_gets_an_apostrophe() {
    let cells = ["=1", "+1", "-1", "@a", "\tx", "\rx", "王兰"];
    let columns = [COLUMNS[0]];
    let rows = cells.map(|cell| vec![cell.to_owned()]);
    let csv = export(&columns, SheetLanguage::Chinese, rows, SheetFormat::Csv).expect("a CSV");
    let csv = String::from_utf8(csv).expect("UTF-8");
    assert_eq!(csv, "\u{feff}姓名\r\n'=1\r\n'+1\r\n'-1\r\n'@a\r\n'\tx\r\n\"'\rx\"\r\n王兰\r\n");
}

#[test]
fn five_thousand_rows_are_read() {
    let rows =
        (0..5_000).map(|i| vec![format!("王{i}"), ID.to_owned(), "2026-01-05".to_owned(), i.to_string()]);
    let bytes = export(COLUMNS, SheetLanguage::Chinese, rows, SheetFormat::Xlsx).expect("a list");
    let started = std::time::Instant::now();
    let sheet = read(&bytes, COLUMNS, DEFAULT_ROWS).expect("a sheet");
    assert_eq!(sheet.rows.len(), 5_000);
    assert_eq!(sheet.rows.last().map(|row| row.number), Some(5_001));
    assert!(started.elapsed().as_secs() < 20, "even unoptimised");
}
