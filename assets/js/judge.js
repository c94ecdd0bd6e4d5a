// What a certificate is worth by what this browser has kept: the same checks in the same order as `proof::verify` on
// the server, with two differences. Without the register's own word nothing is ever `valid`; and what a newer trust
// list might put right (a key or a host that this one does not know) is `cannot_check`, never `forged`.

import { Malformed } from "./cbor.js";
import { hasSigned, readEnvelope } from "./cose.js";
import { instant, shanghaiDate } from "./dates.js";
import { fromDigits } from "./encodings.js";
import { readPayload } from "./payload.js";
import { standing } from "./status.js";
import { covers } from "./trust.js";

const NAMES = ["decoded", "address", "environment", "key", "signature", "dates", "status"];

class Checks {
  #made = new Map(NAMES.map((name) => [name, { name, result: "unknown", detail: "not-checked" }]));

  pass(name) {
    this.set(name, "passed", "ok");
  }

  set(name, result, detail) {
    this.#made.set(name, { name, result, detail });
  }

  report(verdict, certificate = null, asOf = null) {
    return { verdict, checks: [...this.#made.values()], certificate, status_as_of: asOf };
  }
}

// An examination that ends before there is a certificate to speak of.
class End extends Error {
  constructor(verdict) {
    super(verdict);
    this.verdict = verdict;
  }
}

// `paper` is {host, code, digits} of the address; `bundleOf` gives the status lists of a number, or null; `clock` the
// time, asked once the lists are at hand.
export async function judge(paper, trust, bundleOf, clock) {
  const checks = new Checks();
  try {
    const { payload, key } = await examine(paper, trust, checks);
    const bundle = await bundleOf(payload.status.list);
    return weigh(payload, key, trust, bundle, clock(), checks);
  } catch (error) {
    if (error instanceof End) return checks.report(error.verdict);
    throw error;
  }
}

// Whether somebody with the right to do so signed exactly this, for this address. Nothing of the payload is looked at
// before its signature holds.
async function examine({ host, code, digits }, trust, checks) {
  const bytes = fromDigits(digits);
  if (!bytes) throw refuse(checks, "decoded", "failed", "damaged", "unsupported");
  const envelope = read(() => readEnvelope(bytes), checks);
  checks.pass("decoded");
  if (!trust.hosts.includes(host.toLowerCase())) throw refuse(checks, "address", "unknown", "foreign-host", "cannot_check");
  checks.pass("address");
  const key = trust.keys.get(envelope.key);
  if (!key) throw refuse(checks, "key", "unknown", "unknown-key", "cannot_check");
  if (!(await hasSigned(key.bytes, envelope.signed, envelope.signature))) {
    throw refuse(checks, "signature", "failed", "mismatch", "forged");
  }
  checks.pass("signature");
  const payload = read(() => readPayload(envelope.payload), checks);
  if (payload.environment !== trust.environment) {
    throw refuse(checks, "environment", "failed", "other-environment", "forged");
  }
  checks.pass("environment");
  if (payload.code !== code.toLowerCase()) throw refuse(checks, "address", "failed", "other-certificate", "forged");
  checkRight(payload, key, checks);
  return { payload, key };
}

function read(reader, checks) {
  try {
    return reader();
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw refuse(checks, "decoded", "failed", error.code, "unsupported");
  }
}

function refuse(checks, name, result, detail, verdict) {
  checks.set(name, result, detail);
  return new End(verdict);
}

// Whether `key` had the right to sign this. A later list may lengthen a key's time or widen what it signs.
function checkRight(payload, key, checks) {
  if (key.purpose !== "issuing") throw refuse(checks, "key", "failed", "key-purpose", "forged");
  if (key.body !== payload.body) throw refuse(checks, "key", "failed", "key-body", "forged");
  if (!key.types.includes(payload.type)) throw refuse(checks, "key", "unknown", "key-type", "cannot_check");
  if (!covers(key, payload.issued_on)) throw refuse(checks, "key", "unknown", "key-validity", "cannot_check");
  const halted = key.state === "halted" ? shanghaiDate(instant(key.halted_at)) : null;
  if (halted !== null && payload.issued_on > halted) throw refuse(checks, "key", "failed", "key-halted", "forged");
}

// The gravest finding counts. Who holds a stolen key signs what he likes: until the log has spoken of a key in doubt,
// nothing but a revocation counts, and no field is shown.
function weigh(payload, key, trust, bundle, now, checks) {
  const found = [checkKey(key, trust, now, checks), checkDates(payload, now, checks), checkStatus(payload, bundle, now, checks)];
  const gravity = ["revoked", "cannot_check", "suspended", "expired", "status_unknown"];
  const verdict = gravity.find((word) => found.includes(word));
  const shown = found.includes("cannot_check") ? null : facts(payload, key);
  return checks.report(verdict, shown, bundle?.asOf ?? null);
}

function checkKey(key, trust, now, checks) {
  const inDoubt = key.cutoff !== null && key.cutoff !== undefined ? "log-proof-needed" : key.state === "halted" ? "key-halted" : null;
  if (inDoubt) {
    checks.set("key", "unknown", inDoubt);
    return "cannot_check";
  }
  if (now >= trust.expiresAt) checks.set("key", "unknown", "trust-list-expired");
  else checks.pass("key");
  return "status_unknown";
}

function checkDates(payload, now, checks) {
  const today = shanghaiDate(now);
  if (payload.expires_on !== null && payload.expires_on < today) {
    checks.set("dates", "failed", "expired");
    return "expired";
  }
  // Where the issue is still to come, one of two clocks is wrong, and it may be ours.
  if (payload.issued_on > today) checks.set("dates", "unknown", "issued-in-future");
  else checks.pass("dates");
  return "status_unknown";
}

function checkStatus(payload, bundle, now, checks) {
  const found = standing(bundle, payload.status.index, now);
  const ended = found === "revoked" || found === "suspended";
  checks.set("status", ended ? "failed" : "unknown", found);
  return ended ? found : "status_unknown";
}

function facts(payload, key) {
  const { body, expires_on, issued_on, code, environment, number, holder, type, particulars } = payload;
  const names = { body_name_zh: key.body_name_zh, body_name_en: key.body_name_en };
  return { code, number, holder, type, ...particulars, body, ...names, environment, issued_on, expires_on };
}
