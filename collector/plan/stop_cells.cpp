#include "collector/plan/stop_cells.h"

#include <algorithm>
#include <set>
#include <string>

#include "collector/plan/schedule.h"
#include "core/model/filter.h"

namespace faultline {
namespace {

const ParameterValue* find_value(const Cell& cell, const std::string& name) {
  for (const auto& [parameter, value] : cell.parameters) {
    if (parameter == name) return &value;
  }
  return nullptr;
}

/// `like` has every parameter of `cell` with the same value, but for the named fields.
bool is_like(const Cell& cell, const Cell& like, const std::set<std::string>& named) {
  if (!named.contains("workload") && cell.workload != like.workload) return false;
  return std::all_of(cell.parameters.begin(), cell.parameters.end(), [&](const auto& parameter) {
    if (named.contains(parameter.first)) return true;
    const ParameterValue* value = find_value(like, parameter.first);
    return value != nullptr && value->label == parameter.second.label;
  });
}

Error mistake(const std::string& message) {
  return {ErrorKind::invalid_argument, "stop against: " + message};
}

}  // namespace

Result<std::vector<std::vector<std::size_t>>> cells_against(const StopRule& rule,
                                                            const std::vector<Cell>& cells) {
  std::vector<std::vector<std::size_t>> likes(cells.size());
  if (rule.when != StopRule::When::decided) return likes;
  const auto filter = parse_filter(rule.against);
  if (!filter) return fail(mistake(filter.error().message()));
  const auto selected = select_cells(*filter, cells);
  if (!selected) return fail(mistake(selected.error().message()));
  const auto count = std::count(selected->begin(), selected->end(), true);
  if (count == 0) return fail(mistake("it matches none of the cells: " + rule.against));
  if (count == static_cast<std::ptrdiff_t>(cells.size()))
    return fail(mistake("it matches every cell, so that nothing is left to compare: " + rule.against));
  const std::set<std::string> named = fields_of(*filter);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if ((*selected)[i]) continue;
    for (std::size_t j = 0; j < cells.size(); ++j) {
      if ((*selected)[j] && is_like(cells[i], cells[j], named)) likes[i].push_back(j);
    }
    if (likes[i].empty()) {
      return fail(mistake("cell " + cells[i].text() + " has no like in " + rule.against +
                          "; name more of its parameters in the filter"));
    }
  }
  return likes;
}

}  // namespace faultline
