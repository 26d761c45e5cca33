#include "reports/formats/markdown_writer.h"

#include <fmt/format.h>

#include "core/text/text_escape.h"
#include "reports/formats/cell_text.h"
#include "reports/formats/report_writer.h"

namespace faultline {
namespace {

bool is_plain_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' || c == ',' ||
         c == '-' || c == '+' || c == '%' || c == '/' || c == '=' || c == '(' || c == ')' || c == ';' ||
         c == '?' || c == '.' || c == ':' || (static_cast<unsigned char>(c) & 0x80) != 0;
}

/// Bare addresses become links, names mentions, numbers references to issues.
bool is_linked(std::string_view text) {
  for (const std::string_view sign : {"www.", "://", "GH-", "@", "#"}) {
    if (text.find(sign) != std::string_view::npos) return true;
  }
  return false;
}

/// Words that neither Markdown nor GitHub reads as anything but words.
bool is_plain(std::string_view text) {
  for (const char c : text) {
    if (!is_plain_char(c)) return false;
  }
  if (text.empty()) return true;
  // Spaces at the ends get lost, and marks at the begin may change the block.
  const char first = text.front();
  return !is_linked(text) && first != ' ' && text.back() != ' ' && first != '-' && first != '+' &&
         first != '=' && first != ':';
}

bool is_ascii_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

/// Every sign as a character reference, which Markdown never takes for structure.
std::string as_references(std::string_view text) {
  std::string out = "<code>";
  for (const char c : text) {
    if (is_ascii_punctuation(c)) {
      out += fmt::format("&#{};", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  return out + "</code>";
}

/// One line of at least one character that shows exactly itself, whatever it holds.
std::string code_span(std::string_view text) {
  const bool fits =
      text.find_first_of("`|") == std::string_view::npos && text.front() != ' ' && text.back() != ' ';
  return fits ? fmt::format("`{}`", text) : as_references(text);
}

/// A sentence around data: each sign that could be markup behind a backslash.
std::string sentence(std::string_view given) {
  const std::string text = escape_line(given);
  if (is_linked(text)) return markdown_inline(given);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    // List marks are such only at the begin: `- `, `1.`
    const bool begins = i == 0 && !is_plain(text.substr(0, 1));
    const bool ends_number =
        i > 0 && text.find_first_not_of("0123456789") == i && (text[i] == '.' || text[i] == ')');
    if (begins || ends_number || (is_ascii_punctuation(text[i]) && !is_plain_char(text[i]))) out += '\\';
    out += text[i];
  }
  return out;
}

bool is_data(const CellValue& value) {
  return std::holds_alternative<std::string>(value) || std::holds_alternative<TextList>(value) ||
         std::holds_alternative<CountOf>(value);
}

std::string cell_markdown(const TableCell& cell, const Column& column) {
  const std::string text = cell_text(cell, column);
  // Numbers are our own signs, and hold no markup.
  std::string out = is_data(cell.value) ? markdown_inline(text) : text;
  if (cell.emphasis == Emphasis::strong || cell.emphasis == Emphasis::alarm) {
    if (!out.empty()) out = "**" + out + "**";
  }
  return out;
}

/// Footnotes and the command.
std::string foot(const Table& table) {
  std::string out;
  for (const std::string& footnote : table.footnotes) out += "\n" + sentence(footnote) + "\n";
  if (!table.command.empty()) out += "\nRerun: " + code_span(escape_line(table.command)) + "\n";
  return out;
}

class MarkdownWriter final : public ReportWriter {
 public:
  [[nodiscard]] std::string write(const Table& table) const override;
};

}  // namespace

std::string markdown_inline(std::string_view data) {
  const std::string text = escape_line(data);
  return is_plain(text) ? text : code_span(text);
}

std::string MarkdownWriter::write(const Table& table) const {
  std::string out;
  if (!table.caption.empty()) out += sentence(table.caption) + "\n\n";
  if (table.rows.empty()) return out + sentence(table.no_rows) + "\n" + foot(table);
  out += "|";
  for (const Column& column : table.columns) out += " " + markdown_inline(column.title) + " |";
  out += "\n|";
  for (const Column& column : table.columns)
    out += column.alignment == Alignment::right ? " ---: |" : " --- |";
  out += "\n";
  for (const auto& row : table.rows) {
    out += "|";
    for (std::size_t i = 0; i < row.size(); ++i) out += " " + cell_markdown(row[i], table.columns[i]) + " |";
    out += "\n";
  }
  return out + foot(table);
}

std::unique_ptr<ReportWriter> make_markdown_writer(const WriterOptions& /*options*/) {
  return std::make_unique<MarkdownWriter>();
}

}  // namespace faultline
