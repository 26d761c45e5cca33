#include "reports/formats/table_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "reports/formats/cell_text.h"
#include "reports/formats/number_format.h"

namespace faultline {
namespace {

constexpr std::string_view kDescending = ":desc";

std::optional<std::size_t> find_column(const Table& table, std::string_view name) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].key == name || table.columns[i].title == name) return i;
  }
  return std::nullopt;
}

bool has_value(const TableCell& cell) { return !std::holds_alternative<std::monostate>(cell.value); }

bool is_less(const TableCell& a, const TableCell& b, const Column& column) {
  const auto left = cell_number(a.value);
  const auto right = cell_number(b.value);
  if (left && right) return *left < *right;
  return cell_text({a.value}, column) < cell_text({b.value}, column);
}

}  // namespace

Result<void> sort_rows(Table& table, std::string_view by) {
  const bool descending = by.ends_with(kDescending);
  const std::string_view name = descending ? by.substr(0, by.size() - kDescending.size()) : by;
  const auto at = find_column(table, name);
  if (!at) {
    std::vector<std::string> keys;
    for (const Column& column : table.columns) keys.push_back(column.key);
    return fail(ErrorKind::invalid_argument,
                fmt::format("--sort: there is no column {}; there are {}, each also with {} behind it", name,
                            fmt::join(keys, ", "), kDescending));
  }
  const Column& column = table.columns[*at];
  std::stable_sort(table.rows.begin(), table.rows.end(), [&](const auto& a, const auto& b) {
    const TableCell& left = a[*at];
    const TableCell& right = b[*at];
    if (!has_value(left) || !has_value(right)) return has_value(left) && !has_value(right);
    return descending ? is_less(right, left, column) : is_less(left, right, column);
  });
  return {};
}

void limit_rows(Table& table, std::size_t limit) {
  const std::size_t all = table.rows.size();
  if (limit == 0 || all <= limit) return;
  table.rows.resize(limit);
  table.footnotes.insert(table.footnotes.begin(),
                         fmt::format("The first {} of {} rows; --limit 0 shows all.",
                                     format_integer(static_cast<std::int64_t>(limit)),
                                     format_integer(static_cast<std::int64_t>(all))));
}

}  // namespace faultline
