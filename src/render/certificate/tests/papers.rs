use super::*;
use crate::kernel::codes::Code;

#[test]
fn every_pdf_is_small_selectable_subset_and_the_same_every_time() {
    for (short, kind) in samples().zip(DesignKind::ALL) {
        for (certificate, name) in [(short.clone(), "sample"), (long(short), "long")] {
            let paper = designs().pdf(&certificate, Form::Paper, &[cwt()]).expect("a PDF");
            keep(&format!("{}-{name}.pdf", kind.name()), &paper);
            assert!(paper.len() <= 60 * 1024, "{} {name}: {} bytes", kind.name(), paper.len());
            let again = designs().pdf(&certificate, Form::Paper, &[cwt()]).expect("a PDF");
            assert!(paper == again, "{} is not deterministic", kind.name());
            let text = pdf_text(&paper);
            // A long text stands on two lines.
            let begins = |text: &str| text.chars().take(12).collect::<String>();
            for expected in [&certificate.number, &certificate.verify_domain, &certificate.document_kind.zh] {
                assert!(text.contains(expected.as_str()), "{expected} is not selectable in: {text}");
            }
            for expected in [begins(&certificate.name), begins(&certificate.body.zh)] {
                assert!(text.contains(&expected), "{expected} is not selectable in: {text}");
            }
            for font in pdf_fonts(&paper) {
                assert!(font.contains("NotoS") && font.contains("yes yes yes"), "{font}");
            }
        }
    }
}

#[test]
fn rare_characters_are_printed_and_selectable() {
    let pdf = designs().pdf(
        &PrintedCertificate { name: "𠮷𡈽龘".to_owned(), ..sample(DesignKind::SkillLevel) },
        Form::Paper,
        &[],
    );
    let text = pdf_text(&pdf.expect("a PDF"));
    assert!(text.contains("𠮷𡈽龘"), "{text}");
}

#[test]
fn pages_have_the_sizes_of_their_forms() {
    let check = |kind, form, pages: usize, size: (f32, f32)| {
        let info = pdf_info(&designs().pdf(&sample(kind), form, &[]).expect("a PDF"));
        assert!(info.contains(&format!("Pages: {pages} ")), "{info}");
        let (_, rest) = info.split_once("Page size: ").expect("a size");
        let mut numbers = rest.split_whitespace().filter_map(|word| word.parse::<f32>().ok());
        let found = (numbers.next().expect("a width"), numbers.next().expect("a height"));
        let points = (size.0 * 72.0 / 25.4, size.1 * 72.0 / 25.4);
        assert!((found.0 - points.0).abs() < 0.1 && (found.1 - points.1).abs() < 0.1, "{found:?} {points:?}");
    };
    check(DesignKind::SkillLevel, Form::Paper, 1, (297.0, 210.0));
    for kind in DesignKind::ALL {
        if kind != DesignKind::SkillLevel {
            check(kind, Form::Paper, 1, (210.0, 148.0));
        }
        check(kind, Form::Card, 2, (85.6, 54.0));
        check(kind, Form::Phone, 1, (90.0, 160.0));
    }
}

#[test]
fn each_paper_says_what_it_is_and_is_not() {
    let check = |kind, expected: &[&str]| {
        let text = pdf_text(&designs().pdf(&sample(kind), Form::Paper, &[]).expect("a PDF"));
        for words in expected {
            assert!(text.contains(words), "{words} is not in: {text}");
        }
    };
    check(DesignKind::SkillLevel, &["职业技能等级证书", "本证书的数字签名不是评价机构公章", "三级/高级工"]);
    check(
        DesignKind::TrainingCompletion,
        &["养老护理员培训结业证书", "本证书不是职业技能等级证书", "120学时", "2026年9月7日至2026年10月16日"],
    );
    check(
        DesignKind::FamilyCarer,
        &["家庭照护者培训证书", "本证书不是职业技能等级证书", "16学时", "2026年10月18日"],
    );
    check(
        DesignKind::FirstAid,
        &["救护员证登记凭证", "不是救护员证，效力以原证为准", "33J20260411827", "2029年4月10日"],
    );
    check(DesignKind::CareManager, &["养老经管人证书", "本证书不是职业技能等级证书", "60学时"]);
    check(DesignKind::DeviceFitter, &["康复辅助器具适配人员证书", "本证书不是职业技能等级证书", "40学时"]);
}

#[test]
fn every_level_is_printed() {
    let levels = [
        ("五级/初级工", "Level 5 / Junior Worker"),
        ("四级/中级工", "Level 4 / Intermediate Worker"),
        ("三级/高级工", "Level 3 / Senior Worker"),
        ("二级/技师", "Level 2 / Technician"),
        ("一级/高级技师", "Level 1 / Senior Technician"),
    ];
    for (zh, en) in levels {
        let mut certificate = sample(DesignKind::SkillLevel);
        if let Particulars::SkillLevel { level, .. } = &mut certificate.particulars {
            *level = Bilingual { zh: zh.to_owned(), en: en.to_owned() };
        }
        for form in Form::ALL {
            let text = pdf_text(&designs().pdf(&certificate, *form, &[]).expect("a PDF"));
            assert!(text.contains(zh) && text.contains(en), "{form}: {text}");
        }
    }
}

