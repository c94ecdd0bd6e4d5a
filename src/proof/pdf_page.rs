//! What a page of a PDF looks like, as far as a QR code goes: shapes, lines and pictures on white paper. Text, patterns
//! and clips are left out; no code is made of them.

use hayro_interpret::font::GlyphRun;
use hayro_interpret::hayro_syntax::page::Page;
use hayro_interpret::kurbo::{Affine, BezPath, PathEl, Shape};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, FillRule, Image, ImageData, ImageDrawProps,
    InterpreterCache, InterpreterSettings, LumaData, Paint, SoftMask, TransformExt, interpret_page,
};
use image::GrayImage;
use resvg::tiny_skia::{self, Color, FilterQuality, Pixmap, PixmapPaint, PremultipliedColorU8, Transform};

use crate::proof::pdf_bounds::may_unpack;

/// Dots an inch: a module of our own QR is then some 5 dots wide.
const RESOLUTION: f64 = 300.0;
/// Along either side; larger pages are drawn smaller.
const MAX_SIDE: f64 = 3600.0;
/// What drawing may cost, in dots that are touched. A page that is one picture costs some 20 million.
const MAX_WORK: u64 = 1_000_000_000;
/// What every single operation costs beside its dots, and a clip, which stands for each use of a form.
const OPERATION: u64 = 1_000;
const CLIP: u64 = 100_000;

/// The page in grey. Too much work unwinds, as a panic of the interpreter does; the caller catches both.
pub(super) fn draw<'a>(page: &'a Page<'a>) -> Option<GrayImage> {
    let (width, height) = page.render_dimensions();
    let (width, height) = (f64::from(width), f64::from(height));
    let scale = (RESOLUTION / 72.0).min(MAX_SIDE / width.max(height));
    let dots = |length: f64| whole((length * scale).ceil().max(1.0));
    let mut pixmap = Pixmap::new(dots(width), dots(height))?;
    pixmap.fill(Color::WHITE);
    let area = hayro_interpret::kurbo::Rect::new(0.0, 0.0, width * scale, height * scale);
    let transform = Affine::scale(scale) * page.initial_transform(true).to_kurbo();
    let mut context =
        Context::new(transform, area, &InterpreterCache::new(), page.xref(), InterpreterSettings::default());
    let mut painter = Painter { pixmap, left: MAX_WORK };
    interpret_page(page, &mut context, &mut painter);
    painter.into_grey()
}

struct Painter {
    pixmap: Pixmap,
    left: u64,
}

/// What is done with an outline.
enum How {
    Fill(tiny_skia::FillRule),
    /// With a pen of this width, its ends cut off at the line's.
    Along(f32),
}

/// What unwinds out of an interpreter that has no other way to stop.
struct TooMuchWork;

impl Painter {
    fn charge(&mut self, work: u64) {
        match self.left.checked_sub(work) {
            Some(left) => self.left = left,
            None => std::panic::resume_unwind(Box::new(TooMuchWork)),
        }
    }

    fn into_grey(self) -> Option<GrayImage> {
        let (width, height) = (self.pixmap.width(), self.pixmap.height());
        // The paper beneath is opaque, so no colour is premultiplied.
        let grey = |dot: &PremultipliedColorU8| {
            let sum = 299 * u32::from(dot.red()) + 587 * u32::from(dot.green()) + 114 * u32::from(dot.blue());
            (sum / 1000).to_le_bytes()[0]
        };
        GrayImage::from_raw(width, height, self.pixmap.pixels().iter().map(grey).collect())
    }

    /// Fills the outline, or draws along it with a pen; in one colour, for a pattern is no module of a code.
    fn draw(&mut self, path: &BezPath, props: &DrawProps<'_>, how: &How) {
        let dots = f64::from(self.pixmap.width()) * f64::from(self.pixmap.height());
        let covered = props.transform.transform_rect_bbox(path.bounding_box()).area().abs();
        let segments = path.elements().len() as u64;
        self.charge(OPERATION + 50 * segments + u64::from(whole(covered.min(dots))));
        let Paint::Color(color) = &props.paint else { return };
        let Some(path) = outline(path) else { return };
        let [red, green, blue, alpha] = color.to_rgba().to_rgba8();
        let mut paint = tiny_skia::Paint::default();
        paint.set_color_rgba8(red, green, blue, alpha);
        let transform = affine(props.transform);
        match how {
            How::Fill(rule) => self.pixmap.fill_path(&path, &paint, *rule, transform, None),
            How::Along(width) => {
                let pen = tiny_skia::Stroke { width: *width, ..tiny_skia::Stroke::default() };
                self.pixmap.stroke_path(&path, &paint, &pen, transform, None);
            }
        }
    }

