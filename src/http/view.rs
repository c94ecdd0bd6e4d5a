//! Pages from templates: Handlebars in strict mode, one registry per language, embedded in the binary.
//!
//! Absent: where a page's data comes from. The handler gathers it and passes one JSON value, whose root
//! every page shares (`templates/README.md`).

use handlebars::Handlebars;
use rust_embed::RustEmbed;
use serde_json::Value;

use crate::http::assets::digest_of;
use crate::http::helpers;
use crate::http::texts::{Language, MissingText, TextError, Texts};

#[derive(RustEmbed)]
#[folder = "templates/"]
#[include = "*.hbs"]
#[exclude = "samples/*"]
#[exclude = "reports/*"]
struct Templates;

/// All pages in all languages. Made once, at start.
pub struct Views {
    chinese: View,
    english: View,
}

struct View {
    texts: Texts,
    templates: Handlebars<'static>,
}

#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    #[error(transparent)]
    Text(#[from] TextError),
    #[error("template does not parse")]
    Template(#[from] Box<handlebars::TemplateError>),
    #[error("page {name} does not render")]
    Render { name: String, source: Box<handlebars::RenderError> },
}

impl Views {
    /// Reads every template and every text.
    ///
    /// # Errors
    /// Where one of them does not parse.
    pub fn load(missing: MissingText) -> Result<Self, ViewError> {
        Ok(Self {
            chinese: View::load(Language::Chinese, missing)?,
            english: View::load(Language::English, missing)?,
        })
    }

    #[must_use]
    pub const fn texts(&self, language: Language) -> &Texts {
        &self.view(language).texts
    }

    /// A digest of everything that pages are made of: templates and texts.
    #[must_use]
    pub fn digest() -> [u8; 64] {
        let mut digest = [0; 64];
        digest[..32].copy_from_slice(&digest_of::<Templates>(|_| true));
        digest[32..].copy_from_slice(&Texts::digest());
        digest
    }

    /// The page `name` (`pages/login`) in `language`.
    ///
    /// # Errors
    /// [`ViewError::Render`] where the context lacks what the template names.
    pub fn render(&self, name: &str, language: Language, context: &Value) -> Result<String, ViewError> {
        self.view(language)
            .templates
            .render(name, context)
            .map_err(|source| ViewError::Render { name: name.to_owned(), source: Box::new(source) })
    }

    const fn view(&self, language: Language) -> &View {
        match language {
            Language::Chinese => &self.chinese,
            Language::English => &self.english,
        }
    }
}

impl View {
    fn load(language: Language, missing: MissingText) -> Result<Self, ViewError> {
        let texts = Texts::load(language, missing)?;
        let mut templates = Handlebars::new();
        templates.set_strict_mode(true);
        // A partial's own line breaks are kept as they are, also inside a text area.
        templates.set_prevent_indent(true);
        for file in Templates::iter() {
            let Some(data) = Templates::get(&file) else { continue };
            let name = file.trim_end_matches(".hbs");
            templates
                .register_template_string(name, String::from_utf8_lossy(&data.data))
                .map_err(Box::new)?;
        }
        helpers::register(&mut templates, &texts);
        Ok(Self { texts, templates })
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::kernel::codes::Code;

    /// One page as a sample describes it.
    struct Sample {
        page: String,
        variant: String,
        context: Value,
    }

    fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("templates")
    }

    fn read(path: &Path) -> Value {
        let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// JSON merge patch (RFC 7396), save that null stays null: a template must see it.
    fn patch(base: &mut Value, change: &Value) {
        match (base, change) {
            (Value::Object(base), Value::Object(change)) => {
                for (key, value) in change {
                    patch(base.entry(key.clone()).or_insert(Value::Null), value);
                }
            }
            (base, change) => *base = change.clone(),
        }
    }

    /// The samples of every page: `root.json`, the page's file over it, each of its `variants` over both.
    fn samples() -> Vec<Sample> {
        let root = read(&folder().join("samples/root.json"));
        let mut found = Vec::new();
        for file in Templates::iter().filter(|file| file.starts_with("pages/")) {
            let page = file.trim_end_matches(".hbs").to_owned();
            let own = read(&folder().join(format!("samples/{page}.json")));
            let mut context = root.clone();
            patch(&mut context, &own);
            let variants = context.as_object_mut().and_then(|object| object.remove("variants"));
            if let Some(Value::Object(variants)) = variants {
                for (variant, change) in variants {
                    let mut context = context.clone();
                    patch(&mut context, &change);
                    found.push(Sample { page: page.clone(), variant, context });
                }
            }
            found.push(Sample { page, variant: "plain".into(), context });
        }
        found
    }

    fn in_language(context: &Value, language: Language) -> Value {
        let mut context = context.clone();
        context["lang"] = language.code().into();
        context["other_lang"] = language.other().code().into();
        context
    }

    fn reason(error: &ViewError) -> String {
        let mut text = error.to_string();
        let mut source = std::error::Error::source(error);
        while let Some(inner) = source {
            write!(text, ": {inner}").expect("a string");
            source = inner.source();
        }
        text
    }

    #[test]
    fn every_page_renders_strictly_from_its_samples() {
        let views = Views::load(MissingText::Refuse).unwrap_or_else(|e| panic!("{}", reason(&e)));
        let samples = samples();
        assert!(samples.len() >= 20, "only {} samples", samples.len());
        for Sample { page, variant, context } in &samples {
            for language in Language::ALL {
                let html = views
                    .render(page, *language, &in_language(context, *language))
                    .unwrap_or_else(|e| panic!("{page} ({variant}, {language}): {}", reason(&e)));
                assert!(html.starts_with("<!doctype html>"), "{page}");
                assert!(html.contains(&format!("<html lang=\"{language}\"")), "{page}");
                assert!(!html.contains("{{"), "{page} ({variant}): braces left over");
                // What the content security policy forbids.
                for banned in [" style=", "<style", " onclick=", "javascript:", "src=\"http", "href=\"//"] {
                    assert!(!html.contains(banned), "{page} ({variant}): {banned}");
                }
                for script in html.split("<script").skip(1) {
                    assert!(script.contains("src=\"/assets/"), "{page}: an inline script");
                }
                check_ids(page, &html);
            }
        }
    }

    /// Every id is there once, and every `for`, `aria-describedby` and `#fragment` link finds its own.
    fn check_ids(page: &str, html: &str) {
        let values = |attribute: &str| -> Vec<String> {
            let mark = format!(" {attribute}=\"");
            html.split(mark.as_str())
                .skip(1)
                .map(|rest| rest[..rest.find('"').unwrap_or(0)].to_owned())
                .collect()
        };
        let ids = values("id");
        for (place, id) in ids.iter().enumerate() {
            assert!(!ids[..place].contains(id), "{page}: the id {id:?} is there twice");
        }
        let fragments =
            values("href").into_iter().filter_map(|href| href.strip_prefix('#').map(str::to_owned));
        let described = values("aria-describedby").into_iter();
        let labelled = values("for").into_iter().chain(values("aria-labelledby"));
        for wanted in fragments
            .chain(described)
            .chain(labelled)
            .flat_map(|v| v.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        {
            assert!(ids.contains(&wanted), "{page}: nothing has the id {wanted:?}");
        }
    }

    #[test]
    fn a_missing_variable_is_refused() {
        let views = Views::load(MissingText::Refuse).expect("views");
        let sample = samples().into_iter().find(|s| s.page == "pages/overview").expect("a sample");
        for key in ["title", "page", "csrf"] {
            let mut context = sample.context.clone();
            context.as_object_mut().expect("an object").remove(key);
            assert!(views.render(&sample.page, Language::English, &context).is_err(), "without {key}");
        }
    }

    #[test]
    fn only_a_valid_certificate_is_green() {
        let views = Views::load(MissingText::Refuse).expect("views");
        for Sample { page, variant, context } in samples().iter().filter(|s| s.page == "pages/verify") {
            let html = views.render(page, Language::Chinese, context).expect("a page");
            let shown = html.split("<template").next().unwrap_or_default();
            let valid = context["page"]["verdict"] == "valid";
            assert_eq!(shown.contains("verdict--good"), valid, "{variant}");
            if context["page"]["verdict"] == "forged" {
                assert!(!shown.contains("王*兰"), "a forged certificate shows a field");
            }
        }
    }

    /// `samples/parts.hbs`: a page that nobody is served, made of the parts that pages share.
    fn parts(views: &Views, language: Language) -> String {
        let mut context = read(&folder().join("samples/root.json"));
        patch(&mut context, &read(&folder().join("samples/parts.json")));
        let source = std::fs::read_to_string(folder().join("samples/parts.hbs")).expect("the parts");
        views
            .view(language)
            .templates
            .render_template(&source, &in_language(&context, language))
            .unwrap_or_else(|e| panic!("parts ({language}): {e}"))
    }

    #[test]
    fn every_part_renders_and_every_partial_is_on_some_page() {
        let views = Views::load(MissingText::Refuse).expect("views");
        for language in Language::ALL {
            check_ids("parts", &parts(&views, *language));
        }
        let mut sources = std::fs::read_to_string(folder().join("samples/parts.hbs")).expect("the parts");
        for file in Templates::iter() {
            sources.push_str(&String::from_utf8_lossy(&Templates::get(&file).expect("listed").data));
        }
        for file in Templates::iter().filter(|file| file.starts_with("partials/")) {
            let name = file.trim_end_matches(".hbs");
            let used = [" ", "}"].iter().any(|end| sources.contains(&format!("> {name}{end}")));
            assert!(used, "{name} is rendered by no sample");
        }
    }

    /// Writes every sample as a file to look at: `HUZHENG_SAMPLES=/tmp/pages cargo test --lib write_samples --
    /// --ignored`, then open them in a browser.
    #[test]
    #[ignore = "writes files for people to look at"]
    fn write_samples() {
        let target = PathBuf::from(std::env::var("HUZHENG_SAMPLES").expect("a folder in HUZHENG_SAMPLES"));
        let views = Views::load(MissingText::ShowKey).expect("views");
        for language in Language::ALL {
            std::fs::write(target.join(format!("parts.{language}.html")), parts(&views, *language))
                .expect("written");
        }
        for Sample { page, variant, context } in samples() {
            for language in Language::ALL {
                let html = views
                    .render(&page, *language, &in_language(&context, *language))
                    .unwrap_or_else(|e| panic!("{page}: {}", reason(&e)));
                let name = page.replace("pages/", "").replace('/', "-");
                std::fs::write(target.join(format!("{name}.{variant}.{language}.html")), html)
                    .expect("written");
            }
        }
    }
}
