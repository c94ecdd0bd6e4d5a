//! What somebody hands in to be checked: the text of a QR, a file of signed bytes, a picture of a QR, or a PDF.
//! Reading says what it is; nothing is believed yet.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use image::{DynamicImage, GrayImage, ImageFormat, ImageReader, Limits, Luma};
use rxing::common::HybridBinarizer;
use rxing::multi::MultipleBarcodeReader;
use rxing::qrcode::cpp_port::QrReader;
use rxing::{BinaryBitmap, DecodeHints, Luma8LuminanceSource};

use crate::codes;
use crate::kernel::ids::PublicCode;
use crate::proof::cose::Envelope;
use crate::proof::payload::Payload;
use crate::proof::{cose, fragment, jsonld, pdf};

/// The largest picture that is looked at, in bytes of its file.
pub const MAX_IMAGE_BYTES: usize = 8 << 20;
/// And unpacked, along either side: what a phone's camera makes.
const MAX_SIDE: u32 = 8192;
/// The decoder's memory: 22 megapixels in colour.
const MAX_PIXEL_BYTES: u64 = 64 << 20;
/// The longest text: a certificate takes some 600 characters.
const MAX_TEXT_BYTES: usize = 8 << 10;
/// The longest credential, which may carry pictures.
const MAX_CREDENTIAL_BYTES: usize = jsonld::MAX_BYTES;

/// What was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A signed certificate (COSE_Sign1), with the address in whose fragment it came, if it did.
    Signed { address: Option<Address>, cwt: Vec<u8> },
    /// An address alone, from the short QR or where the fragment was lost: only the registry can say more.
    Address(Address),
    /// A verifiable credential, of ours or of another issuer.
    Credential { form: CredentialForm, text: String },
}

/// How a verifiable credential is wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialForm {
    /// JSON-LD with a Data Integrity proof.
    JsonLd,
    /// A JWT whose payload is the credential.
    Jwt,
}

/// The address of a verify page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// In lower case, with the port where one is given.
    pub host: String,
    pub code: PublicCode,
}

codes! {
    /// Why nothing could be read; the code stands as `detail` in the report.
    pub enum Unreadable("unreadable") {
        /// Larger than anything that we issue or a camera takes.
        TooLarge = "too-large",
        /// Neither an address nor signed bytes nor a picture that we know.
        UnknownForm = "unknown-form",
        /// The digits or letters stand for no bytes: cut short or changed.
        Damaged = "damaged",
        /// A picture that can't be opened.
        BadImage = "bad-image",
        /// A picture in which no QR code of ours was found.
        NoCode = "no-qr-code",
        /// A picture in HEIC, as some phones keep them, which only their maker's software opens.
        Heic = "heic-image",
        /// A PDF that is cut short or damaged, or packed in a way that isn't read here.
        BadPdf = "bad-pdf",
        /// A PDF that asks for a password.
        EncryptedPdf = "encrypted-pdf",
        /// A PDF with more pages than any certificate.
        TooManyPages = "too-many-pages",
        /// A PDF that would take more work to read than it is worth.
        TooComplex = "too-complex",
    }
}

impl std::error::Error for Unreadable {}

impl Content {
    /// The public code that the content says is its own; nothing of it was checked.
    #[must_use]
    pub fn claimed_code(&self) -> Option<PublicCode> {
        match self {
            Self::Signed { cwt, .. } => Some(Payload::decode(Envelope::parse(cwt).ok()?.payload).ok()?.code),
            Self::Address(address) => Some(address.code),
            Self::Credential { .. } => None,
        }
    }

