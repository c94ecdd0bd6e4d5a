use std::fmt::Write;
use std::process::Command;
use std::sync::OnceLock;

use super::*;

fn designs() -> &'static CertificateDesigns {
    static DESIGNS: OnceLock<CertificateDesigns> = OnceLock::new();
    DESIGNS.get_or_init(|| CertificateDesigns::load(&Fonts::load_default().expect("fonts")).expect("designs"))
}

fn sample() -> PrintedCertificate {
    CertificateDesigns::sample(DesignKind::SkillLevel).expect("the sample")
}

/// As long as a real fragment: 216 bytes as decimal digits.
fn signed_content() -> String {
    let digits: String =
        (0..532).map(|i| char::from(b'0' + u8::try_from(i * 7 % 10).expect("a digit"))).collect();
    format!("https://huzheng.example.gov.cn/v/0123456789abcdefghjkmnpqrs#{digits}")
}

fn short_content() -> String {
    "https://huzheng.example.gov.cn/v/0123456789abcdefghjkmnpqrs".to_owned()
}

fn qr(content: &str) -> QrDrawing {
    let code = qrcode::QrCode::with_error_correction_level(content, qrcode::EcLevel::M).expect("a QR");
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] == qrcode::Color::Dark {
                let n = run.len();
                write!(path, "M{} {}h{n}v1h-{n}z", x + 4, y + 4).expect("a text grows");
            }
            x += run.len();
        }
    }
    QrDrawing { path, size: u32::try_from(width + 8).expect("a small number") }
}

fn with_qrs() -> PrintedCertificate {
    PrintedCertificate { signed_qr: qr(&signed_content()), short_qr: qr(&short_content()), ..sample() }
}

fn long_everything() -> PrintedCertificate {
    let bilingual = |zh: &str, en: &str| Bilingual { zh: zh.to_owned(), en: en.to_owned() };
    PrintedCertificate {
        name: "阿卜杜热合曼·阿卜杜拉".to_owned(),
        document_kind: bilingual(
            "港澳居民来往内地通行证",
            "Mainland Travel Permit for Hong Kong and Macao Residents",
        ),
        document_number: None,
        specialty: Some(bilingual("认知障碍照护员", "Dementia Care")),
        level: bilingual("一级/高级技师", "Level 1 / Senior Technician"),
        body: bilingual(
            "浙江省嘉兴市海宁市养老服务与健康照护职业技能培训评价中心（海宁市老年大学）",
            "Haining Centre for Training and Assessment of Vocational Skills in Elderly Care and Health Care, Jiaxing, Zhejiang",
        ),
        expires_on: NaiveDate::from_ymd_opt(2029, 11, 19),
        marking: Marking::None,
        ..with_qrs()
    }
}

/// Leaves a document in the directory `HUZHENG_KEEP_DOCUMENTS`, if that is set, for somebody to look at.
fn keep(name: &str, extension: &str, document: &[u8]) {
    if let Ok(directory) = std::env::var("HUZHENG_KEEP_DOCUMENTS") {
        std::fs::write(format!("{directory}/{name}.{extension}"), document).expect("written");
    }
}

/// What a program of poppler-utils writes to its standard output about a PDF.
fn poppler(program: &str, options: &[&str], pdf: &[u8]) -> Vec<u8> {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("certificate.pdf");
    std::fs::write(&file, pdf).expect("written");
    let mut command = Command::new(program);
    // pdfinfo shows times in the zone of the machine.
    command.env("TZ", "CST-8").args(options).arg(&file);
    if program == "pdftotext" {
        command.arg("-");
    }
    command.output().expect("poppler-utils").stdout
}

fn pdf_text(pdf: &[u8]) -> String {
    String::from_utf8(poppler("pdftotext", &["-layout"], pdf)).expect("text")
}

#[test]
fn the_pdf_is_small_selectable_and_the_same_every_time() {
    for (certificate, most) in [(with_qrs(), 60), (long_everything(), 70)] {
        let pdf = designs().pdf(&certificate).expect("a PDF");
        keep(&certificate.name, "pdf", &pdf);
        assert!(pdf.len() <= most * 1024, "{} bytes", pdf.len());
        assert_eq!(pdf, designs().pdf(&certificate).expect("a PDF"), "not deterministic");
        let text = pdf_text(&pdf);
        for expected in
            [&certificate.name, &certificate.number, &certificate.level.zh, &certificate.verify_domain]
        {
            assert!(text.contains(expected.as_str()), "{expected} is not selectable in: {text}");
        }
        assert!(text.contains("本证书的数字签名不是评价机构公章"), "{text}");
    }
}

#[test]
fn the_pdf_is_titled_and_dated_by_its_issue() {
    let pdf = designs().pdf(&sample()).expect("a PDF");
    let info = String::from_utf8(poppler("pdfinfo", &["-isodates"], &pdf)).expect("text");
    let words: Vec<&str> = info.split_whitespace().collect();
    let info = words.join(" ");
    for expected in [
        "Title: 职业技能等级证书 S000033990001263000001",
        "Author: 海宁市养老服务职业技能评价中心",
        "CreationDate: 2026-11-20T00:00:00",
        "Pages: 1",
        "(A4)",
    ] {
        assert!(info.contains(expected), "{expected} is not in: {info}");
    }
    let raw = String::from_utf8_lossy(&pdf);
    assert!(raw.contains("/Lang(zh-CN)"));
}

