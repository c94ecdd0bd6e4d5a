//! The designs and fonts of printed certificates, read when the first one is printed and then kept.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::render::certificate::RenderError;
use crate::render::certificate::design::CertificateDesigns;
use crate::render::fonts::{FontError, Fonts};

#[derive(Default)]
pub struct Printer {
    designs: Mutex<Option<Arc<CertificateDesigns>>>,
}

#[derive(Debug, thiserror::Error)]
pub enum PrinterError {
    #[error(transparent)]
    Fonts(#[from] FontError),
    #[error(transparent)]
    Design(#[from] RenderError),
}

impl Printer {
    /// The designs. A font that is missing is looked for again at the next call: it may have been installed since.
    pub fn designs(&self, font_dirs: &[PathBuf]) -> Result<Arc<CertificateDesigns>, PrinterError> {
        let mut kept = self.designs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(designs) = &*kept {
            return Ok(Arc::clone(designs));
        }
        let designs = Arc::new(CertificateDesigns::load(&Fonts::load(font_dirs)?)?);
        *kept = Some(Arc::clone(&designs));
        Ok(designs)
    }
}