    /// # Errors
    /// [`Unreadable`].
    pub fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        if bytes.first() == Some(&cose::FIRST_BYTE) {
            return signed(None, bytes.to_vec());
        }
        if let Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) =
            image::guess_format(bytes)
        {
            return read_image(bytes, format);
        }
        if is_heic(bytes) {
            return Err(Unreadable::Heic);
        }
        if pdf::is_pdf(bytes) {
            return read_pdf(bytes);
        }
        if bytes.len() > MAX_CREDENTIAL_BYTES {
            return Err(Unreadable::TooLarge);
        }
        Self::read_text(std::str::from_utf8(bytes).map_err(|_| Unreadable::UnknownForm)?)
    }

    /// # Errors
    /// [`Unreadable`].
    pub fn read_text(text: &str) -> Result<Self, Unreadable> {
        if text.len() > MAX_CREDENTIAL_BYTES {
            return Err(Unreadable::TooLarge);
        }
        let text = text.trim();
        if let Some(form) = credential_form(text) {
            return Ok(Self::Credential { form, text: text.to_owned() });
        }
        if text.len() > MAX_TEXT_BYTES {
            return Err(Unreadable::TooLarge);
        }
        if let Some(rest) = without_scheme(text) {
            return read_address(rest);
        }
        if text.is_empty() {
            return Err(Unreadable::UnknownForm);
        }
        if text.bytes().all(|letter| letter.is_ascii_digit()) {
            return signed(None, fragment::decode(text).ok_or(Unreadable::Damaged)?);
        }
        match URL_SAFE_NO_PAD.decode(text) {
            Ok(bytes) if bytes.first() == Some(&cose::FIRST_BYTE) => signed(None, bytes),
            _ => Err(Unreadable::UnknownForm),
        }
    }
}

/// Whether something can be read as COSE at all is for `verify` to say.
fn signed(address: Option<Address>, cwt: Vec<u8>) -> Result<Content, Unreadable> {
    if cwt.len() > cose::MAX_BYTES { Err(Unreadable::TooLarge) } else { Ok(Content::Signed { address, cwt }) }
}

/// JSON is no other form of ours, and a JWT has three parts of which the first is JSON in base 64.
fn credential_form(text: &str) -> Option<CredentialForm> {
    if text.starts_with('{') {
        Some(CredentialForm::JsonLd)
    } else if text.starts_with("eyJ") && text.bytes().filter(|letter| *letter == b'.').count() == 2 {
        Some(CredentialForm::Jwt)
    } else {
        None
    }
}

/// What follows `https://` or `http://`, in either case of letters.
fn without_scheme(text: &str) -> Option<&str> {
    ["https://", "http://"].into_iter().find_map(|scheme| {
        let (start, rest) = text.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    })
}

/// `HOST/v/CODE`, then perhaps a query that some messenger put there, then perhaps `#` and digits.
fn read_address(rest: &str) -> Result<Content, Unreadable> {
    let (address, digits) = rest.split_once('#').unwrap_or((rest, ""));
    let path = address.split_once('?').map_or(address, |(path, _)| path);
    let mut parts = path.trim_end_matches('/').split('/');
    let (Some(host), Some(folder), Some(code), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Unreadable::UnknownForm);
    };
    // No `@`: `https://ours@theirs/` is an address of theirs.
    let plain = |letter: u8| letter.is_ascii_alphanumeric() || b".-:[]".contains(&letter);
    if host.is_empty() || !host.bytes().all(plain) || !folder.eq_ignore_ascii_case("v") {
        return Err(Unreadable::UnknownForm);
    }
    let code = code.parse().map_err(|_| Unreadable::Damaged)?;
    let address = Address { host: host.to_ascii_lowercase(), code };
    if digits.is_empty() {
        return Ok(Content::Address(address));
    }
    signed(Some(address), fragment::decode(digits).ok_or(Unreadable::Damaged)?)
}

/// A photo of the paper may hold both QR codes: the signed one says more, whichever was found first.
fn read_image(bytes: &[u8], format: ImageFormat) -> Result<Content, Unreadable> {
    if bytes.len() > MAX_IMAGE_BYTES {
        return Err(Unreadable::TooLarge);
    }
    best(qr_texts(open(bytes, format)?)).ok_or(Unreadable::NoCode)
}

fn best(texts: Vec<String>) -> Option<Content> {
    let mut read: Vec<Content> = texts.iter().filter_map(|text| Content::read_text(text).ok()).collect();
    let signed = read.iter().position(|content| matches!(content, Content::Signed { .. }));
    signed.map(|place| read.swap_remove(place)).or_else(|| read.pop())
}

/// The attached certificate, else the first page that shows a QR code of ours. A page that can't be drawn counts
/// only where no other has one.
fn read_pdf(bytes: &[u8]) -> Result<Content, Unreadable> {
    let document = pdf::Document::open(bytes)?;
    if let Some(cwt) = document.attached() {
        return signed(None, cwt);
    }
    let mut failed = Unreadable::NoCode;
    for page in document.pages() {
        match page {
            Ok(page) => {
                if let Some(content) = best(qr_texts(page.into())) {
                    return Ok(content);
                }
            }
            Err(reason) => failed = reason,
        }
    }
    Err(failed)
}

