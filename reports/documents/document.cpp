#include "reports/documents/document.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/text/text_escape.h"
#include "reports/formats/cell_text.h"
#include "reports/formats/report_writer.h"

namespace faultline {
namespace {

// One backtick more than the longest run inside.
std::string fence_for(std::string_view text) {
  std::size_t longest = 2;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return std::string(longest + 1, '`');
}

std::string indented(std::string_view text, std::string_view indent) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (end > 0) out += fmt::format("{}{}", indent, text.substr(0, end));
    out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string block_as_text(const Block& block) {
  std::string out;
  std::size_t width = 0;
  for (const auto& [name, value] : block.rows) width = std::max(width, name.size());
  switch (block.kind) {
    case Block::Kind::paragraph:
    case Block::Kind::strong:
      return "  " + escape_line(block.text) + "\n";
    case Block::Kind::list:
      for (const auto& item : block.items) out += "  - " + escape_line(item) + "\n";
      return out;
    case Block::Kind::facts:
      for (const auto& [name, value] : block.rows) {
        out += fmt::format("  {:<{}}  {}\n", escape_line(name), width, escape_line(value));
      }
      return out;
    case Block::Kind::table:
      return write_table(*block.table, TableFormat::text);
    case Block::Kind::fold:
      return "  " + escape_line(block.text) + "\n" + blocks_as_text(block.blocks);
    case Block::Kind::code:
    case Block::Kind::command:
      break;
  }
  return indented(escape_text(block.text), "  ");
}

std::string fold_markdown(const Block& block) {
  std::string out = "<details><summary>" + html_text(escape_line(block.text)) + "</summary>\n";
  if (!block.blocks.empty()) out += "\n" + blocks_as_markdown(block.blocks);
  return out + "\n</details>\n";
}

std::string block_as_markdown(const Block& block) {
  std::string out;
  switch (block.kind) {
    case Block::Kind::paragraph:
      return markdown_line(block.text) + "\n";
    case Block::Kind::strong:
      return "**" + markdown_line(block.text) + "**\n";
    case Block::Kind::list:
      for (const auto& item : block.items) out += "- " + markdown_line(item) + "\n";
      return out;
    case Block::Kind::facts:
      out = "| | |\n|---|---|\n";
      for (const auto& [name, value] : block.rows) {
        out += fmt::format("| {} | {} |\n", markdown_line(name), markdown_line(value));
      }
      return out;
    case Block::Kind::table:
      return write_table(*block.table, TableFormat::markdown);
    case Block::Kind::fold:
      return fold_markdown(block);
    case Block::Kind::code:
    case Block::Kind::command:
      break;
  }
  const std::string text = escape_text(block.text);
  const std::string fence = fence_for(text);
  out = fence + "\n" + text;
  if (out.back() != '\n') out += '\n';
  return out + fence + "\n";
}

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

std::string block_as_html(const Block& block) {
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
    case Block::Kind::table:
      return table_html(*block.table);
    case Block::Kind::fold:
      for (const auto& inner : block.blocks) out += block_as_html(inner);
      return "<details><summary>" + html_text(escape_line(block.text)) + "</summary>\n" + out +
             "</details>\n";
    case Block::Kind::code:
    case Block::Kind::command:
      break;
  }
  return "<pre tabindex=\"0\">" + html_text(block.text) + "</pre>\n";
}

/// Nobody is called by a text that is pasted into a thread (`@everyone`), and no address becomes a link.
std::string_view markdown_break_after(std::string_view text, std::size_t at) {
  const bool mention = text[at] == '@';
  const bool link = text[at] == ':' && text.substr(at + 1, 2) == "//";
  const bool host = text[at] == '.' && at >= 3 && text.substr(at - 3, 3) == "www";
  return mention || link || host ? "<!-- -->" : "";
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

Block Block::paragraph(std::string text) {
  Block block;
  block.text = std::move(text);
  return block;
}

Block Block::strong(std::string text) {
  Block block;
  block.kind = Kind::strong;
  block.text = std::move(text);
  return block;
}

Block Block::list(std::vector<std::string> items) {
  Block block;
  block.kind = Kind::list;
  block.items = std::move(items);
  return block;
}

Block Block::facts(std::vector<std::pair<std::string, std::string>> rows) {
  Block block;
  block.kind = Kind::facts;
  block.rows = std::move(rows);
  return block;
}

Block Block::code(std::string text) {
  Block block;
  block.kind = Kind::code;
  block.text = std::move(text);
  return block;
}

Block Block::command(std::string line) {
  Block block;
  block.kind = Kind::command;
  block.text = std::move(line);
  return block;
}

Block Block::table_of(Table table) {
  Block block;
  block.kind = Kind::table;
  block.table = std::make_shared<const Table>(std::move(table));
  return block;
}

Block Block::fold(std::string title, std::vector<Block> blocks) {
  Block block;
  block.kind = Kind::fold;
  block.text = std::move(title);
  block.blocks = std::move(blocks);
  return block;
}

std::string document_text(const Document& document) {
  std::string out = escape_line(document.title) + "\n" + blocks_as_text(document.lead);
  for (const PageSection& section : document.sections) {
    out += "\n" + section.title + "\n";
    for (const Block& block : section.blocks) out += block_as_text(block);
  }
  return out;
}

std::string document_markdown(const Document& document) {
  std::string out = "# " + markdown_line(document.title) + "\n";
  for (const Block& block : document.lead) out += "\n" + block_as_markdown(block);
  for (const PageSection& section : document.sections) {
    out += "\n## " + markdown_line(section.title) + "\n";
    for (const Block& block : section.blocks) out += "\n" + block_as_markdown(block);
  }
  return out;
}

std::string document_html(const Document& document) {
  const auto name = html_text(escape_line(document.title));
  std::string out = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\">\n"
      "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<main>\n<h1>{0}</h1>\n",
      name, kStyle);
  for (const Block& block : document.lead) out += block_as_html(block);
  for (const PageSection& section : document.sections) {
    out += "<section>\n<h2>" + html_text(section.title) + "</h2>\n";
    for (const Block& block : section.blocks) out += block_as_html(block);
    out += "</section>\n";
  }
  return out + "</main>\n</body>\n</html>\n";
}

std::string blocks_as_text(const std::vector<Block>& blocks) {
  std::string out;
  for (const Block& block : blocks) out += block_as_text(block);
  return out;
}

std::string blocks_as_markdown(const std::vector<Block>& blocks) {
  std::string out;
  for (const Block& block : blocks) out += (out.empty() ? "" : "\n") + block_as_markdown(block);
  return out;
}

// Characters that would start markup stay what they are; line starts cannot be lists or headings.
std::string markdown_line(std::string_view raw) {
  const std::string safe = escape_line(raw);
  std::string out;
  for (std::size_t i = 0; i < safe.size(); ++i) {
    const char c = safe[i];
    if (std::string_view("\\`*_[]<>|#~&").find(c) != std::string_view::npos) out += '\\';
    out += c;
    out += markdown_break_after(safe, i);
  }
  const auto digits = out.find_first_not_of("0123456789");
  const bool numbered =
      digits != std::string::npos && digits > 0 && (out[digits] == '.' || out[digits] == ')');
  if (numbered) out.insert(digits, "\\");
  if (!out.empty() && (out[0] == '-' || out[0] == '+' || out[0] == '=')) out.insert(0, "\\");
  return out;
}

std::string html_text(std::string_view data) {
  return escape_markup(escape_text(data), MarkupPlace::attribute);
}

}  // namespace faultline
