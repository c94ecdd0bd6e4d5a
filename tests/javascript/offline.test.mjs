// The scripts that check a certificate in the browser, run by Node. HUZHENG_SCRIPTS is a folder with assets/js as ES
// modules, HUZHENG_API_DOC the documentation with its example, HUZHENG_REAL a file with what a real server published.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { CODE, HOST, NOON, bundle, certificate, digits, entry, midnight, newKey, payload, trustList } from "./issuer.mjs";

const scripts = process.env.HUZHENG_SCRIPTS;
const load = (name) => import(`${scripts}/${name}.js`);
const { fromDigits, fromBase64, toHex } = await load("encodings");
const { readEnvelope, hasSigned, canCheckSignatures } = await load("cose");
const { readPayload } = await load("payload");
const { readTrustList } = await load("trust");
const { readBundle } = await load("status");
const { judge } = await load("judge");

const [root, issuing, status] = [newKey(), newKey(), newKey()];

function keys(issuingKey = {}) {
  return [entry(root, "root"), entry(issuing, "issuing", issuingKey), entry(status, "status")];
}

// What the page would find: `claims` as signed, checked at `now`, with the status lists in `lists`.
async function found({ claims = {}, signer = issuing, key = {}, trust = {}, lists = {}, code = CODE, host = HOST, now = NOON, message } = {}) {
  const list = await readTrustList(trustList(root, keys(key), trust), null);
  const kept = lists === null ? null : await readBundle(bundle(status, lists), list, now);
  const paper = { host, code, digits: digits(message ?? certificate(signer, payload(claims))) };
  return judge(paper, list, async (number) => (kept?.list === number ? kept : null), () => now);
}

function detail(report, name) {
  return report.checks.find((check) => check.name === name).detail;
}

test("the example of the documentation", async () => {
  const doc = readFileSync(process.env.HUZHENG_API_DOC, "utf8");
  const block = (heading) =>
    doc.split(`${heading}\n\n\`\`\`text\n`)[1].split("```")[0].split("\n").map((line) => line.split("  /")[0].replaceAll(" ", "")).join("");
  const hex = (text) => Uint8Array.from(Buffer.from(text, "hex"));
  const message = hex(block("Message:"));
  const envelope = readEnvelope(message);
  assert.equal(toHex(envelope.payload), block("Payload:"));
  assert.ok(await hasSigned(hex(block("Public key:")), envelope.signed, envelope.signature));
  const address = new URL(block("Address:"));
  assert.deepEqual(fromDigits(address.hash.slice(1)), message);
  assert.equal(toHex(envelope.payload).includes("e78e8be6a182e585b0"), true);
  const claims = readPayload(envelope.payload);
  assert.equal(claims.holder, "王桂兰");
  assert.equal(`/v/${claims.code}`, address.pathname);
  assert.equal(claims.status.index, 100_042);
});

test("this engine has what the page needs", async () => assert.equal(await canCheckSignatures(), true));

test("every type of certificate says its own", async () => {
  const on = midnight("2026-10-18");
  const training = { course: "家庭照护者培训", hours: 16, completed_on: "2026-10-18" };
  const seen = { original_issuer: "海宁市红十字会", original_number: "330481-2026-00137", original_issued_on: "2026-10-18" };
  const types = [
    [2, "training-completion", training], [3, "family-carer", training], [4, "first-aid", seen],
    [5, "care-manager", training], [6, "device-fitter", training],
  ];
  for (const [type, name, says] of types) {
    const claims = { type, said: name === "first-aid" ? [seen.original_issuer, seen.original_number, on] : [training.course, 16, on] };
    const report = await found({ claims, key: { types: [name] } });
    assert.equal(report.certificate.type, name);
    for (const [field, value] of Object.entries(says)) assert.equal(report.certificate[field], value, name);
    assert.equal(report.certificate.occupation, undefined);
    const refused = await found({ claims });
    assert.deepEqual([refused.verdict, refused.certificate], ["cannot_check", null], name);
  }
});

