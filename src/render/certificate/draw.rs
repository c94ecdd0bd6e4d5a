//! A drawing onto a PDF page. krilla-svg draws everything that SVG has, one glyph at a time; what a certificate is
//! made of, upright text and plain shapes, is drawn here by the line, in a third of the time and of the bytes.

use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Size, Transform};
use krilla::num::NormalizedF32;
use krilla::paint::{Fill, FillRule, LineCap, LineJoin, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::text::{Font, KrillaGlyph};
use krilla_svg::{SurfaceExt, SvgSettings};
use usvg::layout::{PositionedGlyph, Span};
use usvg::tiny_skia_path::PathSegment;
use usvg::{BlendMode, Node, Paint, Tree};

use crate::render::fonts::PdfFonts;

/// Draws `tree` as large as `size`, in points. `None` when krilla refuses it.
pub(in crate::render) fn draw(
    surface: &mut Surface<'_>,
    tree: &Tree,
    size: Size,
    fonts: &PdfFonts,
) -> Option<()> {
    if !is_plain(tree.root(), fonts) {
        return surface.draw_svg(tree, size, SvgSettings::default());
    }
    let of_page = tree.size();
    let scale = Transform::from_scale(size.width() / of_page.width(), size.height() / of_page.height());
    surface.push_transform(&scale);
    draw_group(surface, tree.root(), fonts);
    surface.pop();
    Some(())
}

/// Whether everything in the group can be drawn here.
fn is_plain(group: &usvg::Group, fonts: &PdfFonts) -> bool {
    let plain_paint = |paint: &Paint| matches!(paint, Paint::Color(_));
    let plain_child = |node: &Node| match node {
        Node::Group(inner) => is_plain(inner, fonts),
        Node::Path(path) => {
            path.fill().is_none_or(|fill| plain_paint(fill.paint()))
                && path.stroke().is_none_or(|stroke| plain_paint(stroke.paint()))
        }
        Node::Text(text) => text.layouted().iter().all(|span| {
            span.fill.as_ref().is_some_and(|fill| plain_paint(fill.paint()))
                && span.stroke.is_none()
                && span.underline.is_none()
                && span.overline.is_none()
                && span.line_through.is_none()
                && span
                    .positioned_glyphs
                    .iter()
                    .all(|glyph| is_upright(glyph) && fonts.contains_key(&glyph.font))
        }),
        Node::Image(_) => false,
    };
    group.clip_path().is_none()
        && group.mask().is_none()
        && group.filters().is_empty()
        && group.blend_mode() == BlendMode::Normal
        && group.opacity() == usvg::Opacity::ONE
        && group.children().iter().all(plain_child)
}

fn is_upright(glyph: &PositionedGlyph) -> bool {
    let at = glyph.transform();
    at.kx == 0.0 && at.ky == 0.0 && at.sx > 0.0 && (at.sx - at.sy).abs() < at.sx * 1e-4
}

fn draw_group(surface: &mut Surface<'_>, group: &usvg::Group, fonts: &PdfFonts) {
    let moves = !group.transform().is_identity();
    if moves {
        let at = group.transform();
        surface.push_transform(&Transform::from_row(at.sx, at.ky, at.kx, at.sy, at.tx, at.ty));
    }
    for node in group.children() {
        match node {
            Node::Group(inner) => draw_group(surface, inner, fonts),
            Node::Path(path) => draw_path(surface, path),
            Node::Text(text) => text.layouted().iter().for_each(|span| draw_span(surface, span, fonts)),
            Node::Image(_) => {}
        }
    }
    if moves {
        surface.pop();
    }
}

fn draw_path(surface: &mut Surface<'_>, path: &usvg::Path) {
    let (fill, stroke) = (path.fill().and_then(filled), path.stroke().and_then(stroked));
    if !path.is_visible() || (fill.is_none() && stroke.is_none()) {
        return;
    }
    if let Some(outline) = outline(path) {
        surface.set_fill(fill);
        surface.set_stroke(stroke);
        surface.draw_path(&outline);
    }
}

fn outline(path: &usvg::Path) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for segment in path.data().segments() {
        match segment {
            PathSegment::MoveTo(p) => builder.move_to(p.x, p.y),
            PathSegment::LineTo(p) => builder.line_to(p.x, p.y),
            PathSegment::QuadTo(a, p) => builder.quad_to(a.x, a.y, p.x, p.y),
            PathSegment::CubicTo(a, b, p) => builder.cubic_to(a.x, a.y, b.x, b.y, p.x, p.y),
            PathSegment::Close => builder.close(),
        }
    }
    builder.finish()
}

