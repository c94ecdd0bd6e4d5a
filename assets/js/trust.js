// The trust list: which keys are ours, what each may sign, and which hosts our papers name. JSON with a Data Integrity
// proof of the cryptosuite eddsa-jcs-2022 by a root key that stands in the list.

import { hasSigned } from "./cose.js";
import { instant, isDay, shanghaiDate } from "./dates.js";
import { fromBase58, fromMultikey, toHex } from "./encodings.js";

export class NotBelieved extends Error {}

const MAX_LETTERS = 4 << 20;
const KIND = "huzheng-trust-list";

// Reads a list and checks its signature and its contents. `pinnedRoot` is the Multikey of the root that this browser
// saw first, or null at first sight. Whether the list has expired is for whoever uses it to ask.
export async function readTrustList(text, pinnedRoot) {
  if (text.length > MAX_LETTERS) throw new NotBelieved("too large");
  const document = parse(text);
  const root = signer(document);
  if (pinnedRoot !== null && root !== pinnedRoot) throw new NotBelieved("another root key");
  await checkProof(document, fromMultikey(root));
  if (document.type !== KIND) throw new NotBelieved("another type of document");

  const issuedAt = instant(document.issued_at);
  const expiresAt = instant(document.expires_at);
  const sound = Number.isInteger(document.version) && typeof document.environment === "string" && issuedAt < expiresAt;
  if (!sound || !Array.isArray(document.verify_hosts) || !Array.isArray(document.keys)) throw new NotBelieved("form");
  const keys = new Map();
  for (const key of document.keys) {
    await checkKey(key, document.environment);
    if (keys.has(key.id)) throw new NotBelieved("a key twice");
    keys.set(key.id, { ...key, bytes: fromMultikey(key.public_key) });
  }
  const list = { version: document.version, environment: document.environment, issuedAt, expiresAt, root, keys, hosts: document.verify_hosts };
  const isRoot = (key) => key.purpose === "root" && key.public_key === root && isUsable(key, issuedAt);
  if (![...keys.values()].some(isRoot)) throw new NotBelieved("no root key");
  return list;
}

// Whether what `key` signs at `now` may count, apart from what it signs.
export function isUsable(key, now) {
  return key.state === "active" && covers(key, shanghaiDate(now));
}

export function covers(key, day) {
  return key.valid_from <= day && day <= key.valid_until;
}

function parse(text) {
  let document;
  try {
    document = JSON.parse(text);
  } catch {
    throw new NotBelieved("not JSON");
  }
  if (document === null || typeof document !== "object" || Array.isArray(document)) throw new NotBelieved("form");
  return document;
}

// The Multikey whose `did:key` method the proof names.
function signer(document) {
  const method = document.proof?.verificationMethod;
  const key = typeof method === "string" ? method.split("#").at(-1) : "";
  if (method !== `did:key:${key}#${key}` || !fromMultikey(key)) throw new NotBelieved("no root key");
  return key;
}

// Data Integrity EdDSA Cryptosuites v1.0, §3.3: SHA-256 of the canonical proof, then of the canonical document.
async function checkProof({ proof, ...document }, publicKey) {
  const { proofValue, ...config } = proof;
  const known =
    config.type === "DataIntegrityProof" &&
    config.cryptosuite === "eddsa-jcs-2022" &&
    config.proofPurpose === "assertionMethod" &&
    (config["@context"] === undefined || canonical(config["@context"]) === canonical(document["@context"]));
  const signature = typeof proofValue === "string" && proofValue.startsWith("z") ? fromBase58(proofValue.slice(1)) : null;
  if (!known || signature?.length !== 64) throw new NotBelieved("no proof");
  const hashes = new Uint8Array(64);
  hashes.set(await sha256(canonical(config)), 0);
  hashes.set(await sha256(canonical(document)), 32);
  if (!(await hasSigned(publicKey, hashes, signature))) throw new NotBelieved("signature");
}

// RFC 8785: what JSON.stringify writes, with the members of objects in the order of their UTF-16 units.
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.keys(value).sort();
    return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
  }
  return JSON.stringify(value) ?? "";
}

async function sha256(text) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

// A key's id is the beginning of SHA-256 over the key and the environment.
async function checkKey(key, environment) {
  const bytes = fromMultikey(key?.public_key);
  if (!bytes) throw new NotBelieved("a key's form");
  const named = new Uint8Array([...bytes, ...new TextEncoder().encode(environment)]);
  const id = toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", named)).subarray(0, 8));
  const issues = key.purpose === "issuing";
  const sound =
    key.id === id &&
    typeof key.purpose === "string" &&
    isDay(key.valid_from) &&
    isDay(key.valid_until) &&
    ["active", "retired", "halted"].includes(key.state) &&
    (key.state === "halted") === !Number.isNaN(instant(key.halted_at)) &&
    (!issues || (typeof key.body === "string" && Array.isArray(key.types)));
  if (!sound) throw new NotBelieved("a key contradicts itself");
}
