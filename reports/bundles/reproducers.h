// The cells that crash at a bundle's sites, as reproducers: the smallest first.

#pragma once

#include <string>
#include <vector>

#include "reports/bundles/feedback.h"

namespace faultline {

/// A longer list helps nobody; the tables have every cell.
inline constexpr std::size_t kMostSteps = 12;

/// Cells in which the sites were hit: by their numeric settings, the smaller first; then the higher rate
/// first.
std::vector<FeedbackCell> reproducers(const std::vector<FeedbackCell>& cells);

}  // namespace faultline
