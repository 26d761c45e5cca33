// One run of the store as a report: what it was, what it found, what changed, and what is not known.

#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "app/campaign/run_checks.h"
#include "core/base/result.h"
#include "db/store.h"
#include "reports/documents/campaign_report.h"

namespace faultline {

/// The run that the store has, in the form in which a run that just ended is checked.
Result<RunSummary> stored_summary(Store& store, const RunRecord& run);

/// All sections. `findings` are those of --fail-on, with the names of the checks that were asked for. Says
/// what comes next before each part: `crash sites`.
Result<CampaignReport> run_report(Store& store, const RunSummary& summary,
                                  const std::vector<std::string>& checks,
                                  const std::vector<std::string>& findings,
                                  const std::function<void(std::string_view)>& begins);

}  // namespace faultline
