//! The printed certificate (职业技能等级证书): one drawing, as PDF for paper and PNG for the screen.
//!
//! A design is a folder under `certificates/`: `ground.svg` never changes and is parsed once; `design.svg.hbs` is
//! filled in for each certificate; `sample.json` is a certificate that shows it. In a design a length of 10 is a
//! millimetre. Absent: who may have a certificate, what is signed, and any official seal (公章): only the body
//! puts one on the paper, and the design leaves room for it.

use chrono::{Datelike, NaiveDate};
use handlebars::Handlebars;
use krilla::geom::Size;
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::{Document, SerializeSettings};
use krilla_svg::{SurfaceExt, SvgSettings};
use resvg::tiny_skia::{Pixmap, Transform};
use rust_embed::RustEmbed;
use serde::Deserialize;
use serde_json::json;
use usvg::{Options, Tree};

use super::fonts::Fonts;
use super::helper::FitText;

/// What is printed. Texts come as they were frozen at issue; nothing here looks anything up.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrintedCertificate {
    /// 证书编号
    pub number: String,
    /// 姓名
    pub name: String,
    /// 证件类型
    pub document_kind: Bilingual,
    /// 证件号码; `None` prints a dash, for previews and for readers who may not see it.
    pub document_number: Option<String>,
    /// 职业
    pub occupation: Bilingual,
    /// 工种; `None` prints a dash.
    pub specialty: Option<Bilingual>,
    /// 等级
    pub level: Bilingual,
    /// 评价机构
    pub body: Bilingual,
    /// 发证日期
    pub issued_on: NaiveDate,
    /// 有效期至; `None` prints nothing: most skill certificates do not expire.
    pub expires_on: Option<NaiveDate>,
    /// The official domain at which the certificate is verified, without scheme.
    pub verify_domain: String,
    /// The QR with the whole signed content.
    pub signed_qr: QrDrawing,
    /// The QR with the address alone, readable from a poor copy.
    pub short_qr: QrDrawing,
    pub marking: Marking,
}

/// A text in both languages of the certificate.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Bilingual {
    pub zh: String,
    pub en: String,
}

/// A QR code as the dark area of an SVG path, in modules.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct QrDrawing {
    pub path: String,
    /// Side in modules, with the quiet zone of 4 on each side.
    pub size: u32,
}

/// What is written across a certificate that proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Marking {
    /// A real certificate.
    None,
    /// 演示 SPECIMEN
    Demo,
    /// 测试 SPECIMEN
    Test,
}

/// The kinds of certificate that have a design.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DesignKind {
    /// 职业技能等级证书, levels 5 to 1.
    SkillLevel,
}

#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("the fonts have no glyph for {character:?} (U+{:04X})", u32::from(*character))]
    MissingGlyph { character: char },
    #[error("{field} does not fit its place on the certificate")]
    TooLong { field: String },
    #[error("the certificate design {name} is broken: {reason}")]
    Design { name: &'static str, reason: String },
    #[error("a picture {0} pixels wide cannot be drawn")]
    Width(u32),
    #[error("cannot write the PDF: {0}")]
    Pdf(String),
    #[error("cannot write the PNG: {0}")]
    Png(String),
}

/// The designs, ready to be filled in. Made once, in about 20 ms.
pub struct CertificateDesigns {
    skill_level: Design,
}

struct Design {
    kind: DesignKind,
    ground: Tree,
    templates: Handlebars<'static>,
    options: Options<'static>,
}

#[derive(RustEmbed)]
#[folder = "certificates/"]
struct Files;

const MILLIMETRES_PER_POINT: f32 = 25.4 / 72.0;

impl CertificateDesigns {
    /// # Errors
    /// [`RenderError::Design`] when an embedded design does not parse.
    pub fn load(fonts: &Fonts) -> Result<Self, RenderError> {
        Ok(Self { skill_level: Design::load(DesignKind::SkillLevel, fonts)? })
    }

    /// One page of A4, with selectable text. The same certificate gives the same bytes.
    ///
    /// # Errors
    /// [`RenderError::MissingGlyph`] and [`RenderError::TooLong`] for what cannot be printed.
    pub fn pdf(&self, certificate: &PrintedCertificate) -> Result<Vec<u8>, RenderError> {
        self.skill_level.pdf(certificate)
    }

