//! The words that designs have beyond plain Handlebars: text that fits its box, and a QR code.
//!
//! `{{fit name x=560 y=760 width=900 face="serif-bold" size=84 smallest=44 lines=2}}` writes `<text>` elements;
//! `x` and `y` are the start of the first line's base line, or with `up=1` of the last line's. `fill` is as in SVG,
//! `fill-under` the same for the second text.
//! A second text, `{{fit level.zh level.en … under=27}}`, follows below in smaller letters: at most `under` high,
//! at least three quarters of it, on as many lines; half of it where nothing else helps. `anchor="middle"` or `"end"` makes `x` the middle or the end of
//! the lines.
//!
//! `{{qr signed_qr x=300 y=1394 side=400}}` draws a QR code with its white margin, `side` long altogether.

use handlebars::{Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext};
use handlebars::{RenderError as TemplateError, RenderErrorReason, html_escape};

use super::fonts::{Fonts, Typeface};
use super::text::{Fitted, TextBox, fit};

pub(super) struct FitText {
    fonts: Fonts,
}

#[derive(Debug, thiserror::Error)]
#[error("{0} does not fit")]
struct TooLong(String);

/// From one base line to the next, in sizes of the font.
const LINE_HEIGHT: f64 = 1.24;

/// From the last base line of a text to the smaller one below it, in sizes of the smaller.
const BELOW: f64 = 1.5;

impl FitText {
    pub(super) const fn new(fonts: Fonts) -> Self {
        Self { fonts }
    }

    /// The field that was too long for its box, if that is what went wrong. Never its text, which may be an identity
    /// number and errors are logged.
    pub(super) fn too_long(error: &TemplateError) -> Option<&str> {
        match error.reason() {
            RenderErrorReason::NestedError(inner) => inner.downcast_ref::<TooLong>().map(|e| e.0.as_str()),
            _ => None,
        }
    }
}

impl HelperDef for FitText {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let placement = Placement::read(helper)?;
        let first = text(helper, 0)?.ok_or(RenderErrorReason::ParamNotFoundForIndex("fit", 0))?;
        let last_line = placement.write(&self.fonts, first, out)?;
        if let (Some(second), Some(size)) = (text(helper, 1)?, number(helper, "under")) {
            let below = placement.below(last_line, size);
            let below =
                if fit(&self.fonts, second.1, below.room).is_some() { below } else { below.smaller() };
            below.write(&self.fonts, second, out)?;
        }
        Ok(())
    }
}

/// The field that a parameter names, and its text.
fn text<'a>(helper: &'a Helper<'_>, index: usize) -> Result<Option<(&'a str, &'a str)>, RenderErrorReason> {
    let Some(param) = helper.param(index) else { return Ok(None) };
    let field = param.relative_path().map_or("text", String::as_str);
    let missing = || RenderErrorReason::MissingVariable(Some(field.to_owned()));
    Ok(Some((field, param.value().as_str().ok_or_else(missing)?)))
}

/// `{{qr}}`.
pub(super) struct DrawQr;