test("a genuine certificate is never green off line", async () => {
  const report = await found();
  assert.equal(report.verdict, "status_unknown");
  assert.equal(detail(report, "status"), "offline-clear");
  assert.equal(report.status_as_of, NOON);
  assert.equal(report.certificate.holder, "王桂兰");
  assert.equal(report.certificate.issued_on, "2026-11-20");
  assert.equal(report.certificate.expires_on, null);
  assert.deepEqual(report.checks.filter(({ result }) => result === "passed").map(({ name }) => name), ["decoded", "address", "environment", "key", "signature", "dates"]);
});

test("verdicts and their order", async () => {
  const expired = { ends: midnight("2026-11-21") };
  const cases = [
    [{ code: CODE.toUpperCase() }, "status_unknown", "status", "offline-clear"],
    [{ claims: expired }, "expired", "dates", "expired"],
    [{ claims: { ends: midnight("2026-11-22") } }, "status_unknown", "dates", "ok"],
    [{ lists: { revoked: [100_042] } }, "revoked", "status", "revoked"],
    [{ lists: { revoked: [100_042], suspended: [100_042] }, claims: expired }, "revoked", "status", "revoked"],
    [{ lists: { revoked: [100_041, 100_043] } }, "status_unknown", "status", "offline-clear"],
    [{ lists: { suspended: [100_042] } }, "suspended", "status", "suspended"],
    [{ lists: { suspended: [100_042] }, claims: expired }, "suspended", "status", "suspended"],
    [{ lists: { suspended: [100_042] }, now: NOON + 3_600_000 }, "status_unknown", "status", "offline-suspended"],
    [{ lists: { revoked: [100_042] }, now: NOON + 86_400_000 }, "revoked", "status", "revoked"],
    [{ lists: null }, "status_unknown", "status", "status-missing"],
    [{ claims: { list: 2 } }, "status_unknown", "status", "status-missing"],
    [{ claims: { index: 131_072 } }, "status_unknown", "status", "status-index"],
    [{ claims: { issued: midnight("2026-11-22") } }, "status_unknown", "dates", "issued-in-future"],
    [{ now: Date.parse("2027-03-01T00:00:00Z") }, "status_unknown", "key", "trust-list-expired"],
    [{ key: { state: "retired" } }, "status_unknown", "key", "ok"],
  ];
  for (const [asked, verdict, name, expected] of cases) {
    const report = await found(asked);
    assert.equal(report.verdict, verdict, JSON.stringify(asked));
    assert.equal(detail(report, name), expected, JSON.stringify(asked));
    assert.equal(report.certificate.number, "S000033001032265000042");
  }
});

test("what is forged, or can't be said, shows no field", async () => {
  const broken = certificate(issuing, payload());
  broken[broken.length - 1] ^= 1;
  const halted = { state: "halted", halted_at: "2026-11-10T00:00:00Z" };
  const cases = [
    [{ message: broken }, "forged", "signature", "mismatch"],
    [{ claims: { environment: 1 } }, "forged", "environment", "other-environment"],
    [{ code: "a".repeat(26) }, "forged", "address", "other-certificate"],
    [{ signer: status }, "forged", "key", "key-purpose"],
    [{ claims: { body: "S000033001033" } }, "forged", "key", "key-body"],
    [{ key: halted }, "forged", "key", "key-halted"],
    [{ key: { ...halted, halted_at: "2026-11-20T12:00:00Z" } }, "cannot_check", "key", "key-halted"],
    [{ key: { cutoff: 17 } }, "cannot_check", "key", "log-proof-needed"],
    [{ key: { cutoff: 0 }, claims: { ends: midnight("2026-11-21") } }, "cannot_check", "key", "log-proof-needed"],
    [{ signer: newKey() }, "cannot_check", "key", "unknown-key"],
    [{ host: "theirs.example" }, "cannot_check", "address", "foreign-host"],
    [{ key: { valid_until: "2026-11-19" } }, "cannot_check", "key", "key-validity"],
    [{ key: { types: ["training"] } }, "cannot_check", "key", "key-type"],
    [{ claims: { version: 2 } }, "unsupported", "decoded", "unknown-version"],
    [{ claims: { level: 6 } }, "unsupported", "decoded", "malformed"],
    [{ claims: { type: 9 } }, "unsupported", "decoded", "malformed"],
    [{ claims: { digest: Buffer.alloc(31) } }, "unsupported", "decoded", "malformed"],
    [{ claims: { issued: midnight("2026-11-20") + 1 } }, "unsupported", "decoded", "malformed"],
    [{ message: Buffer.alloc(3000, 0xd2) }, "unsupported", "decoded", "too-large"],
    [{ message: Buffer.alloc(0) }, "unsupported", "decoded", "malformed"],
  ];
  for (const [asked, verdict, name, expected] of cases) {
    const report = await found(asked);
    assert.equal(report.verdict, verdict, JSON.stringify(asked));
    assert.equal(detail(report, name), expected, JSON.stringify(asked));
    assert.equal(report.certificate, null);
  }
  // A key in doubt: a revocation still counts, and still nothing is shown.
  const doubted = await found({ key: { cutoff: 17 }, lists: { revoked: [100_042] } });
  assert.deepEqual([doubted.verdict, doubted.certificate], ["revoked", null]);
});

