// The signed status lists: one bit for revoked and one for suspended per certificate, Bitstring Status Lists (W3C,
// v1.0) in a JWT by the registry's status key, and what they say together of one certificate.

import { hasSigned } from "./cose.js";
import { instant } from "./dates.js";
import { fromBase64 } from "./encodings.js";
import { NotBelieved, isUsable } from "./trust.js";

const MAX_LETTERS = 8 << 20;
const [MIN_BYTES, MAX_BYTES] = [131_072 / 8, (1 << 24) / 8];
// How far two machines' clocks may differ.
const SKEW = 5 * 60 * 1000;

// Both purposes of one list number, as `/status/{list}` serves them.
export async function readBundle(text, trust, now) {
  if (text.length > 2 * MAX_LETTERS) throw new NotBelieved("too large");
  const bundle = parse(text);
  const revocation = await readList(bundle.revocation, trust, now);
  const suspension = await readList(bundle.suspension, trust, now);
  const fits = (list, purpose) => list.list === bundle.list && list.purpose === purpose;
  if (!fits(revocation, "revocation") || !fits(suspension, "suspension")) throw new NotBelieved("another list");
  return { list: bundle.list, revocation, suspension, asOf: Math.min(revocation.validFrom, suspension.validFrom) };
}

async function readList(jwt, trust, now) {
  if (typeof jwt !== "string" || jwt.length > MAX_LETTERS) throw new NotBelieved("form");
  const parts = jwt.split(".");
  if (parts.length !== 3) throw new NotBelieved("form");
  const header = json(parts[0]);
  if (header.alg !== "EdDSA" || header.typ !== "vc+jwt" || typeof header.kid !== "string") throw new NotBelieved("form");
  const [did, id, more] = header.kid.split("#");
  const key = trust.keys.get(id);
  if (more !== undefined || key?.purpose !== "status" || !isUsable(key, now)) throw new NotBelieved("key");
  const signature = fromBase64(parts[2]);
  const message = new TextEncoder().encode(`${parts[0]}.${parts[1]}`);
  if (!signature || !(await hasSigned(key.bytes, message, signature))) throw new NotBelieved("signature");
  const credential = json(parts[1]);
  if (credential.issuer !== did) throw new NotBelieved("issuer");
  return listOf(credential);
}

async function listOf(credential) {
  const subject = credential.credentialSubject ?? {};
  const isList = credential.type?.includes?.("BitstringStatusListCredential") && subject.type === "BitstringStatusList";
  // The number stands in the signed address, so that one list can't be served as another.
  const [, list, purpose] = /\/status\/([0-9]{1,9})\/([a-z]+)$/.exec(credential.id) ?? [];
  const [validFrom, validUntil] = [instant(credential.validFrom), instant(credential.validUntil)];
  if (!isList || purpose !== subject.statusPurpose || !(validFrom < validUntil)) throw new NotBelieved("contents");
  return { list: Number(list), purpose, validFrom, validUntil, bits: await unpack(subject.encodedList) };
}

// Multibase `u`, gzip, the first entry in the highest bit. A small text that unpacks to a huge one is refused.
async function unpack(encoded) {
  const packed = typeof encoded === "string" && encoded.startsWith("u") ? fromBase64(encoded.slice(1)) : null;
  if (!packed) throw new NotBelieved("encoding");
  const chunks = [];
  let length = 0;
  try {
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    for (const reader = stream.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      length += value.length;
      if (length > MAX_BYTES) {
        await reader.cancel();
        break;
      }
    }
  } catch {
    throw new NotBelieved("encoding");
  }
  if (length < MIN_BYTES || length > MAX_BYTES) throw new NotBelieved("size");
  const bits = new Uint8Array(length);
  let place = 0;
  for (const chunk of chunks) {
    bits.set(chunk, place);
    place += chunk.length;
  }
  return bits;
}

// Whether the certificate at `index` is marked; null where the list ends before it.
export function isMarked(list, index) {
  const byte = list.bits[Math.floor(index / 8)];
  return byte === undefined ? null : (byte & (0x80 >> (index % 8))) !== 0;
}

function isFresh(list, now) {
  return list.validFrom <= now + SKEW && now < list.validUntil;
}

// What the kept lists say of the certificate at `index`: `revoked` holds for ever, `suspended` while both lists are
// fresh. Nothing here ever says `valid`: that takes a fresh answer of the register.
export function standing(bundle, index, now) {
  if (!bundle) return "status-missing";
  const revoked = isMarked(bundle.revocation, index);
  const suspended = isMarked(bundle.suspension, index);
  if (revoked) return "revoked";
  if (revoked === null || suspended === null) return "status-index";
  if (!suspended) return "offline-clear";
  return isFresh(bundle.revocation, now) && isFresh(bundle.suspension, now) ? "suspended" : "offline-suspended";
}

function json(part) {
  const bytes = fromBase64(part);
  if (!bytes) throw new NotBelieved("form");
  return parse(new TextDecoder().decode(bytes));
}

function parse(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new NotBelieved("form");
  }
  if (value === null || typeof value !== "object") throw new NotBelieved("form");
  return value;
}
