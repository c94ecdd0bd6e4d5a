//! The one word that certificate designs have beyond plain Handlebars: text that fits its box.
//!
//! `{{fit name x=560 y=760 width=900 face="serif-bold" size=84 smallest=44 lines=2}}` writes `<text>` elements;
//! `x` and `y` are the start of the first line's base line. `anchor` and `fill` are as in SVG, `up=1` makes
//! further lines push the first one up, so that the last stands at `y`.

use handlebars::{Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext};
use handlebars::{RenderError as TemplateError, RenderErrorReason, html_escape};

use super::fonts::{Fonts, Typeface};
use super::text::{Fitted, TextBox, fit};

pub(super) struct FitText {
    fonts: Fonts,
}

#[derive(Debug, thiserror::Error)]
#[error("does not fit: {0}")]
struct TooLong(String);

/// From one base line to the next, in sizes of the font.
const LINE_HEIGHT: f64 = 1.24;

impl FitText {
    pub(super) const fn new(fonts: Fonts) -> Self {
        Self { fonts }
    }

    /// The text that was too long for its box, if that is what went wrong.
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
        let text = helper
            .param(0)
            .and_then(|p| p.value().as_str())
            .ok_or(RenderErrorReason::ParamNotFoundForIndex("fit", 0))?;
        let options = Placement::read(helper)?;
        let fitted = fit(&self.fonts, text, options.room)
            .ok_or_else(|| RenderErrorReason::NestedError(Box::new(TooLong(text.to_owned()))))?;
        out.write(&options.draw(&fitted))?;
        Ok(())
    }
}

struct Placement {
    x: f64,
    y: f64,
    room: TextBox,
    anchor: String,
    fill: String,
    /// Whether further lines push the first one up.
    grows_up: bool,
}

impl Placement {
    fn read(helper: &Helper<'_>) -> Result<Self, RenderErrorReason> {
        let number = |name: &'static str| helper.hash_get(name).and_then(|p| p.value().as_f64());
        let word = |name: &'static str| helper.hash_get(name).and_then(|p| p.value().as_str());
        let required = |name: &'static str| {
            number(name).ok_or_else(|| RenderErrorReason::ParamNotFoundForName("fit", name.to_owned()))
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
                smallest: number("smallest").unwrap_or(size),
                lines: usize::try_from(lines).unwrap_or(1),
            },
            anchor: word("anchor").unwrap_or("start").to_owned(),
            fill: word("fill").unwrap_or("#23201b").to_owned(),
            grows_up: number("up").is_some(),
        })
    }

    fn draw(&self, fitted: &Fitted) -> String {
        let (family, weight) = self.room.typeface.svg();
        let Self { x, anchor, fill, .. } = self;
        let size = fitted.size;
        let step = size * LINE_HEIGHT;
        let count = u32::try_from(fitted.lines.len()).unwrap_or(1);
        let first = if self.grows_up { self.y - step * f64::from(count.saturating_sub(1)) } else { self.y };
        let lines = (0u32..).zip(&fitted.lines).map(|(index, line)| {
            let y = first + step * f64::from(index);
            let line = html_escape(line);
            format!(
                r#"<text x="{x}" y="{y}" font-family="{family}" font-weight="{weight}" font-size="{size}" text-anchor="{anchor}" fill="{fill}">{line}</text>"#
            )
        });
        lines.collect()
    }
}
