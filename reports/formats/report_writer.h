// How a table becomes text: one writer a format, one interface.

#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/enum_text.h"
#include "reports/formats/table.h"

namespace faultline {

enum class TableFormat { text, markdown, csv, json };

inline constexpr std::array<EnumText<TableFormat>, 4> kTableFormatTexts{{
    {TableFormat::text, "text"},
    {TableFormat::markdown, "markdown"},
    {TableFormat::csv, "csv"},
    {TableFormat::json, "json"},
}};
static_assert(is_complete(kTableFormatTexts, TableFormat::json));

inline std::optional<TableFormat> parse_table_format(std::string_view text) {
  return parse_enum(kTableFormatTexts, text);
}
/// CSV and JSON: one row a thing and one value a field, without pivots.
constexpr bool is_machine_format(TableFormat format) {
  return format == TableFormat::csv || format == TableFormat::json;
}

constexpr TableAudience audience_of(TableFormat format) {
  return is_machine_format(format) ? TableAudience::programs : TableAudience::people;
}

struct WriterOptions {
  int width = 0;  ///< Columns of the terminal; 0: no limit. Only `text` looks at it.
  bool color = false;
};

/// Each body escapes what its format must not take for markup, and what a terminal must not obey:
/// tables hold text from reports. Stateless; may be shared among threads.
class ReportWriter {
 public:
  virtual ~ReportWriter() = default;
  /// The whole table, ending in a line break.
  [[nodiscard]] virtual std::string write(const Table& table) const = 0;
};

std::unique_ptr<ReportWriter> make_report_writer(TableFormat format, const WriterOptions& options = {});

/// make_report_writer(…)->write(table).
std::string write_table(const Table& table, TableFormat format, const WriterOptions& options = {});

}  // namespace faultline
