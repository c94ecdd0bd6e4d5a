//! What a PDF may cost before anything of it is unpacked by a library that has no bounds of its own: which packings
//! it uses, what its streams unpack to, and the size of its pictures.

use std::io::{Cursor, Read};

use flate2::read::{DeflateDecoder, ZlibDecoder};
use hayro_interpret::hayro_syntax::object::Stream;
use image::{ImageFormat, ImageReader};

use crate::proof::content::Unreadable;

/// The most that all streams together unpack to, in bytes.
const MAX_UNPACKED: u64 = 128 << 20;
/// Pixels of one picture: what a phone's camera makes, and an A4 page scanned at 600 dots an inch.
const MAX_PIXELS: u64 = 40_000_000;
/// A page with its fonts and pictures has some dozens.
const MAX_STREAMS: usize = 5_000;
/// Deflate and JPEG are what cameras, offices and our own papers use. Each of the others can make gigabytes of a few
/// bytes, or has no bounded reader.
const OTHER_PACKINGS: [&[u8]; 12] = [
    b"LZWDecode",
    b"LZW",
    b"ASCII85Decode",
    b"A85",
    b"ASCIIHexDecode",
    b"AHx",
    b"RunLengthDecode",
    b"RL",
    b"CCITTFaxDecode",
    b"CCF",
    b"JBIG2Decode",
    b"JPXDecode",
];

/// # Errors
/// [`Unreadable::BadPdf`] for another packing than ours, [`Unreadable::TooComplex`] past a bound.
pub(super) fn check_file(bytes: &[u8]) -> Result<(), Unreadable> {
    let plain = without_escapes(bytes);
    if OTHER_PACKINGS.iter().any(|name| has_name(&plain, name)) {
        return Err(Unreadable::BadPdf);
    }
    let mut left = MAX_UNPACKED;
    if stream_starts(bytes).count() > MAX_STREAMS {
        return Err(Unreadable::TooComplex);
    }
    stream_starts(bytes).try_for_each(|start| check_unpacked(&bytes[start..], &mut left))
}

/// Takes what `packed` unpacks to off what is left: the more of both spellings of deflate, for readers try both.
fn check_unpacked(packed: &[u8], left: &mut u64) -> Result<(), Unreadable> {
    check_jpeg(packed)?;
    let zlib = head_and_length(ZlibDecoder::new(packed), *left);
    let bare = head_and_length(DeflateDecoder::new(packed), *left);
    for (head, length) in [&zlib, &bare] {
        // Packed twice, what comes out may be as much again.
        if length > left || head_and_length(ZlibDecoder::new(head.as_slice()), 64).1 > 0 {
            return Err(Unreadable::TooComplex);
        }
        check_jpeg(head)?;
    }
    *left -= zlib.1.max(bare.1);
    Ok(())
}

/// Whether a picture may be unpacked: also one that stands within a page's own content.
pub(super) fn may_unpack(picture: &Stream<'_>, width: u32, height: u32) -> bool {
    let raw = picture.raw_data();
    let filters = picture.filters();
    // The type of a filter has no public name; one that is spelled otherwise some day is refused.
    let known = |filter: String| matches!(filter.as_str(), "FlateDecode" | "DctDecode");
    let mut left = MAX_UNPACKED;
    u64::from(width) * u64::from(height) <= MAX_PIXELS
        && filters.len() <= 1
        && filters.iter().all(|filter| known(format!("{filter:?}")))
        && check_unpacked(&raw, &mut left).is_ok()
}

/// The first bytes that come out, and how many there are, counted no further than one past `most`.
fn head_and_length(mut unpacker: impl Read, most: u64) -> (Vec<u8>, u64) {
    const HEAD: usize = 64 << 10;
    let mut head = vec![0; HEAD];
    let mut filled = 0;
    let mut length = 0;
    let mut rest = [0; 16 << 10];
    loop {
        let room = if filled < HEAD { &mut head[filled..] } else { &mut rest[..] };
        match unpacker.read(room) {
            Ok(0) | Err(_) => break,
            Ok(read) => {
                filled = (filled + read).min(HEAD);
                length += read as u64;
            }
        }
        if length > most {
            break;
        }
    }
    head.truncate(filled);
    (head, length)
}

/// The size that a JPEG states of itself, whatever the PDF says.
fn check_jpeg(bytes: &[u8]) -> Result<(), Unreadable> {
    if !bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        return Ok(());
    }
    let stated = ImageReader::with_format(Cursor::new(bytes), ImageFormat::Jpeg).into_dimensions();
    match stated {
        Ok((width, height)) if u64::from(width) * u64::from(height) <= MAX_PIXELS => Ok(()),
        Ok(_) => Err(Unreadable::TooComplex),
        Err(_) => Err(Unreadable::BadPdf),
    }
}

/// Where the content of each stream may begin: behind the word and its line's end, as lenient as readers are.
fn stream_starts(bytes: &[u8]) -> impl Iterator<Item = usize> + '_ {
    const WORD: &[u8] = b"stream";
    let words = (0..bytes.len().saturating_sub(WORD.len())).filter(|at| bytes[*at..].starts_with(WORD));
    words.map(|at| {
        let after = at + WORD.len();
        let blanks = bytes[after..].iter().take_while(|byte| is_blank(**byte)).count();
        after + blanks
    })
}

/// Names may be spelled with `#` and two hexadecimal digits for any letter.
fn without_escapes(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        let escaped = after.get(..2).filter(|_| *first == b'#').and_then(|two| hex::decode(two).ok());
        if let Some(letter) = escaped {
            plain.extend(letter);
            rest = &after[2..];
        } else {
            plain.push(*first);
            rest = after;
        }
    }
    plain
}

/// Whether the file has the name where a name may stand: a short one is met by chance in the bytes of a picture.
fn has_name(bytes: &[u8], name: &[u8]) -> bool {
    let is_text = |byte: Option<&u8>| byte.is_none_or(|byte| byte.is_ascii_graphic() || is_blank(*byte));
    let ends = |byte: Option<&u8>| byte.is_none_or(|byte| is_blank(*byte) || b"/[]<>()%".contains(byte));
    let stands = |at: usize| {
        let after = at + 1 + name.len();
        bytes[at + 1..].starts_with(name)
            && is_text(at.checked_sub(1).and_then(|before| bytes.get(before)))
            && ends(bytes.get(after))
            && (bytes.get(after) == Some(&b'%') || is_text(bytes.get(after + 1)))
    };
    (0..bytes.len()).any(|at| bytes[at] == b'/' && stands(at))
}

const fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0
}
