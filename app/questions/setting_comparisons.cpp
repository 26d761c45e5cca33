#include "app/questions/setting_comparisons.h"

#include <map>
#include <set>
#include <string>

namespace faultline {
namespace {

void add_to(Proportion& sum, const Proportion& part) {
  sum.counted += part.counted;
  sum.trials += part.trials;
}

/// A cell's settings but for one.
std::string others_of(const Cell& cell, std::size_t setting) {
  std::string text;
  for (std::size_t i = 0; i < cell.parameters.size(); ++i) {
    if (i != setting) text += cell.parameters[i].first + "=" + cell.parameters[i].second.label + "\n";
  }
  return text;
}

/// One value of a setting against the others of it, within cells that are alike in all else.
ComparedSetting at_equal_others(const std::vector<const SettingCell*>& cells, std::size_t setting,
                                const std::string& value, const SettingBasis& basis) {
  std::map<std::string, Stratum> strata;
  ComparedSetting candidate{comparison_within_run(basis), {}, {}};
  for (const SettingCell* cell : cells) {
    const bool is_a = cell->cell.parameters[setting].second.label == value;
    Stratum& stratum = strata[others_of(cell->cell, setting)];
    add_to(is_a ? stratum.a : stratum.b, cell->bad);
    add_to(is_a ? candidate.input.a : candidate.input.b, cell->bad);
    if (is_a) add_to(candidate.of_sites, cell->of_sites);
  }
  for (const auto& [others, stratum] : strata) candidate.input.strata.push_back(stratum);
  candidate.input.strata_name = "equal other settings";
  const std::string& name = cells.front()->cell.parameters[setting].first;
  candidate.workload = cells.front()->cell.workload;
  candidate.input.a_name = name + "=" + value;
  candidate.input.b_name = "another " + name + " at equal other settings";
  return candidate;
}

}  // namespace

ComparisonInput comparison_within_run(const SettingBasis& basis) {
  ComparisonInput input;
  input.counted = "bad";
  input.context.share_block = true;
  input.context.share_host = true;
  input.context.share_night = true;
  input.context.anytime = basis.open;
  input.context.control_crashed = basis.control_crashed;
  return input;
}

std::vector<ComparedSetting> compared_settings(const std::vector<SettingCell>& given,
                                               const SettingBasis& basis) {
  std::map<std::string, std::vector<const SettingCell*>> workloads;
  std::set<std::string> hit;
  for (const SettingCell& cell : given) {
    if (cell.bad.trials > 0) workloads[cell.cell.workload].push_back(&cell);
    if (cell.of_sites.counted > 0) hit.insert(cell.cell.workload);
  }
  std::vector<ComparedSetting> candidates;
  for (const auto& [workload, cells] : workloads) {
    if (!hit.contains(workload)) continue;
    for (std::size_t setting = 0; setting < cells.front()->cell.parameters.size(); ++setting) {
      std::set<std::string> values;
      for (const SettingCell* cell : cells) {
        if (setting < cell->cell.parameters.size())
          values.insert(cell->cell.parameters[setting].second.label);
      }
      if (values.size() < 2) continue;
      std::vector<ComparedSetting> of_setting;
      for (const std::string& value : values)
        of_setting.push_back(at_equal_others(cells, setting, value, basis));
      if (of_setting.size() == 2) {
        const bool first = of_setting[0].input.a.ratio() <= of_setting[1].input.a.ratio();
        of_setting.erase(of_setting.begin() + (first ? 1 : 0));
      }
      for (ComparedSetting& one : of_setting) candidates.push_back(std::move(one));
    }
  }
  return candidates;
}

}  // namespace faultline
