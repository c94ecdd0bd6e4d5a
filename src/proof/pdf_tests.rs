//! PDFs as people hand them in: ours, scanned ones, and what is none.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use image::ImageFormat;

use crate::proof::content::{Address, Content, Unreadable};
use crate::proof::fixture::{BASE, Fixture, payload, photo};
use crate::proof::qr;

/// A PDF of numbered objects, the first of them the catalog.
fn pdf(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(objects) {
        places.push(file.len());
        writeln!(file, "{number} 0 obj").expect("written");
        file.extend_from_slice(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let start = file.len();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1);
    for place in &places {
        writeln!(table, "{place:010} 00000 n ").expect("written");
    }
    let trailer =
        format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", places.len() + 1);
    file.extend_from_slice((table + &trailer).as_bytes());
    file
}

fn stream(dictionary: &str, content: &[u8]) -> Vec<u8> {
    let mut object = format!("<< {dictionary} /Length {} >>\nstream\n", content.len()).into_bytes();
    object.extend_from_slice(content);
    object.extend_from_slice(b"\nendstream");
    object
}

fn deflated(content: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
    packer.write_all(content).expect("written");
    packer.finish().expect("packed")
}

/// As many A4 pages, each showing object 5 as its content with object 6 as a picture.
fn paper(pages: usize, catalog: &str, rest: &[Vec<u8>]) -> Vec<u8> {
    let kids = "3 0 R ".repeat(pages);
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R \
                /Resources << /XObject << /Picture 6 0 R >> >> >>";
    // Pages are told apart by their numbers, so each beyond the first is spelled out in the tree itself.
    let kids = if pages == 1 { kids } else { page.repeat(pages) };
    let mut objects = vec![
        format!("<< /Type /Catalog /Pages 2 0 R {catalog} >>").into_bytes(),
        format!("<< /Type /Pages /Kids [{kids}] /Count {pages} >>").into_bytes(),
        page.as_bytes().to_vec(),
        b"null".to_vec(),
    ];
    objects.extend_from_slice(rest);
    pdf(&objects)
}

/// One picture that fills the width of the page, as a scanner or img2pdf makes it.
fn scanned(jpeg: &[u8]) -> Vec<u8> {
    let picture = image::load_from_memory(jpeg).expect("a picture");
    let (width, height) = (picture.width(), picture.height());
    let content = format!("q 500 0 0 {} 40 400 cm /Picture Do Q", 500 * height / width);
    let dictionary = format!(
        "/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray \
         /BitsPerComponent 8 /Filter "
    );
    paper(
        1,
        "",
        &[
            stream("/Filter /FlateDecode", &deflated(content.as_bytes())),
            stream(&format!("{dictionary} /DCTDecode"), jpeg),
        ],
    )
}

fn drawing(content: &str) -> Vec<u8> {
    paper(1, "", &[stream("/Filter /FlateDecode", &deflated(content.as_bytes())), b"null".to_vec()])
}

/// Every dark module as a rectangle.
fn drawn(text: &str, size: f64) -> String {
    let code = qr::Matrix::of(text).expect("fits");
    let module = size / f64::from(u32::try_from(code.size).expect("small"));
    let mut content = "0 g\n".to_owned();
    for (place, _) in code.dark.iter().enumerate().filter(|(_, dark)| **dark) {
        let at = |place: usize| f64::from(u32::try_from(place).expect("small")) * module;
        let (x, y) = (100.0 + at(place % code.size), 700.0 - at(place / code.size));
        writeln!(content, "{x:.3} {y:.3} {module:.3} {module:.3} re").expect("written");
    }
    content + "f\n"
}

/// The same as our designs draw it: lines along the runs of dark modules, as wide as a module.
fn ruled(text: &str, size: f64) -> String {
    let code = qr::Matrix::of(text).expect("fits");
    let module = size / f64::from(u32::try_from(code.size).expect("small"));
    let mut content = format!("q {module} 0 0 -{module} 100 700 cm 1 w 0 G\n");
    for (place, _) in code.dark.iter().enumerate().filter(|(_, dark)| **dark) {
        let (x, y) = (place % code.size, place / code.size);
        writeln!(content, "{x} {y}.5 m {} {y}.5 l", x + 1).expect("written");
    }
    content + "S Q\n"
}

#[test]
fn an_attached_certificate_is_taken_before_anything_is_drawn() {
    let cwt = Fixture::new().cwt();
    for name in ["(certificate.cwt)", "(CERTIFICATE.CWT)", "<FEFF0061002E006300770074>"] {
        let file = paper(
            1,
            "/AF [7 0 R]",
            &[
                stream("", b"0 0 1 rg 0 0 100 100 re f"),
                stream("/Type /EmbeddedFile /Filter /FlateDecode", &deflated(&cwt)),
                format!("<< /Type /Filespec /F {name} /UF {name} /EF << /F 6 0 R >> >>").into_bytes(),
            ],
        );
        assert_eq!(Content::read(&file), Ok(Content::Signed { address: None, cwt: cwt.clone() }), "{name}");
    }
}

#[test]
fn a_drawn_code_and_a_scanned_one_are_found() {
    let (cwt, code) = (Fixture::new().cwt(), payload().code);
    let address = Address { host: "huzheng.haining.example".to_owned(), code };
    let signed = Ok(Content::Signed { address: Some(address.clone()), cwt: cwt.clone() });
    let (long, short) = (qr::signed_url(BASE, &code, &cwt), qr::verify_url(BASE, &code));
    // 35 mm, the least size on paper.
    assert_eq!(Content::read(&drawing(&drawn(&long, 99.2))), signed);
    assert_eq!(Content::read(&drawing(&ruled(&long, 99.2))), signed);
    assert_eq!(Content::read(&drawing(&drawn(&short, 60.0))), Ok(Content::Address(address)));
    assert_eq!(Content::read(&scanned(&photo(&[&short, &long], ImageFormat::Jpeg))), signed);
}

#[test]
fn what_is_no_certificate_is_refused_in_words() {
    let check = |file: &[u8], expected: Unreadable| assert_eq!(Content::read(file), Err(expected));
    let empty = drawing("0 g 10 10 100 100 re f");
    check(&empty, Unreadable::NoCode);
    check(b"%PDF-1.7\nnothing", Unreadable::BadPdf);
    check(b"%PDF-", Unreadable::BadPdf);
    check(&scanned(&photo(&[&"hello".to_owned()], ImageFormat::Jpeg)), Unreadable::NoCode);
    let mut large = empty.clone();
    large.resize(super::pdf::MAX_BYTES + 1, b' ');
    check(&large, Unreadable::TooLarge);
    let content = [stream("", b""), b"null".to_vec()];
    check(&paper(1000, "", &content), Unreadable::TooManyPages);
    check(&paper(0, "", &content), Unreadable::BadPdf);
}

#[test]
fn an_encrypted_file_says_so() {
    let zeros = "00".repeat(32);
    let file = paper(1, "", &[stream("", b""), b"null".to_vec()]);
    let file = String::from_utf8(file).expect("nothing packed");
    let encrypt = format!(
        "/ID [<00> <00>] /Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <{zeros}> /U <{zeros}> >>"
    );
    let file = file.replace("/Root 1 0 R", &format!("/Root 1 0 R {encrypt}"));
    assert_eq!(Content::read(file.as_bytes()), Err(Unreadable::EncryptedPdf));
}

#[test]
fn small_files_that_unpack_to_huge_ones_are_refused() {
    let bomb = deflated(&vec![0; 200 << 20]);
    let check = |rest: &[Vec<u8>], expected: Unreadable| {
        assert_eq!(Content::read(&paper(1, "", rest)), Err(expected));
    };
    check(&[stream("/Filter /FlateDecode", &bomb), b"null".to_vec()], Unreadable::TooComplex);
    check(&[stream("/Filter /FlateDecode", &bomb[2..]), b"null".to_vec()], Unreadable::TooComplex);
    let twice = deflated(&deflated(&vec![0; 1 << 20]));
    check(&[stream("/Filter [/FlateDecode /FlateDecode]", &twice), b"null".to_vec()], Unreadable::TooComplex);
    for name in ["LZWDecode", "L#5aWDecode", "ASCII85Decode", "JBIG2Decode", "RL"] {
        let packed = stream(&format!("/Filter /{name}"), b"x");
        check(&[packed, b"null".to_vec()], Unreadable::BadPdf);
    }
    let many = b"stream\n".repeat(6_000);
    check(&[stream("", &many), b"null".to_vec()], Unreadable::TooComplex);
}

#[test]
fn forms_within_forms_end() {
    // Each of 12 forms draws the next ten times: 10¹² rectangles.
    let mut rest = vec![stream("", b"/Picture Do")];
    for form in 6..18 {
        let next = format!("/Resources << /XObject << /Next {} 0 R >> >>", form + 1);
        let form = format!("/Type /XObject /Subtype /Form /BBox [0 0 500 500] {next}");
        rest.push(stream(&form, "/Next Do ".repeat(10).as_bytes()));
    }
    rest.push(stream("/Type /XObject /Subtype /Form /BBox [0 0 500 500]", b"0 0 500 500 re f"));
    assert_eq!(Content::read(&paper(1, "", &rest)), Err(Unreadable::TooComplex));
}

#[test]
fn cut_and_changed_files_never_come_out_good() {
    let good = drawing(&drawn(&qr::verify_url(BASE, &payload().code), 60.0));
    for end in (0..good.len()).step_by(good.len() / 10) {
        let read = Content::read(&good[..end]);
        // Readers rebuild what a cut table of contents names, so a code that is still there may be found.
        assert!(!matches!(read, Ok(Content::Signed { .. })), "cut at {end}: {read:?}");
    }
    for place in (0..good.len()).step_by(good.len() / 14) {
        let mut changed = good.clone();
        changed[place] ^= 0x55;
        let read = Content::read(&changed);
        assert!(!matches!(read, Ok(Content::Signed { .. })), "byte {place}: {read:?}");
    }
}

#[test]
fn a_phone_s_own_format_is_named() {
    let mut heic = b"\0\0\0\x18ftypheic".to_vec();
    heic.resize(64, 0);
    assert_eq!(Content::read(&heic), Err(Unreadable::Heic));
}