    /// The same page as a picture `width` pixels wide: 1754 are 150 dpi.
    ///
    /// # Errors
    /// As [`CertificateDesigns::pdf`]; [`RenderError::Width`] outside 200–4000 pixels.
    pub fn png(&self, certificate: &PrintedCertificate, width: u32) -> Result<Vec<u8>, RenderError> {
        self.skill_level.png(certificate, width)
    }

    /// The sample that belongs to a design, marked as a demonstration.
    ///
    /// # Errors
    /// [`RenderError::Design`] when the embedded sample does not parse.
    pub fn sample(kind: DesignKind) -> Result<PrintedCertificate, RenderError> {
        let text = kind.file("sample.json")?;
        serde_json::from_str(&text).map_err(|error| kind.broken(error))
    }
}

impl DesignKind {
    /// As printed, and the title of the PDF.
    const fn title(self) -> &'static str {
        match self {
            Self::SkillLevel => "职业技能等级证书",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::SkillLevel => "skill-level",
        }
    }

    fn file(self, file: &str) -> Result<String, RenderError> {
        let name = self.name();
        let embedded =
            Files::get(&format!("{name}/{file}")).ok_or_else(|| self.broken(format!("no {file}")))?;
        String::from_utf8(embedded.data.into_owned()).map_err(|error| self.broken(error))
    }

    fn broken(self, reason: impl ToString) -> RenderError {
        RenderError::Design { name: self.name(), reason: reason.to_string() }
    }
}

impl Design {
    fn load(kind: DesignKind, fonts: &Fonts) -> Result<Self, RenderError> {
        let options = Options {
            fontdb: fonts.database(),
            font_family: "serif".to_owned(),
            languages: vec!["zh-CN".to_owned(), "en".to_owned()],
            ..Options::default()
        };
        let ground =
            Tree::from_str(&kind.file("ground.svg")?, &options).map_err(|error| kind.broken(error))?;
        require_glyphs(ground.root())?;
        let mut templates = Handlebars::new();
        templates.set_strict_mode(true);
        templates.register_helper("fit", Box::new(FitText::new(fonts.clone())));
        templates
            .register_template_string("design", kind.file("design.svg.hbs")?)
            .map_err(|error| kind.broken(error))?;
        Ok(Self { kind, ground, templates, options })
    }

    /// The part of the drawing that belongs to this certificate alone.
    fn fill_in(&self, certificate: &PrintedCertificate) -> Result<Tree, RenderError> {
        let svg = self.templates.render("design", &fields(certificate)).map_err(|error| {
            FitText::too_long(&error).map_or_else(
                || self.kind.broken(&error),
                |field| RenderError::TooLong { field: field.to_owned() },
            )
        })?;
        let tree = Tree::from_str(&svg, &self.options).map_err(|error| self.kind.broken(error))?;
        require_glyphs(tree.root())?;
        Ok(tree)
    }

    fn pdf(&self, certificate: &PrintedCertificate) -> Result<Vec<u8>, RenderError> {
        let tree = self.fill_in(certificate)?;
        let (width, height) = (297.0 / MILLIMETRES_PER_POINT, 210.0 / MILLIMETRES_PER_POINT);
        let unwritable = |reason: &str| RenderError::Pdf(reason.to_owned());
        let size = Size::from_wh(width, height).ok_or_else(|| unwritable("no page size"))?;
        let settings = PageSettings::from_wh(width, height).ok_or_else(|| unwritable("no page size"))?;
        // The document's own entries say all that the XMP packet would.
        let mut document =
            Document::new_with(SerializeSettings { xmp_metadata: false, ..Default::default() });
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for layer in [&self.ground, &tree] {
            surface
                .draw_svg(layer, size, SvgSettings::default())
                .ok_or_else(|| unwritable("the drawing was refused"))?;
        }
        surface.finish();
        page.finish();
        document.set_metadata(metadata(self.kind, certificate));
        document.finish().map_err(|error| RenderError::Pdf(format!("{error:?}")))
    }

