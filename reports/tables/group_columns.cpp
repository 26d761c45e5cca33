#include "reports/tables/group_columns.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/check.h"
#include "reports/formats/cell_text.h"

namespace faultline {

namespace {

/// So much of a long value still tells it from its neighbours.
constexpr std::size_t kLeastNameWidth = 18;

}  // namespace

CellValue cell_value(const QueryValue& value) {
  return std::visit([](const auto& one) { return CellValue(one); }, value);
}

std::optional<double> number_in(const QueryValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return std::nullopt;
}

std::vector<Column> group_columns(
    const std::vector<std::string>& names, std::size_t rows,
    const std::function<const std::vector<QueryValue>&(std::size_t)>& values_of) {
  std::vector<Column> columns;
  for (std::size_t i = 0; i < names.size(); ++i) {
    bool any = false;
    bool all_numbers = true;
    for (std::size_t row = 0; row < rows; ++row) {
      CHECK(values_of(row).size() == names.size());
      const QueryValue& value = values_of(row)[i];
      if (std::holds_alternative<std::monostate>(value)) continue;
      any = true;
      all_numbers = all_numbers && number_in(value).has_value();
    }
    // A parameter is shown under the name that its author gave it.
    columns.push_back(row_name(any && all_numbers
                                   ? number_column(names[i], names[i])
                                   : one_line(text_column(names[i], names[i]), kLeastNameWidth)));
  }
  return columns;
}

std::vector<QueryValue> pivot_heads(const std::vector<QueryValue>& in_row_order) {
  std::vector<QueryValue> heads;
  for (const QueryValue& value : in_row_order) {
    if (std::find(heads.begin(), heads.end(), value) == heads.end()) heads.push_back(value);
  }
  if (std::all_of(heads.begin(), heads.end(), [](const auto& head) { return number_in(head).has_value(); })) {
    std::sort(heads.begin(), heads.end(),
              [](const auto& a, const auto& b) { return *number_in(a) < *number_in(b); });
  }
  return heads;
}

std::string pivot_title(const std::string& name, const QueryValue& head) {
  return fmt::format("{} {}", name, cell_text(TableCell(cell_value(head)), Column()));
}

}  // namespace faultline
