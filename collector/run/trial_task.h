// What a worker does with one trial: its hooks, and more attempts where our own machinery fails.

#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "collector/run/run_hooks.h"
#include "collector/run/schedule/run_setting.h"
#include "collector/run/trials/trial_runner.h"
#include "collector/run/trials/trial_workers.h"
#include "core/base/result.h"

namespace faultline {

/// Ownership: what it is made of must outlive it. Threads: run() may be called from several at a time.
class TrialTask {
 public:
  TrialTask(const RunSetting& setting, TrialRunner& trials, const RunHooks& hooks)
      : setting_(setting), trials_(trials), hooks_(hooks) {}

  /// A trial whose before_trial failed does not run and is `setup_failed`.
  [[nodiscard]] WorkerResult run(const PlannedTrial& planned, const std::atomic<bool>& stop) const;

 private:
  Result<std::optional<EndedTrial>> run_with_retries(const PlannedTrial& planned,
                                                     const std::atomic<bool>& stop,
                                                     std::vector<std::string>& notes) const;
  [[nodiscard]] EndedTrial not_prepared(const PlannedTrial& planned, const Error& error) const;

  const RunSetting& setting_;
  TrialRunner& trials_;
  const RunHooks& hooks_;
};

}  // namespace faultline
