// What this browser keeps for checking off line: the trust list, the root key that it saw first, and the status lists.
// All of it is public and signed; no certificate and no answer about one is ever kept. The pages themselves are kept
// by the service worker.

import { NotBelieved, readTrustList } from "./trust.js";
import { readBundle } from "./status.js";

const CACHE = "huzheng-lists";
const TRUST = "/trust-list.json";
const ROOT = "/offline/root";
// More numbers than a city's register ever opens: where the server goes on and on, we stop.
const MOST_LISTS = 1000;

const statusPath = (list) => `/status/${list}`;

// Fetches the lists anew and keeps what is believed and no older than what is here. Throws where the server does not
// answer; a list that is not believed leaves the former in place.
export async function refresh() {
  const cache = await caches.open(CACHE);
  await refreshTrust(cache);
  const trust = await keptTrust();
  if (!trust) return;
  for (let list = 1; list <= MOST_LISTS; list++) {
    const text = await fetched(statusPath(list));
    if (text === null) break;
    await orFormer(async () => {
      const bundle = await readBundle(text, trust, signedNow(trust));
      const before = await keptBundle(list, trust);
      if (bundle.list === list && bundle.asOf >= (before?.asOf ?? 0)) await put(cache, statusPath(list), text);
    });
  }
}

// The root is pinned at first sight, and a list older than the kept one is never taken.
async function refreshTrust(cache) {
  const text = await fetched(TRUST);
  if (text === null) return;
  await orFormer(async () => {
    const pinned = await keptText(cache, ROOT);
    const list = await readTrustList(text, pinned);
    const before = await keptTrust();
    if (list.version < (before?.version ?? 0)) return;
    if (pinned === null) await put(cache, ROOT, list.root);
    await put(cache, TRUST, text);
  });
}

// The kept trust list, checked again as it is read; null where there is none that is believed.
export async function keptTrust() {
  const cache = await caches.open(CACHE);
  const [text, root] = [await keptText(cache, TRUST), await keptText(cache, ROOT)];
  return text === null ? null : orFormer(() => readTrustList(text, root));
}

// The kept status lists of a number; null where there are none that are believed.
export async function keptBundle(list, trust) {
  const text = await keptText(await caches.open(CACHE), statusPath(list));
  return text === null ? null : orFormer(() => readBundle(text, trust, signedNow(trust)));
}

// The clock, which may be slow, but no earlier than what the register has signed.
export function signedNow(trust, bundle = null) {
  return Math.max(Date.now(), trust.issuedAt, bundle?.asOf ?? 0);
}

async function orFormer(take) {
  try {
    return await take();
  } catch (error) {
    if (!(error instanceof NotBelieved)) throw error;
    console.warn(`not believed: ${error.message}`);
    return null;
  }
}

// null for an answer that says no; a server that does not answer throws.
async function fetched(path) {
  const answer = await fetch(path, { cache: "no-cache", credentials: "omit" });
  return answer.ok ? answer.text() : null;
}

async function keptText(cache, path) {
  const kept = await cache.match(path);
  return kept ? kept.text() : null;
}

function put(cache, path, text) {
  return cache.put(path, new Response(text, { headers: { "Content-Type": "text/plain; charset=utf-8" } }));
}