/// By the brand in the first box of the file.
fn is_heic(bytes: &[u8]) -> bool {
    const BRANDS: [&[u8]; 6] = [b"heic", b"heix", b"hevc", b"heif", b"mif1", b"msf1"];
    bytes.get(4..8) == Some(b"ftyp") && bytes.get(8..12).is_some_and(|brand| BRANDS.contains(&brand))
}

fn open(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage, Unreadable> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_PIXEL_BYTES);
    let mut reader = ImageReader::with_format(std::io::Cursor::new(bytes), format);
    reader.limits(limits);
    reader.decode().map_err(|error| match error {
        image::ImageError::Limits(_) => Unreadable::TooLarge,
        _ => Unreadable::BadImage,
    })
}

/// The texts of all QR codes in a picture. A panic of the reader, which works on whatever people upload,
/// counts as a picture without any; the panic hook has told of it.
fn qr_texts(picture: DynamicImage) -> Vec<String> {
    std::panic::catch_unwind(|| {
        let picture = on_white(picture);
        let (width, height) = picture.dimensions();
        let source = Luma8LuminanceSource::new(picture.into_raw(), width, height).ok()?;
        let hints = DecodeHints { TryHarder: Some(true), ..DecodeHints::default() };
        let mut bitmap = BinaryBitmap::new(HybridBinarizer::new(source));
        let found = QrReader.decode_multiple_with_hints(&mut bitmap, &hints).ok()?;
        Some(found.iter().map(|code| code.getText().to_owned()).collect())
    })
    .ok()
    .flatten()
    .unwrap_or_default()
}

