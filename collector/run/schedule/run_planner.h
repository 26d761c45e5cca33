// The record that a run begins with, and whether an unfinished one can go on.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collector/plan/schedule.h"
#include "collector/run/schedule/run_options.h"
#include "core/base/result.h"
#include "core/model/campaign.h"
#include "core/model/trial.h"

namespace faultline {

/// The record that a new run of this campaign would begin with; runs the `[facts]` commands. Used to
/// look for a run to resume and for `--dry-run`.
Result<RunRecord> plan_run(const Campaign& campaign, const RunOptions& options, const RunParts& parts);

/// Why `found`, an unfinished run, cannot go on as `wanted`; nullopt if it can. Compared are campaign
/// hash, cells, shard, host, OS build and driver version, and that it began less than 20 hours before `now`.
std::optional<std::string> why_not_resumable(const RunRecord& found, const RunRecord& wanted, WallTime now);

/// The record of this execution: that of the run that goes on, the one that was planned, or a new one.
/// `cells` are those that choose_cells() gave.
Result<RunRecord> record_to_run(const Campaign& campaign, const RunOptions& options, const RunParts& parts,
                                const std::vector<Cell>& cells);

/// False where the run has no number of blocks, and goes on until its time is over.
bool is_counted(const Campaign& campaign, const RunOptions& options);

/// Enough for any night, where a duration alone ends the run.
inline constexpr std::int64_t kUncountedTrials = 1LL << 40;

SchedulePlan schedule_plan(const Campaign& campaign, const RunOptions& options, std::size_t cell_count,
                           std::uint64_t seed);

}  // namespace faultline
