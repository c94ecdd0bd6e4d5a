// What a certificate says, as CWT claims (RFC 8392) in their one canonical form. `docs/api.md` has the table.

import { Malformed, Reader } from "./cbor.js";
import { toBase32, toHex } from "./encodings.js";
import { shanghaiDate } from "./dates.js";

// What version 1 holds, all in one place.
const VERSION = 1;
const [ISS, EXP, IAT, CTI, CERTIFICATE] = [1, 4, 6, 7, -65537];
const CERTIFICATE_FIELDS = 11;
const ENVIRONMENTS = { 1: "production", 2: "demo", 3: "test" };
const TYPES = {
  1: "skill", 2: "training-completion", 3: "family-carer", 4: "first-aid", 5: "care-manager", 6: "device-fitter",
};
const OCCUPATIONS = ["4-10-01-05"];
const SPECIALTIES = ["general", "dementia-care"];
const LEVELS = [5, 4, 3, 2, 1];
const CODE_BYTES = 16;
const DIGEST_BYTES = 32;
const BODY = /^[SYPH][0-9]{12}$/;
const NUMBER = /^[\p{Alphabetic}\p{N}\-_/()（）〔〕[\]第号]{4,40}$/u;
const LAST_LIST = 2 ** 32 - 1;
// The first second of the year 10000: past it no date is meant.
const YEAR_10000 = 253_402_300_800;
const DAY = 86_400;

// Throws Malformed: with the code `unknown-version` for what a later version of the register wrote.
export function readPayload(bytes) {
  try {
    return readVersion1(bytes);
  } catch (error) {
    if (error instanceof Malformed && isOfAnotherVersion(bytes)) throw new Malformed("unknown-version");
    throw error;
  }
}

function readVersion1(bytes) {
  const claims = new Reader(bytes);
  const count = claims.map();
  expect(claims, ISS);
  const body = matching(claims.text(), BODY);
  const ends = claims.nextIs(EXP);
  const expires_on = ends ? day(claims.unsigned(), -DAY) : null;
  expect(claims, IAT);
  const issued_on = day(claims.unsigned(), 0);
  expect(claims, CTI);
  const code = ofLength(claims.bytes(), CODE_BYTES);
  expect(claims, CERTIFICATE);
  const fields = claims.array();
  const version = claims.unsigned();
  if (count !== (ends ? 5 : 4) || fields !== CERTIFICATE_FIELDS || version !== VERSION) throw new Malformed();
  const environment = named(ENVIRONMENTS, claims.integer());
  const type = named(TYPES, claims.unsigned());
  const payload = {
    body,
    expires_on,
    issued_on,
    code: toBase32(code),
    environment,
    type,
    number: matching(claims.text(), NUMBER),
    holder: claims.text(),
    particulars: particulars(type, claims),
    status: { list: small(claims.unsigned()), index: small(claims.unsigned()) },
    digest: toHex(ofLength(claims.bytes(), DIGEST_BYTES)),
  };
  claims.end();
  return payload;
}

// What this type says beyond the rest.
function particulars(type, claims) {
  if (type === "skill") {
    return {
      occupation: known(OCCUPATIONS, claims.text()),
      specialty: known(SPECIALTIES, claims.text()),
      level: String(known(LEVELS, claims.unsigned())),
    };
  }
  if (type === "first-aid") {
    return {
      original_issuer: claims.text(),
      original_number: claims.text(),
      original_issued_on: day(claims.unsigned(), 0),
    };
  }
  return { course: claims.text(), hours: small(claims.unsigned()), completed_on: day(claims.unsigned(), 0) };
}

// Every version begins its map with integers and strings, and the array of the claim with its version.
function isOfAnotherVersion(bytes) {
  try {
    const claims = new Reader(bytes);
    for (let left = claims.map(); left > 0; left--) {
      if (claims.nextIs(CERTIFICATE)) {
        claims.array();
        return claims.unsigned() !== VERSION;
      }
      claims.skip();
      claims.skip();
    }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
  }
  return false;
}

function expect(claims, key) {
  if (!claims.nextIs(key)) throw new Malformed();
}

function matching(text, form) {
  if (!form.test(text)) throw new Malformed();
  return text;
}

function ofLength(bytes, length) {
  if (bytes.length !== length) throw new Malformed();
  return bytes;
}

function named(names, value) {
  if (!Object.hasOwn(names, value)) throw new Malformed();
  return names[value];
}

function known(all, value) {
  if (!all.includes(value)) throw new Malformed();
  return value;
}

function small(value) {
  if (value > LAST_LIST) throw new Malformed();
  return value;
}

// The day in Asia/Shanghai that begins `seconds` after 1970, moved by `shift` seconds.
function day(seconds, shift) {
  if (seconds >= YEAR_10000 || (seconds + 8 * 3600) % DAY !== 0) throw new Malformed();
  return shanghaiDate((seconds + shift) * 1000);
}
