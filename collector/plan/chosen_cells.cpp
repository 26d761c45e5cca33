#include "collector/plan/chosen_cells.h"

#include <algorithm>
#include <string>
#include <utility>

#include "collector/plan/schedule.h"
#include "core/model/filter_check.h"

namespace faultline {
namespace {

void add_once(std::vector<std::string>& values, const std::string& value) {
  if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
}

KnownValues values_of(const std::string& field, const std::vector<Cell>& cells) {
  KnownValues known;
  for (const Cell& cell : cells) {
    if (field == "workload") add_once(known.values, cell.workload);
    for (const auto& [name, value] : cell.parameters) {
      if (name == field && field != "workload") add_once(known.values, value.label);
    }
  }
  return known;
}

Result<std::vector<Cell>> choose(std::vector<Cell> cells, const Filter& only) {
  TRY_ASSIGN(const auto selected, select_cells(only, cells));
  TRY(check_cell_values(only, cells));
  std::vector<Cell> chosen;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (selected[i]) chosen.push_back(std::move(cells[i]));
  }
  if (chosen.empty())
    return fail(ErrorKind::invalid_argument, "it matches none of the campaign's cells: " + only.text);
  return chosen;
}

}  // namespace

Result<void> check_cell_values(const Filter& filter, const std::vector<Cell>& cells) {
  return check_filter_values(filter, [&](const std::string& field) -> Result<std::optional<KnownValues>> {
    return std::optional<KnownValues>(values_of(field, cells));
  });
}

Result<std::vector<Cell>> choose_cells(const Campaign& campaign, const Filter& only) {
  auto chosen = choose(make_cells(campaign), only);
  if (!chosen) return fail(chosen.error().add_context("--only"));
  return chosen;
}

}  // namespace faultline
