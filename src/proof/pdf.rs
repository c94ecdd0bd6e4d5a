//! A PDF that somebody hands in: the signed certificate that our own carry as an attachment, else the QR codes on its
//! first pages.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hayro_interpret::hayro_syntax::object::{Dict, Object, Stream, String as PdfString};
use hayro_interpret::hayro_syntax::{LoadPdfError, Pdf};
use image::GrayImage;

use crate::proof::content::Unreadable;
use crate::proof::cose;
use crate::proof::pdf_bounds::check_file;
use crate::proof::pdf_page;

/// The largest file that is looked at.
pub(super) const MAX_BYTES: usize = 8 << 20;
/// A certificate has one page or two; a document with more than this is something else.
const MAX_PAGES: usize = 20;
/// Pages on which a QR code is looked for.
const PAGES_READ: usize = 3;
/// Where the first bytes of a PDF may stand.
const HEADER_WITHIN: usize = 1024;
/// The ending of the attachment's name.
const ENDING: &[u8] = b".cwt";

/// A PDF taken in and not yet drawn.
pub(super) struct Document(Pdf);

#[must_use]
pub(super) fn is_pdf(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(HEADER_WITHIN)].windows(5).any(|window| window == b"%PDF-")
}

impl Document {
    /// # Errors
    /// [`Unreadable`]: what is too large, encrypted, damaged or not worth its cost.
    pub fn open(bytes: &[u8]) -> Result<Self, Unreadable> {
        if bytes.len() > MAX_BYTES {
            return Err(Unreadable::TooLarge);
        }
        check_file(bytes)?;
        let opened = calmly(|| Pdf::new(bytes.to_vec())).ok_or(Unreadable::BadPdf)?;
        let pdf = opened.map_err(|error| match error {
            LoadPdfError::Decryption(_) => Unreadable::EncryptedPdf,
            LoadPdfError::Invalid => Unreadable::BadPdf,
        })?;
        match pdf.pages().len() {
            0 => Err(Unreadable::BadPdf),
            pages if pages > MAX_PAGES => Err(Unreadable::TooManyPages),
            _ => Ok(Self(pdf)),
        }
    }

    /// The first attached file whose name ends in `.cwt`.
    #[must_use]
    pub fn attached(&self) -> Option<Vec<u8>> {
        calmly(|| self.0.objects().into_iter().find_map(|object| attachment(&object))).flatten()
    }

    /// The first pages as pictures, each drawn when it is asked for. One that can't be drawn is an error.
    pub fn pages(&self) -> impl Iterator<Item = Result<GrayImage, Unreadable>> + '_ {
        let pages = self.0.pages().iter().take(PAGES_READ);
        pages.map(|page| calmly(|| pdf_page::draw(page)).flatten().ok_or(Unreadable::TooComplex))
    }
}

fn attachment(object: &Object<'_>) -> Option<Vec<u8>> {
    let Object::Dict(specification) = object else { return None };
    let named = |key: &str| {
        let name = specification.get::<PdfString<'_>>(key);
        name.is_some_and(|name| ends_in_cwt(name.as_bytes()))
    };
    if !named("F") && !named("UF") {
        return None;
    }
    let file = specification.get::<Dict<'_>>("EF")?.get::<Stream<'_>>("F")?;
    let content = file.decoded_data().ok()?;
    (content.len() <= cose::MAX_BYTES).then(|| content.into_owned())
}

/// In Latin letters, or in UTF-16 with a zero before each.
fn ends_in_cwt(name: &[u8]) -> bool {
    let letters: Vec<u8> = name.iter().copied().filter(|byte| *byte != 0).collect();
    letters.to_ascii_lowercase().ends_with(ENDING)
}

/// `None` where the reader panics over what people upload, or has worked too long; the panic hook has told of it.
fn calmly<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}
