// Looks at a page in headless Chromium as its readers do: node page_test.mjs PAGE.html [FOLDER FOR SCREENSHOTS]
// The browser is that of CHROMIUM, else Debian's. Prints one line for each thing looked at; fails with 1.

import {existsSync, mkdirSync, readFileSync} from "node:fs";
import {dirname, join, resolve} from "node:path";
import {fileURLToPath, pathToFileURL} from "node:url";

import {chromium} from "playwright-core";

const [pagePath, shots] = process.argv.slice(2);
const address = pathToFileURL(resolve(pagePath)).href;
let failures = 0;

function expect(what, holds, seen = "") {
  if (!holds) failures += 1;
  console.log(`${holds ? "ok  " : "FAIL"} ${what}${holds ? "" : ` ${seen}`}`);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"]
});

async function open(options = {}) {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}, ...options});
  const page = await context.newPage();
  page.problems = [];
  page.on("pageerror", (error) => page.problems.push(`error: ${error.message}`));
  page.on("console", (message) => message.type() === "error" && page.problems.push(`console: ${message.text()}`));
  page.on("dialog", (dialog) => { page.problems.push("dialog"); dialog.dismiss(); });
  page.on("request", (request) => request.url() !== address && !request.url().startsWith("data:") &&
    page.problems.push(`request: ${request.url()}`));
  await page.goto(address);
  await page.waitForSelector("main section");
  return page;
}

async function screenshot(page, name) {
  if (!shots) return;
  mkdirSync(shots, {recursive: true});
  await page.screenshot({path: join(shots, `${name}.png`), fullPage: true});
}

const page = await open();
await page.waitForTimeout(200);

// Everything from the report is data.
const data = JSON.parse(await page.locator("#report").textContent());
expect("no error, dialog or request", page.problems.length === 0, page.problems.join("; "));
expect("no element but the page's own two scripts runs",
  (await page.locator("script").count()) === 2);
expect("no element made of data", (await page.locator("img, iframe, object, b, i, marquee, base, form").count()) === 0);
expect("nothing was executed", await page.evaluate(() => window.pwned === undefined));
expect("the title is shown as it is", (await page.locator("h1").textContent()) === data.title);
const shown = await page.locator("main").innerText();
expect("no control or bidirectional sign is shown", !/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(shown));

// Each plot, and its numbers as a table.
for (const section of data.sections) {
  for (const plot of section.plots) {
    const figure = page.locator(`[id="${plot.id}"]`);
    const points = plot.series.reduce((sum, series) => sum + series.points.length, 0);
    const marks =
      plot.kind === "bars" ? figure.locator("[aria-label=bar] rect")
      : plot.kind === "grid" ? figure.locator("[data-cell]")
      : plot.kind === "points" ? figure.locator("[aria-label=dot] > *")
      : figure.locator("[aria-label=line] path");
    const wanted = plot.kind === "steps" ? plot.series.length : points;
    expect(`plot ${plot.id} draws ${wanted} marks`, (await marks.count()) === wanted, await marks.count());
    if (plot.kind !== "steps" && plot.kind !== "grid") {
      const rules = figure.locator("[aria-label=rule] line");
      expect(`plot ${plot.id} has an interval for each point`, (await rules.count()) >= points, await rules.count());
    }
    if (plot.kind === "grid") {
      const first = plot.series[0].points[0];
      const seen = await figure.locator("[data-cell]").first().innerText();
      expect(`grid ${plot.id} says count and interval without colour`, seen.includes(`${first.k}/${first.n}`) && seen.includes("["), seen);
    }
    expect(`plot ${plot.id} says what it shows`, plot.kind === "grid" || (await figure.locator(`svg[aria-label]`).count()) >= 1);
    expect(`plot ${plot.id} has its numbers in a table`, (await page.locator(`[id="${section.id}"] table`).count()) > 0);
  }
  for (const table of [...section.tables, ...section.details.flatMap((detail) => detail.tables)]) {
    const rows = page.locator(`[id="table-${table.id}"] tbody tr`);
    expect(`table ${table.id} has its ${table.rows.length} rows`, (await rows.count()) === table.rows.length);
  }
}

