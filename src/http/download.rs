//! Answers that are files.

use actix_web::HttpResponse;
use actix_web::http::header;

use crate::http::call::{Answer, Call};
use crate::http::problem::Problem;
use crate::http::texts::Language;
use crate::render::sheet::write::{WriteError, template};
use crate::render::sheet::{Column, SheetLanguage};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    Xlsx,
    Pdf,
}

impl FileKind {
    const fn content_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pdf => "application/pdf",
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Pdf => "pdf",
        }
    }
}

/// A file to keep. `name` has ASCII letters, digits and hyphens alone.
#[must_use]
pub fn file(kind: FileKind, name: &str, bytes: Vec<u8>) -> HttpResponse {
    let disposition = format!("attachment; filename=\"{name}.{}\"", kind.ending());
    HttpResponse::Ok()
        .content_type(kind.content_type())
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(bytes)
}

/// An empty workbook to fill in, in the caller's language.
pub fn empty_template(call: &Call, name: &str, columns: &[Column]) -> Answer {
    let bytes = template(columns, sheet_language(call.language), &[])?;
    Ok(file(FileKind::Xlsx, name, bytes))
}

#[must_use]
pub const fn sheet_language(language: Language) -> SheetLanguage {
    match language {
        Language::Chinese => SheetLanguage::Chinese,
        Language::English => SheetLanguage::English,
    }
}

impl From<WriteError> for Problem {
    fn from(error: WriteError) -> Self {
        Self::Internal(error.to_string())
    }
}
