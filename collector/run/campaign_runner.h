// Runs a campaign, or goes on with one that was interrupted: every trial of the plan exactly once.

#pragma once

#include <atomic>

#include "collector/run/schedule/run_options.h"
#include "collector/run/schedule/run_planner.h"
#include "collector/run/schedule/run_summary.h"
#include "core/base/result.h"
#include "core/model/campaign.h"

namespace faultline {

/// Runs until the plan is done, `stop` becomes true, the duration is over, or the disk is nearly full.
///
/// States of the summary: `finished` (the plan is done, the stop rule is met, or its time is over),
/// `interrupted` (stop, or the time of --for is over: it can be resumed), `stopped` (free disk space, the
/// health check failed, or nothing runs). Crashes
/// are results, not errors. An error means that our own machinery failed (journal, supervisor, folders); what
/// was recorded until then stays, and the run is left to be resumed.
Result<RunSummary> run_campaign(const Campaign& campaign, const RunOptions& options, const RunParts& parts,
                                const std::atomic<bool>& stop);

}  // namespace faultline
