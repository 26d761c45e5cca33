// The least value at which anything was counted.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reports/formats/cell_text.h"
#include "reports/formats/number_format.h"
#include "reports/tables/group_columns.h"
#include "reports/tables/rate_table.h"
#include "reports/tables/rate_table_parts.h"

namespace faultline {

Result<Table> first_crash_table(const RatesResult& result, const std::string& column,
                                const std::vector<CommonestSiteRow>& sites, const RateTableOptions& options) {
  TRY_ASSIGN(const std::size_t index, column_index(result, "--first-crash", column));
  Table table = rates_base_table(result, options);
  table.columns = rate_columns_of(result);
  table.columns.erase(table.columns.begin() + static_cast<std::ptrdiff_t>(index));
  table.columns.push_back(
      number_column("first_" + column, fmt::format("least {} that {}", column, options.count)));
  table.columns.push_back(rate_column("rate", "there"));
  table.columns.push_back(rate_column("below", "below it"));
  table.columns.push_back(text_column("kind"));
  table.columns.push_back(text_column("site"));
  table.columns.push_back(count_of_column("at_site", "of its crash reports"));
  std::map<std::vector<QueryValue>, const CommonestSiteRow*> site_of;
  for (const CommonestSiteRow& site : sites) site_of.emplace(site.values, &site);
  TRY_ASSIGN(const auto groups, ordered_groups(result, "--first-crash", index));
  for (const auto& [others, rows] : groups) {
    std::vector<TableCell> cells;
    for (const QueryValue& value : others) cells.emplace_back(cell_value(value));
    Proportion below;
    const RatesRow* first = nullptr;
    for (const RatesRow* row : rows) {
      if (row->counts.counted > 0) {
        first = row;
        break;
      }
      below.trials += row->counts.trials;
    }
    cells.emplace_back(first == nullptr ? CellValue() : cell_value(first->values[index]));
    cells.emplace_back(first == nullptr ? CellValue() : CellValue(chosen_rate(*first, result, options)));
    cells.emplace_back(below.trials == 0 ? CellValue() : CellValue(chosen_rate(below, {}, result, options)));
    if (const auto found = site_of.find(others); found == site_of.end()) {
      cells.resize(table.columns.size());
    } else {
      const CommonestSiteRow& site = *found->second;
      cells.emplace_back(site.fault_kind);
      cells.emplace_back(site.text);
      cells.emplace_back(CountOf{"at it", {site.reports, site.of}});
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

Result<Table> first_crash_pivot_table(const RatesResult& result, const std::string& column,
                                      const std::vector<CommonestSiteRow>& sites,
                                      const RateTableOptions& options) {
  TRY_ASSIGN(const Table rows, first_crash_table(result, column, sites, options));
  if (result.columns.size() != 2) {
    return fail(ErrorKind::invalid_argument,
                "--pivot beside --first-crash takes the place of --by; give one of them");
  }
  Table table = rows;
  table.rows.clear();
  table.columns = {row_name(text_column("aspect", rows.columns[0].title))};
  for (const auto& row : rows.rows) {
    const std::string name = cell_text(row[0], rows.columns[0]);
    table.columns.push_back(text_column(name, name));
  }
  for (std::size_t i = 1; i < rows.columns.size(); ++i) {
    std::vector<TableCell> cells{TableCell(rows.columns[i].title)};
    for (const auto& row : rows.rows) cells.push_back(row[i]);
    const bool is_known = std::any_of(cells.begin() + 1, cells.end(), [](const TableCell& cell) {
      return !std::holds_alternative<std::monostate>(cell.value);
    });
    if (is_known) table.rows.push_back(std::move(cells));
  }
  return table;
}

}  // namespace faultline
