// Plots, as SVG that takes the page's colours. Series differ by symbol and dash, not by colour alone.

import * as Plot from "@observablehq/plot";

import {element} from "./dom.js";

const SYMBOLS = ["circle", "square", "triangle", "diamond", "star", "cross", "wye", "hexagon"];
const DASHES = ["0", "6 3", "2 3", "8 3 2 3", "12 4"];
const SIGN_WIDTH = 7.4;

// As in the tables: one decimal below 10 % and above 90 %, none between; what is not 0 or 100 is not shown as such.
function percent(value, round = Math.round) {
  const p = value * 100;
  if (p <= 0 || p >= 100) return `${p} %`;
  // Two significant digits of the distance to the end.
  const distance = Math.min(p, 100 - p);
  const digits = distance < 0.1 ? 1 - Math.floor(Math.log10(distance)) : p < 10 || p > 90 ? 1 : 0;
  const scale = 10 ** digits;
  // What a float is off by is no reason to round further.
  const slack = round === Math.floor ? 1e-9 : round === Math.ceil ? -1e-9 : 0;
  return `${(round(p * scale + slack) / scale).toFixed(digits)} %`;
}
// Ends of intervals are rounded outward.
const interval = (point) => `[${percent(point.low, Math.floor)}, ${percent(point.high, Math.ceil)}]`;
const short = (text, room) => {
  const most = Math.max(4, Math.floor(room / SIGN_WIDTH));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
};

/// Every point with the place that it has on the x axis: equal steps, series side by side.
function placed(plot) {
  const keys = new Map();
  const all = plot.series.flatMap((series) => series.points);
  const ordered = [...all].sort((a, b) => a.x - b.x);
  for (const point of ordered) {
    const key = point.label || String(point.x);
    if (!keys.has(key)) keys.set(key, keys.size);
  }
  const step = Math.min(0.12, 0.7 / Math.max(1, plot.series.length));
  return {
    ticks: [...keys.keys()],
    points: plot.series.flatMap((series, s) =>
      series.points.map((point) => ({
        ...point,
        series: series.name,
        at: keys.get(point.label || String(point.x)) + (s - (plot.series.length - 1) / 2) * step
      }))
    )
  };
}

function tipOf(plot, point) {
  const name = point.series ? `${point.series}\n` : "";
  const where = `${plot.x} ${point.label || point.x}`;
  const counts = point.n > 0 ? `${point.k}/${point.n}  ` : "";
  if (!plot.share) return `${name}${where}\n${counts}${point.y}`;
  return `${name}${where}\n${counts}${percent(point.y)}  ${interval(point)}`;
}

function common(plot, width) {
  const names = plot.series.map((series) => series.name);
  return {
    width,
    ariaLabel: plot.title,
    ariaDescription: "The numbers stand in the table of this section.",
    style: {background: "transparent", color: "currentColor", fontSize: "12px"},
    color: {domain: names, scheme: "Observable10"},
    symbol: {domain: names, range: SYMBOLS.slice(0, Math.max(1, Math.min(names.length, SYMBOLS.length))), legend: names.length > 1}
  };
}

function shareAxis(plot) {
  return plot.share
    ? {domain: [0, 1], label: plot.y, grid: true, tickFormat: (value) => percent(value)}
    : {label: plot.y, grid: true, zero: true};
}

function drawPoints(plot, width) {
  const {ticks, points} = placed(plot);
  return Plot.plot({
    ...common(plot, width),
    height: 340,
    marginLeft: 60,
    marginBottom: 45,
    x: {domain: [-0.5, ticks.length - 0.5], ticks: ticks.map((_, i) => i), tickFormat: (i) => short(ticks[i] ?? "", (width - 60) / ticks.length), label: plot.x},
    y: shareAxis(plot),
    marks: [
      Plot.ruleY([0]),
      Plot.line(points, {x: "at", y: "y", stroke: "series", strokeOpacity: 0.5}),
      Plot.ruleX(points, {x: "at", y1: "low", y2: "high", stroke: "series", strokeWidth: 1.5}),
      Plot.dot(points, {x: "at", y: "y", stroke: "series", symbol: "series", fill: "var(--plot-background)", r: 4,
        title: (point) => tipOf(plot, point), tip: true})
    ]
  });
}

