// One site of a run's report, opened: its stack, who else was there, its reports.

#pragma once

#include "core/base/result.h"
#include "db/queries.h"
#include "db/store.h"
#include "reports/documents/document.h"

namespace faultline {

/// A fold; `site` is a row of the run's sites; `totals` are those of the site in the whole store, which its
/// stack and its portrait are taken from. The list has the run's own reports, the newest first.
Result<Block> site_detail(Store& store, const RunRecord& run, const SiteRow& site,
                          const ReportTotals& totals);

}  // namespace faultline