/// Grey, with what is transparent as white paper rather than as the black that may lie beneath.
fn on_white(picture: DynamicImage) -> GrayImage {
    if !picture.color().has_alpha() {
        return picture.into_luma8();
    }
    let pixels = picture.into_luma_alpha8();
    GrayImage::from_fn(pixels.width(), pixels.height(), |x, y| {
        let [light, alpha] = pixels.get_pixel(x, y).0.map(u16::from);
        let mixed = (light * alpha + 255 * (255 - alpha)) / 255;
        Luma([mixed.to_le_bytes()[0]])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::fixture::{BASE, Fixture, payload, photo};
    use crate::proof::qr;

    fn read(text: &str) -> Result<Content, Unreadable> {
        Content::read(text.as_bytes())
    }

    #[test]
    fn every_form_of_one_certificate() {
        let fixture = Fixture::new();
        let (cwt, code) = (fixture.cwt(), payload().code);
        let address = Address { host: "huzheng.haining.example".to_owned(), code };
        let url = qr::signed_url(BASE, &code, &cwt);
        let upper = url.to_ascii_uppercase();
        let query = url.replace('#', "?from=singlemessage#");
        let with_address = Ok(Content::Signed { address: Some(address.clone()), cwt: cwt.clone() });
        for text in [&url, &upper, &query, &format!(" {url}\n")] {
            assert_eq!(read(text), with_address, "{text}");
        }
        let short = qr::verify_url(BASE, &code);
        for text in [short.clone(), format!("{short}#"), format!("{short}/"), format!("{short}?a=b")] {
            assert_eq!(read(&text), Ok(Content::Address(address.clone())), "{text}");
        }
        let bare = Ok(Content::Signed { address: None, cwt: cwt.clone() });
        assert_eq!(Content::read(&cwt), bare);
        assert_eq!(read(&fragment::encode(&cwt)), bare);
        assert_eq!(read(&URL_SAFE_NO_PAD.encode(&cwt)), bare);
    }

    #[test]
    fn what_is_no_certificate() {
        let code = payload().code.to_string();
        for (text, expected) in [
            (String::new(), Unreadable::UnknownForm),
            ("hello".to_owned(), Unreadable::UnknownForm),
            ("https://".to_owned(), Unreadable::UnknownForm),
            ("https://a.example/".to_owned(), Unreadable::UnknownForm),
            (format!("https://a.example/x/{code}"), Unreadable::UnknownForm),
            (format!("https://ours@theirs.example/v/{code}"), Unreadable::UnknownForm),
            (format!("https://a.example/v/v/{code}"), Unreadable::UnknownForm),
            (format!("ftp://a.example/v/{code}"), Unreadable::UnknownForm),
            ("https://a.example/v/abc".to_owned(), Unreadable::Damaged),
            (format!("https://a.example/v/{code}#9999"), Unreadable::Damaged),
            (format!("https://a.example/v/{code}#top"), Unreadable::Damaged),
            ("1".to_owned(), Unreadable::Damaged),
            ("0".repeat(9000), Unreadable::TooLarge),
            ("0".repeat(8000), Unreadable::TooLarge),
            ("证书".to_owned(), Unreadable::UnknownForm),
        ] {
            assert_eq!(read(&text), Err(expected), "{text}");
        }
        assert_eq!(Content::read(&[0xff, 0xfe]), Err(Unreadable::UnknownForm));
        assert_eq!(Content::read(&vec![cose::FIRST_BYTE; 4096]), Err(Unreadable::TooLarge));
    }

    #[test]
    fn a_photo_with_both_codes_gives_the_signed_one() {
        let fixture = Fixture::new();
        let (cwt, code) = (fixture.cwt(), payload().code);
        let (signed, short) = (qr::signed_url(BASE, &code, &cwt), qr::verify_url(BASE, &code));
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            for texts in [vec![&signed], vec![&signed, &short], vec![&short, &signed]] {
                let read = Content::read(&photo(&texts, format));
                assert_eq!(read, read_address(without_scheme(&signed).expect("an address")), "{texts:?}");
            }
            let read = Content::read(&photo(&[&short], format));
            assert_eq!(read, read_address(without_scheme(&short).expect("an address")));
        }
    }

    #[test]
    fn a_picture_without_a_code() {
        let white = photo(&[], ImageFormat::Png);
        assert_eq!(Content::read(&white), Err(Unreadable::NoCode));
        assert_eq!(Content::read(&white[..white.len() / 2]), Err(Unreadable::BadImage));
        let foreign = photo(&[&"hello".to_owned()], ImageFormat::Png);
        assert_eq!(Content::read(&foreign), Err(Unreadable::NoCode));
        let mut large = white.clone();
        large.resize(MAX_IMAGE_BYTES + 1, 0);
        assert_eq!(Content::read(&large), Err(Unreadable::TooLarge));
        for (width, height) in [(MAX_SIDE + 1, 1), (MAX_SIDE, MAX_SIDE)] {
            let bomb = with_stated_size(png(&DynamicImage::new_rgba8(1, 1)), width, height);
            assert_eq!(Content::read(&bomb), Err(Unreadable::TooLarge));
        }
    }

    /// A PNG whose header promises another size than its pixels have.
    fn with_stated_size(mut png: Vec<u8>, width: u32, height: u32) -> Vec<u8> {
        png[16..20].copy_from_slice(&width.to_be_bytes());
        png[20..24].copy_from_slice(&height.to_be_bytes());
        let mut sum = flate2::Crc::new();
        sum.update(&png[12..29]);
        png[29..33].copy_from_slice(&sum.sum().to_be_bytes());
        png
    }

    #[test]
    fn black_on_nothing_reads_as_black_on_white() {
        let short = qr::verify_url(BASE, &payload().code);
        let printed = image::load_from_memory(&photo(&[&short], ImageFormat::Png)).expect("a picture");
        let mut transparent = printed.into_luma_alpha8();
        for pixel in transparent.pixels_mut() {
            pixel.0 = [0, 255 - pixel.0[0]];
        }
        let read = Content::read(&png(&DynamicImage::ImageLumaA8(transparent)));
        assert!(matches!(read, Ok(Content::Address(_))), "{read:?}");
    }

    #[test]
    fn noise_is_no_code() {
        let code = image::load_from_memory(&photo(&[&"0".repeat(500)], ImageFormat::Png)).expect("a picture");
        // A fixed sequence (Knuth's MMIX) rather than chance, so that a failure comes again.
        let mut noise = 7u64;
        let mut next = || {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            noise.to_be_bytes()[0]
        };
        for share in [8, 16, 32, 64, 128, 255] {
            let mut picture = code.to_luma8();
            for pixel in picture.pixels_mut() {
                if next() < share {
                    pixel.0[0] = next();
                }
            }
            let read = Content::read(&png(&DynamicImage::ImageLuma8(picture)));
            assert!(matches!(read, Err(Unreadable::NoCode)), "{read:?}");
        }
    }

    fn png(picture: &DynamicImage) -> Vec<u8> {
        let mut bytes = Vec::new();
        picture.write_to(&mut std::io::Cursor::new(&mut bytes), ImageFormat::Png).expect("written");
        bytes
    }
}
