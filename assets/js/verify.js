// The verify page, with the signed content of the QR. The part of the address after the # never goes to the server by
// itself; this sends it, once, as the body of a request, and puts the answer into the page. The same content is checked
// here too, by what an earlier visit kept (offline.js): that is the answer where the server can't be reached.
// Without this script the page shows the record that the path leads to.

import { canCheckHere, checkHere, keepForLater } from "./offline.js";

const answer = document.getElementById("answer");
const language = document.documentElement.lang;
// Served from this browser's cache, with no certificate in it.
const isShell = answer.hasAttribute("data-shell");
const PATIENCE = 8000;

function template(kind, name) {
  return document.querySelector(`template[data-${kind}-template="${CSS.escape(name)}"]`);
}

// A text of the page with its places filled in.
function words(name, places = {}) {
  const text = template("text", name)?.content.textContent ?? "";
  return text.replace(/\{(\w+)\}/g, (whole, place) => places[place] ?? whole);
}

const locale = language === "en" ? "en-GB" : language;

function asDate(iso) {
  const [year, month, day] = iso.slice(0, 10).split("-").map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" }).format(date);
}

function asMoment(instant) {
  const form = { dateStyle: "long", timeStyle: "short", timeZone: "Asia/Shanghai" };
  return new Intl.DateTimeFormat(locale, form).format(instant);
}

// 3 hours, 2 days: whole units, rounded down.
function asAge(milliseconds) {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  const [value, unit] =
    minutes < 60 ? [minutes, "minute"] : minutes < 48 * 60 ? [Math.floor(minutes / 60), "hour"] : [Math.floor(minutes / 1440), "day"];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(value);
}

// Puts the block of a verdict in place; a word that this page does not know is shown as "cannot check".
function showVerdict(word, date) {
  const found = template("verdict", word) ?? template("verdict", answer.dataset.unreachable);
  const shown = found.content.cloneNode(true);
  const sentence = shown.querySelector(".verdict__sentence");
  if (word === "revoked" && !date) sentence.textContent = words("revoked-undated");
  else sentence.textContent = sentence.textContent.replace("{date}", date ? asDate(date) : "—");
  document.getElementById("verdict").replaceChildren(shown);
}

function checkRow({ name, result, detail }) {
  const row = document.createElement("li");
  const parts = template("result", result)?.content.cloneNode(true);
  const label = template("check", name)?.content.cloneNode(true).firstElementChild ?? document.createElement("span");
  if (!parts) return row;
  row.className = `check check--${result}`;
  if (!label.textContent) label.textContent = name;
  label.className = "check__name";
  const [drawing, word] = parts.children;
  word.className = "check__result";
  row.append(drawing, label, word);
  const more = result === "passed" ? null : template("detail", detail);
  if (more) row.append(more.content.cloneNode(true));
  return row;
}

function showChecks(checks) {
  const card = document.getElementById("checks-card");
  card.hidden = checks.length === 0;
  card.querySelector(".checks").replaceChildren(...checks.map(checkRow));
}

// Neither a forged content nor one that could not be checked says anything about anybody: no field of the page may
// stand beside such a verdict.
function removeRecord() {
  for (const id of ["certificate", "match", "online-record", "replaced-by"]) {
    document.getElementById(id)?.remove();
  }
}

// The facts of a signed content, in a page that has none.
function showCertificate(facts) {
  const blank = document.getElementById("certificate-template").content.cloneNode(true);
  const set = (name, text) => (blank.querySelector(`[data-fact="${name}"]`).textContent = text);
  const word = (kind, code) => template(kind, code)?.content.textContent ?? code;
  set("name", facts.holder);
  const title = word("type", facts.type);
  if (facts.course) set("what", `${title} · ${facts.course}`);
  else set("what", facts.level ? `${word("occupation", facts.occupation)} · ${word("level", facts.level)}` : title);
  set("number", facts.number);
  const more = [
    ["hours", facts.hours, String],
    ["completed", facts.completed_on, asDate],
    ["original-issuer", facts.original_issuer, String],
    ["original-number", facts.original_number, String],
    ["original-issued", facts.original_issued_on, asDate],
  ];
  for (const [name, value, shown] of more) {
    const fact = blank.querySelector(`[data-fact="${name}"]`);
    if (value !== undefined && value !== null) fact.textContent = shown(value);
    // Another type's: its name and its place.
    else for (const part of [fact.previousElementSibling, fact]) part.remove();
  }
  set("issuer", (language === "en" ? facts.body_name_en : facts.body_name_zh) ?? facts.body);
  set("issued", asDate(facts.issued_on));
  set("expires", facts.expires_on ? asDate(facts.expires_on) : words("no-expiry"));
  document.getElementById("checks-card").before(blank);
}

