// The sections of a run's report, each asked from the store by the command that it names.

#pragma once

#include <optional>
#include <string>

#include "collector/run/campaign_runner.h"
#include "core/base/result.h"
#include "db/store.h"
#include "reports/documents/document.h"

namespace faultline {

DocumentSection run_section(const RunSummary& summary);
Result<DocumentSection> ledger_section(Store& store, const RunSummary& summary);
/// A table a workload, with a plot where a setting is a number.
Result<DocumentSection> rates_section(Store& store, const RunRecord& run);
/// Sites with share, first and last seen; stacks, other threads' functions and reports to be opened.
Result<DocumentSection> sites_section(Store& store, const RunSummary& summary);
/// Every other cell, tested against the control.
Result<DocumentSection> comparisons_section(Store& store, const RunSummary& summary);
/// Against the campaign's run before: facts, rates, families that came and went.
Result<DocumentSection> changes_section(Store& store, const RunRecord& run);
/// Hangs, panics, GPU events, other reports that are no crashes.
Result<DocumentSection> other_events_section(Store& store, const RunRecord& run);
Result<DocumentSection> unknown_section(Store& store, const RunSummary& summary);

}  // namespace faultline
