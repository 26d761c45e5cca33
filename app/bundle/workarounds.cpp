#include "app/bundle/workarounds.h"

#include <algorithm>
#include <map>
#include <set>

#include "analyzer/statistics/comparison.h"
#include "analyzer/statistics/method_choice.h"
#include "reports/formats/number_format.h"

namespace faultline {
namespace {

/// What is compared, and how many trials of its first side ended at the bundle's sites.
struct ComparedSetting {
  ComparisonInput input;
  Proportion of_sites;
};

void add_to(Proportion& sum, const Proportion& part) {
  sum.counted += part.counted;
  sum.trials += part.trials;
}

bool is_one_away(const Cell& base, const Cell& other) {
  if (base.workload != other.workload || base.parameters.size() != other.parameters.size()) return false;
  std::size_t differing = 0;
  for (std::size_t i = 0; i < base.parameters.size(); ++i) {
    if (base.parameters[i].second.label != other.parameters[i].second.label) ++differing;
  }
  return differing == 1;
}

ComparisonInput empty_input(const WorkaroundBasis& basis) {
  ComparisonInput input;
  input.counted = "bad";
  input.context.share_block = true;
  input.context.share_host = true;
  input.context.share_night = true;
  input.context.anytime = basis.open;
  input.context.control_crashed = basis.control_crashed;
  return input;
}

/// The control's cell where it is the only one.
const FeedbackCell* control_cell(const FeedbackEvidence& evidence, const WorkaroundBasis& basis) {
  if (basis.control_cells.size() != 1) return nullptr;
  const auto& [workload, text] = basis.control_cells.front();
  const auto found = std::find_if(
      evidence.cells.begin(), evidence.cells.end(),
      [&](const FeedbackCell& cell) { return cell.cell.workload == workload && cell.cell.text() == text; });
  return found == evidence.cells.end() || found->bad.trials == 0 ? nullptr : &*found;
}

std::vector<ComparedSetting> against_control(const FeedbackEvidence& evidence, const FeedbackCell& control,
                                             const WorkaroundBasis& basis) {
  std::vector<ComparedSetting> candidates;
  for (const FeedbackCell& cell : evidence.cells) {
    if (!is_one_away(control.cell, cell.cell) || cell.bad.trials == 0) continue;
    ComparisonInput input = empty_input(basis);
    input.a_name = cell.cell.text();
    input.b_name = "the control, " + control.cell.text();
    input.a = cell.bad;
    input.b = control.bad;
    candidates.push_back({std::move(input), cell.of_sites});
  }
  return candidates;
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
ComparedSetting at_equal_others(const std::vector<const FeedbackCell*>& cells, std::size_t setting,
                                const std::string& value, const WorkaroundBasis& basis) {
  std::map<std::string, Stratum> strata;
  ComparedSetting candidate{empty_input(basis), {}};
  for (const FeedbackCell* cell : cells) {
    const bool is_a = cell->cell.parameters[setting].second.label == value;
    Stratum& stratum = strata[others_of(cell->cell, setting)];
    add_to(is_a ? stratum.a : stratum.b, cell->bad);
    add_to(is_a ? candidate.input.a : candidate.input.b, cell->bad);
    if (is_a) add_to(candidate.of_sites, cell->of_sites);
  }
  for (const auto& [others, stratum] : strata) candidate.input.strata.push_back(stratum);
  candidate.input.strata_name = "equal other settings";
  const std::string& name = cells.front()->cell.parameters[setting].first;
  candidate.input.a_name = name + "=" + value;
  candidate.input.b_name = "another " + name + " at equal other settings";
  return candidate;
}

/// Every value of every setting of the workloads that show the sites. Of two values each is the other's
/// mirror image: the one with the lower rate is named.
std::vector<ComparedSetting> by_settings(const FeedbackEvidence& evidence, const WorkaroundBasis& basis) {
  std::map<std::string, std::vector<const FeedbackCell*>> workloads;
  std::set<std::string> hit;
  for (const FeedbackCell& cell : evidence.cells) {
    if (cell.bad.trials > 0) workloads[cell.cell.workload].push_back(&cell);
    if (cell.of_sites.counted > 0) hit.insert(cell.cell.workload);
  }
  std::vector<ComparedSetting> candidates;
  for (const auto& [workload, cells] : workloads) {
    if (!hit.contains(workload)) continue;
    for (std::size_t setting = 0; setting < cells.front()->cell.parameters.size(); ++setting) {
      std::set<std::string> values;
      for (const FeedbackCell* cell : cells) {
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

/// What helps first, then what is undecided.
int rank(const Comparison& of) {
  switch (of.verdict) {
    case ComparisonVerdict::lower:
      return 0;
    case ComparisonVerdict::undecided:
      return 1;
    case ComparisonVerdict::higher:
      return 2;
  }
  return 2;
}

}  // namespace

void add_workarounds(FeedbackEvidence& evidence, const WorkaroundBasis& basis) {
  const FeedbackCell* control = control_cell(evidence, basis);
  const auto candidates =
      control != nullptr ? against_control(evidence, *control, basis) : by_settings(evidence, basis);
  std::vector<ComparisonInput> inputs;
  for (const ComparedSetting& candidate : candidates) inputs.push_back(candidate.input);
  const std::vector<Comparison> comparisons = compare_all(inputs);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < comparisons.size(); ++i) {
    // What crashes more is no workaround; it is corrected for with the others all the same.
    if (comparisons[i].verdict != ComparisonVerdict::higher) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t x, std::size_t y) { return rank(comparisons[x]) < rank(comparisons[y]); });
  evidence.workarounds.clear();
  evidence.workaround_rates.clear();
  for (const std::size_t i : order) {
    evidence.workarounds.push_back(comparisons[i]);
    const Proportion& of = candidates[i].of_sites;
    evidence.workaround_rates.push_back(format_rate(of, choose_interval(of, {basis.open, {}}).interval));
  }
}

}  // namespace faultline
