// Which settings crash less, judged without having looked for the worst cell first.

#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reports/bundles/feedback.h"

namespace faultline {

/// How the run behind a bundle was made.
struct WorkaroundBasis {
  /// Workload and text of each cell that the campaign's control names.
  std::vector<std::pair<std::string, std::string>> control_cells;
  std::optional<bool> control_crashed;
  bool open = false;  ///< Unfinished, or with a stop rule.
};

/// Fills `evidence.workarounds` and their rates, what helps first. A cell that is the baseline because it
/// crashed most is compared with its own luck; so the baseline is fixed before any count is seen: the
/// control, where it is one cell of a workload that shows the sites, against each cell that is one setting
/// away; else each value of a setting against the others at equal other settings (stratified). Holm's
/// correction over all that is looked at.
void add_workarounds(FeedbackEvidence& evidence, const WorkaroundBasis& basis);

}  // namespace faultline