function show({ verdict, checks = [], certificate = null }) {
  const isStale = checks.some(({ name, result }) => name === "status" && result === "unknown");
  const word = verdict === "expired" && isStale ? "genuine_expired" : verdict;
  showVerdict(word, certificate?.ended_on ?? (verdict === "revoked" ? null : certificate?.expires_on));
  showChecks(checks);
  const note = document.getElementById("online-record");
  if (note) note.hidden = true;
  if (verdict === "forged" || verdict === "unsupported" || verdict === "cannot_check") {
    removeRecord();
  } else if (certificate?.holder) {
    const name = document.querySelector('#certificate [data-fact="name"]');
    if (name) name.textContent = certificate.holder;
    else showCertificate(certificate);
  }
}

// What the server says; null where it can't be reached or can't say.
async function ask() {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  try {
    const response = await fetch("/api/v1/verifications", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ content: location.href }),
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal: patience.signal,
    });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

// What this browser can say by itself; null where it can't.
async function askHere() {
  try {
    return (await canCheckHere()) ? await checkHere(location) : null;
  } catch (error) {
    // Whatever fails here says nothing about the paper.
    console.warn(error);
    return null;
  }
}

// The server's word counts. But what this browser found forged is never green, whatever answered in the server's name.
function weigh(server, here) {
  if (server?.verdict === "valid" && here?.verdict === "forged") return { ...here, verdict: "cannot_check" };
  return server;
}

// What is shown without the server: with the time of asking, and a way to ask again.
function showOffline(here) {
  const [now, asOf] = [Date.now(), here.status_as_of ?? null];
  show(here);
  if (asOf !== null) note("offline-list", { at: asMoment(asOf), age: asAge(now - asOf) }, true);
  else note(here.note ?? (here.certificate ? "offline-no-list" : "offline-result"), {}, true);
  document.getElementById("asked-at").textContent = asMoment(now);
  document.getElementById("data-as-of").textContent = asOf === null ? "—" : asMoment(asOf);
  again.hidden = false;
}

function unable(note) {
  return { verdict: answer.dataset.unreachable, note };
}

function note(name, places, isWarning = false) {
  const place = document.getElementById(isWarning ? "offline-warning" : "offline-note");
  place.querySelector("[data-words]").textContent = words(name, places);
  place.hidden = false;
}

async function checkContent() {
  // Nothing green may stand here before the paper's own content has been checked.
  answer.setAttribute("aria-busy", "true");
  showVerdict("checking", null);
  const here = askHere();
  const server = await ask();
  if (server) {
    show(weigh(server, await here));
  } else if (await here) {
    showOffline(await here);
  } else {
    // Whoever cannot check never says forged, and never leaves a "valid" standing that was not about this paper.
    showOffline(unable((await canCheckHere()) ? "offline-nothing-kept" : "offline-unable"));
  }
  answer.removeAttribute("aria-busy");
}

// The page's own links, where the page was opened under another address than it was made for; and a change of
// language or size must not lose the content to be checked.
function mendLinks() {
  if (isShell && new URLSearchParams(location.search).get("large") === "1") document.documentElement.classList.add("large");
  for (const link of document.querySelectorAll(".top__link")) {
    if (isShell) link.href = location.pathname + new URL(link.href).search;
    link.hash = location.hash;
  }
}

mendLinks();
const print = document.getElementById("print");
print.hidden = false;
print.addEventListener("click", () => window.print());
const again = document.getElementById("again");
again.addEventListener("click", () => location.reload());

// The fragment #match only leads to a part of the page.
if (/^#[0-9]{20,}$/.test(location.hash)) {
  await checkContent();
} else if (isShell) {
  showOffline(unable("offline-short"));
}
if (isShell) {
  window.addEventListener("online", () => location.reload());
}
if (await keepForLater()) {
  note("offline-ready", {});
} else if (!isShell && !(await canCheckHere())) {
  note("offline-unable", {});
}