test("no changed message comes out good, and none throws", async () => {
  const list = await readTrustList(trustList(root, keys()), root.multikey);
  const message = certificate(issuing, payload());
  const look = async (changed, what) => {
    const paper = { host: HOST, code: CODE, digits: digits(changed) };
    const report = await judge(paper, list, async () => null, () => NOON);
    // Another key id is a key that this list does not know.
    assert.ok(["forged", "unsupported", "cannot_check"].includes(report.verdict), `${what}: ${report.verdict}`);
    assert.equal(report.certificate, null, what);
  };
  for (let place = 0; place < message.length; place++) {
    for (const change of [0x01, 0x20, 0x80, 0xff]) {
      const changed = Buffer.from(message);
      changed[place] ^= change;
      await look(changed, `byte ${place} changed by ${change}`);
    }
    await look(message.subarray(0, place), `cut at ${place}`);
  }
  await look(Buffer.concat([message, Buffer.from([0])]), "one byte more");
  for (const damaged of ["1", "12", "9999", "000256", "82000", "９"]) {
    const report = await judge({ host: HOST, code: CODE, digits: damaged }, list, async () => null, () => NOON);
    assert.deepEqual([report.verdict, detail(report, "decoded")], ["unsupported", "damaged"]);
  }
});

test("a trust list that isn't the root's is not believed", async () => {
  const good = trustList(root, keys());
  await readTrustList(good, root.multikey);
  const { NotBelieved } = await load("trust");
  const refused = (text, pinned = null) => assert.rejects(readTrustList(text, pinned), NotBelieved);
  await refused(good, issuing.multikey);
  await refused(good.replace("haining", "hainlng"));
  await refused(trustList(issuing, keys()));
  await refused(trustList(newKey(), keys()));
  await refused(trustList(root, [...keys(), entry(issuing, "issuing")]));
  await refused(trustList(root, [entry(root, "root"), { ...entry(issuing, "issuing"), id: "00".repeat(8) }]));
  await refused(trustList(root, keys(), { type: "other" }));
  await refused(trustList(root, keys({ state: "halted" })));
  for (const text of ["", "[", "[]", "null", "{}", '{"proof":{}}', '{"proof":{"verificationMethod":"did:key:z6Mk#z6Mk"}}']) await refused(text);
  for (let place = 0; place < good.length; place += 3) {
    const changed = good.slice(0, place) + String.fromCharCode(good.charCodeAt(place) ^ 1) + good.slice(place + 1);
    const list = await readTrustList(changed, null).catch(() => null);
    // Blanks between fields are not signed.
    if (list) assert.deepEqual([...list.keys.keys()], keys().map(({ id }) => id), `letter ${place}`);
  }
});

