#include "collector/run/schedule/run_tally.h"

#include <algorithm>

namespace faultline {
namespace {

constexpr int kPanicsUntilSetAside = 2;

/// Without what only the store needs.
Trial lean(const Trial& trial) {
  Trial copy = trial;
  copy.argv.clear();
  copy.metrics.clear();
  copy.output_head.clear();
  copy.stderr_tail.clear();
  return copy;
}

}  // namespace

void RunTally::add(const Trial& trial, std::int64_t by) {
  outcomes_[trial.verdict.outcome] += by;
  if (trial.uncaptured) uncaptured_ += by;
}

void RunTally::set(const Trial& trial) {
  const auto found = trials_.find(trial.index);
  if (found != trials_.end()) add(found->second, -1);
  add(trial, 1);
  trials_.insert_or_assign(trial.index, lean(trial));
}

const Trial* RunTally::find(std::int64_t index) const {
  const auto found = trials_.find(index);
  return found == trials_.end() ? nullptr : &found->second;
}

void RunTally::count_into(RunProgress& progress) const {
  progress.trials_done = static_cast<std::int64_t>(trials_.size());
  progress.outcomes = outcomes_;
  progress.uncaptured = uncaptured_;
}

RunReconciliation RunTally::reconciliation() const {
  RunReconciliation reconciliation;
  std::map<std::string, std::int64_t> reasons;
  for (const auto& [index, trial] : trials_) {
    reconciliation.reports += static_cast<std::int64_t>(trial.incidents.size());
    reconciliation.unkillable += trial.unkillable_count;
    if (trial.verdict.outcome != Outcome::crashed) continue;
    ++reconciliation.deaths;
    if (!trial.uncaptured) {
      ++reconciliation.matched;
      continue;
    }
    ++reconciliation.uncaptured;
    ++reasons[trial.uncaptured_reason];
  }
  reconciliation.uncaptured_reasons.assign(reasons.begin(), reasons.end());
  std::stable_sort(reconciliation.uncaptured_reasons.begin(), reconciliation.uncaptured_reasons.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return reconciliation;
}

ControlResult RunTally::control(const std::vector<bool>& control_cells) const {
  ControlResult result;
  for (const auto& [index, trial] : trials_) {
    if (trial.cell_index >= control_cells.size() || !control_cells[trial.cell_index] ||
        !counts_in_rates(trial))
      continue;
    ++result.trials;
    if (trial.verdict.outcome == Outcome::crashed) ++result.crashed;
  }
  return result;
}

std::set<std::size_t> RunTally::cells_that_panic() const {
  std::map<std::size_t, int> panics;
  for (const auto& [index, trial] : trials_) {
    if (trial.verdict.outcome == Outcome::panicked) ++panics[trial.cell_index];
  }
  std::set<std::size_t> cells;
  for (const auto& [cell, count] : panics) {
    if (count >= kPanicsUntilSetAside) cells.insert(cell);
  }
  return cells;
}

}  // namespace faultline
