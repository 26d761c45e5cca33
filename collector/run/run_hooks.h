// The user's own commands around trials and runs.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/run/schedule/run_setting.h"
#include "collector/run/trials/trial_runner.h"
#include "core/base/result.h"

namespace faultline {

/// Runs the campaign's hooks; one that the campaign does not have succeeds. An error names the hook and says
/// how it failed.
///
/// Ownership: `setting` and `trials` must outlive it.
/// Threads: before_trial() and after_trial() may be called from several at a time.
class RunHooks {
 public:
  RunHooks(const RunSetting& setting, const TrialRunner& trials) : setting_(setting), trials_(trials) {}

  [[nodiscard]] Result<void> setup() const;
  [[nodiscard]] Result<void> before_trial(const PlannedTrial& planned) const;
  [[nodiscard]] Result<void> after_trial(const PlannedTrial& planned, const EndedTrial& ended) const;
  [[nodiscard]] Result<void> cleanup() const;

  /// Runs the health check where one is due after `executed` trials of this execution. What it said where it
  /// failed, and since when that may be so; nullopt where all is well.
  std::optional<std::string> why_unhealthy(std::int64_t executed);

 private:
  [[nodiscard]] HostCommand command_for(const std::vector<std::string>& hook) const;
  [[nodiscard]] HostCommand command_for(const std::vector<std::string>& hook,
                                        const PlannedTrial& planned) const;
  [[nodiscard]] Result<void> run(std::string_view name, const HostCommand& command) const;

  const RunSetting& setting_;
  const TrialRunner& trials_;
  std::optional<std::int64_t> healthy_at_;  // Executed trials at the last check that passed.
};

}  // namespace faultline
