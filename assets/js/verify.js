// The verify page, with the signed content of the QR. The part of the address after the # never goes to the
// server by itself; this sends it, once, as the body of a request, and puts the answer into the page.
// Without this script the page shows the record that the path leads to.

const answer = document.getElementById("answer");
const language = document.documentElement.lang;

function template(kind, name) {
  return document.querySelector(`template[data-${kind}-template="${CSS.escape(name)}"]`);
}

function asDate(iso) {
  const [year, month, day] = iso.slice(0, 10).split("-").map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { dateStyle: "long", timeZone: "UTC" }).format(date);
}

// Puts the block of a verdict in place; a word that this page does not know is shown as "cannot check".
function showVerdict(word, date) {
  const found = template("verdict", word) ?? template("verdict", answer.dataset.unreachable);
  const shown = found.content.cloneNode(true);
  const sentence = shown.querySelector(".verdict__sentence");
  sentence.textContent = sentence.textContent.replace("{date}", date ? asDate(date) : "—");
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

// A forged content says nothing about anybody: no field of the page may stand beside that verdict.
function removeRecord() {
  for (const id of ["certificate", "match", "online-record", "replaced-by"]) {
    document.getElementById(id)?.remove();
  }
}

function show({ verdict, checks = [], certificate = null }) {
  showVerdict(verdict, certificate?.ended_on ?? certificate?.expires_on);
  showChecks(checks);
  const note = document.getElementById("online-record");
  if (note) note.hidden = true;
  if (verdict === "forged" || verdict === "unsupported") {
    removeRecord();
  } else if (certificate?.holder) {
    const name = document.querySelector('[data-fact="name"]');
    if (name) name.textContent = certificate.holder;
  }
}

async function ask() {
  try {
    const response = await fetch("/api/v1/verifications", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ content: location.href }),
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
    show(await response.json());
  } catch {
    // Whoever cannot check never says forged, and never leaves a "valid" standing that was not about this paper.
    showVerdict(answer.dataset.unreachable, null);
    showChecks([]);
  }
}

// A change of language or size is the same page again: it must not lose the content to be checked.
for (const link of document.querySelectorAll(".top__link")) {
  link.hash = location.hash;
}

const print = document.getElementById("print");
print.hidden = false;
print.addEventListener("click", () => window.print());

// The fragment #match only leads to a part of the page.
if (/^#[0-9]{20,}$/.test(location.hash)) {
  // Nothing green may stand here before the paper's own content has been checked.
  answer.setAttribute("aria-busy", "true");
  showVerdict("checking", null);
  await ask();
  answer.removeAttribute("aria-busy");
}
