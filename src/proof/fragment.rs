//! Bytes as decimal digits, the densest form that a QR has and that is safe behind the `#` of an address:
//! 13 bits in 4 digits, 3.25 bits a digit where 10/3 is the bound. `docs/api.md` has it in words.

const BITS: usize = 13;
/// The 13 bits of a full group as 4 digits; shorter last groups by their number of digits.
const DIGITS: usize = 4;

/// Bits are taken from the first byte's highest on, in groups of 13; each group is a number of 4 digits.
/// A last group of 1–3, 4–6, 7–9 or 10–12 bits is a number of 1, 2, 3 or 4 digits. Nothing is padded, so
/// one sequence of bytes has one sequence of digits.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(digits_for(bytes.len()));
    let mut bits = 0u32;
    let mut held = 0;
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        held += 8;
        if held >= BITS {
            held -= BITS;
            push(&mut text, bits >> held, DIGITS);
            bits &= (1 << held) - 1;
        }
    }
    if held > 0 {
        push(&mut text, bits, held.div_ceil(3).min(DIGITS));
    }
    text
}

/// `None` for anything that [`encode`] does not write.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    // 13 bits in 4 digits, rounded down to whole bytes: no two lengths of bytes share a length of digits.
    let length = text.len() * BITS / DIGITS / 8;
    if digits_for(length) != text.len() {
        return None;
    }
    let mut bytes = Vec::with_capacity(length);
    let mut bits = 0u32;
    let mut held = 0;
    for group in text.as_bytes().chunks(DIGITS) {
        let value = number(group)?;
        let width = (8 * length - (8 * bytes.len() + held)).min(BITS);
        if value >> width != 0 {
            return None;
        }
        bits = bits << width | value;
        held += width;
        while held >= 8 {
            held -= 8;
            bytes.push((bits >> held).to_le_bytes()[0]);
            bits &= (1 << held) - 1;
        }
    }
    Some(bytes)
}

fn digits_for(bytes: usize) -> usize {
    let (full, rest) = (8 * bytes / BITS, 8 * bytes % BITS);
    DIGITS * full + rest.div_ceil(3).min(DIGITS)
}

fn push(text: &mut String, value: u32, digits: usize) {
    const POWERS: [u32; 4] = [1, 10, 100, 1000];
    for power in POWERS[..digits].iter().rev() {
        text.push(char::from(b'0' + (value / power % 10).to_le_bytes()[0]));
    }
}

fn number(digits: &[u8]) -> Option<u32> {
    digits
        .iter()
        .try_fold(0, |value, digit| digit.is_ascii_digit().then(|| value * 10 + u32::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_order_of_bits() {
        // 1111111111111|111 → 8191, then 3 bits in one digit.
        assert_eq!(encode(&[0xff, 0xff]), "81917");
        // 0000000000000|00110000000 → 0, then 11 bits in four digits.
        assert_eq!(encode(&[0x00, 0x01, 0x80]), "00000384");
    }

    #[test]
    fn only_what_is_written_is_read() {
        for text in ["1", "12", "9999", "000256", "+12", "12 ", "1x2", "１", "81918", "82000"] {
            assert_eq!(decode(text), None, "{text}");
        }
        assert_eq!(decode(""), Some(Vec::new()));
        assert_eq!(decode("255"), Some(vec![255]));
        assert_eq!(decode("256"), None, "more than its bits hold");
    }

    #[test]
    fn no_two_lengths_share_a_number_of_digits() {
        let lengths: std::collections::BTreeSet<_> = (0..3000).map(digits_for).collect();
        assert_eq!(lengths.len(), 3000);
    }

    proptest! {
        #[test]
        fn bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let text = encode(&bytes);
            prop_assert!(text.bytes().all(|b| b.is_ascii_digit()));
            prop_assert_eq!(decode(&text), Some(bytes));
        }

        #[test]
        fn digits_come_back(text in "[0-9]{0,60}") {
            if let Some(bytes) = decode(&text) {
                prop_assert_eq!(encode(&bytes), text);
            }
        }
    }
}
