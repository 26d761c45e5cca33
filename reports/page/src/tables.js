// A table that can be sorted by each column and, where it is long, filtered.

import {command, element} from "./dom.js";
import {recalled, remember} from "./state.js";

const FILTER_FROM = 6;
const LONGEST_WHOLE = 24;

const textOf = (cell) => (Array.isArray(cell) ? cell[0] : cell);
const numberOf = (cell) => (Array.isArray(cell) ? cell[1] : null);
// A short name has the whole one behind it.
const wholeOf = (cell) => (Array.isArray(cell) && cell.length > 2 ? cell[2] : null);

function compare(a, b) {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== null && y !== null) return x - y;
  // What is not known stands last, whatever the direction of the others.
  if (x !== null || y !== null) return x === null ? 1 : -1;
  return textOf(a).localeCompare(textOf(b), undefined, {numeric: true});
}

// Symbols of C++ have words longer than any column; dates and names stay whole.
const isWhole = (rows, i) => rows.every((row) => textOf(row[i]).split(/[\s-]/).every((word) => word.length <= LONGEST_WHOLE));

// Count, rate and interval stand two blanks apart: a narrow page may break there, and nowhere else.
const pieces = (text) => text.split(/( {2,})/).map((part) =>
  part.startsWith("  ") || part === "" ? part : element("span", {class: "piece"}, part));

function bodyRow(table, row, whole) {
  const cells = row.map((cell, i) => {
    const column = table.columns[i];
    const attributes = {class: column.right ? "right" : wholeOf(cell) !== null ? "name" : whole[i] ? "whole" : null, title: wholeOf(cell)};
    const shown = column.right ? pieces(textOf(cell)) : [textOf(cell)];
    return column.head
      ? element("th", {...attributes, scope: "row"}, ...shown)
      : element("td", attributes, ...shown);
  });
  return element("tr", {}, ...cells);
}

export function tableOf(table) {
  const whole = table.columns.map((_, i) => isWhole(table.rows, i));
  const rows = table.rows.map((row) => ({row, shown: bodyRow(table, row, whole), text: row.map((cell) => `${textOf(cell)}\n${wholeOf(cell) ?? ""}`).join("\n").toLowerCase()}));
  const body = element("tbody", {}, ...rows.map((row) => row.shown));
  const count = element("span", {role: "status"});

  const heads = table.columns.map((column, i) => {
    if (column.title.trim() === "") return element("th", {scope: "col"}, "");
    const head = element("th", {scope: "col", class: column.right ? "right" : null});
    head.append(element("button", {type: "button", onclick: () => sortBy(i, head)}, column.title));
    return head;
  });

  function sortBy(column, head, downward = null) {
    const down = downward ?? head.getAttribute("aria-sort") === "ascending";
    remember(`${table.id}.sort`, `${column}${down ? "d" : "a"}`);
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    rows.sort((a, b) => (down ? compare(b.row[column], a.row[column]) : compare(a.row[column], b.row[column])));
    body.append(...rows.map((row) => row.shown));
  }

  function filterBy(words) {
    remember(`${table.id}.filter`, words);
    const wanted = words.toLowerCase().split(/\s+/).filter((word) => word !== "");
    let left = 0;
    for (const row of rows) {
      const hidden = !wanted.every((word) => row.text.includes(word));
      row.shown.hidden = hidden;
      if (!hidden) left += 1;
    }
    count.textContent = wanted.length === 0 ? "" : `${left} of ${rows.length} rows`;
  }

  const filterId = `filter-${table.id}`;
  const filter =
    rows.length < FILTER_FROM
      ? null
      : element(
          "div",
          {class: "filter"},
          element("label", {for: filterId}, "Filter rows"),
          element("input", {id: filterId, type: "search", oninput: (event) => filterBy(event.target.value)}),
          count
        );
  const sorted = /^(\d+)([ad])$/.exec(recalled(`${table.id}.sort`));
  if (sorted && heads[Number(sorted[1])]) sortBy(Number(sorted[1]), heads[Number(sorted[1])], sorted[2] === "d");
  const words = recalled(`${table.id}.filter`);
  if (filter !== null && words !== "") {
    filter.querySelector("input").value = words;
    filterBy(words);
  }
  const caption = table.caption === "" ? null : element("caption", {}, table.caption);
  const grid = element("table", {id: `table-${table.id}`}, caption, element("thead", {}, element("tr", {}, ...heads)), body);
  return element(
    "div",
    {},
    filter,
    rows.length === 0 ? null : element("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": table.caption || table.id}, grid),
    rows.length === 0 ? element("p", {}, table.no_rows ?? "Nothing matches.") : null,
    ...table.footnotes.map((note) => element("p", {class: "note"}, note)),
    command(table.command)
  );
}
