// A table as the writers see it: typed cells under named columns, with what it says and how it was made.
// It knows no format.

#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/model/estimate.h"

namespace faultline {

/// k of n with its interval: `28/50  56 %  [41 %, 70 %]`. In CSV and JSON it is five values.
struct Rate {
  Proportion of;
  Interval interval;
  IntervalSide side = IntervalSide::two_sided;  ///< A one-sided bound is named: `<= 5.9 %`.
  friend bool operator==(const Rate&, const Rate&) = default;
};

/// k of n in words: `crashed 5/5`. In CSV and JSON it is two values.
struct CountOf {
  std::string word;
  Proportion of;
  friend bool operator==(const CountOf&, const CountOf&) = default;
};

/// Where too little is known for an interval: null in CSV and JSON, nothing for people.
inline constexpr Interval kNoInterval{std::numeric_limits<double>::quiet_NaN(),
                                      std::numeric_limits<double>::quiet_NaN()};

/// A number with an interval, in the unit of its column. In CSV and JSON it is three values.
struct Estimate {
  double value = 0.0;
  Interval interval;
  std::string note{};  ///< For people alone: what must be read with it, as `crashed 2/5`.
  friend bool operator==(const Estimate&, const Estimate&) = default;
};

using TextList = std::vector<std::string>;

/// Null is "not known": people see an empty cell, JSON has null.
using CellValue = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, Rate,
                               CountOf, Estimate, TextList>;

/// How a cell stands out on a colour terminal. Never the only sign of anything.
enum class Emphasis { none, strong, dim, alarm };

/// One value of a row.
struct TableCell {
  CellValue value;
  Emphasis emphasis = Emphasis::none;
  std::string brief{};  ///< What people see for a long value, unless they ask for whole names; may be empty.
  TableCell() = default;
  // Implicit, so that a row reads as a list of values.
  template <typename T>
    requires std::is_constructible_v<CellValue, T>
  TableCell(T&& given, Emphasis how = Emphasis::none) : value(std::forward<T>(given)), emphasis(how) {}
  friend bool operator==(const TableCell&, const TableCell&) = default;
};

/// Null where the text is empty.
TableCell text_cell(const std::string& text);
/// The same, with what people see of it; null where `whole` is empty.
TableCell brief_cell(const std::string& whole, std::string brief);

/// What a number means; decides its rounding for people. CSV and JSON have it exact.
enum class Unit {
  none,
  share,   ///< Of 1; shown in percent.
  points,  ///< Difference of two shares; shown in percentage points, with its sign.
  ratio,   ///< `2.4x`
  p_value,
  milliseconds,
  nanoseconds,
  bytes,
  hex,  ///< Offsets.
};

enum class Alignment { left, right };

/// What becomes of cells that are wider than their column on a terminal.
enum class Fit {
  wrap,     ///< Broken at spaces, never inside a word.
  shorten,  ///< One line, `…` in the middle.
};

/// What the cells of a column hold, nulls aside.
enum class Content { single, rate, count_of, estimate };

struct Column {
  std::string key;    ///< For JSON and CSV: snake_case, with the unit (`_ms`, `_bytes`).
  std::string title;  ///< For people.
  Alignment alignment = Alignment::left;
  Unit unit = Unit::none;
  Content content = Content::single;
  /// Names the row: repeated where a wide table is cut into blocks.
  bool names_row = false;
  /// On a narrow terminal the columns of the highest rank are left out first; those of rank 0 never.
  int rank = 0;
  Fit fit = Fit::wrap;
  /// With Fit::shorten: other columns are left out before this one gets narrower, in columns of a terminal.
  std::size_t least_width = 24;
};

/// Left-aligned text; its title is its key with spaces for underscores, where none is given.
Column text_column(std::string key, std::string title = {});
Column number_column(std::string key, std::string title = {}, Unit unit = Unit::none);
/// Of Rate, CountOf, Estimate.
Column rate_column(std::string key, std::string title = {});
Column count_of_column(std::string key, std::string title = {});
Column estimate_column(std::string key, std::string title = {}, Unit unit = Unit::none);
/// The same column, said to name the row.
Column row_name(Column column);

/// The same column, whose cells stay on one line.
Column one_line(Column column, std::size_t least_width = 24);

/// For whom a table is laid out: people see what is not empty, programs see every field.
enum class TableAudience { people, programs };

struct Table {
  std::string caption;                       ///< One sentence; may be empty.
  std::string no_rows = "Nothing matches.";  ///< What stands in place of rows where there are none.
  std::vector<Column> columns;
  std::vector<std::vector<TableCell>> rows;  ///< Each as long as `columns`.
  std::vector<std::string> footnotes;        ///< Which interval, what was left out.
  std::string command;                       ///< The command that gives this table again; may be empty.
  /// What JSON says beside the rows, in this order; keys are snake_case.
  std::vector<std::pair<std::string, CellValue>> facts;
};

/// A column's place and rank for people, by its key.
struct ColumnPlace {
  std::string_view key;
  int rank = 0;
};
/// For lists, of which each row is one line: puts the columns in this order, with these ranks; others follow,
/// as the first to be left out. Cells stay on one line.
void arrange_columns(Table& table, const std::vector<ColumnPlace>& places);
/// Takes a column away, if it is there.
void drop_column(Table& table, std::string_view key);

/// The keys under which CSV and JSON write a table's values. A rate in a column named `rate` is trials,
/// counted, rate, low, high; in another column the same with `<key>_` before. A count is `<key>_counted`
/// and `<key>_trials`, an estimate `<key>`, `<key>_low`, `<key>_high`.
std::vector<std::string> machine_keys(const Table& table);
/// The values of one row under these keys; none is a Rate, CountOf or Estimate. A null cell gives nulls.
std::vector<CellValue> machine_values(const Table& table, std::size_t row);

}  // namespace faultline
