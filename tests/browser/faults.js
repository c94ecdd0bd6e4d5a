// What can be counted on a page, run in it; each fault in words.
const [screenWidth] = arguments;
const faults = [];
if (document.documentElement.scrollWidth > screenWidth) {
  const wide = [...document.querySelectorAll("main *")].find((e) => e.getBoundingClientRect().right > screenWidth + 1 && !e.closest(".table-wrap"));
  faults.push("wider than the screen: " + (wide ? wide.outerHTML.slice(0, 120) : "?"));
}
for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
  if (!field.labels?.length && !field.getAttribute("aria-label")) faults.push("no label: " + field.name);
for (const link of document.querySelectorAll('a[href^="#"]'))
  if (!document.getElementById(link.getAttribute("href").slice(1))) faults.push("leads nowhere: " + link.getAttribute("href"));
const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) faults.push("twice: #" + id);
let last = 0;
for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
  const level = Number(heading.tagName[1]);
  if (level > last + 1) faults.push("heading jumps: " + heading.textContent);
  last = level;
}
if (document.querySelectorAll("h1").length !== 1) faults.push("h1: " + document.querySelectorAll("h1").length);
if (!document.documentElement.lang) faults.push("no language");
return faults;
