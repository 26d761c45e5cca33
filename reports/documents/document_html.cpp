#include <fmt/format.h>

#include "core/text/text_escape.h"
#include "reports/documents/document_writers.h"
#include "reports/formats/cell_text.h"

namespace faultline {
namespace {

std::string table_html(const Table& table) {
  std::string out = "<table>\n";
  if (!table.caption.empty()) out += "<caption>" + html_text(table.caption) + "</caption>\n";
  out += "<thead><tr>";
  for (const auto& column : table.columns) out += "<th scope=\"col\">" + html_text(column.title) + "</th>";
  out += "</tr></thead>\n";
  for (const auto& row : table.rows) {
    out += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i)
      out += "<td>" + html_text(cell_text(row[i], table.columns[i])) + "</td>";
    out += "</tr>\n";
  }
  out += "</table>\n";
  for (const auto& note : table.footnotes) out += "<p>" + html_text(note) + "</p>\n";
  return out;
}

std::string html_of_block(const Block& block) {
  std::string out;
  switch (block.kind) {
    case Block::Kind::paragraph:
      return "<p>" + html_text(block.text) + "</p>\n";
    case Block::Kind::strong:
      return "<p><strong>" + html_text(block.text) + "</strong></p>\n";
    case Block::Kind::list:
      for (const auto& item : block.items) out += "<li>" + html_text(item) + "</li>\n";
      return "<ul>\n" + out + "</ul>\n";
    case Block::Kind::facts:
      for (const auto& [name, value] : block.rows) {
        out +=
            fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", html_text(name), html_text(value));
      }
      return "<table>\n" + out + "</table>\n";
    case Block::Kind::rerun:
      return "<p>Rerun: <code>" + html_text(escape_line(block.text)) + "</code></p>\n";
    case Block::Kind::plot:
      return {};
    case Block::Kind::table:
      return table_html(block.table->people);
    case Block::Kind::fold:
      for (const auto& inner : block.blocks) out += html_of_block(inner);
      return "<details><summary>" + html_text(escape_line(block.text)) + "</summary>\n" + out +
             "</details>\n";
    case Block::Kind::code:
    case Block::Kind::command:
      break;
  }
  return "<pre tabindex=\"0\">" + html_text(block.text) + "</pre>\n";
}

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; } th, td { text-align: left; vertical-align: top; padding: 0.1rem 1rem 0.1rem 0;
  overflow-wrap: anywhere; } th { font-weight: 600; white-space: nowrap; }
pre { overflow-x: auto; border: 1px solid color-mix(in srgb, currentcolor 25%, transparent); padding: 0.5rem; }
@media print { body { max-width: none; font-size: 10pt; } pre { white-space: pre-wrap; } }
)";

}  // namespace

std::string document_html(const Document& document) {
  const auto name = html_text(escape_line(document.title));
  std::string out = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\">\n"
      "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<main>\n<h1>{0}</h1>\n",
      name, kStyle);
  for (const Block& block : document.lead) out += html_of_block(block);
  for (const DocumentSection& section : document.sections) {
    out += "<section>\n<h2>" + html_text(section.title) + "</h2>\n";
    for (const Block& block : section.blocks) out += html_of_block(block);
    out += "</section>\n";
  }
  return out + "</main>\n</body>\n</html>\n";
}

std::string html_text(std::string_view data) {
  return escape_markup(escape_text(data), MarkupPlace::attribute);
}

}  // namespace faultline
