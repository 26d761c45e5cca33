#include <fmt/format.h>

#include <algorithm>

#include "core/text/text_escape.h"
#include "reports/documents/document_writers.h"
#include "reports/formats/report_writer.h"

namespace faultline {
namespace {

std::string text_of_blocks(const std::vector<Block>& blocks, const WriterOptions& options);

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

std::string text_of_block(const Block& block, const WriterOptions& options) {
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
    case Block::Kind::rerun:
      return "  Rerun: " + escape_line(block.text) + "\n";
    case Block::Kind::plot:
      return {};
    case Block::Kind::table:
      return write_table(block.table->people, TableFormat::text, options);
    case Block::Kind::fold:
      return "  " + escape_line(block.text) + "\n" + text_of_blocks(block.blocks, options);
    case Block::Kind::code:
    case Block::Kind::command:
      break;
  }
  return indented(escape_text(block.text), "  ");
}

std::string text_of_blocks(const std::vector<Block>& blocks, const WriterOptions& options) {
  std::string out;
  for (const Block& block : blocks) out += text_of_block(block, options);
  return out;
}

}  // namespace

std::string document_text(const Document& document, const WriterOptions& options) {
  std::string out = escape_line(document.title) + "\n" + text_of_blocks(document.lead, options);
  for (const DocumentSection& section : document.sections) {
    out += "\n" + section.title + "\n" + text_of_blocks(section.blocks, options);
  }
  return out;
}

}  // namespace faultline
