//! The designs, read and made ready.
//!
//! A design is a folder: `design.toml` gives the title and, for each form, the size of its pages in millimetres and
//! their names. A page `NAME` is `NAME.svg.hbs`, filled in for each certificate, over `NAME.ground.svg`, which never
//! changes and is parsed once. A file that the folder lacks is taken from the folder `common`; every other
//! `*.svg.hbs` of `common` is a partial. `sample.json` is a certificate that shows the design. In a drawing a length
//! of 10 is a millimetre.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use handlebars::Handlebars;
use rust_embed::RustEmbed;
use serde::Deserialize;
use serde_json::{Value, json};
use usvg::{Options, Tree};

use super::fields::fields;
use super::{Bilingual, DesignKind, Form, PrintedCertificate, RenderError, require_glyphs, template_error};
use crate::render::fonts::{Fonts, PdfFonts};
use crate::render::helper::{DrawQr, FitText};

/// Where designs are read from.
#[derive(Debug, Clone, Copy)]
pub enum DesignFolder<'a> {
    /// The ones in this program.
    Embedded,
    /// A folder like `certificates/` of the sources.
    At(&'a Path),
}

/// All designs, ready to be filled in.
pub struct CertificateDesigns {
    designs: Vec<Design>,
    pub(super) fonts: Fonts,
}

/// The design of one type of certificate.
pub struct Design {
    pub(super) kind: DesignKind,
    pub(super) title: Bilingual,
    /// The colour of the paper, to be printed beyond the cut.
    pub(super) ground_color: [u8; 3],
    accent: String,
    forms: Vec<FormDesign>,
    templates: Handlebars<'static>,
    options: Options<'static>,
    pub(super) pdf_fonts: Arc<PdfFonts>,
}

pub(super) struct FormDesign {
    form: Form,
    /// Width and height in millimetres.
    pub(super) size: (f32, f32),
    pub(super) pages: Vec<PageDesign>,
}

pub(super) struct PageDesign {
    /// The file of the template.
    file: String,
    /// What never changes, parsed once.
    pub(super) ground: Option<Tree>,
}

#[derive(RustEmbed)]
#[folder = "certificates/"]
struct Files;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DesignFile {
    title: Bilingual,
    /// The colour of the paper, `#rrggbb`.
    ground: String,
    /// The colour of titles, which templates call `accent`.
    accent: String,
    paper: FormFile,
    card: FormFile,
    phone: FormFile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FormFile {
    size: (f32, f32),
    pages: Vec<String>,
}

const COMMON: &str = "common";

impl CertificateDesigns {
    /// # Errors
    /// [`RenderError::Design`] when a design does not parse.
    pub fn load(fonts: &Fonts) -> Result<Self, RenderError> {
        let load = |kind| Design::load(DesignFolder::Embedded, kind, fonts);
        let designs = DesignKind::ALL.into_iter().map(load).collect::<Result<_, _>>()?;
        Ok(Self { designs, fonts: fonts.clone() })
    }

    /// The fonts that the designs are set in.
    #[must_use]
    pub const fn fonts(&self) -> &Fonts {
        &self.fonts
    }

    /// The design for a certificate.
    ///
    /// # Errors
    /// [`RenderError::Design`] when there is none.
    pub fn of(&self, certificate: &PrintedCertificate) -> Result<&Design, RenderError> {
        let kind = certificate.particulars.kind();
        let found = self.designs.iter().find(|design| design.kind == kind);
        found.ok_or_else(|| broken(kind.name(), "there is no such design"))
    }
}

impl Design {
    /// # Errors
    /// [`RenderError::Design`] with the file, and the line where it is known.
    pub fn load(folder: DesignFolder<'_>, kind: DesignKind, fonts: &Fonts) -> Result<Self, RenderError> {
        let (file, text) = folder.required(kind, "design.toml")?;
        let described: DesignFile = toml::from_str(&text).map_err(|error| broken(&file, error))?;
        let options = Options {
            fontdb: fonts.database(),
            font_family: "serif".to_owned(),
            languages: vec!["zh-CN".to_owned(), "en".to_owned()],
            ..Options::default()
        };
        let mut templates = Handlebars::new();
        templates.set_strict_mode(true);
        templates.register_helper("fit", Box::new(FitText::new(fonts.clone())));
        templates.register_helper("qr", Box::new(DrawQr));
        for (partial, text) in folder.partials()? {
            register(&mut templates, &partial, &format!("{COMMON}/{partial}.svg.hbs"), &text)?;
        }
        let pdf_fonts = fonts.for_pdf();
        let parts = Parts { folder, kind, options: &options };
        let mut forms = Vec::new();
        for (form, described) in
            [(Form::Paper, described.paper), (Form::Card, described.card), (Form::Phone, described.phone)]
        {
            let page = |name: &String| parts.page(name, &mut templates);
            let pages = described.pages.iter().map(page).collect::<Result<_, _>>()?;
            forms.push(FormDesign { form, size: described.size, pages });
        }
        let ground_color = hex_color(&described.ground)
            .ok_or_else(|| broken(&file, "ground is not a colour like #fffdf8"))?;
        let DesignFile { title, accent, .. } = described;
        Ok(Self { kind, title, ground_color, accent, forms, templates, options, pdf_fonts })
    }

