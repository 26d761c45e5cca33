#include "analyzer/statistics/metric_summary.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace faultline {
namespace {

/// std::mt19937_64 is the same everywhere; the distributions of <random> are not.
class Resampler {
 public:
  explicit Resampler(std::uint64_t seed) : random_(seed) {}

  double median_of_resample(const std::vector<double>& values) {
    drawn_.resize(values.size());
    // 32 random bits times the size: a bias below 2^-32 times the size does not matter here.
    for (double& one : drawn_)
      one = values[static_cast<std::size_t>(((random_() >> 32) * values.size()) >> 32)];
    const auto middle = drawn_.begin() + static_cast<std::ptrdiff_t>(drawn_.size() / 2);
    std::nth_element(drawn_.begin(), middle, drawn_.end());
    if (drawn_.size() % 2 == 1) return *middle;
    return 0.5 * (*middle + *std::max_element(drawn_.begin(), middle));
  }

 private:
  std::mt19937_64 random_;
  std::vector<double> drawn_;
};

/// The quantiles of `draws`, interpolated between neighbours.
Interval percentiles(std::vector<double> draws, double level) {
  std::sort(draws.begin(), draws.end());
  const auto quantile = [&](double share) {
    const double at = share * static_cast<double>(draws.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, draws.size() - 1);
    const double rest = at - static_cast<double>(below);
    return draws[below] * (1.0 - rest) + draws[above] * rest;
  };
  return {quantile((1.0 - level) / 2.0), quantile((1.0 + level) / 2.0)};
}

}  // namespace

std::optional<double> median(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

std::optional<MedianEstimate> median_with_interval(const std::vector<double>& values, double level,
                                                   std::uint64_t seed) {
  const auto middle = median(values);
  if (!middle) return std::nullopt;
  MedianEstimate out{*middle, std::nullopt, static_cast<std::int64_t>(values.size())};
  if (values.size() < kLeastForInterval) return out;
  Resampler resampler(seed);
  std::vector<double> draws;
  for (int i = 0; i < kResamples; ++i) draws.push_back(resampler.median_of_resample(values));
  out.interval = percentiles(std::move(draws), level);
  return out;
}

std::optional<MedianEstimate> efficiency(const std::vector<double>& values, double threads,
                                         const std::vector<double>& baseline, double baseline_threads,
                                         double level, std::uint64_t seed) {
  const auto top = median(values);
  const auto bottom = median(baseline);
  if (!top || !bottom || !(*bottom > 0.0) || !(threads > 0.0) || !(baseline_threads > 0.0))
    return std::nullopt;
  const double scale = baseline_threads / threads;
  MedianEstimate out{*top / *bottom * scale, std::nullopt, static_cast<std::int64_t>(values.size())};
  if (values.size() < kLeastForInterval || baseline.size() < kLeastForInterval) return out;
  Resampler resampler(seed);
  std::vector<double> draws;
  for (int i = 0; i < kResamples; ++i) {
    const double of_values = resampler.median_of_resample(values);
    const double of_baseline = resampler.median_of_resample(baseline);
    if (of_baseline > 0.0) draws.push_back(of_values / of_baseline * scale);
  }
  if (!draws.empty()) out.interval = percentiles(std::move(draws), level);
  return out;
}

}  // namespace faultline