    /// Each dot of the picture is (red, green, blue, alpha) by its place.
    fn place(
        &mut self,
        size: (u32, u32),
        scale: (f32, f32),
        transform: Affine,
        dot: impl Fn(usize) -> [u8; 4],
    ) {
        let Some(mut picture) = Pixmap::new(size.0, size.1) else { return };
        for (place, pixel) in picture.pixels_mut().iter_mut().enumerate() {
            let [red, green, blue, alpha] = dot(place);
            *pixel = tiny_skia::ColorU8::from_rgba(red, green, blue, alpha).premultiply();
        }
        let transform = transform * Affine::scale_non_uniform(f64::from(scale.0), f64::from(scale.1));
        let paint = PixmapPaint { quality: FilterQuality::Bilinear, ..PixmapPaint::default() };
        self.pixmap.draw_pixmap(0, 0, picture.as_ref(), &paint, affine(transform), None);
    }
}

impl<'a> Device<'a> for Painter {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        match mode {
            DrawMode::Fill(rule) | DrawMode::FillAndStroke(rule, _) => {
                self.draw(path, &props, &How::Fill(rule_of(*rule)));
            }
            DrawMode::Stroke(pen) => self.draw(path, &props, &How::Along(pen.line_width)),
            DrawMode::Invisible => self.charge(OPERATION),
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let (width, height) = (image.width(), image.height());
        let stream = match &image {
            Image::Stencil(stencil) => stencil.stream(),
            Image::Raster(raster) => raster.stream(),
        };
        self.charge(OPERATION + 10 * (u64::from(width) * u64::from(height) + stream.raw_data().len() as u64));
        if !may_unpack(stream, width, height) {
            return;
        }
        match image {
            Image::Stencil(stencil) => stencil.with_stencil(
                |mask, paint| {
                    let Paint::Color(color) = paint else { return };
                    let [red, green, blue, _] = color.to_rgba().to_rgba8();
                    let dot = |place: usize| [red, green, blue, at(&mask.data, place)];
                    self.place((mask.width, mask.height), mask.scale_factors, props.transform, dot);
                },
                None,
            ),
            Image::Raster(raster) => raster.with_rgba(
                |picture, alpha| {
                    let size = (picture.width(), picture.height());
                    let alpha = alpha.filter(|alpha| (alpha.width, alpha.height) == size);
                    let opaque =
                        |place| alpha.as_ref().map_or(255, |alpha: &LumaData| at(&alpha.data, place));
                    let dot = |place: usize| match &picture {
                        ImageData::Rgb(rgb) => {
                            let part = |offset| at(&rgb.data, 3 * place + offset);
                            [part(0), part(1), part(2), opaque(place)]
                        }
                        ImageData::Luma(luma) => {
                            let light = at(&luma.data, place);
                            [light, light, light, opaque(place)]
                        }
                    };
                    self.place(size, picture.scale_factors(), props.transform, dot);
                },
                None,
            ),
        }
    }

    fn push_clip_path(&mut self, _: &ClipPath) {
        self.charge(CLIP);
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {
        self.charge(OPERATION);
    }

    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {
        self.charge(OPERATION);
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}

const fn rule_of(rule: FillRule) -> tiny_skia::FillRule {
    match rule {
        FillRule::NonZero => tiny_skia::FillRule::Winding,
        FillRule::EvenOdd => tiny_skia::FillRule::EvenOdd,
    }
}

fn at(data: &[u8], place: usize) -> u8 {
    data.get(place).copied().unwrap_or_default()
}

fn outline(path: &BezPath) -> Option<tiny_skia::Path> {
    let mut builder = tiny_skia::PathBuilder::new();
    for element in path.elements() {
        match *element {
            PathEl::MoveTo(to) => builder.move_to(short(to.x), short(to.y)),
            PathEl::LineTo(to) => builder.line_to(short(to.x), short(to.y)),
            PathEl::QuadTo(by, to) => builder.quad_to(short(by.x), short(by.y), short(to.x), short(to.y)),
            PathEl::CurveTo(by, then, to) => {
                builder.cubic_to(
                    short(by.x),
                    short(by.y),
                    short(then.x),
                    short(then.y),
                    short(to.x),
                    short(to.y),
                );
            }
            PathEl::ClosePath => builder.close(),
        }
    }
    builder.finish()
}

fn affine(transform: Affine) -> Transform {
    let [sx, ky, kx, sy, tx, ty] = transform.as_coeffs().map(short);
    Transform::from_row(sx, ky, kx, sy, tx, ty)
}

#[expect(clippy::cast_possible_truncation, reason = "a place on a page needs no more than 24 bits")]
fn short(value: f64) -> f32 {
    value as f32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates, and is bounded before"
)]
fn whole(value: f64) -> u32 {
    value as u32
}
