// Bytes written as text: the digits behind the # of an address, base 32 of a public code, base 58 of keys, base 64 of
// tokens, hexadecimal of key ids. Each reader gives null for anything that its writer does not write.

const BITS = 13;
const DIGITS = 4;

function digitsFor(bytes) {
  const rest = (8 * bytes) % BITS;
  return DIGITS * Math.floor((8 * bytes) / BITS) + Math.min(Math.ceil(rest / 3), DIGITS);
}

// 13 bits in 4 digits; `docs/api.md` has it in words.
export function fromDigits(text) {
  const length = Math.floor((text.length * BITS) / DIGITS / 8);
  if (digitsFor(length) !== text.length || !/^[0-9]*$/.test(text)) return null;
  const bytes = new Uint8Array(length);
  let [place, bits, held] = [0, 0, 0];
  for (let start = 0; start < text.length; start += DIGITS) {
    const value = Number(text.slice(start, start + DIGITS));
    const width = Math.min(8 * length - (8 * place + held), BITS);
    if (value >> width !== 0) return null;
    bits = (bits << width) | value;
    held += width;
    while (held >= 8) {
      held -= 8;
      bytes[place++] = bits >> held;
      bits &= (1 << held) - 1;
    }
  }
  return bytes;
}

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

// The 26 letters of 16 bytes; the last letter carries 3 bits and two zeros.
export function toBase32(bytes) {
  let [text, bits, held] = ["", 0, 0];
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    held += 8;
    while (held >= 5) {
      held -= 5;
      text += BASE32[(bits >> held) & 31];
    }
    bits &= (1 << held) - 1;
  }
  return held > 0 ? text + BASE32[(bits << (5 - held)) & 31] : text;
}

const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

export function fromBase58(text) {
  if (text.length > 96) return null;
  let value = 0n;
  for (const letter of text) {
    const digit = BASE58.indexOf(letter);
    if (digit < 0) return null;
    value = value * 58n + BigInt(digit);
  }
  const bytes = [];
  for (; value > 0n; value >>= 8n) bytes.unshift(Number(value & 255n));
  for (let place = 0; text[place] === "1"; place++) bytes.unshift(0);
  return Uint8Array.from(bytes);
}

// Base 64 for addresses, without padding and with nothing in the bits that no byte uses.
export function fromBase64(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return null;
  const standard = text.replaceAll("-", "+").replaceAll("_", "/");
  const bytes = Uint8Array.from(atob(standard), (letter) => letter.charCodeAt(0));
  const padded = standard.padEnd(Math.ceil(standard.length / 4) * 4, "=");
  const again = btoa(Array.from(bytes.slice(-(bytes.length % 3 || 3)), (byte) => String.fromCharCode(byte)).join(""));
  return text === "" || again === padded.slice(-4) ? bytes : null;
}

export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// An Ed25519 public key written as a W3C Multikey (z6Mk…).
export function fromMultikey(text) {
  if (typeof text !== "string" || !text.startsWith("z")) return null;
  const bytes = fromBase58(text.slice(1));
  return bytes?.length === 34 && bytes[0] === 0xed && bytes[1] === 1 ? bytes.slice(2) : null;
}

export function sameBytes(one, other) {
  return one.length === other.length && one.every((byte, place) => byte === other[place]);
}
