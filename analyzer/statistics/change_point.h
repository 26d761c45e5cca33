// Since which night is the rate another one?

#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "analyzer/statistics/proportion.h"
#include "core/model/estimate.h"

namespace faultline {

/// With fewer nights no order of them is rare enough to be a finding at 5 %.
inline constexpr std::size_t kLeastNightsForChange = 8;

struct ChangePoint {
  std::size_t first = 0;  ///< The first night of the later part.
  Proportion before;
  Proportion after;
  /// The share of all orders of the nights whose most different two parts are as different as those seen.
  double p_value = 1.0;
};

/// The split of `nights` (in their order) into an earlier and a later part whose pooled rates differ most,
/// and its p-value by permutation of the nights (the maximum over all splits: Pettitt 1979, Appl. Statist.
/// 28:126, has it for ranks). Each night counts as one unit, so that nights that vary by themselves are no
/// change. All orders where there are kLeastNightsForChange nights, else seeded shuffles, until 200 were as
/// different or 20,000 are made (Besag and Clifford 1991, Biometrika 78:301). Finds one change; of several
/// the greatest. nullopt with fewer than kLeastNightsForChange nights with trials; nights without any are
/// passed over, and `first` counts them.
std::optional<ChangePoint> find_change(const std::vector<Proportion>& nights);

}  // namespace faultline
