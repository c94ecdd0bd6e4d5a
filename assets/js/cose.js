// The envelope of a certificate: COSE_Sign1 with tag 18 (RFC 9052), Ed25519, `alg` and `kid` in the protected header
// and nothing in the unprotected one.

import { Malformed, Reader, writeArrayOf, writeBytes, writeText } from "./cbor.js";
import { toHex } from "./encodings.js";

// No certificate of ours comes near; what is longer isn't looked at.
const MAX_BYTES = 2048;
const TAG = 18;
const [ALG, KID] = [1, 4];
const EDDSA = -8;
const [KEY_ID_BYTES, SIGNATURE_BYTES] = [8, 64];

// Takes a message apart: key id in hexadecimal, payload, signature and the bytes that it covers. Throws Malformed with
// the code of what is wrong.
export function readEnvelope(bytes) {
  if (bytes.length > MAX_BYTES) throw new Malformed("too-large");
  const message = new Reader(bytes);
  if (message.tag() !== TAG || message.array() !== 4) throw new Malformed();
  const header = message.bytes();
  if (message.map() !== 0) throw new Malformed();
  const payload = message.bytes();
  const signature = message.bytes();
  message.end();
  const key = keyOf(header);
  if (signature.length !== SIGNATURE_BYTES) throw new Malformed();
  return { key, payload, signature, signed: toBeSigned(header, payload) };
}

function keyOf(bytes) {
  const header = new Reader(bytes);
  if (header.map() !== 2 || !header.nextIs(ALG)) throw new Malformed();
  if (header.integer() !== EDDSA) throw new Malformed("unknown-algorithm");
  if (!header.nextIs(KID)) throw new Malformed();
  const id = header.bytes();
  header.end();
  if (id.length !== KEY_ID_BYTES) throw new Malformed();
  return toHex(id);
}

// `Sig_structure` of RFC 9052 §4.4, without external data.
function toBeSigned(header, payload) {
  return writeArrayOf(writeText("Signature1"), writeBytes(header), writeBytes([]), writeBytes(payload));
}

// Whether the holder of `publicKey` (32 bytes) signed `message` with Ed25519.
export async function hasSigned(publicKey, message, signature) {
  if (signature.length !== SIGNATURE_BYTES) return false;
  const key = await crypto.subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
  return crypto.subtle.verify({ name: "Ed25519" }, key, signature, message);
}

// Whether this browser can check signatures. Asked once with a key that exists, because an old one knows the name
// of the algorithm only when it is used.
export async function canCheckSignatures() {
  try {
    // The public key of RFC 8032 §7.1, test 1, with its signature over nothing.
    const bytes = (hex) => Uint8Array.from(hex.match(/../g), (byte) => parseInt(byte, 16));
    const key = bytes("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    const signature = bytes(
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    );
    return await hasSigned(key, new Uint8Array(), signature);
  } catch {
    return false;
  }
}
