// Numbers that workloads print (throughput), summed up by cell: medians, their intervals, efficiency.

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analyzer/statistics/proportion.h"
#include "core/model/estimate.h"

namespace faultline {

/// The middle value, or the mean of the two middle ones; nullopt for no values.
std::optional<double> median(std::vector<double> values);

struct MedianEstimate {
  double value = 0.0;
  /// Absent where so few values have none: fewer than six at 95 %.
  std::optional<Interval> interval;
  std::int64_t count = 0;
};

/// The median with its interval between two order statistics, the narrowest pair, as far from both ends,
/// that holds the median of any distribution with probability `level` at least (Conover 1999, Practical
/// Nonparametric Statistics, 3.2). For values of independent trials.
std::optional<MedianEstimate> median_with_interval(std::vector<double> values, double level = kDefaultLevel);

/// Efficiency at n threads against a baseline: median(values) / (threads / baseline_threads *
/// median(baseline)). 1 is perfect scaling. The interval is that of rank_ratio() (rank_test.h), scaled.
/// nullopt where a side is empty or the baseline's median is not positive.
std::optional<MedianEstimate> efficiency(const std::vector<double>& values, double threads,
                                         const std::vector<double>& baseline, double baseline_threads = 1.0,
                                         double level = kDefaultLevel);

}  // namespace faultline
