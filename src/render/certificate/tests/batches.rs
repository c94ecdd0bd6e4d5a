use calamine::Reader;

use super::*;
use crate::render::certificate::batch::{Batch, Cut, LedgerRow, ledger_xlsx};
use crate::render::sheet::SheetLanguage;

fn numbered(serial: usize) -> PrintedCertificate {
    let content = format!("{}{serial:06}", signed_content());
    PrintedCertificate {
        number: format!("S0000339900012630{serial:05}"),
        signed_qr: QrDrawing::of(&content).expect("a QR"),
        ..sample(DesignKind::SkillLevel)
    }
}

fn printed(form: Form, cut: Cut, count: usize) -> Vec<u8> {
    let mut batch = Batch::new(designs(), form, cut);
    for serial in 1..=count {
        batch.add(numbered(serial)).expect("printable");
    }
    let date = NaiveDate::from_ymd_opt(2026, 11, 20).expect("a date");
    batch.finish("海宁市养老服务职业技能评价中心 2611284K7QX", date).expect("a PDF")
}

#[test]
fn a_batch_shares_its_fonts_and_ends_with_the_list_to_sign() {
    let ten = printed(Form::Paper, Cut::Marks, 10);
    let sixty = printed(Form::Paper, Cut::Marks, 60);
    keep("batch.pdf", &sixty);
    let more = (sixty.len() - ten.len()) / 50;
    assert!(more <= 10 * 1024, "{more} bytes for each further page");
    let info = pdf_info(&sixty);
    // 25 lines on a page of the list.
    assert!(info.contains("Pages: 63 "), "{info}");
    let (_, size) = info.split_once("Page size: ").expect("a size");
    assert!(size.starts_with("909.9"), "297 mm and twice 12 for the marks: {size}");
    let fonts = pdf_fonts(&sixty);
    assert!(fonts.len() <= 4, "{fonts:?}");
    let text = pdf_text(&sixty);
    for expected in ["证书领取登记表", "领取签名", "共 60 份 · 第 3 页，共 3 页", "S000033990001263000060"]
    {
        assert!(text.contains(expected), "{expected} is not in: {text}");
    }
    assert_eq!(ten, printed(Form::Paper, Cut::Marks, 10), "not deterministic");
}

#[test]
fn without_marks_the_page_is_the_paper() {
    let info = pdf_info(&printed(Form::Paper, Cut::None, 2));
    assert!(info.contains("(A4)") && info.contains("Pages: 3 "), "{info}");
}

#[test]
fn cards_lie_ten_on_a_sheet_with_their_backs_behind_them() {
    let pdf = printed(Form::Card, Cut::Marks, 13);
    keep("cards.pdf", &pdf);
    let info = pdf_info(&pdf);
    // Two sheets of two sides, and the list.
    assert!(info.contains("Pages: 5 "), "{info}");
    let backs = poppler("pdftoppm", &["-gray", "-png", "-r", "150", "-singlefile", "-f", "2"], &pdf);
    let backs = image::load_from_memory(&backs).expect("a picture").to_luma8();
    // The first card's back is at the right, for the sheet is turned over its long edge.
    let millimetres = |length: f64| length * 150.0 / 25.4;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pixels of a page")]
    let [left, top, side] = [105.0, 13.5, 50.0].map(|length| millimetres(length) as u32);
    let view = image::imageops::crop_imm(&backs, left, top, side, side).to_image();
    let (width, height) = view.dimensions();
    let format = Some(rxing::BarcodeFormat::QR_CODE);
    let read = rxing::helpers::detect_in_luma(view.into_raw(), width, height, format).expect("a code");
    assert!(read.getText().ends_with("000001"), "{}", read.getText());
}

#[test]
fn types_may_be_mixed_and_an_unprintable_one_is_told() {
    let mut batch = Batch::new(designs(), Form::Card, Cut::Marks);
    for certificate in samples() {
        batch.add(certificate).expect("printable");
    }
    let pdf = batch.finish("混合", NaiveDate::default()).expect("a PDF");
    assert!(pdf_info(&pdf).contains("Pages: 13 "));
    let mut batch = Batch::new(designs(), Form::Paper, Cut::None);
    let wrong = PrintedCertificate { name: "\u{12345}".to_owned(), ..sample(DesignKind::FirstAid) };
    assert!(matches!(batch.add(wrong), Err(RenderError::MissingGlyph { .. })));
}

#[test]
fn the_list_is_a_spreadsheet_too() {
    let rows: Vec<LedgerRow> = samples().map(|one| LedgerRow::of(&one)).collect();
    let bytes = ledger_xlsx(&rows, SheetLanguage::Chinese).expect("a workbook");
    let mut book: calamine::Xlsx<_> = calamine::Xlsx::new(std::io::Cursor::new(bytes)).expect("a workbook");
    let sheet = book.worksheet_range_at(0).expect("a sheet").expect("a range");
    let row = |at: usize| -> Vec<String> {
        sheet.rows().nth(at).expect("a row").iter().map(ToString::to_string).collect()
    };
    assert_eq!(row(0), ["序号", "证书编号", "姓名", "等级", "领取签名"]);
    assert_eq!(row(1)[..4], ["1", "S000033990001263000001", "张秀兰", "三级/高级工"]);
    assert_eq!(sheet.height(), 7);
}
