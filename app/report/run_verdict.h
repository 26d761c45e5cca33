// A run in one sentence: what crashed, whether anything is new or worse, and what its control proves.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collector/run/schedule/run_summary.h"
#include "core/base/result.h"
#include "core/model/estimate.h"
#include "db/queries.h"
#include "db/store.h"

namespace faultline {

struct RunVerdict {
  Proportion crashed;
  std::int64_t other_bad = 0;  ///< Hung, wrong, panicked.
  std::int64_t setup_failed = 0;
  std::int64_t uncaptured = 0;
  std::int64_t sites = 0;
  std::vector<SiteRow> new_families;  ///< That the store had not seen before this run.
  std::optional<ControlResult> control;
  std::optional<RunRecord> before;  ///< The campaign's previous finished run.
  std::vector<std::string> worse;   ///< Cells with more bad outcomes than then, beyond chance.
  std::vector<std::string> better;
  bool is_finished = true;

  /// `1,357 of 4,000 trials crashed; 4 crash sites, 0 new; control crashed 107 of 160; no cell worse than in
  /// the previous run.`
  [[nodiscard]] std::string sentence() const;
};

Result<RunVerdict> run_verdict(Store& store, const RunSummary& summary);

}  // namespace faultline
