// One run as a person asks about it: how it went, where it crashed, what to look at next.

#pragma once

#include <string>

#include "app/report/run_verdict.h"
#include "core/base/result.h"
#include "db/store.h"
#include "reports/documents/document.h"

namespace faultline {

struct RunPage {
  RunSummary summary;
  RunVerdict verdict;
  std::vector<SiteRow> sites;  ///< Most reports first.
  RatesResult cells;           ///< Crashes of each cell.
  std::size_t key_digits = 16;
};

Result<RunPage> run_page(Store& store, const RunRecord& run);

Document run_document(const RunPage& page);
/// One JSON object, ending in a newline.
std::string run_json(const RunPage& page);

}  // namespace faultline