test("a status list that isn't the status key's is not believed", async () => {
  const list = await readTrustList(trustList(root, keys()), null);
  const good = bundle(status, { revoked: [3] });
  const { NotBelieved } = await load("trust");
  const refused = (text) => assert.rejects(readBundle(text, list, NOON), NotBelieved);
  await readBundle(good, list, NOON);
  await refused(bundle(issuing));
  await refused(bundle(newKey()));
  const parts = JSON.parse(good);
  await refused(JSON.stringify({ ...parts, list: 2 }));
  await refused(JSON.stringify({ ...parts, revocation: parts.suspension }));
  await refused(JSON.stringify({ ...parts, revocation: `${parts.revocation.slice(0, -4)}AAAA` }));
  await refused(bundle(status, { from: NOON, until: NOON }));
  for (const text of ["", "{}", "null", '{"list":1,"revocation":"a.b.c","suspension":"a.b.c"}', '{"revocation":7}']) await refused(text);
  for (let place = 0; place < parts.revocation.length; place += 2) {
    const jwt = parts.revocation;
    const changed = jwt.slice(0, place) + (jwt[place] === "A" ? "B" : "A") + jwt.slice(place + 1);
    await refused(JSON.stringify({ ...parts, revocation: changed }));
  }
});

test("base 64 has one spelling", () => {
  assert.deepEqual(fromBase64(""), new Uint8Array());
  assert.deepEqual(fromBase64("_-8"), Uint8Array.from([0xff, 0xef]));
  for (const text of ["A", "_-9", "AB", "_-8=", "+/8", "a b"]) assert.equal(fromBase64(text), null, text);
});

test("what is kept grows newer only, under one root", async () => {
  const caches = new Map();
  globalThis.caches = { open: async (name) => {
    if (!caches.has(name)) caches.set(name, new Map());
    const kept = caches.get(name);
    return { match: async (path) => (kept.has(path) ? new Response(kept.get(path)) : undefined), put: async (path, answer) => kept.set(path, await answer.text()) };
  } };
  let served = {};
  globalThis.fetch = async (path) => (path in served ? new Response(served[path]) : new Response("", { status: 404 }));
  console.warn = () => {};
  const { keptBundle, keptTrust, refresh } = await load("kept");
  const serve = async (version, from, by = root) => {
    served = { "/trust-list.json": trustList(by, by === root ? keys() : [entry(by, "root")], { version }), "/status/1": bundle(status, { from, until: from + 1 }) };
    await refresh();
    const trust = await keptTrust();
    return [trust.version, trust.root, (await keptBundle(1, trust)).asOf];
  };
  assert.equal(await keptTrust(), null);
  assert.deepEqual(await serve(3, NOON), [3, root.multikey, NOON]);
  assert.deepEqual(await serve(2, NOON - 1000), [3, root.multikey, NOON]);
  assert.deepEqual(await serve(4, NOON + 1000), [4, root.multikey, NOON + 1000]);
  assert.deepEqual(await serve(9, NOON + 2000, newKey()), [4, root.multikey, NOON + 2000]);
  assert.deepEqual([...caches.get("huzheng-lists").keys()].sort(), ["/offline/root", "/status/1", "/trust-list.json"]);
});

test("what a real server published", { skip: !process.env.HUZHENG_REAL && "no server's files given" }, async () => {
  const real = JSON.parse(readFileSync(process.env.HUZHENG_REAL, "utf8"));
  const list = await readTrustList(real.trust, null);
  const look = async ({ content, status: lists, verdict, detail: expected }) => {
    const address = new URL(content);
    const now = Date.parse(real.now);
    const kept = await readBundle(lists, list, now);
    const paper = { host: address.host, code: address.pathname.split("/").at(-1), digits: address.hash.slice(1) };
    const report = await judge(paper, list, async (number) => (number === kept.list ? kept : null), () => now);
    assert.equal(report.verdict, verdict);
    assert.equal(detail(report, "status"), expected);
    assert.equal(report.certificate.number, real.number);
    assert.equal(report.certificate.holder, real.holder);
  };
  for (const asked of real.asked) await look(asked);
  assert.notEqual(real.asked.length, 0);
});
