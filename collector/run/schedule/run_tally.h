// The trials of a run as they stand: counts, crashes against their reports, and what the control proves.

#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "collector/run/schedule/run_summary.h"
#include "collector/trial/run_journal.h"
#include "core/model/trial.h"

namespace faultline {

/// Keeps every recorded trial without its texts, so that a late report can still change it.
///
/// Cost: some hundred bytes per trial; set() is a map insertion.
/// Threads: one at a time.
class RunTally {
 public:
  /// Adds a trial, or replaces what was known of it.
  void set(const Trial& trial);
  [[nodiscard]] const Trial* find(std::int64_t index) const;
  [[nodiscard]] const std::map<std::int64_t, Trial>& trials() const { return trials_; }

  /// Fills trials_done, outcomes and uncaptured.
  void count_into(RunProgress& progress) const;

  /// deaths, matched, uncaptured with reasons, reports, unkillable. The other members are not ours to know.
  [[nodiscard]] RunReconciliation reconciliation() const;

  /// `control_cells` has a flag per cell. Trials in no rate are not counted.
  [[nodiscard]] ControlResult control(const std::vector<bool>& control_cells) const;

  /// Cells under which the machine went down at least twice.
  [[nodiscard]] std::set<std::size_t> cells_that_panic() const;

 private:
  void add(const Trial& trial, std::int64_t by);

  std::map<std::int64_t, Trial> trials_;
  OutcomeCounts outcomes_;
  std::int64_t uncaptured_ = 0;
};

}  // namespace faultline
