// Bundles the page into one document and writes it as C++: node build.mjs OUTPUT.cpp
// With a name that ends in .html the document itself is written, for looking at.

import {createHash} from "node:crypto";
import {readFileSync, writeFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";

import {build} from "esbuild";

const folder = dirname(fileURLToPath(import.meta.url));
const output = process.argv[2];

const bundled = await build({
  entryPoints: [join(folder, "src/main.js")],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "ascii",
  legalComments: "none",
  write: false
});
// A script ends at these signs, wherever they stand.
const script = bundled.outputFiles[0].text.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
const hash = createHash("sha256").update(script).digest("base64");
// Functions, since a text for replace() gives `$&` a meaning.
const page = readFileSync(join(folder, "template.html"), "utf8")
  .replace("@@STYLE@@", () => readFileSync(join(folder, "style.css"), "utf8"))
  .replace("@@SCRIPT_HASH@@", () => `sha256-${hash}`)
  .replace("@@SCRIPT@@", () => script);

if (output.endsWith(".html")) {
  writeFileSync(output, page);
} else {
  const parts = [];
  // Compilers limit how long one literal may be.
  for (let at = 0; at < page.length; at += 16000) parts.push(`R"faultline_page(${page.slice(at, at + 16000)})faultline_page"`);
  writeFileSync(output, `// Made by reports/page/build.mjs.

#include "reports/documents/report_page.h"

// Together they are longer than the standard promises, and no compiler of ours minds.
#pragma GCC diagnostic ignored "-Woverlength-strings"

namespace faultline {

std::string_view report_page_template() {
  using namespace std::string_view_literals;
  static constexpr std::string_view kPage =
${parts.join("\n")}sv;
  return kPage;
}

}  // namespace faultline
`);
}