    fn png(&self, certificate: &PrintedCertificate, width: u32) -> Result<Vec<u8>, RenderError> {
        if !(200..=4000).contains(&width) {
            return Err(RenderError::Width(width));
        }
        let tree = self.fill_in(certificate)?;
        let height = (width * 210).div_ceil(297);
        let mut pixmap = Pixmap::new(width, height).ok_or(RenderError::Width(width))?;
        for layer in [&self.ground, &tree] {
            #[expect(clippy::cast_precision_loss, reason = "at most 4000")]
            let scale = width as f32 / layer.size().width();
            resvg::render(layer, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
        }
        pixmap.encode_png().map_err(|error| RenderError::Png(error.to_string()))
    }
}

fn fields(certificate: &PrintedCertificate) -> serde_json::Value {
    let bilingual = |text: &Bilingual| json!({ "zh": text.zh, "en": text.en });
    let qr = |qr: &QrDrawing| json!({ "path": qr.path, "runs": stroked_runs(&qr.path), "size": qr.size });
    let day = |day: NaiveDate| {
        json!({
            "zh": format!("{}年{}月{}日", day.year(), day.month(), day.day()),
            "en": day.format("%-d %B %Y").to_string(),
        })
    };
    let dash = Bilingual { zh: "——".to_owned(), en: String::new() };
    json!({
        "number": certificate.number,
        "name": certificate.name,
        "document_kind": bilingual(&certificate.document_kind),
        "document_number": certificate.document_number.as_deref().unwrap_or(&dash.zh),
        "occupation": bilingual(&certificate.occupation),
        "specialty": bilingual(certificate.specialty.as_ref().unwrap_or(&dash)),
        "level": bilingual(&certificate.level),
        "body": bilingual(&certificate.body),
        "issued": day(certificate.issued_on),
        "expires": certificate.expires_on.map(day),
        "verify_domain": certificate.verify_domain,
        "signed_qr": qr(&certificate.signed_qr),
        "short_qr": qr(&certificate.short_qr),
        "marking": match certificate.marking {
            Marking::None => None,
            Marking::Demo => Some("演示"),
            Marking::Test => Some("测试"),
        },
    })
}

/// The same picture with half the numbers, if every part of `path` is a row's run of dark modules, `M4 4h7v1h-7z`:
/// the run's middle line, to be drawn one module thick. `None` when it is any other path. QR codes are the largest
/// part of a page that does not compress.
fn stroked_runs(path: &str) -> Option<String> {
    let mut lines = String::with_capacity(path.len() / 2);
    for part in path.split_terminator('z') {
        let (x, rest) = part.trim().strip_prefix('M')?.split_once([' ', ','])?;
        let (y, rest) = rest.split_once('h')?;
        let (length, rest) = rest.split_once("v1")?;
        let is_whole = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let closes = rest.strip_prefix("h-") == Some(length) || rest.strip_prefix('H') == Some(x);
        if !(closes && [x, y, length].into_iter().all(is_whole)) {
            return None;
        }
        lines.extend(["M", x, " ", y, ".5h", length]);
    }
    Some(lines)
}

/// The date is that of issue: the day of printing would make every copy differ.
fn metadata(kind: DesignKind, certificate: &PrintedCertificate) -> Metadata {
    let day = certificate.issued_on;
    let mut date = DateTime::new(u16::try_from(day.year()).unwrap_or_default());
    if let (Ok(month), Ok(of_month)) = (u8::try_from(day.month()), u8::try_from(day.day())) {
        date = date.month(month).day(of_month).utc_offset_hour(8).utc_offset_minute(0);
    }
    Metadata::new()
        .title(format!("{} {}", kind.title(), certificate.number))
        .authors(vec![certificate.body.zh.clone()])
        .language("zh-CN".to_owned())
        .creator("huzheng".to_owned())
        .creation_date(date)
}

/// Fonts draw a box for what they lack, and a box for a name's character is a wrong certificate.
pub(super) fn require_glyphs(group: &usvg::Group) -> Result<(), RenderError> {
    for node in group.children() {
        match node {
            usvg::Node::Group(inner) => require_glyphs(inner)?,
            usvg::Node::Text(text) => {
                let glyphs = text.layouted().iter().flat_map(|span| &span.positioned_glyphs);
                let missing =
                    glyphs.filter(|glyph| glyph.id.0 == 0).find_map(|glyph| glyph.text.chars().next());
                if let Some(character) = missing {
                    return Err(RenderError::MissingGlyph { character });
                }
            }
            usvg::Node::Path(_) | usvg::Node::Image(_) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
