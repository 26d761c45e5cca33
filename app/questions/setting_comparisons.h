// Each value of a setting against the others of it at equal other settings: like with like.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyzer/statistics/comparison.h"
#include "core/model/campaign.h"
#include "core/model/estimate.h"

namespace faultline {

/// What a run found in one cell.
struct SettingCell {
  Cell cell;
  Proportion bad;
  Proportion of_sites;  ///< Of the sites that are looked at; workloads without any are left out.
};

/// What the run behind the cells allows to be said.
struct SettingBasis {
  std::optional<bool> control_crashed;
  bool open = false;  ///< Unfinished, or with a stop rule.
};

/// What is compared, and how many trials of its first side ended at the sites.
struct ComparedSetting {
  ComparisonInput input;
  Proportion of_sites;
  std::string workload{};
};

/// An input without sides: of one run, so its arms share blocks, host and night.
ComparisonInput comparison_within_run(const SettingBasis& basis);

/// Every value of every setting of the workloads that show the sites. Of two values each is the other's
/// mirror image: the one with the lower rate is named.
std::vector<ComparedSetting> compared_settings(const std::vector<SettingCell>& cells,
                                               const SettingBasis& basis);

}  // namespace faultline
