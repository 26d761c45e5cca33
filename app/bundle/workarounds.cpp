#include "app/bundle/workarounds.h"

#include <algorithm>

#include "analyzer/statistics/comparison.h"
#include "analyzer/statistics/method_choice.h"
#include "app/questions/setting_comparisons.h"
#include "reports/formats/number_format.h"

namespace faultline {
namespace {

bool is_one_away(const Cell& base, const Cell& other) {
  if (base.workload != other.workload || base.parameters.size() != other.parameters.size()) return false;
  std::size_t differing = 0;
  for (std::size_t i = 0; i < base.parameters.size(); ++i) {
    if (base.parameters[i].second.label != other.parameters[i].second.label) ++differing;
  }
  return differing == 1;
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
    ComparisonInput input = comparison_within_run({basis.control_crashed, basis.open});
    input.a_name = cell.cell.text();
    input.b_name = "the control, " + control.cell.text();
    input.a = cell.bad;
    input.b = control.bad;
    candidates.push_back({std::move(input), cell.of_sites});
  }
  return candidates;
}

std::vector<SettingCell> setting_cells(const FeedbackEvidence& evidence) {
  std::vector<SettingCell> cells;
  for (const FeedbackCell& cell : evidence.cells) cells.push_back({cell.cell, cell.bad, cell.of_sites});
  return cells;
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
      control != nullptr ? against_control(evidence, *control, basis)
                         : compared_settings(setting_cells(evidence), {basis.control_crashed, basis.open});
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
