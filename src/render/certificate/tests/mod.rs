mod batches;
mod folders;
mod papers;
mod scans;

use std::process::Command;
use std::sync::OnceLock;

use super::design::{CertificateDesigns, Design, DesignFolder};
use super::paper::Attachment;
use super::*;
use crate::render::fonts::Fonts;

fn fonts() -> &'static Fonts {
    static FONTS: OnceLock<Fonts> = OnceLock::new();
    FONTS.get_or_init(|| Fonts::load_default().expect("fonts"))
}

fn designs() -> &'static CertificateDesigns {
    static DESIGNS: OnceLock<CertificateDesigns> = OnceLock::new();
    DESIGNS.get_or_init(|| CertificateDesigns::load(fonts()).expect("designs"))
}

fn sample(kind: DesignKind) -> PrintedCertificate {
    Design::sample(DesignFolder::Embedded, kind).expect("the sample")
}

fn samples() -> impl Iterator<Item = PrintedCertificate> {
    DesignKind::ALL.into_iter().map(sample)
}

/// As long as a real fragment: 250 bytes as decimal digits.
fn signed_content() -> String {
    let digits: String =
        (0..616).map(|i| char::from(b'0' + u8::try_from(i * 7 % 10).expect("a digit"))).collect();
    format!("{}#{digits}", short_content())
}

fn short_content() -> String {
    "https://huzheng.example.gov.cn/v/0123456789abcdefghjkmnpqrs".to_owned()
}

/// The certificate with all that may be long as long as it gets: a name of 50 characters, two of them from
/// extension B of Unicode's Chinese characters.
fn long(certificate: PrintedCertificate) -> PrintedCertificate {
    let bilingual = |zh: &str, en: &str| Bilingual { zh: zh.to_owned(), en: en.to_owned() };
    let name = "阿卜杜热合曼·阿卜杜拉·麦麦提依明·吐尔逊买买提·艾合买提江·买买提明·玉素甫·吾买尔·𠮷𡈽穆罕默德";
    assert_eq!(name.chars().count(), 50);
    PrintedCertificate {
        name: name.to_owned(),
        document_kind: bilingual(
            "港澳居民来往内地通行证",
            "Mainland Travel Permit for Hong Kong and Macao Residents",
        ),
        document_number: Some("H12345678901".to_owned()),
        body: bilingual(
            "浙江省嘉兴市海宁市养老服务与健康照护职业技能培训评价中心（海宁市老年大学）",
            "Haining Centre for Training and Assessment of Vocational Skills in Elderly Care and Health Care, Jiaxing, Zhejiang",
        ),
        expires_on: NaiveDate::from_ymd_opt(2029, 11, 19),
        signed_qr: QrDrawing::of(&signed_content()).expect("a QR"),
        short_qr: QrDrawing::of(&short_content()).expect("a QR"),
        marking: Marking::None,
        ..certificate
    }
}

fn cwt() -> Attachment {
    Attachment {
        name: "certificate.cwt".to_owned(),
        media_type: "application/cwt",
        description: "The signed certificate".to_owned(),
        data: (0..=249).collect(),
    }
}

/// Leaves a document in the directory `HUZHENG_KEEP_DOCUMENTS`, if that is set, for somebody to look at.
fn keep(name: &str, document: &[u8]) {
    if let Ok(directory) = std::env::var("HUZHENG_KEEP_DOCUMENTS") {
        std::fs::write(format!("{directory}/{name}"), document).expect("written");
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

/// What pdfinfo says, with single spaces.
fn pdf_info(pdf: &[u8]) -> String {
    let info = String::from_utf8(poppler("pdfinfo", &["-isodates"], pdf)).expect("text");
    let words: Vec<&str> = info.split_whitespace().collect();
    words.join(" ")
}

/// The lines of pdffonts, each a font: embedded, subset, with a map to Unicode.
fn pdf_fonts(pdf: &[u8]) -> Vec<String> {
    let fonts = String::from_utf8(poppler("pdffonts", &[], pdf)).expect("text");
    fonts.lines().skip(2).map(str::to_owned).collect()
}
