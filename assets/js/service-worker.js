// Keeps the verify page and the scan page with everything that they are made of, so that they open with no network.
// The server puts `KEPT` in front of this: {version, files, shells}. A new version of any file makes another worker,
// which takes the old one's place with a cache of its own.
//
// Absent on purpose: any page about a certificate, any answer of the register. Those are never kept.

const CACHE = `huzheng-${KEPT.version}`;
// The signed lists, kept by the pages themselves (kept.js); and the language last shown.
const LISTS = "huzheng-lists";
const LANGUAGE = "/offline/language";
// How long a network that neither answers nor fails is waited for, in milliseconds.
const PATIENCE = 5000;

self.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropFormer().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  const shell = shellOf(address.pathname);
  if (request.mode === "navigate" && shell) {
    event.respondWith(open(request, shell, address));
  } else if (KEPT.files.includes(address.pathname + address.search)) {
    event.respondWith(kept(request));
  }
});

async function keep() {
  const cache = await caches.open(CACHE);
  const shells = Object.values(KEPT.shells).flatMap((byLanguage) => Object.values(byLanguage));
  // As nobody: a page made for whoever is signed in is not for keeping.
  const fresh = (path) => new Request(path, { cache: "reload", credentials: "omit" });
  await cache.addAll([...KEPT.files, ...shells].map(fresh));
}

async function dropFormer() {
  for (const name of await caches.keys()) {
    if (name.startsWith("huzheng-") && name !== CACHE && name !== LISTS) await caches.delete(name);
  }
}

function shellOf(path) {
  if (/^\/v\/[A-Za-z2-7]{26}\/?$/.test(path)) return KEPT.shells.verify;
  return path === "/scan" ? KEPT.shells.scan : null;
}

// The server's page; the kept one where the server does not answer, or only something in front of it does.
async function open(request, shell, address) {
  try {
    const answer = await Promise.race([fetch(request), tooLate()]);
    if (![502, 503, 504].includes(answer.status)) {
      noteLanguage(answer.headers.get("Content-Language"));
      return answer;
    }
  } catch {
    // No network.
  }
  const cache = await caches.open(CACHE);
  return (await cache.match(shell[await language(address)])) ?? Response.error();
}

function tooLate() {
  return new Promise((_, reject) => setTimeout(() => reject(new Error("too late")), PATIENCE));
}

// Beside the answer, which it must not delay or spoil.
function noteLanguage(shown) {
  if (!shown) return;
  caches.open(LISTS).then((cache) => cache.put(LANGUAGE, new Response(shown))).catch(() => {});
}

// The language that the address asks for, else the one last shown, else the browser's.
async function language(address) {
  const asked = address.searchParams.get("lang");
  if (asked === "zh-CN" || asked === "en") {
    noteLanguage(asked);
    return asked;
  }
  const noted = await caches.match(LANGUAGE, { cacheName: LISTS });
  const last = noted ? await noted.text() : null;
  return last === "zh-CN" || last === "en" ? last : navigator.language.startsWith("en") ? "en" : "zh-CN";
}

async function kept(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request.url)) ?? fetch(request);
}
