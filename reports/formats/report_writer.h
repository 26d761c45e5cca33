// How a table becomes text: one writer a format, one interface.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/formats/table.h"

namespace faultline {

/// A form in which tables are written, by its name. All that there are: table_formats().
class TableFormat {
 public:
  // Those that code names.
  static const TableFormat text;
  static const TableFormat markdown;
  static const TableFormat csv;
  static const TableFormat json;

  explicit constexpr TableFormat(std::string_view name) : name_(name) {}
  [[nodiscard]] constexpr std::string_view name() const { return name_; }
  friend constexpr bool operator==(TableFormat, TableFormat) = default;

 private:
  std::string_view name_;
};
inline constexpr TableFormat TableFormat::text{"text"};
inline constexpr TableFormat TableFormat::markdown{"markdown"};
inline constexpr TableFormat TableFormat::csv{"csv"};
inline constexpr TableFormat TableFormat::json{"json"};

/// Every form that tables have, in the order in which they are offered.
const std::vector<TableFormat>& table_formats();
/// nullopt where there is none of that name.
std::optional<TableFormat> parse_table_format(std::string_view text);
/// Programs get one row a thing and one value a field, without pivots.
TableAudience audience_of(TableFormat format);
inline bool is_machine_format(TableFormat format) { return audience_of(format) == TableAudience::programs; }

struct WriterOptions {
  int width = 0;  ///< Columns of the terminal; 0: no limit. Only `text` looks at it.
  bool color = false;
  bool wide = false;  ///< Whole names and every column, however wide.
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