function drawBars(plot, width) {
  const bars = plot.series.flatMap((series) => series.points.map((point) => ({...point, series: series.name})));
  const room = Math.min(340, width / 2);
  return Plot.plot({
    ...common(plot, width),
    symbol: undefined,
    height: 70 + 28 * bars.length,
    marginLeft: room,
    marginRight: 64,
    marginBottom: 45,
    x: shareAxis(plot),
    y: {domain: bars.map((bar, i) => i), tickFormat: (i) => short(bars[i].label, room - 24), label: null},
    marks: [
      Plot.barX(bars, {y: (_, i) => i, x: "y", fill: "currentColor", fillOpacity: 0.25, title: (bar) => tipOf(plot, bar), tip: true}),
      Plot.ruleY(bars, {y: (_, i) => i, x1: "low", x2: "high", stroke: "currentColor", strokeWidth: 1.5}),
      Plot.text(bars, {y: (_, i) => i, x: 1, text: (bar) => `${bar.k}/${bar.n}`, textAnchor: "start", dx: 6}),
      Plot.ruleX([0])
    ]
  });
}

function drawSteps(plot, width) {
  const lines = plot.series.flatMap((series, s) =>
    series.points.map((point) => ({...point, series: series.name, dash: DASHES[s % DASHES.length]}))
  );
  return Plot.plot({
    ...common(plot, width),
    symbol: undefined,
    color: {...common(plot, width).color, legend: plot.series.length > 1},
    height: 340,
    marginLeft: 60,
    marginBottom: 45,
    x: {label: plot.x, zero: true},
    y: shareAxis(plot),
    marks: [
      Plot.ruleY([0]),
      Plot.areaY(lines, {x: "x", y1: "low", y2: "high", fill: "series", fillOpacity: 0.12, curve: "step-after"}),
      ...plot.series.map((series, s) =>
        Plot.line(lines.filter((line) => line.series === series.name),
          {x: "x", y: "y", stroke: "series", strokeDasharray: DASHES[s % DASHES.length], curve: "step-after"})),
      Plot.tip(lines, Plot.pointer({x: "x", y: "y", title: (point) => tipOf(plot, point)}))
    ]
  });
}

// A rate with its count and interval in each cell: the shade repeats what the numbers say.
function drawGrid(plot) {
  const columns = [];
  const ordered = plot.series.flatMap((series) => series.points).sort((a, b) => a.x - b.x);
  for (const point of ordered) if (!columns.includes(point.label)) columns.push(point.label);
  const cellOf = (point) => point === undefined
    ? element("td", {class: "none"}, "–")
    : element("td", {"data-cell": true, style: `--rate: ${point.y.toFixed(3)}`},
        element("strong", {}, percent(point.y)), element("span", {}, `${point.k}/${point.n}`),
        element("span", {class: "interval"}, interval(point)));
  return element("table", {class: "grid"},
    element("thead", {}, element("tr", {},
      element("td", {}, ""), ...columns.map((label) => element("th", {scope: "col"}, `${plot.x}=${label}`)))),
    element("tbody", {}, ...plot.series.map((series) => element("tr", {},
      element("th", {scope: "row"}, series.name || plot.title),
      ...columns.map((label) => cellOf(series.points.find((point) => point.label === label)))))));
}

// More lines than an eye can tell apart: one small plot each, with the same scales.
const MOST_LINES = 6;
function drawSmall(plot, width, draw) {
  const each = Math.max(260, Math.floor(width / Math.max(1, Math.floor(width / 320))) - 10);
  return element("div", {class: "small-multiples"}, ...plot.series.map((series) =>
    element("div", {}, element("p", {class: "note"}, series.name), draw({...plot, series: [series]}, each))));
}

const DRAW = {points: drawPoints, bars: drawBars, steps: drawSteps, grid: drawGrid};
const drawn = (plot, width) =>
  plot.kind !== "grid" && plot.series.length > MOST_LINES ? drawSmall(plot, width, DRAW[plot.kind]) : DRAW[plot.kind](plot, width);

export function plotOf(plot) {
  const place = element("div", {class: "plot", tabindex: plot.kind === "grid" ? "0" : null,
    role: plot.kind === "grid" ? "region" : null, "aria-label": plot.kind === "grid" ? `Rates of ${plot.title}` : null});
  const figure = element("figure", {id: plot.id, "data-kind": plot.kind}, element("figcaption", {}, plot.title), place);
  if (plot.kind === "grid") {
    place.append(drawGrid(plot));
    return figure;
  }
  let last = 0;
  const draw = () => {
    const width = Math.max(320, Math.min(1000, Math.floor(place.clientWidth)));
    if (width === last) return;
    last = width;
    place.replaceChildren(drawn(plot, width));
    // The drawing is one image with a name; a group in it may not have one of its own.
    for (const svg of place.querySelectorAll("svg[aria-label]")) svg.setAttribute("role", "img");
    for (const group of place.querySelectorAll("svg g[aria-label]")) group.setAttribute("role", "img");
  };
  new ResizeObserver(draw).observe(place);
  return figure;
}
