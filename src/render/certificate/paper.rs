//! PDF: one certificate with its machine-readable forms attached.

use chrono::{Datelike, NaiveDate};
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::geom::Size;
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::surface::Surface;
use krilla::{Document, SerializeSettings};

use super::design::{CertificateDesigns, Design, PageDesign};
use super::draw::draw;
use super::{Form, PrintedCertificate, RenderError};

/// A file inside the PDF, for programs: the same certificate in another form, or a proof of it.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// `certificate.cwt`
    pub name: String,
    /// `application/cwt`
    pub media_type: &'static str,
    /// What it is, in a few words.
    pub description: String,
    pub data: Vec<u8>,
}

pub(super) const POINTS_PER_MILLIMETRE: f32 = 72.0 / 25.4;

impl CertificateDesigns {
    /// The certificate as a PDF with selectable text: a page of its own size for each side. The same certificate
    /// gives the same bytes.
    ///
    /// # Errors
    /// [`RenderError::MissingGlyph`] and [`RenderError::TooLong`] for what cannot be printed.
    pub fn pdf(
        &self,
        certificate: &PrintedCertificate,
        form: Form,
        attachments: &[Attachment],
    ) -> Result<Vec<u8>, RenderError> {
        self.of(certificate)?.pdf(certificate, form, attachments)
    }
}

impl Design {
    /// # Errors
    /// As [`CertificateDesigns::pdf`].
    pub fn pdf(
        &self,
        certificate: &PrintedCertificate,
        form: Form,
        attachments: &[Attachment],
    ) -> Result<Vec<u8>, RenderError> {
        let drawn = self.form(form)?;
        let mut document = new_document();
        for side in &drawn.pages {
            let (settings, size) = page_size(drawn.size)?;
            let mut page = document.start_page_with(settings);
            let mut surface = page.surface();
            self.draw_ground(&mut surface, side, size)?;
            self.draw_certificate(&mut surface, side, size, certificate)?;
            surface.finish();
            page.finish();
        }
        let date = pdf_date(certificate.issued_on);
        for attachment in attachments {
            // Only a name given twice is refused.
            document
                .embed_file(embedded(attachment, date))
                .ok_or_else(|| unwritable(format!("{} is attached twice", attachment.name)))?;
        }
        let title = format!("{} {}", self.title.zh, certificate.number);
        document.set_metadata(metadata(title, date).authors(vec![certificate.body.zh.clone()]));
        finish(document)
    }

    /// What every certificate of the type shares on this side, as large as `size`.
    pub(super) fn draw_ground(
        &self,
        surface: &mut Surface<'_>,
        page: &PageDesign,
        size: Size,
    ) -> Result<(), RenderError> {
        let Some(ground) = &page.ground else { return Ok(()) };
        draw(surface, ground, size, &self.pdf_fonts).ok_or_else(|| unwritable("the ground was refused"))
    }

    /// The rest of the side.
    pub(super) fn draw_certificate(
        &self,
        surface: &mut Surface<'_>,
        page: &PageDesign,
        size: Size,
        certificate: &PrintedCertificate,
    ) -> Result<(), RenderError> {
        let tree = self.fill_in(page, certificate)?;
        draw(surface, &tree, size, &self.pdf_fonts).ok_or_else(|| unwritable("the drawing was refused"))
    }
}

pub(in crate::render) fn new_document() -> Document {
    // The document's own entries say all that the XMP packet would.
    Document::new_with(SerializeSettings { xmp_metadata: false, ..Default::default() })
}

pub(in crate::render) fn finish(document: Document) -> Result<Vec<u8>, RenderError> {
    document.finish().map_err(|error| unwritable(format!("{error:?}")))
}

/// A page of so many millimetres, and its size in points.
pub(in crate::render) fn page_size((width, height): (f32, f32)) -> Result<(PageSettings, Size), RenderError> {
    let (width, height) = (width * POINTS_PER_MILLIMETRE, height * POINTS_PER_MILLIMETRE);
    PageSettings::from_wh(width, height)
        .zip(Size::from_wh(width, height))
        .ok_or_else(|| unwritable("a page needs a size"))
}

/// The date is that of issue: the day of printing would make every copy differ.
pub(in crate::render) fn pdf_date(day: NaiveDate) -> DateTime {
    let date = DateTime::new(u16::try_from(day.year()).unwrap_or_default());
    match (u8::try_from(day.month()), u8::try_from(day.day())) {
        (Ok(month), Ok(of_month)) => date.month(month).day(of_month).utc_offset_hour(8).utc_offset_minute(0),
        _ => date,
    }
}

pub(in crate::render) fn metadata(title: String, date: DateTime) -> Metadata {
    Metadata::new()
        .title(title)
        .language("zh-CN".to_owned())
        .creator("huzheng".to_owned())
        .creation_date(date)
}

fn embedded(attachment: &Attachment, date: DateTime) -> EmbeddedFile {
    EmbeddedFile {
        path: attachment.name.clone(),
        mime_type: MimeType::new(attachment.media_type),
        description: Some(attachment.description.clone()),
        association_kind: AssociationKind::Alternative,
        data: attachment.data.clone().into(),
        modification_date: Some(date),
        compress: None,
        location: None,
    }
}

pub(in crate::render) fn unwritable(reason: impl Into<String>) -> RenderError {
    RenderError::Pdf(reason.into())
}
