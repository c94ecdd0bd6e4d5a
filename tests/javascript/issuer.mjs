// A small register for the tests of the page's scripts: it makes keys and signs certificates, trust lists and status
// lists with Node's own cryptography. What it writes is spelled out here once more, apart from the scripts under test.

import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { gzipSync } from "node:zlib";

export const NOON = Date.parse("2026-11-21T04:00:00Z");
export const HOST = "huzheng.haining.example";
export const CODE = "gaytemzugu3doobzmfrggzdfmy";
export const BODY = "S000033001032";

export function newKey(environment = "test") {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const bytes = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  const id = createHash("sha256").update(bytes).update(environment).digest().subarray(0, 8);
  return { privateKey, id, multikey: `z${base58(Buffer.from([0xed, 1, ...bytes]))}` };
}

export function entry(key, purpose, more = {}) {
  const issues = purpose === "issuing";
  return {
    id: key.id.toString("hex"), public_key: key.multikey, purpose, body: issues ? BODY : null,
    body_name_zh: issues ? "海宁市养老护理职业技能评价中心" : null, body_name_en: issues ? "Haining Centre" : null,
    types: issues ? ["skill"] : [], valid_from: "2026-01-01", valid_until: "2028-12-31", daily_cap: null,
    state: "active", halted_at: null, cutoff: null, ...more,
  };
}

export function trustList(root, keys, more = {}) {
  const document = {
    type: "huzheng-trust-list", version: 3, environment: "test", issued_at: "2026-11-01T00:00:00Z",
    expires_at: "2027-02-01T00:00:00Z", verify_hosts: [HOST, "old.haining.example:8443"], keys, ...more,
  };
  const proof = {
    type: "DataIntegrityProof", cryptosuite: "eddsa-jcs-2022", created: "2026-11-01T00:00:00Z",
    verificationMethod: `did:key:${root.multikey}#${root.multikey}`, proofPurpose: "assertionMethod",
  };
  const hashes = Buffer.concat([proof, document].map((part) => createHash("sha256").update(jcs(part)).digest()));
  return JSON.stringify({ ...document, proof: { ...proof, proofValue: `z${base58(sign(null, hashes, root.privateKey))}` } }, null, 2);
}

function statusList(key, list, purpose, marked, from, until) {
  const bits = Buffer.alloc(16_384);
  for (const index of marked) bits[index >> 3] |= 0x80 >> (index & 7);
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const id = `https://${HOST}/status/${list}/${purpose}`;
  const did = `did:web:${HOST}`;
  const message = [
    part({ alg: "EdDSA", typ: "vc+jwt", cty: "vc", kid: `${did}#${key.id.toString("hex")}` }),
    part({
      "@context": ["https://www.w3.org/ns/credentials/v2"], id, type: ["VerifiableCredential", "BitstringStatusListCredential"],
      issuer: did, validFrom: new Date(from).toISOString(), validUntil: new Date(until).toISOString(),
      credentialSubject: {
        id: `${id}#list`, type: "BitstringStatusList", statusPurpose: purpose,
        encodedList: `u${gzipSync(bits).toString("base64url")}`,
      },
    }),
  ].join(".");
  return `${message}.${sign(null, Buffer.from(message), key.privateKey).toString("base64url")}`;
}

export function bundle(key, { list = 1, revoked = [], suspended = [], from = NOON, until = NOON + 600_000 } = {}) {
  const of = (purpose, marked) => statusList(key, list, purpose, marked, from, until);
  return JSON.stringify({ list, revocation: of("revocation", revoked), suspension: of("suspension", suspended) });
}

// Midnight in Shanghai at the beginning of a day, in seconds.
export const midnight = (day) => Date.parse(`${day}T00:00:00+08:00`) / 1000;

export function payload(more = {}) {
  const c = {
    version: 1, environment: 3, type: 1, number: "S000033001032265000042", holder: "王桂兰", occupation: "4-10-01-05",
    specialty: "general", level: 5, list: 1, index: 100_042, digest: Buffer.alloc(32, 7), body: BODY, ends: null,
    issued: midnight("2026-11-20"), code: Buffer.from("0123456789abcdef"), ...more,
  };
  // What another type than a skill certificate says: three texts or numbers.
  const said = (c.said ?? [c.occupation, c.specialty, c.level]).map((it) => (typeof it === "string" ? text(it) : integer(it)));
  return Buffer.concat([
    head(5, c.ends === null ? 4 : 5), integer(1), text(c.body), ...(c.ends === null ? [] : [integer(4), integer(c.ends)]),
    integer(6), integer(c.issued), integer(7), bytes(c.code), integer(-65537), head(4, 11), integer(c.version),
    integer(c.environment), integer(c.type), text(c.number), text(c.holder), ...said,
    integer(c.list), integer(c.index), bytes(c.digest),
  ]);
}

export function certificate(key, claims) {
  const header = Buffer.concat([head(5, 2), integer(1), integer(-8), integer(4), bytes(key.id)]);
  const signed = Buffer.concat([head(4, 4), text("Signature1"), bytes(header), bytes(Buffer.alloc(0)), bytes(claims)]);
  const signature = sign(null, signed, key.privateKey);
  return Buffer.concat([head(6, 18), head(4, 4), bytes(header), head(5, 0), bytes(claims), bytes(signature)]);
}

export function digits(message) {
  const bits = [...message].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const groups = bits.match(/.{1,13}/g) ?? [];
  return groups.map((group) => String(parseInt(group, 2)).padStart(Math.min(4, Math.ceil(group.length / 3)), "0")).join("");
}

function head(major, argument) {
  const shapes = [[23, 0], [0xff, 1], [0xffff, 2], [0xffffffff, 4]];
  const [, width] = shapes.find(([most]) => argument <= most);
  const info = width === 0 ? argument : { 1: 24, 2: 25, 4: 26 }[width];
  const tail = Buffer.alloc(width);
  if (width > 0) tail.writeUIntBE(argument, 0, width);
  return Buffer.concat([Buffer.from([(major << 5) | info]), tail]);
}

const integer = (value) => (value < 0 ? head(1, -1 - value) : head(0, value));
const bytes = (content) => Buffer.concat([head(2, content.length), content]);
const text = (content) => Buffer.concat([head(3, Buffer.byteLength(content)), Buffer.from(content)]);

function base58(content) {
  const letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  let [value, written] = [BigInt(`0x${content.toString("hex")}`), ""];
  for (; value > 0n; value /= 58n) written = letters[Number(value % 58n)] + written;
  return "1".repeat(content.findIndex((byte) => byte !== 0)) + written;
}

function jcs(value) {
  if (Array.isArray(value)) return `[${value.map(jcs).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${jcs(value[name])}`).join(",")}}`;
}
