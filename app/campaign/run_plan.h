// `run --dry-run`: the plan in words, and how long it will take.

#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>

#include "collector/run/campaign_runner.h"
#include "core/base/result.h"
#include "core/model/campaign.h"

namespace faultline {

/// Mean time of one trial by workload and cell, as `agx-sim threads=8 lock=none`.
using TrialDurations = std::map<std::string, std::chrono::nanoseconds>;

/// What the trials of the newest run of this campaign took, by its name; empty where the store has none, or
/// is not there: nothing is made.
Result<TrialDurations> durations_before(const std::filesystem::path& db, const Campaign& campaign);

/// Cells, limits and hooks, what it would take if every trial ran into its limit, and what it will take if
/// trials take as long as `before`.
Result<std::string> describe_plan(const Campaign& campaign, const RunOptions& options,
                                  const TrialDurations& before);

}  // namespace faultline