// Filter and sort, by the keyboard alone.
await page.evaluate(() => { for (const folded of document.querySelectorAll("details.table")) folded.open = true; });
const long = data.sections.flatMap((section) => section.tables).find((table) => table.rows.length >= 6);
if (long) {
  const rows = page.locator(`[id="table-${long.id}"] tbody tr`);
  const filter = page.locator(`[id="filter-${long.id}"]`);
  const textOf = (cell) => (Array.isArray(cell) ? cell[0] : cell);
  const word = textOf(long.rows[0].find((cell) => textOf(cell).trim() !== "")).split(/\s+/)[0];
  const wanted = long.rows.filter((row) => row.map(textOf).join("\n").toLowerCase().includes(word.toLowerCase())).length;
  await filter.focus();
  await page.keyboard.type(word);
  const visible = await rows.evaluateAll((all) => all.filter((row) => !row.hidden).length);
  expect(`filter leaves ${wanted} rows`, visible === wanted, visible);
  expect("the filter stands in the address", page.url().includes(encodeURIComponent(word)) || page.url().includes("filter="), page.url());
  await filter.fill("");
  const number = long.columns.findIndex((_, i) => Array.isArray(long.rows[0][i]) && long.rows[0][i].length === 2);
  if (number >= 0) {
    const head = page.locator(`[id="table-${long.id}"] thead th`).nth(number);
    await head.locator("button").focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    expect("Enter on a head sorts", (await head.getAttribute("aria-sort")) === "descending");
    const greatest = long.rows.map((row) => row[number]).filter(Array.isArray).sort((a, b) => b[1] - a[1])[0][0];
    const first = await rows.first().locator("th, td").nth(number).textContent();
    expect("the greatest number stands first", first === greatest, `${first} instead of ${greatest}`);
  }
}
await page.evaluate(() => { for (const folded of document.querySelectorAll("details.table")) folded.open = false; });
const summary = page.locator("details:not(.table) > summary").first();
if (await summary.count()) {
  await summary.focus();
  await page.keyboard.press("Enter");
  const detail = page.locator("details:not(.table)").first();
  expect("a detail opens by Enter", await detail.evaluate((opened) => opened.open));
  const tables = data.sections.find((section) => section.details.length > 0).details[0].tables.length;
  expect(`and shows its ${tables} tables`, (await detail.locator("table:visible").count()) === tables);
}
expect("every input has a label",
  await page.locator("input").evaluateAll((all) => all.every((input) => input.labels.length === 1)));
expect("one h1, and a heading for each section",
  (await page.locator("h1").count()) === 1 && (await page.locator("h2").count()) === data.sections.length);
const axe = join(dirname(fileURLToPath(import.meta.url)), "../node_modules/axe-core/axe.min.js");
async function findings(target) {
  await target.evaluate(readFileSync(axe, "utf8"));
  const found = await target.evaluate(() => window.axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}));
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")}`);
}
if (existsSync(axe)) {
  const found = await findings(page);
  expect("axe finds nothing in light", found.length === 0, found.join("; "));
} else {
  console.log("skip axe-core is not installed");
}
await screenshot(page, "light");

// Other readers: dark, narrow, paper.
const lightness = (target) => target.evaluate(() => {
  const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g).map(Number);
  return (r + g + b) / 3;
});
expect("light is light", (await lightness(page)) > 200);
const dark = await open({colorScheme: "dark"});
await dark.waitForTimeout(200);
expect("dark is dark", (await lightness(dark)) < 60, await lightness(dark));
if (existsSync(axe)) {
  const found = await findings(dark);
  expect("axe finds nothing in dark", found.length === 0, found.join("; "));
}
await screenshot(dark, "dark");
const narrow = await open({viewport: {width: 360, height: 740}});
await narrow.waitForTimeout(200);
const width = await narrow.evaluate(() => document.documentElement.scrollWidth);
expect("narrow pages do not scroll sideways", width <= 360, width);
await screenshot(narrow, "narrow");
await page.emulateMedia({media: "print"});
await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
expect("on paper all details are open", (await page.locator("details:not([open])").count()) === 0);
expect("on paper there are no controls", !(await page.locator("nav").isVisible()));
await page.setViewportSize({width: 718, height: 1030});  // A4 without its margins.
await page.waitForTimeout(200);
const paperWidth = await page.evaluate(() => document.documentElement.scrollWidth);
expect("on paper nothing is cut off at the side", paperWidth <= 718, paperWidth);
await screenshot(page, "print");
const paper = await page.pdf({format: "A4"});
expect("the page prints", paper.length > 1000);

await browser.close();
process.exit(failures === 0 ? 0 : 1);
