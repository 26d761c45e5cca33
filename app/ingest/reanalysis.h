// Everything derived, made again from the raw reports: read, derived in parallel, written by one writer.

#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "analyzer/site/frame_rules.h"
#include "app/ingest/analysis_child.h"
#include "core/base/result.h"
#include "db/store.h"

namespace faultline {

class Symbolizer;

/// A report, or a crash without one, whose site is another now.
struct MovedSite {
  std::string what;  ///< The incident, or `trial RUN/INDEX`.
  std::string old_key;
  std::string old_text;
  std::string new_key;  ///< Empty, as its text, where there is none any more.
  std::string new_text;
};

struct ReanalysisCounts {
  std::int64_t reports = 0;
  std::int64_t uncaptured = 0;  ///< Crashes without a report.
  std::int64_t moved = 0;       ///< Of both.
  std::int64_t damaged = 0;     ///< Reports whose bytes are lost: their analysis stays as it is.
};

struct ReanalysisWatcher {
  std::function<void(const MovedSite&)> moved;
  std::function<void(const ReanalysisCounts&)> progress;  ///< After each batch.
  std::function<void(const std::string& incident, const std::string& why)> damaged;
};

/// Derives every stored report and every uncaptured crash again, in the order in which they came. Some
/// batches are derived by all processors while the one before is written and the one after is read; memory is
/// bounded by that number of batches. `child` has those reports first on which our own code failed before.
/// Fails only where the store does; what was written stays, and the next call does the rest.
Result<ReanalysisCounts> reanalyze_store(Store& store, const SiteRules& rules, Symbolizer& symbolizer,
                                         AnalysisChild& child, const ReanalysisWatcher& watcher);

}  // namespace faultline
