#include "analyzer/statistics/metric_summary.h"

#include <algorithm>
#include <cmath>

#include "analyzer/statistics/distributions.h"
#include "analyzer/statistics/rank_test.h"

namespace faultline {
namespace {

/// How many of `n` values may lie outside the interval on each side, less one: the greatest r with
/// P(X < r) <= (1 - level) / 2 for X of Binomial(n, 1/2). 0: there is no such interval.
std::int64_t order_of_end(std::int64_t n, double level) {
  const double tail = (1.0 - level) / 2.0;
  const auto fits = [&](std::int64_t r) { return binomial_cdf(r - 1, n, 0.5) <= tail; };
  const double about = static_cast<double>(n) / 2.0 + normal_quantile(tail) * std::sqrt(n) / 2.0;
  auto r = std::max<std::int64_t>(0, std::llround(about));
  while (r > 0 && !fits(r)) --r;
  while (fits(r + 1)) ++r;
  return r;
}

}  // namespace

std::optional<double> median(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return 0.5 * (*std::max_element(values.begin(), middle) + *middle);
}

std::optional<MedianEstimate> median_with_interval(std::vector<double> values, double level) {
  const auto middle = median(values);
  if (!middle) return std::nullopt;
  const auto n = static_cast<std::int64_t>(values.size());
  MedianEstimate out{*middle, std::nullopt, n};
  const std::int64_t r = order_of_end(n, level);
  if (r == 0) return out;
  const auto low = values.begin() + (r - 1);
  const auto high = values.begin() + (n - r);
  std::nth_element(values.begin(), low, values.end());
  std::nth_element(low + 1, high, values.end());
  out.interval = Interval{*low, *high};
  return out;
}

std::optional<MedianEstimate> efficiency(const std::vector<double>& values, double threads,
                                         const std::vector<double>& baseline, double baseline_threads,
                                         double level) {
  const auto top = median(values);
  const auto bottom = median(baseline);
  if (!top || !bottom || !(*bottom > 0.0) || !(threads > 0.0) || !(baseline_threads > 0.0))
    return std::nullopt;
  const double scale = baseline_threads / threads;
  MedianEstimate out{*top / *bottom * scale, std::nullopt, static_cast<std::int64_t>(values.size())};
  const auto ratio = rank_ratio(values, baseline, level);
  if (ratio && ratio->interval) {
    // The ratio of medians may lie beside the interval of the ratio by ranks where the shapes differ.
    out.interval = Interval{std::min(out.value, ratio->interval->low * scale),
                            std::max(out.value, ratio->interval->high * scale)};
  }
  return out;
}

}  // namespace faultline