fn color(paint: &Paint) -> Option<krilla::paint::Paint> {
    match paint {
        Paint::Color(color) => Some(rgb::Color::new(color.red, color.green, color.blue).into()),
        _ => None,
    }
}

fn filled(fill: &usvg::Fill) -> Option<Fill> {
    let rule = match fill.rule() {
        usvg::FillRule::NonZero => FillRule::NonZero,
        usvg::FillRule::EvenOdd => FillRule::EvenOdd,
    };
    Some(Fill { paint: color(fill.paint())?, opacity: NormalizedF32::new(fill.opacity().get())?, rule })
}

fn stroked(stroke: &usvg::Stroke) -> Option<Stroke> {
    Some(Stroke {
        paint: color(stroke.paint())?,
        width: stroke.width().get(),
        miter_limit: stroke.miterlimit().get(),
        line_cap: match stroke.linecap() {
            usvg::LineCap::Butt => LineCap::Butt,
            usvg::LineCap::Round => LineCap::Round,
            usvg::LineCap::Square => LineCap::Square,
        },
        line_join: match stroke.linejoin() {
            usvg::LineJoin::Miter | usvg::LineJoin::MiterClip => LineJoin::Miter,
            usvg::LineJoin::Round => LineJoin::Round,
            usvg::LineJoin::Bevel => LineJoin::Bevel,
        },
        opacity: NormalizedF32::new(stroke.opacity().get())?,
        dash: stroke
            .dasharray()
            .map(|array| StrokeDash { array: array.to_vec(), offset: stroke.dashoffset() }),
    })
}

/// Draws a span by runs of glyphs of one font on one base line.
fn draw_span(surface: &mut Surface<'_>, span: &Span, fonts: &PdfFonts) {
    let Some(fill) = span.fill.as_ref().and_then(filled).filter(|_| span.visible) else { return };
    surface.set_stroke(None);
    surface.set_fill(Some(fill));
    let size = span.font_size.get();
    let same_run = |one: &PositionedGlyph, next: &PositionedGlyph| {
        font_of(one, fonts) == font_of(next, fonts)
            && (one.transform().ty - next.transform().ty).abs() < size * 1e-4
    };
    for run in span.positioned_glyphs.chunk_by(same_run) {
        draw_run(surface, run, size, fonts);
    }
}

fn font_of<'a>(glyph: &PositionedGlyph, fonts: &'a PdfFonts) -> Option<&'a Font> {
    fonts.get(&glyph.font).map(|font| font.glyph(glyph.id.0).0)
}

fn draw_run(surface: &mut Surface<'_>, run: &[PositionedGlyph], size: f32, fonts: &PdfFonts) {
    let Some(first) = run.first() else { return };
    let Some(font) = fonts.get(&first.font) else { return };
    // Whole thousandths of the size are the font's own measure and short numbers in the PDF.
    let thousandths =
        |glyph: &PositionedGlyph| ((glyph.transform().tx - first.transform().tx) / size * 1000.0).round();
    let mut text = String::new();
    let mut glyphs = Vec::with_capacity(run.len());
    for (index, glyph) in run.iter().enumerate() {
        let begin = text.len();
        text.push_str(&glyph.text);
        let next = run.get(index + 1).unwrap_or(glyph);
        let advance = (thousandths(next) - thousandths(glyph)) / 1000.0;
        let (_, number) = font.glyph(glyph.id.0);
        glyphs.push(KrillaGlyph::new(number, advance, 0.0, 0.0, 0.0, begin..text.len(), None));
    }
    let (font, _) = font.glyph(first.id.0);
    let start = Point::from_xy(first.transform().tx, first.transform().ty);
    surface.draw_glyphs(start, &glyphs, font.clone(), &text, size, false);
}
