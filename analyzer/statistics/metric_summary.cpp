#include "analyzer/statistics/metric_summary.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <random>

namespace faultline {
namespace {

/// Up to so many values each resample is drawn value by value.
constexpr std::size_t kMostDrawn = 1'000;

/// std::mt19937_64 is the same everywhere; the distributions of <random> are not.
class Resampler {
 public:
  explicit Resampler(std::uint64_t seed) : random_(seed) {}

  /// Of values as prepared() gives them.
  double median_of_resample(const std::vector<double>& values) {
    return values.size() <= kMostDrawn ? median_of_draws(values) : value_at_drawn_rank(values);
  }

 private:
  double median_of_draws(const std::vector<double>& values) {
    drawn_.resize(values.size());
    // 32 random bits times the size: a bias below 2^-32 times the size does not matter here.
    for (double& one : drawn_)
      one = values[static_cast<std::size_t>(((random_() >> 32) * values.size()) >> 32)];
    const auto middle = drawn_.begin() + static_cast<std::ptrdiff_t>(drawn_.size() / 2);
    std::nth_element(drawn_.begin(), middle, drawn_.end());
    if (drawn_.size() % 2 == 1) return *middle;
    return 0.5 * (*middle + *std::max_element(drawn_.begin(), middle));
  }

  /// The median of n values drawn from n is the one whose share of the ranks is distributed as
  /// Beta((n+1)/2, (n+1)/2): for n this large a normal distribution, to less than a rank.
  double value_at_drawn_rank(const std::vector<double>& sorted) {
    const auto n = static_cast<double>(sorted.size());
    const double uniform = (static_cast<double>(random_() >> 11) + 0.5) * 0x1p-53;
    const double share =
        0.5 + 0.5 / std::sqrt(n + 2.0) * boost::math::quantile(boost::math::normal_distribution<>(), uniform);
    return sorted[static_cast<std::size_t>(std::clamp(share * n, 0.0, n - 1.0))];
  }

  std::mt19937_64 random_;
  std::vector<double> drawn_;
};

/// In order where ranks will be drawn.
std::vector<double> prepared(std::vector<double> values) {
  if (values.size() > kMostDrawn) std::sort(values.begin(), values.end());
  return values;
}

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
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return 0.5 * (*std::max_element(values.begin(), middle) + *middle);
}

std::optional<MedianEstimate> median_with_interval(const std::vector<double>& values, double level,
                                                   std::uint64_t seed) {
  const auto middle = median(values);
  if (!middle) return std::nullopt;
  MedianEstimate out{*middle, std::nullopt, static_cast<std::int64_t>(values.size())};
  if (values.size() < kLeastForInterval) return out;
  Resampler resampler(seed);
  const auto source = prepared(values);
  std::vector<double> draws;
  for (int i = 0; i < kResamples; ++i) draws.push_back(resampler.median_of_resample(source));
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
  const auto source = prepared(values);
  const auto source_baseline = prepared(baseline);
  std::vector<double> draws;
  for (int i = 0; i < kResamples; ++i) {
    const double of_values = resampler.median_of_resample(source);
    const double of_baseline = resampler.median_of_resample(source_baseline);
    if (of_baseline > 0.0) draws.push_back(of_values / of_baseline * scale);
  }
  if (!draws.empty()) out.interval = percentiles(std::move(draws), level);
  return out;
}

}  // namespace faultline