impl HelperDef for DrawQr {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let missing = |name: &str| RenderErrorReason::ParamNotFoundForName("qr", name.to_owned());
        let length = |name: &str| number(helper, name).ok_or_else(|| missing(name));
        let code = helper.param(0).ok_or(RenderErrorReason::ParamNotFoundForIndex("qr", 0))?.value();
        let rows = code["rows"].as_array().ok_or(RenderErrorReason::InvalidParamType("QR code"))?;
        let size = code["size"].as_f64().ok_or(RenderErrorReason::InvalidParamType("QR code"))?;
        let (x, y, side) = (length("x")?, length("y")?, length("side")?);
        let module = side / size;
        out.write(&format!(
            r##"<g transform="translate({x} {y}) scale({module})" fill="none" stroke="#000" shape-rendering="crispEdges"><path d="M0 0h{size}v{size}h-{size}z" fill="#fff" stroke="none"/>"##
        ))?;
        for (y, row) in rows.iter().enumerate() {
            if let Some(lines) = row.as_str().filter(|lines| !lines.is_empty()) {
                out.write(&format!(r#"<path transform="translate(0 {y}.5)" d="{lines}"/>"#))?;
            }
        }
        out.write("</g>")?;
        Ok(())
    }
}

struct Placement {
    x: f64,
    y: f64,
    room: TextBox,
    fill: String,
    fill_below: String,
    anchor: String,
    /// Whether further lines push the first one up.
    grows_up: bool,
}

impl Placement {
    fn read(helper: &Helper<'_>) -> Result<Self, RenderErrorReason> {
        let word = |name: &'static str| helper.hash_get(name).and_then(|p| p.value().as_str());
        let required = |name: &'static str| {
            number(helper, name)
                .ok_or_else(|| RenderErrorReason::ParamNotFoundForName("fit", name.to_owned()))
        };
        let size = required("size")?;
        let typeface = match word("face") {
            Some("serif") => Typeface::Serif,
            Some("serif-bold") => Typeface::SerifBold,
            Some("sans") => Typeface::Sans,
            Some("sans-bold") => Typeface::SansBold,
            _ => return Err(RenderErrorReason::ParamNotFoundForName("fit", "face".to_owned())),
        };
        let lines = helper.hash_get("lines").and_then(|p| p.value().as_u64()).unwrap_or(1);
        Ok(Self {
            x: required("x")?,
            y: required("y")?,
            room: TextBox {
                typeface,
                width: required("width")?,
                size,
                smallest: number(helper, "smallest").unwrap_or(size),
                lines: usize::try_from(lines).unwrap_or(1),
            },
            fill: word("fill").unwrap_or("#23201b").to_owned(),
            fill_below: word("fill-under").unwrap_or("#6b6354").to_owned(),
            anchor: word("anchor").unwrap_or("start").to_owned(),
            grows_up: number(helper, "up").is_some(),
        })
    }

    /// The place of a smaller text below one whose last line stands at `y`.
    fn below(&self, y: f64, size: f64) -> Self {
        Self {
            x: self.x,
            y: y + size * BELOW,
            room: TextBox { typeface: Typeface::Serif, size, smallest: size * 0.75, ..self.room },
            fill: self.fill_below.clone(),
            fill_below: self.fill_below.clone(),
            anchor: self.anchor.clone(),
            grows_up: false,
        }
    }

    /// With letters that go down to half their size.
    fn smaller(self) -> Self {
        Self { room: TextBox { smallest: self.room.size * 0.5, ..self.room }, ..self }
    }

    /// Writes the text of `field` and says where its last line stands.
    fn write(
        &self,
        fonts: &Fonts,
        (field, text): (&str, &str),
        out: &mut dyn Output,
    ) -> Result<f64, TemplateError> {
        let Fitted { size, lines } = fit(fonts, text, self.room)
            .ok_or_else(|| RenderErrorReason::NestedError(Box::new(TooLong(field.to_owned()))))?;
        let (family, weight) = self.room.typeface.svg();
        let Self { x, fill, anchor, .. } = self;
        let step = size * LINE_HEIGHT;
        let further = u32::try_from(lines.len().saturating_sub(1)).unwrap_or_default();
        let first = if self.grows_up { self.y - step * f64::from(further) } else { self.y };
        for (index, line) in (0u32..).zip(&lines) {
            let y = first + step * f64::from(index);
            let line = html_escape(line);
            out.write(&format!(
                r#"<text x="{x}" y="{y}" text-anchor="{anchor}" font-family="{family}" font-weight="{weight}" font-size="{size}" fill="{fill}">{line}</text>"#
            ))?;
        }
        Ok(first + step * f64::from(further))
    }
}

fn number(helper: &Helper<'_>, name: &str) -> Option<f64> {
    helper.hash_get(name).and_then(|p| p.value().as_f64())
}
