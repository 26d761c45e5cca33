// The page: what the report's data says, in the order of its sections.

import {command, element} from "./dom.js";
import {plotOf} from "./plots.js";
import {tableOf} from "./tables.js";

const report = JSON.parse(document.getElementById("report").textContent);
document.title = `${report.title} – Faultline report`;

function detailOf(detail) {
  return element("details", {}, element("summary", {}, detail.title),
    detail.words === "" ? null : element("p", {}, detail.words),
    detail.text === "" ? null : element("pre", {tabindex: "0"}, detail.text),
    command(detail.command),
    ...detail.tables.map(tableOf));
}

const listOf = (items) => element("ul", {}, ...items.map((item) => element("li", {}, item)));

const factsOf = (rows) =>
  element("table", {}, element("tbody", {}, ...rows.map(([name, value]) =>
    element("tr", {}, element("th", {scope: "row"}, name), element("td", {}, value)))));

function sectionOf(section) {
  return element(
    "section",
    {id: section.id, "aria-labelledby": `title-${section.id}`},
    element("h2", {id: `title-${section.id}`}, section.title),
    ...section.words.map((words) => element("p", {}, words)),
    ...(section.lists ?? []).map(listOf),
    ...(section.facts ?? []).map(factsOf),
    ...section.plots.map(plotOf),
    ...section.tables.map(tableOf),
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
  element("header", {}, element("h1", {}, report.title), findings),
  element("nav", {"aria-label": "Sections"},
    element("ul", {}, ...report.sections.map((section) =>
      element("li", {}, element("a", {href: `#${section.id}`}, section.title))))),
  element("main", {id: "main"}, ...report.sections.map(sectionOf))
);

// On paper nothing can be opened.
let closed = [];
window.addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const detail of closed) detail.open = true;
});
window.addEventListener("afterprint", () => {
  for (const detail of closed) detail.open = false;
});