#[test]
fn the_pdf_is_titled_and_dated_by_its_issue() {
    let pdf = designs().pdf(&sample(DesignKind::SkillLevel), Form::Paper, &[]).expect("a PDF");
    let info = pdf_info(&pdf);
    for expected in [
        "Title: 职业技能等级证书 S000033990001263000001",
        "Author: 海宁市养老服务职业技能评价中心",
        "CreationDate: 2026-11-20T00:00:00",
        "(A4)",
    ] {
        assert!(info.contains(expected), "{expected} is not in: {info}");
    }
    assert!(String::from_utf8_lossy(&pdf).contains("/Lang(zh-CN)"));
}

#[test]
fn what_is_attached_comes_out_again_byte_for_byte() {
    let proof = Attachment { name: "proof.txt".to_owned(), data: b"tree".to_vec(), ..cwt() };
    let pdf = designs().pdf(&sample(DesignKind::SkillLevel), Form::Paper, &[cwt(), proof]).expect("a PDF");
    let directory = tempfile::tempdir().expect("a directory");
    let folder = directory.path().to_str().expect("a path");
    poppler("pdfdetach", &["-saveall", "-o", folder], &pdf);
    assert_eq!(std::fs::read(directory.path().join("certificate.cwt")).expect("attached"), cwt().data);
    assert_eq!(std::fs::read(directory.path().join("proof.txt")).expect("attached"), b"tree");
}

#[test]
fn an_identity_number_is_printed_only_when_given_and_only_on_paper() {
    let shows = |certificate: &PrintedCertificate, form| {
        pdf_text(&designs().pdf(certificate, form, &[]).expect("a PDF")).contains("990000")
    };
    for certificate in samples() {
        assert!(shows(&certificate, Form::Paper));
        assert!(!shows(&certificate, Form::Card) && !shows(&certificate, Form::Phone));
        assert!(!shows(&PrintedCertificate { document_number: None, ..certificate }, Form::Paper));
    }
}

#[test]
fn what_proves_nothing_says_so_across_every_side() {
    for certificate in samples() {
        for form in Form::ALL {
            let check = |marking: Marking, expected: bool| {
                let design = designs().of(&certificate).expect("a design");
                for page in &design.form(*form).expect("a form").pages {
                    let marked = PrintedCertificate { marking, ..certificate.clone() };
                    let drawn = design.fill_in(page, &marked).expect("a drawing");
                    let found = texts(drawn.root()).iter().any(|text| text.contains("SPECIMEN"));
                    assert_eq!(found, expected, "{form} {marking:?}");
                }
            };
            check(Marking::None, false);
            check(Marking::Demo, true);
            check(Marking::Test, true);
        }
    }
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
fn a_character_without_a_glyph_is_refused_by_name() {
    let certificate =
        PrintedCertificate { name: "王\u{12345}".to_owned(), ..sample(DesignKind::SkillLevel) };
    for form in Form::ALL {
        let error = designs().pdf(&certificate, *form, &[]).err();
        assert!(matches!(error, Some(RenderError::MissingGlyph { character: '\u{12345}' })), "{error:?}");
    }
    let error = designs().png(&certificate, Form::Paper, Some(800)).expect_err("no cuneiform").to_string();
    assert!(error.contains("U+12345"), "{error}");
}

#[test]
fn a_text_too_long_for_its_place_is_refused_and_markup_stays_text() {
    let certificate = PrintedCertificate { name: "王".repeat(80), ..sample(DesignKind::SkillLevel) };
    let error = designs().pdf(&certificate, Form::Paper, &[]).expect_err("80 characters");
    assert_eq!(error.to_string(), "name does not fit its place on the certificate");
    let certificate = PrintedCertificate { name: "<b>&王".to_owned(), ..certificate };
    let text = pdf_text(&designs().pdf(&certificate, Form::Paper, &[]).expect("a PDF"));
    assert!(text.contains("<b>&王"), "{text}");
}

#[test]
fn a_picture_has_sensible_bounds() {
    for width in [0, 199, 4001, u32::MAX] {
        let error = designs().png(&sample(DesignKind::SkillLevel), Form::Paper, Some(width));
        assert!(matches!(error, Err(RenderError::Width(w)) if w == width), "{width}");
    }
}

/// The PDF is drawn by code of ours, the picture by resvg: they must look the same.
#[test]
fn the_pdf_and_the_picture_look_the_same() {
    for certificate in samples() {
        let picture = designs().png(&certificate, Form::Paper, None).expect("a PNG");
        let picture = image::load_from_memory(&picture).expect("a picture").to_luma8();
        let pdf = designs().pdf(&certificate, Form::Paper, &[]).expect("a PDF");
        let paper = poppler("pdftoppm", &["-gray", "-png", "-r", "150", "-singlefile"], &pdf);
        let paper = image::load_from_memory(&paper).expect("a picture").to_luma8();
        let (width, height) = (picture.width().min(paper.width()), picture.height().min(paper.height()));
        let small = |page: &image::GrayImage| {
            let page = image::imageops::crop_imm(page, 0, 0, width, height).to_image();
            image::imageops::thumbnail(&page, width / 8, height / 8)
        };
        let differs = |(a, b): (&u8, &u8)| a.abs_diff(*b) > 48;
        let (picture, paper) = (small(&picture), small(&paper));
        let different = picture.as_raw().iter().zip(paper.as_raw()).filter(|pair| differs(*pair)).count();
        assert!(different * 500 < picture.as_raw().len(), "{different} of {}", picture.as_raw().len());
    }
}