    /// The sample that belongs to a design.
    ///
    /// # Errors
    /// [`RenderError::Design`] when there is none or it does not parse.
    pub fn sample(folder: DesignFolder<'_>, kind: DesignKind) -> Result<PrintedCertificate, RenderError> {
        let (file, text) = folder.required(kind, "sample.json")?;
        read_data(&file, &text)
    }

    pub(super) fn form(&self, form: Form) -> Result<&FormDesign, RenderError> {
        let found = self.forms.iter().find(|one| one.form == form);
        found.ok_or_else(|| broken(self.kind.name(), "the design lacks the form"))
    }

    /// The part of a page that belongs to this certificate alone.
    pub(super) fn fill_in(
        &self,
        page: &PageDesign,
        certificate: &PrintedCertificate,
    ) -> Result<Tree, RenderError> {
        if certificate.particulars.kind() != self.kind {
            return Err(broken(self.kind.name(), "the certificate is of another type"));
        }
        let mut said = fields(certificate);
        said.insert("title".to_owned(), json!({ "zh": self.title.zh, "en": self.title.en }));
        said.insert("accent".to_owned(), json!(self.accent));
        let svg = self.templates.render(&page.file, &Value::Object(said)).map_err(|e| template_error(&e))?;
        let tree = Tree::from_str(&svg, &self.options)
            .map_err(|error| broken(&page.file, format!("filled in, it is no SVG: {error}")))?;
        require_glyphs(tree.root())?;
        Ok(tree)
    }
}

/// A certificate written by hand, to try a design with. `file` is where it stands.
///
/// # Errors
/// [`RenderError::Design`] with the line.
pub fn read_data(file: &str, text: &str) -> Result<PrintedCertificate, RenderError> {
    serde_json::from_str(text).map_err(|error| broken(file, error))
}

/// What is at hand while pages are read.
struct Parts<'a> {
    folder: DesignFolder<'a>,
    kind: DesignKind,
    options: &'a Options<'static>,
}

impl Parts<'_> {
    fn page(&self, name: &str, templates: &mut Handlebars<'static>) -> Result<PageDesign, RenderError> {
        let (file, text) = self.folder.required(self.kind, &format!("{name}.svg.hbs"))?;
        register(templates, &file, &file, &text)?;
        let ground = match self.folder.read(self.kind, &format!("{name}.ground.svg"))? {
            None => None,
            Some((file, text)) => {
                let tree = Tree::from_str(&text, self.options).map_err(|error| broken(&file, error))?;
                require_glyphs(tree.root()).map_err(|error| broken(&file, error))?;
                Some(tree)
            }
        };
        Ok(PageDesign { file, ground })
    }
}

fn register(
    templates: &mut Handlebars<'static>,
    name: &str,
    file: &str,
    text: &str,
) -> Result<(), RenderError> {
    templates.register_template_string(name, text).map_err(|error| {
        let (line, _) = error.pos().unwrap_or_default();
        RenderError::Design { at: format!("{file}, line {line}"), reason: error.reason().to_string() }
    })
}

impl DesignFolder<'_> {
    /// A file of the design, or else the one that all share, with its path for messages.
    fn read(self, kind: DesignKind, file: &str) -> Result<Option<(String, String)>, RenderError> {
        for folder in [kind.name(), COMMON] {
            let path = format!("{folder}/{file}");
            if let Some(bytes) = self.bytes(&path)? {
                let text = String::from_utf8(bytes).map_err(|error| broken(&path, error))?;
                return Ok(Some((path, text)));
            }
        }
        Ok(None)
    }

    fn required(self, kind: DesignKind, file: &str) -> Result<(String, String), RenderError> {
        let place = format!("{}/{file}", kind.name());
        self.read(kind, file)?.ok_or_else(|| broken(&place, "there is no such file"))
    }

    fn bytes(self, path: &str) -> Result<Option<Vec<u8>>, RenderError> {
        match self {
            Self::Embedded => Ok(Files::get(path).map(|file| file.data.into_owned())),
            Self::At(folder) => {
                let place: PathBuf = folder.join(path);
                if !place.is_file() {
                    return Ok(None);
                }
                fs::read(&place).map(Some).map_err(|error| broken(path, error))
            }
        }
    }

    /// The names and texts of the partials.
    fn partials(self) -> Result<Vec<(String, String)>, RenderError> {
        let files: Vec<String> = match self {
            Self::Embedded => {
                Files::iter().filter_map(|path| path.strip_prefix("common/").map(str::to_owned)).collect()
            }
            Self::At(folder) => fs::read_dir(folder.join(COMMON))
                .map_err(|error| broken(COMMON, error))?
                .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
                .collect(),
        };
        let mut partials = Vec::new();
        for file in files {
            let Some(name) = file.strip_suffix(".svg.hbs") else { continue };
            let path = format!("{COMMON}/{file}");
            let bytes = self.bytes(&path)?.unwrap_or_default();
            partials.push((name.to_owned(), String::from_utf8(bytes).map_err(|error| broken(&path, error))?));
        }
        Ok(partials)
    }
}

fn hex_color(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

pub(super) fn broken(at: &str, reason: impl ToString) -> RenderError {
    RenderError::Design { at: at.to_owned(), reason: reason.to_string().trim_end().to_owned() }
}
