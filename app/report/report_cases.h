// The cells of a run as a CI system sees them: passed or failed, how long, and where they crashed.

#pragma once

#include <vector>

#include "core/base/result.h"
#include "core/model/trial.h"
#include "db/store.h"
#include "reports/documents/campaign_report.h"

namespace faultline {

/// One case a cell, in the order of rates. A cell that must crash (the control) passes where it did; any
/// other where nothing bad happened. `seconds` is what its trials took together.
Result<std::vector<ReportCase>> cell_cases(Store& store, const RunRecord& run);

}  // namespace faultline
