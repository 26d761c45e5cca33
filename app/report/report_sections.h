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
Result<DocumentSection> reconciliation_section(Store& store, const RunSummary& summary);
/// A table a workload, with a plot where a setting is a number.
Result<DocumentSection> rates_section(Store& store, const RunRecord& run);
/// Sites with share, first and last seen; stacks, other threads' functions and reports to be opened.
Result<DocumentSection> sites_section(Store& store, const RunSummary& summary);
/// Each value of a setting, tested against the others of it at equal other settings.
Result<DocumentSection> comparisons_section(Store& store, const RunSummary& summary);
/// Against the campaign's previous run: facts, rates, families that appeared and disappeared.
Result<DocumentSection> changes_section(Store& store, const RunRecord& run);
/// Hangs, panics, GPU events, other reports that are no crashes.
Result<DocumentSection> other_events_section(Store& store, const RunRecord& run);
Result<DocumentSection> unknown_section(Store& store, const RunSummary& summary);

}  // namespace faultline
