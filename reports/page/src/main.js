// The page: what the report's data says, in the order of its sections.

import {command, element} from "./dom.js";
import {plotOf} from "./plots.js";
import {tableOf} from "./tables.js";

const report = JSON.parse(document.getElementById("report").textContent);
document.title = `${report.title} – Faultline report`;

// A site opened from its address stands open.
const idOf = (title) => /^[0-9a-f]{16}\b/.test(title) ? `site-${title.slice(0, 16)}` : null;

function detailOf(detail) {
  const id = idOf(detail.title);
  const link = id === null ? null : element("p", {class: "note"}, element("a", {href: `#${id}`}, "Link to this site"));
  return element("details", {id, open: id !== null && window.location.hash === `#${id}`},
    element("summary", {}, detail.title), link,
    detail.words === "" ? null : element("p", {}, detail.words),
    detail.text === "" ? null : element("pre", {tabindex: "0"}, detail.text),
    command(detail.command),
    ...detail.tables.map(tableOf));
}

const listOf = (items) => element("ul", {}, ...items.map((item) => element("li", {}, item)));

const factsOf = (rows) =>
  element("table", {}, element("tbody", {}, ...rows.map(([name, value]) =>
    element("tr", {}, element("th", {scope: "row"}, name), element("td", {}, value)))));

// Below a grid the table repeats its numbers: for sorting and copying, by who wants it.
const LONG_TABLE = 12;
const tablesOf = (section) => section.tables.map((table) =>
  section.plots.some((plot) => plot.kind === "grid" && plot.id === `plot_${table.id}`) && table.rows.length > LONG_TABLE
    ? element("details", {class: "table"}, element("summary", {}, `${table.caption || "Table"}: ${table.rows.length} rows`), tableOf(table))
    : tableOf(table));

function sectionOf(section) {
  return element(
    "section",
    {id: section.id, "aria-labelledby": `title-${section.id}`},
    element("h2", {id: `title-${section.id}`}, section.title),
    ...section.words.map((words) => element("p", {}, words)),
    ...(section.lists ?? []).map(listOf),
    ...(section.facts ?? []).map(factsOf),
    ...section.plots.map(plotOf),
    ...tablesOf(section),
    ...section.details.map(detailOf)
  );
}

const findings =
  report.findings.length === 0
    ? null
    : element("section", {class: "findings", "aria-label": "Findings"},
        element("ul", {}, ...report.findings.map((finding) => element("li", {}, finding))));

document.body.append(
  element("a", {class: "skip", href: "#main"}, "To the report"),
  element("header", {}, element("h1", {}, report.title),
    report.verdict ? element("p", {class: "verdict"}, report.verdict) : null, findings),
  element("nav", {"aria-label": "Sections"},
    element("ul", {}, ...report.sections.map((section) =>
      element("li", {}, element("a", {href: `#${section.id}`}, section.title))))),
  element("main", {id: "main"}, ...report.sections.map(sectionOf))
);

window.addEventListener("hashchange", () => {
  const aimed = document.getElementById(window.location.hash.slice(1));
  if (aimed instanceof HTMLDetailsElement) aimed.open = true;
});
const aimed = document.getElementById(window.location.hash.slice(1));
if (aimed) aimed.scrollIntoView();

// On paper nothing can be opened.
let closed = [];
window.addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const detail of closed) detail.open = true;
});
window.addEventListener("afterprint", () => {
  for (const detail of closed) detail.open = false;
});
