// The sections of a run's report that look along a line: nights, time to crash, threads.

#pragma once

#include "core/base/result.h"
#include "db/store.h"
#include "reports/documents/document.h"

namespace faultline {

/// Each workload's crash rate over the campaign's last runs.
Result<DocumentSection> nights_section(Store& store, const RunRecord& run);
/// How long trials of each workload ran before they crashed.
Result<DocumentSection> time_section(Store& store, const RunRecord& run);
/// The numbers that trials of the run printed, with the efficiency where a setting is `threads`.
Result<DocumentSection> metrics_section(Store& store, const RunRecord& run);

}  // namespace faultline