#[test]
fn an_identity_number_is_printed_only_when_given() {
    let shown = pdf_text(&designs().pdf(&sample()).expect("a PDF"));
    assert!(shown.contains("990000197403152043"), "{shown}");
    let hidden = PrintedCertificate { document_number: None, ..sample() };
    let hidden = pdf_text(&designs().pdf(&hidden).expect("a PDF"));
    assert!(!hidden.contains("990000") && hidden.contains("——"), "{hidden}");
}

fn texts(group: &usvg::Group) -> Vec<String> {
    let of_node = |node: &usvg::Node| match node {
        usvg::Node::Group(inner) => texts(inner),
        usvg::Node::Text(text) => text.chunks().iter().map(|chunk| chunk.text().to_owned()).collect(),
        usvg::Node::Path(_) | usvg::Node::Image(_) => Vec::new(),
    };
    group.children().iter().flat_map(of_node).collect()
}

#[test]
fn what_proves_nothing_says_so_across_the_page() {
    let check = |marking: Marking, expected: &[&str]| {
        let tree =
            designs().skill_level.fill_in(&PrintedCertificate { marking, ..sample() }).expect("a drawing");
        let mut found = texts(tree.root());
        found.retain(|text| text.contains("SPECIMEN"));
        assert_eq!(found, expected);
    };
    check(Marking::None, &[]);
    check(Marking::Demo, &["演示 SPECIMEN"]);
    check(Marking::Test, &["测试 SPECIMEN"]);
}

#[test]
fn both_qrs_read_back_from_a_grey_picture_at_150_dpi() {
    for certificate in [with_qrs(), long_everything()] {
        let png = designs().png(&certificate, 1754).expect("a PNG");
        keep(&certificate.name, "png", &png);
        let pdf = designs().pdf(&certificate).expect("a PDF");
        let paper = poppler("pdftoppm", &["-gray", "-png", "-r", "150", "-singlefile"], &pdf);
        for picture in [png, paper] {
            let grey = image::load_from_memory(&picture).expect("a picture").to_luma8();
            assert_eq!(grey.dimensions(), (1754, 1241));
            assert_eq!(read_qr(&grey, [300, 1394, 400]), signed_content());
            assert_eq!(read_qr(&grey, [745, 1564, 230]), short_content());
        }
    }
}

/// Reads the QR in a square given by left, top and side in tenths of a millimetre, as someone aims a camera at it:
/// with 2 mm of its surroundings.
fn read_qr(page: &image::GrayImage, square: [u32; 3]) -> String {
    let [left, top, side] = [square[0] - 20, square[1] - 20, square[2] + 40].map(|tenths| tenths * 150 / 254);
    let view = image::imageops::crop_imm(page, left, top, side, side).to_image();
    let (width, height) = view.dimensions();
    let read =
        rxing::helpers::detect_in_luma(view.into_raw(), width, height, Some(rxing::BarcodeFormat::QR_CODE));
    read.expect("a QR code").getText().to_owned()
}

#[test]
fn a_character_without_a_glyph_is_refused_by_name() {
    let certificate = PrintedCertificate { name: "王\u{12345}".to_owned(), ..sample() };
    let error = designs().pdf(&certificate).expect_err("no cuneiform");
    assert!(matches!(error, RenderError::MissingGlyph { character: '\u{12345}' }), "{error}");
    let error = designs().png(&certificate, 800).expect_err("no cuneiform").to_string();
    assert!(error.contains("U+12345"), "{error}");
}

#[test]
fn a_text_too_long_for_its_place_is_refused_and_markup_stays_text() {
    let certificate = PrintedCertificate { name: "王".repeat(80), ..sample() };
    let error = designs().pdf(&certificate).expect_err("80 characters");
    assert_eq!(error.to_string(), "name does not fit its place on the certificate");
    let certificate = PrintedCertificate { name: "<b>&王".to_owned(), ..sample() };
    assert!(pdf_text(&designs().pdf(&certificate).expect("a PDF")).contains("<b>&王"));
}

#[test]
fn a_picture_has_sensible_bounds() {
    for width in [0, 199, 4001, u32::MAX] {
        let error = designs().png(&sample(), width).expect_err("no such picture");
        assert!(matches!(error, RenderError::Width(w) if w == width), "{error}");
    }
}

#[test]
fn runs_of_modules_are_drawn_as_lines_and_other_paths_as_they_are() {
    let check =
        |path: &str, expected: Option<&str>| assert_eq!(stroked_runs(path).as_deref(), expected, "{path}");
    check("M4 4h7v1h-7zM12 5h1v1H12z", Some("M4 4.5h7M12 5.5h1"));
    check("M4,4h7v1h-7z", Some("M4 4.5h7"));
    check("M4 4h7v2h-7z", None);
    check("M4 4h7v1h-6z", None);
    check("M4 4.5h7v1h-7z", None);
    check("M4 4h7v7h-7z m1 1h5v5h-5z", None);
}
