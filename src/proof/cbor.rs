//! The part of CBOR that certificates use, read strictly: RFC 8949 §4.2.1 core deterministic encoding, so
//! that one content has one sequence of bytes. Floats, simple values and indefinite lengths are refused.

/// The bytes are not the deterministic CBOR that was expected at this place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotCbor;

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;

/// Reads items off the front of borrowed bytes; nothing is copied.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub fn unsigned(&mut self) -> Result<u64, NotCbor> {
        self.expect(UNSIGNED)
    }

    pub fn integer(&mut self) -> Result<i64, NotCbor> {
        let (major, argument) = self.head()?;
        let value = i64::try_from(argument).map_err(|_| NotCbor)?;
        match major {
            UNSIGNED => Ok(value),
            NEGATIVE => Ok(-1 - value),
            _ => Err(NotCbor),
        }
    }

    pub fn bytes(&mut self) -> Result<&'a [u8], NotCbor> {
        let length = self.expect(BYTES)?;
        self.take(length)
    }

    pub fn text(&mut self) -> Result<&'a str, NotCbor> {
        let length = self.expect(TEXT)?;
        std::str::from_utf8(self.take(length)?).map_err(|_| NotCbor)
    }

    /// The number of items that follow.
    pub fn array(&mut self) -> Result<u64, NotCbor> {
        self.expect(ARRAY)
    }

    /// The number of pairs that follow.
    pub fn map(&mut self) -> Result<u64, NotCbor> {
        self.expect(MAP)
    }

    pub fn tag(&mut self) -> Result<u64, NotCbor> {
        self.expect(TAG)
    }

    /// Whether the next item is the integer `value`, which is read if so.
    pub fn next_is(&mut self, value: i64) -> bool {
        let mut ahead = *self;
        let found = ahead.integer() == Ok(value);
        if found {
            *self = ahead;
        }
        found
    }

    /// Passes over one integer or string.
    pub fn skip(&mut self) -> Result<(), NotCbor> {
        match self.head()? {
            (UNSIGNED | NEGATIVE, _) => Ok(()),
            (BYTES | TEXT, length) => self.take(length).map(drop),
            _ => Err(NotCbor),
        }
    }

    /// Nothing may follow.
    pub fn end(self) -> Result<(), NotCbor> {
        if self.0.is_empty() { Ok(()) } else { Err(NotCbor) }
    }

    fn expect(&mut self, major: u8) -> Result<u64, NotCbor> {
        match self.head()? {
            (found, argument) if found == major => Ok(argument),
            _ => Err(NotCbor),
        }
    }

    fn head(&mut self) -> Result<(u8, u64), NotCbor> {
        let (first, rest) = self.0.split_first().ok_or(NotCbor)?;
        let (width, least) = match first & 31 {
            small @ 0..=23 => {
                self.0 = rest;
                return Ok((first >> 5, u64::from(small)));
            }
            24 => (1, 24),
            25 => (2, 1 << 8),
            26 => (4, 1 << 16),
            27 => (8, 1 << 32),
            _ => return Err(NotCbor),
        };
        let (digits, rest) = rest.split_at_checked(width).ok_or(NotCbor)?;
        let argument = digits.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
        self.0 = rest;
        // A longer head than needed would be a second spelling of the same value.
        if argument < least { Err(NotCbor) } else { Ok((first >> 5, argument)) }
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], NotCbor> {
        let length = usize::try_from(length).map_err(|_| NotCbor)?;
        let (taken, rest) = self.0.split_at_checked(length).ok_or(NotCbor)?;
        self.0 = rest;
        Ok(taken)
    }
}

/// Writes items at the end of its bytes, each in its shortest form.
#[derive(Debug, Default)]
pub(super) struct Writer(pub Vec<u8>);

impl Writer {
    pub fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    pub fn integer(&mut self, value: i64) {
        match u64::try_from(value) {
            Ok(value) => self.head(UNSIGNED, value),
            Err(_) => self.head(NEGATIVE, value.unsigned_abs() - 1),
        }
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.head(BYTES, bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    pub fn text(&mut self, text: &str) {
        self.head(TEXT, text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    pub fn array(&mut self, length: u64) {
        self.head(ARRAY, length);
    }

    pub fn map(&mut self, pairs: u64) {
        self.head(MAP, pairs);
    }

    pub fn tag(&mut self, tag: u64) {
        self.head(TAG, tag);
    }

    fn head(&mut self, major: u8, argument: u64) {
        let bytes = argument.to_be_bytes();
        let (info, width) = match argument {
            0..=23 => {
                self.0.push(major << 5 | bytes[7]);
                return;
            }
            24..=0xff => (24, 1),
            0x100..=0xffff => (25, 2),
            0x1_0000..=0xffff_ffff => (26, 4),
            _ => (27, 8),
        };
        self.0.push(major << 5 | info);
        self.0.extend_from_slice(&bytes[8 - width..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_one_spelling() {
        for value in [0, 1, 23, 24, 255, 256, 65_535, 65_536, 4_294_967_296, i64::MAX, -1, -24, -25, -65_537]
        {
            let mut writer = Writer::default();
            writer.integer(value);
            let mut standard = Vec::new();
            ciborium::into_writer(&value, &mut standard).expect("written");
            assert_eq!(writer.0, standard, "{value}");
            assert_eq!(Reader::new(&writer.0).integer(), Ok(value));
        }
        for longer in ["1817", "1900ff", "1a0000ffff", "1b00000000ffffffff", "1f", "fb0000000000000000", ""] {
            let bytes = hex::decode(longer).expect("hex");
            assert_eq!(Reader::new(&bytes).integer(), Err(NotCbor), "{longer}");
        }
    }

    #[test]
    fn a_length_past_the_end_is_refused() {
        for text in ["42ff", "5bffffffffffffffff00", "62ff"] {
            let bytes = hex::decode(text).expect("hex");
            assert_eq!(Reader::new(&bytes).bytes(), Err(NotCbor), "{text}");
            assert_eq!(Reader::new(&bytes).text(), Err(NotCbor), "{text}");
            assert_eq!(Reader::new(&bytes).skip(), Err(NotCbor), "{text}");
        }
    }
}
