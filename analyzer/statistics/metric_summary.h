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

/// Resamples drawn by the bootstrap; the same values and seed give the same interval on every system.
inline constexpr int kResamples = 2'000;
/// From fewer values no interval is given: resamples of so few repeat the same medians.
inline constexpr std::size_t kLeastForInterval = 5;

struct MedianEstimate {
  double value = 0.0;
  std::optional<Interval> interval;  ///< Absent for fewer than kLeastForInterval values.
  std::int64_t count = 0;
};

/// The median with its percentile bootstrap interval (Efron 1979, Ann. Statist. 7:1). For values of
/// independent trials; coverage falls short of `level` for some ten values and fewer.
std::optional<MedianEstimate> median_with_interval(const std::vector<double>& values,
                                                   double level = kDefaultLevel, std::uint64_t seed = 1);

/// Efficiency at n threads against a baseline: median(values) / (threads / baseline_threads *
/// median(baseline)). 1 is perfect scaling. The interval resamples both sides. nullopt where a side is empty
/// or the baseline's median is not positive.
std::optional<MedianEstimate> efficiency(const std::vector<double>& values, double threads,
                                         const std::vector<double>& baseline, double baseline_threads = 1.0,
                                         double level = kDefaultLevel, std::uint64_t seed = 1);

}  // namespace faultline
