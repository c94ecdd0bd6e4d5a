// Checking with no network, by what was kept on an earlier visit, and keeping it. The verify and the scan page use it;
// a browser without what it takes is told so by `canCheckHere`, and asks the server as ever.

import { canCheckSignatures } from "./cose.js";
import { judge } from "./judge.js";
import { keptBundle, keptTrust, refresh, signedNow } from "./kept.js";

const REFRESH_EVERY = 4 * 60 * 1000;

let able;

// Whether this browser can check signatures and keep lists: a secure address, a service worker, Ed25519, gzip.
export function canCheckHere() {
  const has =
    window.isSecureContext && "caches" in window && "serviceWorker" in navigator && typeof DecompressionStream === "function";
  able ??= has ? canCheckSignatures() : Promise.resolve(false);
  return able;
}

// What the certificate in an address is worth by the kept lists; null where nothing is kept yet.
export async function checkHere({ host, pathname, hash }) {
  const trust = await keptTrust();
  if (!trust) return null;
  const paper = { host, code: pathname.split("/").filter(Boolean).at(-1) ?? "", digits: hash.slice(1) };
  let now = signedNow(trust);
  const bundleOf = async (list) => {
    const bundle = await keptBundle(list, trust);
    now = signedNow(trust, bundle);
    return bundle;
  };
  return judge(paper, trust, bundleOf, () => now);
}

// Registers the service worker, which keeps the pages, and keeps the lists fresh while this page is open. Whether all
// is kept by the end of it; then the page's root element says so too, in `data-kept`.
export async function keepForLater() {
  if (!(await canCheckHere())) return false;
  try {
    await navigator.serviceWorker.register("/sw.js", { scope: "/", updateViaCache: "none" });
    await Promise.all([navigator.serviceWorker.ready, refresh()]);
  } catch {
    // Off line, or storage is refused: what was kept before stays.
    return false;
  } finally {
    setInterval(refreshIfSeen, REFRESH_EVERY);
  }
  document.documentElement.dataset.kept = "yes";
  return true;
}

function refreshIfSeen() {
  if (document.visibilityState === "visible") refresh().catch(() => {});
}
