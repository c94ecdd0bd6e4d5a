//! Many certificates for the printing shop in one PDF that shares fonts and grounds: cut marks round each, cards ten
//! to a sheet, and at the end the list on which holders sign (证书领取登记表).

use handlebars::Handlebars;
use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Rect, Size, Transform};
use krilla::graphic::Graphic;
use krilla::num::NormalizedF32;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::Surface;
use serde_json::json;
use usvg::{Options, Tree};

use super::design::{CertificateDesigns, Design, FormDesign, PageDesign};
use super::draw::draw;
use super::paper::{POINTS_PER_MILLIMETRE, finish, metadata, new_document, page_size, pdf_date, unwritable};
use super::{
    Course, DesignKind, Form, Particulars, PrintedCertificate, RenderError, require_glyphs, template_error,
};
use crate::render::helper::FitText;
use crate::render::sheet::write::{SheetFormat, WriteError, export};
use crate::render::sheet::{Column, ColumnKind, Presence, SheetLanguage};

/// A batch that grows by one certificate at a time. A page is written when it is full, so what is kept are the
/// finished pages, about 5 KB each.
pub struct Batch<'a> {
    designs: &'a CertificateDesigns,
    form: Form,
    cut: Cut,
    document: Document,
    waiting: Vec<PrintedCertificate>,
    /// The ground of each side of each design used so far, written once.
    grounds: Vec<(DesignKind, usize, Graphic)>,
    ledger: Vec<LedgerRow>,
}

crate::codes! {
    /// Whether the sheet is larger than the certificate, with marks where to cut.
    pub enum Cut("certificate-cut") {
        Marks = "marks",
        /// The paper has the certificate's own size already. Cards keep their sheets.
        None = "none",
    }
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// 证书编号
    pub number: String,
    /// 姓名
    pub name: String,
    /// 等级, 培训项目 or 发证机构: what the type of certificate is about.
    pub subject: String,
}

/// How certificates lie on a sheet, in millimetres.
struct Layout {
    sheet: (f32, f32),
    columns: usize,
    rows: usize,
    /// The left upper corner of the first.
    origin: (f32, f32),
}

/// Beyond the cut, so that a knife that slips leaves no white edge.
const BLEED: f32 = 3.0;
/// Round a certificate on a sheet of its own.
const MARGIN: f32 = 12.0;
const MARK: f32 = 5.0;
const A4: (f32, f32) = (210.0, 297.0);
const LEDGER_ROWS: usize = 25;
const LEDGER: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/reports/certificate-ledger.svg.hbs"));

impl<'a> Batch<'a> {
    #[must_use]
    pub fn new(designs: &'a CertificateDesigns, form: Form, cut: Cut) -> Self {
        let document = new_document();
        Self { designs, form, cut, document, waiting: Vec::new(), grounds: Vec::new(), ledger: Vec::new() }
    }

    /// # Errors
    /// [`RenderError`] for what cannot be printed.
    pub fn add(&mut self, certificate: PrintedCertificate) -> Result<(), RenderError> {
        let design = self.designs.of(&certificate)?;
        let layout = Layout::of(self.form, design.form(self.form)?, self.cut);
        let other = self.waiting.first().is_some_and(|one| one.particulars.kind() != design.kind);
        if other {
            self.write_sheet()?;
        }
        self.ledger.push(LedgerRow::of(&certificate));
        self.waiting.push(certificate);
        if self.waiting.len() == layout.columns * layout.rows {
            self.write_sheet()?;
        }
        Ok(())
    }

    /// The PDF, with the list at its end under `title`. `date` is that of the batch.
    ///
    /// # Errors
    /// As [`Batch::add`].
    pub fn finish(mut self, title: &str, date: chrono::NaiveDate) -> Result<Vec<u8>, RenderError> {
        self.write_sheet()?;
        self.write_ledger(title)?;
        self.document.set_metadata(metadata(title.to_owned(), pdf_date(date)));
        finish(self.document)
    }

