// The processes of a run's trials, by which reports are told apart.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "collector/folders/attribution.h"
#include "core/base/clock.h"
#include "core/model/trial.h"

namespace faultline {

/// Every trial that may still get a report, in the order of their ends; the oldest are forgotten when there
/// are more than any report can be late for.
///
/// Threads: one at a time.
class ProcessHistory {
 public:
  /// `boot_session` is this machine's now: steady times of another boot are not comparable.
  explicit ProcessHistory(std::string boot_session) : boot_session_(std::move(boot_session)) {}

  /// `status` as the trial's supervisor left it, or a default one where it is gone.
  void remember(const Trial& trial, const TrialStatus& status);
  /// Reports that earlier executions attributed: their processes get no second one.
  void know_reports(const std::vector<RunReport>& reports);
  /// What the clocks say now, for the trials that may have ended within the last seconds.
  void note_clocks(const ClockReading& now);

  /// For the attribution, which notes what it has given out.
  [[nodiscard]] std::vector<TrialProcesses>& all() { return processes_; }
  /// Trials that ran in the window around an event of the GPU at `time`, by index.
  [[nodiscard]] std::vector<std::int64_t> running_around(WallTime time) const;

 private:
  std::string boot_session_;
  std::vector<TrialProcesses> processes_;
};

}  // namespace faultline
