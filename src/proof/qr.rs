//! The two QR codes of a certificate: the addresses that they hold, and their squares.

use qrcode::{Color, EcLevel, QrCode, Version};

use crate::kernel::ids::PublicCode;
use crate::proof::fragment;

/// The address of the online record, for the short QR. `base` is the public address of the registry.
#[must_use]
pub fn verify_url(base: &str, code: &PublicCode) -> String {
    format!("{}/v/{code}", base.trim_end_matches('/'))
}

/// The same with the whole signed certificate behind `#`, which browsers never send to a server.
#[must_use]
pub fn signed_url(base: &str, code: &PublicCode, cwt: &[u8]) -> String {
    format!("{}#{}", verify_url(base, code), fragment::encode(cwt))
}

/// The squares of a QR code at error correction level M, without the quiet zone of 4 around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    /// Squares along one side.
    pub size: usize,
    /// 1 to 40.
    pub version: u8,
    /// Row by row from the top left corner.
    pub dark: Vec<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadQrText {
    #[error("the text does not fit into a QR code")]
    TooLong,
    /// Encoders mistake the bytes of Chinese for Shift JIS, and scanners then misread them.
    #[error("only ASCII may go into a QR code")]
    NotAscii,
}

impl Matrix {
    /// # Errors
    /// [`BadQrText`].
    pub fn of(text: &str) -> Result<Self, BadQrText> {
        if !text.is_ascii() {
            return Err(BadQrText::NotAscii);
        }
        let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| BadQrText::TooLong)?;
        let version = match code.version() {
            Version::Normal(version) | Version::Micro(version) => u8::try_from(version).unwrap_or(0),
        };
        let size = code.width();
        let dark = code.into_colors().into_iter().map(|color| color == Color::Dark).collect();
        Ok(Self { size, version, dark })
    }

    /// Path data of an SVG in which a square has side 1: one rectangle per run of dark squares in a row.
    #[must_use]
    pub fn svg_path(&self) -> String {
        use std::fmt::Write as _;
        let mut path = String::new();
        for (y, row) in self.dark.chunks(self.size).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|one, next| one == next) {
                let length = run.len();
                if run.first() == Some(&true) {
                    // Writing into a String can't fail.
                    let _ = write!(path, "M{x} {y}h{length}v1h-{length}z");
                }
                x += length;
            }
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::fixture::{BASE, Fixture, payload};

    #[test]
    fn the_path_draws_runs() {
        let matrix = Matrix {
            size: 3,
            version: 1,
            dark: vec![true, true, false, false, false, false, true, false, true],
        };
        assert_eq!(matrix.svg_path(), "M0 0h2v1h-2zM0 2h1v1h-1zM2 2h1v1h-1z");
    }

    #[test]
    fn a_typical_certificate_fits_the_paper() {
        let fixture = Fixture::new();
        let (payload, cwt) = (payload(), fixture.cwt());
        let signed = Matrix::of(&signed_url(BASE, &payload.code, &cwt)).expect("fits");
        let short = Matrix::of(&verify_url(BASE, &payload.code)).expect("fits");
        assert_eq!((cwt.len(), signed.version, short.version), (227, 13, 4));
        assert_eq!(Matrix::of("证书"), Err(BadQrText::NotAscii));
        assert_eq!(Matrix::of(&"0".repeat(8000)), Err(BadQrText::TooLong));
    }
}