    /// The sheets of what waits: one for each side.
    fn write_sheet(&mut self) -> Result<(), RenderError> {
        let waiting = std::mem::take(&mut self.waiting);
        let Some(first) = waiting.first() else { return Ok(()) };
        let design = self.designs.of(first)?;
        let form = design.form(self.form)?;
        let layout = Layout::of(self.form, form, self.cut);
        for (side, page_design) in form.pages.iter().enumerate() {
            let (settings, _) = page_size(layout.sheet)?;
            let mut page = self.document.start_page_with(settings.with_trim_box(layout.trim(form.size)));
            let mut surface = page.surface();
            let places: Vec<(f32, f32)> =
                (0..waiting.len()).map(|index| layout.place(index, side, form.size)).collect();
            if self.cut == Cut::Marks || self.form == Form::Card {
                for place in &places {
                    draw_bleed(&mut surface, design, *place, form.size);
                }
                draw_marks(&mut surface, &layout, form.size);
            }
            let (_, size) = page_size(form.size)?;
            let same = |one: &&(DesignKind, usize, Graphic)| one.0 == design.kind && one.1 == side;
            let known = self.grounds.iter().find(same);
            let ground = if let Some((_, _, ground)) = known {
                ground.clone()
            } else {
                let ground = ground(&mut surface, design, page_design, size)?;
                self.grounds.push((design.kind, side, ground.clone()));
                ground
            };
            for (certificate, (x, y)) in waiting.iter().zip(places) {
                let (x, y) = (x * POINTS_PER_MILLIMETRE, y * POINTS_PER_MILLIMETRE);
                surface.push_transform(&Transform::from_translate(x, y));
                surface.draw_graphic(ground.clone());
                let drawn = design.draw_certificate(&mut surface, page_design, size, certificate);
                surface.pop();
                drawn?;
            }
            surface.finish();
            page.finish();
        }
        Ok(())
    }

    fn write_ledger(&mut self, title: &str) -> Result<(), RenderError> {
        let fonts = &self.designs.fonts;
        let options = Options {
            fontdb: fonts.database(),
            font_family: "serif".to_owned(),
            languages: vec!["zh-CN".to_owned(), "en".to_owned()],
            ..Options::default()
        };
        let mut templates = Handlebars::new();
        templates.set_strict_mode(true);
        templates.register_helper("fit", Box::new(FitText::new(fonts.clone())));
        let pages = self.ledger.len().div_ceil(LEDGER_ROWS);
        for (page, rows) in self.ledger.chunks(LEDGER_ROWS).enumerate() {
            let said = json!({
                "title": title,
                "rows": ledger_lines(rows, page * LEDGER_ROWS),
                "page": page + 1,
                "pages": pages,
                "count": self.ledger.len(),
            });
            let svg = templates.render_template(LEDGER, &said).map_err(|error| template_error(&error))?;
            let tree = Tree::from_str(&svg, &options).map_err(|error| unwritable(error.to_string()))?;
            require_glyphs(tree.root())?;
            let (settings, size) = page_size(A4)?;
            let mut page = self.document.start_page_with(settings);
            let mut surface = page.surface();
            let drawn = draw(&mut surface, &tree, size, &fonts.for_pdf());
            surface.finish();
            page.finish();
            drawn.ok_or_else(|| unwritable("the list was refused"))?;
        }
        Ok(())
    }
}

/// The rows with where they stand, in tenths of a millimetre.
fn ledger_lines(rows: &[LedgerRow], before: usize) -> Vec<serde_json::Value> {
    let line = |(index, row): (usize, &LedgerRow)| {
        let top = 420 + 90 * index;
        json!({
            "serial": before + index + 1,
            "number": row.number,
            "name": row.name,
            "subject": row.subject,
            "base": top + 58,
            "bottom": top + 90,
        })
    };
    rows.iter().enumerate().map(line).collect()
}

impl LedgerRow {
    #[must_use]
    pub fn of(certificate: &PrintedCertificate) -> Self {
        let subject = match &certificate.particulars {
            Particulars::SkillLevel { level, .. } => level,
            Particulars::FamilyCarer { course, .. }
            | Particulars::TrainingCompletion(Course { course, .. })
            | Particulars::CareManager(Course { course, .. })
            | Particulars::DeviceFitter(Course { course, .. }) => course,
            Particulars::FirstAid { issuer, .. } => issuer,
        };
        Self {
            number: certificate.number.clone(),
            name: certificate.name.clone(),
            subject: subject.zh.clone(),
        }
    }
}

/// The same list as a spreadsheet.
///
/// # Errors
/// [`WriteError`].
pub fn ledger_xlsx(rows: &[LedgerRow], language: SheetLanguage) -> Result<Vec<u8>, WriteError> {
    let column = |key, zh, en, kind| Column::new(key, zh, en, kind, Presence::Optional);
    let columns = [
        column("serial", "序号", "No.", ColumnKind::Integer).wide(8),
        column("number", "证书编号", "Certificate No.", ColumnKind::Identifier).wide(28),
        column("name", "姓名", "Name", ColumnKind::Text).wide(20),
        column("subject", "等级", "Level", ColumnKind::Text).wide(24),
        column("signature", "领取签名", "Received by", ColumnKind::Text).wide(24),
    ];
    let lines = rows.iter().enumerate().map(|(index, row)| {
        let LedgerRow { number, name, subject } = row.clone();
        vec![(index + 1).to_string(), number, name, subject, String::new()]
    });
    export(&columns, language, lines, SheetFormat::Xlsx)
}

