#include <fmt/format.h>

#include <algorithm>

#include "core/text/text_escape.h"
#include "reports/documents/document_writers.h"
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

std::string fold_markdown(const Block& block) {
  std::string out = "<details><summary>" + html_text(escape_line(block.text)) + "</summary>\n";
  if (!block.blocks.empty()) out += "\n" + blocks_as_markdown(block.blocks);
  return out + "\n</details>\n";
}

std::string markdown_of_block(const Block& block) {
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
    case Block::Kind::rerun:
      return "Rerun: " + markdown_line(block.text) + "\n";
    case Block::Kind::plot:
      return {};
    case Block::Kind::table:
      return write_table(block.table->people, TableFormat::markdown);
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

/// Nobody is called by a text that is pasted into a thread (`@everyone`), and no address or number of an
/// issue becomes a link.
std::string_view markdown_break_after(std::string_view text, std::size_t at) {
  const bool mention = text[at] == '@';
  const bool link = text[at] == ':' && text.substr(at + 1, 2) == "//";
  const bool host = text[at] == '.' && at >= 3 && text.substr(at - 3, 3) == "www";
  const bool number = at >= 2 && text[at] == '-' && text.substr(at - 2, 2) == "GH";
  return mention || link || host || number ? "<!-- -->" : "";
}

}  // namespace

std::string document_markdown(const Document& document) {
  std::string out = "# " + markdown_line(document.title) + "\n";
  if (!document.lead.empty()) out += "\n" + blocks_as_markdown(document.lead);
  for (const DocumentSection& section : document.sections) {
    out += "\n## " + markdown_line(section.title) + "\n";
    if (!section.blocks.empty()) out += "\n" + blocks_as_markdown(section.blocks);
  }
  return out;
}

std::string blocks_as_markdown(const std::vector<Block>& blocks) {
  std::string out;
  for (const Block& block : blocks) {
    const auto one = markdown_of_block(block);
    if (!one.empty()) out += (out.empty() ? "" : "\n") + one;
  }
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

}  // namespace faultline
