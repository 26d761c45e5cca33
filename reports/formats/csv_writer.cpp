// Tables as CSV.
//
// RFC 4180: CRLF after each record, a header record, fields quoted where they hold a comma, a quote or a
// line break. UTF-8 without a byte order mark. Compound cells are one field a number (table.h).
//
// Text fields are made safe for two readers:
//  - terminals: control characters stand as `\x1b`, so that a record is always one line;
//  - spreadsheets: text that begins with = + - @ (or a tab) would be run as a formula, so it gets an
//    apostrophe before it. Numbers are never touched. A program that needs the exact text reads JSON.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <string_view>

#include "core/text/text_escape.h"
#include "reports/formats/number_format.h"
#include "reports/formats/report_writer.h"

namespace faultline {
namespace {

std::string quoted_if_needed(std::string_view field) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(field);
  std::string out = "\"";
  for (const char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string text_field(std::string_view data) {
  std::string text = escape_line(data);
  // Spreadsheets also run a formula after spaces.
  const std::size_t first = text.find_first_not_of(' ');
  if (first != std::string::npos && std::string_view("=+-@").find(text[first]) != std::string_view::npos) {
    text.insert(0, 1, '\'');
  }
  return quoted_if_needed(text);
}

struct Field {
  std::string operator()(std::monostate) const { return {}; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(std::uint64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return std::isfinite(value) ? format_exact(value) : ""; }
  std::string operator()(const std::string& value) const { return text_field(value); }
  std::string operator()(const TextList& value) const {
    return text_field(fmt::format("{}", fmt::join(value, "; ")));
  }
  // machine_values() takes these apart.
  std::string operator()(const Rate&) const { return {}; }
  std::string operator()(const CountOf&) const { return {}; }
  std::string operator()(const Estimate&) const { return {}; }
};

class CsvWriter final : public ReportWriter {
 public:
  /// Header and rows only: caption, footnotes and facts have no place in a CSV.
  [[nodiscard]] std::string write(const Table& table) const override;
};

}  // namespace

std::string CsvWriter::write(const Table& table) const {
  std::string out;
  std::string_view separator;
  for (const std::string& key : machine_keys(table)) {
    out += separator;
    out += text_field(key);
    separator = ",";
  }
  out += "\n";
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    separator = "";
    for (const CellValue& value : machine_values(table, row)) {
      out += separator;
      out += std::visit(Field{}, value);
      separator = ",";
    }
    out += "\n";
  }
  return out;
}

std::unique_ptr<ReportWriter> make_csv_writer(const WriterOptions& /*options*/) {
  return std::make_unique<CsvWriter>();
}

}  // namespace faultline