impl Layout {
    fn of(form: Form, design: &FormDesign, cut: Cut) -> Self {
        let (width, height) = design.size;
        if form == Form::Card {
            let (columns, rows) = (2, 5);
            let origin = ((A4.0 - 2.0 * width) / 2.0, (A4.1 - 5.0 * height) / 2.0);
            return Self { sheet: A4, columns, rows, origin };
        }
        let margin = if cut == Cut::Marks { MARGIN } else { 0.0 };
        let sheet = (width + 2.0 * margin, height + 2.0 * margin);
        Self { sheet, columns: 1, rows: 1, origin: (margin, margin) }
    }

    /// Where a certificate lies. The back of a sheet is turned over its long edge, so its columns run the other way.
    #[expect(clippy::cast_precision_loss, reason = "at most ten on a sheet")]
    fn place(&self, index: usize, side: usize, (width, height): (f32, f32)) -> (f32, f32) {
        let column = index % self.columns;
        let column = if side == 0 { column } else { self.columns - 1 - column };
        let row = index / self.columns;
        (self.origin.0 + width * column as f32, self.origin.1 + height * row as f32)
    }

    /// Short lines round the block of certificates, outside of the bleed, where a cut begins and ends.
    #[expect(clippy::cast_precision_loss, reason = "at most ten on a sheet")]
    fn marks(&self, (width, height): (f32, f32)) -> Option<Path> {
        let points = |length: f32| length * POINTS_PER_MILLIMETRE;
        let (left, top) = self.origin;
        let (right, bottom) = (left + width * self.columns as f32, top + height * self.rows as f32);
        let mut builder = PathBuilder::new();
        let mut line = |from: (f32, f32), to: (f32, f32)| {
            builder.move_to(points(from.0), points(from.1));
            builder.line_to(points(to.0), points(to.1));
        };
        let (near, far) = (BLEED + 1.0, BLEED + 1.0 + MARK);
        for column in 0..=self.columns {
            let x = left + width * column as f32;
            line((x, top - far), (x, top - near));
            line((x, bottom + near), (x, bottom + far));
        }
        for row in 0..=self.rows {
            let y = top + height * row as f32;
            line((left - far, y), (left - near, y));
            line((right + near, y), (right + far, y));
        }
        builder.finish()
    }

    #[expect(clippy::cast_precision_loss, reason = "at most ten on a sheet")]
    fn trim(&self, (width, height): (f32, f32)) -> Option<Rect> {
        let points = |length: f32| length * POINTS_PER_MILLIMETRE;
        Rect::from_xywh(
            points(self.origin.0),
            points(self.origin.1),
            points(width * self.columns as f32),
            points(height * self.rows as f32),
        )
    }
}

/// The ground of one side, to be drawn on many pages.
fn ground(
    surface: &mut Surface<'_>,
    design: &Design,
    page: &PageDesign,
    size: Size,
) -> Result<Graphic, RenderError> {
    let mut builder = surface.stream_builder();
    let mut apart = builder.surface();
    let drawn = design.draw_ground(&mut apart, page, size);
    apart.finish();
    drawn?;
    Ok(Graphic::new(builder.finish(), false))
}

fn draw_bleed(surface: &mut Surface<'_>, design: &Design, (x, y): (f32, f32), (width, height): (f32, f32)) {
    let points = |length: f32| length * POINTS_PER_MILLIMETRE;
    let area = Rect::from_xywh(
        points(x - BLEED),
        points(y - BLEED),
        points(width + 2.0 * BLEED),
        points(height + 2.0 * BLEED),
    );
    let mut builder = PathBuilder::new();
    if let Some(area) = area {
        builder.push_rect(area);
    }
    let [red, green, blue] = design.ground_color;
    surface.set_stroke(None);
    surface.set_fill(Some(Fill {
        paint: rgb::Color::new(red, green, blue).into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::NonZero,
    }));
    if let Some(path) = builder.finish() {
        surface.draw_path(&path);
    }
}

fn draw_marks(surface: &mut Surface<'_>, layout: &Layout, size: (f32, f32)) {
    surface.set_fill(None);
    surface.set_stroke(Some(Stroke { width: 0.25, ..Stroke::default() }));
    if let Some(path) = layout.marks(size) {
        surface.draw_path(&path);
    }
}
