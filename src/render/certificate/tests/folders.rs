use std::fs;
use std::path::Path;

use super::*;

/// A copy of the designs in which one file is changed.
fn with(file: &str, change: impl Fn(String) -> String) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("certificates");
    for folder in ["common", "first-aid"] {
        fs::create_dir(directory.path().join(folder)).expect("made");
        for entry in fs::read_dir(sources.join(folder)).expect("a folder") {
            let from = entry.expect("an entry").path();
            let to = directory.path().join(folder).join(from.file_name().expect("a name"));
            fs::copy(&from, to).expect("copied");
        }
    }
    let path = directory.path().join(file);
    fs::write(&path, change(fs::read_to_string(&path).expect("read"))).expect("written");
    directory
}

fn drawn(folder: &Path) -> Result<Vec<u8>, RenderError> {
    let folder = DesignFolder::At(folder);
    let sample = Design::sample(folder, DesignKind::FirstAid)?;
    let design = Design::load(folder, DesignKind::FirstAid, fonts())?;
    design.pdf(&sample, Form::Card, &[])?;
    design.pdf(&sample, Form::Paper, &[])
}

#[test]
fn a_design_in_a_folder_is_drawn_as_it_stands_there() {
    let folder = with("first-aid/paper.ground.svg", |text| text.replace("兹登记：", "特此登记："));
    assert!(pdf_text(&drawn(folder.path()).expect("a PDF")).contains("特此登记："));
}

#[test]
fn a_mistake_is_told_with_its_file_and_place() {
    let check = |file: &str, from: &str, to: &str, expected: &[&str]| {
        let folder = with(file, |text| {
            assert!(text.contains(from), "{from} is not in {file}");
            text.replacen(from, to, 1)
        });
        let error = drawn(folder.path()).err().map(|error| error.to_string()).unwrap_or_default();
        for words in expected {
            assert!(error.contains(words), "{words} is not in: {error}");
        }
    };
    let template = "first-aid/paper.svg.hbs";
    check(template, "{{fit number ", "{{fit numbre ", &["first-aid/paper.svg.hbs, line ", "numbre"]);
    check(template, "issuer.zh", "issuer.chinese", &["first-aid/paper.svg.hbs, line ", "issuer.chinese"]);
    check(template, "{{/if}}", "", &["first-aid/paper.svg.hbs, line "]);
    check(template, "width=610", "", &["first-aid/paper.svg.hbs, line ", "width"]);
    check(template, "</svg>", "</svgs>", &["first-aid/paper.svg.hbs", "no SVG"]);
    check("first-aid/paper.ground.svg", "</svg>", "", &["first-aid/paper.ground.svg"]);
    check("first-aid/paper.ground.svg", "兹登记", "\u{12345}", &["first-aid/paper.ground.svg", "U+12345"]);
    check("first-aid/design.toml", "[card]", "[cart]", &["first-aid/design.toml", "cart"]);
    check("first-aid/design.toml", "#fffdf8", "white", &["first-aid/design.toml", "ground"]);
    check("first-aid/sample.json", "\"issuer\"", "\"isuer\"", &["first-aid/sample.json", "isuer"]);
    check(
        "first-aid/sample.json",
        "first-aid",
        "second-aid",
        &["first-aid/sample.json", "second-aid", "line"],
    );
    check("common/card.svg.hbs", "{{fit name ", "{{fit nam ", &["card, line ", "nam"]);
}

#[test]
fn a_missing_file_is_named() {
    let folder = with("first-aid/design.toml", |text| text.replace("\"phone\"", "\"telephone\""));
    let error = drawn(folder.path()).expect_err("no such page").to_string();
    assert_eq!(error, "first-aid/telephone.svg.hbs: there is no such file");
}
