// What a run ends with: its crash rates, its crash sites, and what the counts rest on.

#pragma once

#include <string>
#include <vector>

#include "collector/run/campaign_runner.h"
#include "core/base/result.h"
#include "db/store.h"
#include "reports/formats/table.h"

namespace faultline {

struct RunSummaryPage {
  std::vector<Table> tables;  ///< Crash rates of each workload, then the crash sites.
  std::string words;          ///< Lines: reconciliation, control, stop rule, cells that were left out.
};

/// Tables for people are pivoted where a workload has two parameters.
Result<RunSummaryPage> run_summary_page(Store& store, const RunSummary& summary, TableAudience audience);

}  // namespace faultline
