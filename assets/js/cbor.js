// The part of CBOR that certificates use, read strictly: RFC 8949 §4.2.1 core deterministic encoding. Floats, simple
// values, indefinite lengths and heads longer than needed are refused, so that one content has one sequence of bytes.

export class Malformed extends Error {
  constructor(code = "malformed") {
    super(code);
    this.code = code;
  }
}

const [UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG] = [0, 1, 2, 3, 4, 5, 6];
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class Reader {
  #rest;

  constructor(bytes) {
    this.#rest = bytes;
  }

  unsigned() {
    return this.#expect(UNSIGNED);
  }

  // Past 2⁵³ the nearest number: nothing that we read goes there.
  integer() {
    const [major, argument] = this.#head();
    if (major === UNSIGNED) return argument;
    if (major === NEGATIVE) return -1 - argument;
    throw new Malformed();
  }

  bytes() {
    return this.#take(this.#expect(BYTES));
  }

  text() {
    const bytes = this.#take(this.#expect(TEXT));
    try {
      return utf8.decode(bytes);
    } catch {
      throw new Malformed();
    }
  }

  // The number of items, or of pairs, that follow.
  array() {
    return this.#expect(ARRAY);
  }

  map() {
    return this.#expect(MAP);
  }

  tag() {
    return this.#expect(TAG);
  }

  // Whether the next item is the integer `value`, which is read if so.
  nextIs(value) {
    const before = this.#rest;
    try {
      if (this.integer() === value) return true;
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
    }
    this.#rest = before;
    return false;
  }

  // Passes over one integer or string.
  skip() {
    const [major, argument] = this.#head();
    if (major === BYTES || major === TEXT) this.#take(argument);
    else if (major !== UNSIGNED && major !== NEGATIVE) throw new Malformed();
  }

  // Nothing may follow.
  end() {
    if (this.#rest.length > 0) throw new Malformed();
  }

  #expect(expected) {
    const [major, argument] = this.#head();
    if (major !== expected) throw new Malformed();
    return argument;
  }

  #head() {
    const bytes = this.#rest;
    if (bytes.length === 0) throw new Malformed();
    const info = bytes[0] & 31;
    if (info > 27) throw new Malformed();
    const width = info < 24 ? 0 : 1 << (info - 24);
    if (bytes.length < 1 + width) throw new Malformed();
    let argument = info;
    if (width > 0) {
      argument = bytes.subarray(1, 1 + width).reduce((value, byte) => value * 256 + byte, 0);
      const least = width === 1 ? 24 : 2 ** (4 * width);
      if (argument < least) throw new Malformed();
    }
    this.#rest = bytes.subarray(1 + width);
    return [bytes[0] >> 5, argument];
  }

  #take(length) {
    if (length > this.#rest.length) throw new Malformed();
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }
}

// An item's head with what follows it, in the shortest form; for lengths below 65,536.
function item(major, content) {
  const length = content.length;
  const head = length < 24 ? [length] : length < 256 ? [24, length] : [25, length >> 8, length & 255];
  head[0] |= major << 5;
  return [...head, ...content];
}

export function writeArrayOf(...items) {
  return Uint8Array.from([(ARRAY << 5) | items.length, ...items.flat()]);
}

export function writeText(text) {
  return item(TEXT, new TextEncoder().encode(text));
}

export function writeBytes(bytes) {
  return item(BYTES, bytes);
}
