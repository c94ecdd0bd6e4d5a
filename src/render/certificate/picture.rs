//! Certificates for screens: PNG, and SVG that needs nothing beside it. Both sides of a card stand one below the
//! other.

use std::fmt::Write as _;

use resvg::tiny_skia::{Pixmap, Transform};
use usvg::{Tree, WriteOptions};

use super::design::{CertificateDesigns, Design};
use super::{Form, PrintedCertificate, RenderError};

/// Between the sides of a card, in millimetres.
const GAP: f32 = 4.0;

/// The layers of each side from the back to the front, and where they stand.
struct Drawing<'a> {
    /// Width and height in millimetres.
    size: (f32, f32),
    sides: Vec<Side<'a>>,
}

struct Side<'a> {
    /// Millimetres from the top.
    top: f32,
    ground: Option<&'a Tree>,
    fill_in: Tree,
}

impl CertificateDesigns {
    /// The certificate as a picture `width` pixels wide; without one, 150 dpi on paper and as wide as a telephone
    /// else.
    ///
    /// # Errors
    /// As [`CertificateDesigns::pdf`]; [`RenderError::Width`] outside 200–4000 pixels.
    pub fn png(
        &self,
        certificate: &PrintedCertificate,
        form: Form,
        width: Option<u32>,
    ) -> Result<Vec<u8>, RenderError> {
        self.of(certificate)?.png(certificate, form, width)
    }

    /// The certificate as one SVG file; letters are shapes, so that it looks the same without our fonts.
    ///
    /// # Errors
    /// As [`CertificateDesigns::pdf`].
    pub fn svg(&self, certificate: &PrintedCertificate, form: Form) -> Result<String, RenderError> {
        self.of(certificate)?.svg(certificate, form)
    }
}

impl Design {
    /// # Errors
    /// As [`CertificateDesigns::png`].
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most some thousands of pixels"
    )]
    pub fn png(
        &self,
        certificate: &PrintedCertificate,
        form: Form,
        width: Option<u32>,
    ) -> Result<Vec<u8>, RenderError> {
        let paper = (self.form(form)?.size.0 * 150.0 / 25.4).round() as u32;
        let width = width.unwrap_or(if form == Form::Paper { paper } else { 1080 });
        if !(200..=4000).contains(&width) {
            return Err(RenderError::Width(width));
        }
        let drawing = self.drawing(certificate, form)?;
        let pixels = width as f32 / drawing.size.0;
        let height = (drawing.size.1 * pixels).ceil() as u32;
        let mut pixmap = Pixmap::new(width, height).ok_or(RenderError::Width(width))?;
        for side in &drawing.sides {
            for layer in side.ground.into_iter().chain([&side.fill_in]) {
                let scale = width as f32 / layer.size().width();
                let place = Transform::from_scale(scale, scale).post_translate(0.0, side.top * pixels);
                resvg::render(layer, place, &mut pixmap.as_mut());
            }
        }
        pixmap.encode_png().map_err(|error| RenderError::Png(error.to_string()))
    }

    /// # Errors
    /// As [`CertificateDesigns::svg`].
    pub fn svg(&self, certificate: &PrintedCertificate, form: Form) -> Result<String, RenderError> {
        let drawing = self.drawing(certificate, form)?;
        let (width, height) = drawing.size;
        let title = handlebars::html_escape(&format!("{} {}", self.title.zh, certificate.number));
        let mut svg = String::new();
        // Writing into a String can't fail.
        let _ = write!(
            svg,
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" viewBox="0 0 {} {}" role="img"><title>{title}</title>"#,
            width * 10.0,
            height * 10.0,
        );
        for (number, side) in drawing.sides.iter().enumerate() {
            let _ = write!(svg, r#"<g transform="translate(0 {})">"#, side.top * 10.0);
            for (name, layer) in [("g", side.ground), ("f", Some(&side.fill_in))] {
                let Some(layer) = layer else { continue };
                let options = WriteOptions {
                    id_prefix: Some(format!("{name}{number}-")),
                    coordinates_precision: 2,
                    transforms_precision: 5,
                    indent: usvg::Indent::None,
                    ..WriteOptions::default()
                };
                svg.push_str(&layer.to_string(&options));
            }
            svg.push_str("</g>");
        }
        svg.push_str("</svg>\n");
        Ok(svg)
    }

    fn drawing(&self, certificate: &PrintedCertificate, form: Form) -> Result<Drawing<'_>, RenderError> {
        let form = self.form(form)?;
        let (width, side_height) = form.size;
        let mut sides = Vec::new();
        let mut top = 0.0;
        for page in &form.pages {
            let ground = page.ground.as_ref();
            sides.push(Side { top, ground, fill_in: self.fill_in(page, certificate)? });
            top += side_height + GAP;
        }
        Ok(Drawing { size: (width, top - GAP), sides })
    }
}
