#include "analyzer/statistics/difference.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "analyzer/statistics/distributions.h"
#include "core/base/check.h"

namespace faultline {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

/// The score statistic of "rate(a) = ratio * rate(b)": Koopman's equation 2.
double score(const Proportion& a, const Proportion& b, double ratio) {
  const double x1 = static_cast<double>(a.counted);
  const double n1 = static_cast<double>(a.trials);
  const double x2 = static_cast<double>(b.counted);
  const double n2 = static_cast<double>(b.trials);
  // The fitted rate of b is the smaller root of N r p^2 - (r (n1 + x2) + x1 + n2) p + x1 + x2 = 0, in the
  // form that does not cancel.
  const double linear = ratio * (n1 + x2) + x1 + n2;
  const double root = std::sqrt(std::max(0.0, linear * linear - 4.0 * ratio * (n1 + n2) * (x1 + x2)));
  const double p2 = std::min(1.0, 2.0 * (x1 + x2) / (linear + root));
  const double p1 = std::min(1.0, ratio * p2);
  const double part1 = x1 - n1 * p1;
  const double part2 = x2 - n2 * p2;
  const double variance1 = n1 * p1 * (1.0 - p1);
  const double variance2 = n2 * p2 * (1.0 - p2);
  const auto term = [](double part, double variance) {
    if (variance > 0.0) return part * part / variance;
    return std::fabs(part) < 1e-12 ? 0.0 : kInfinite;
  };
  return term(part1, variance1) + term(part2, variance2);
}

/// The ratio beyond which the score exceeds `limit`, between one where it does not and one where it
/// does; both given, and the answer, as logarithms.
double border(const Proportion& a, const Proportion& b, double limit, double log_inside, double log_outside) {
  for (int i = 0; i < 200 && log_inside != log_outside; ++i) {
    const double middle = 0.5 * (log_inside + log_outside);
    if (middle == log_inside || middle == log_outside) break;
    (score(a, b, std::exp(middle)) <= limit ? log_inside : log_outside) = middle;
  }
  return std::exp(0.5 * (log_inside + log_outside));
}

}  // namespace

Interval newcombe_difference(const Proportion& a, const Proportion& b, double level) {
  if (a.trials == 0 || b.trials == 0) return {-1.0, 1.0};
  const Interval of_a = wilson(a, level);
  const Interval of_b = wilson(b, level);
  const double p1 = a.ratio();
  const double p2 = b.ratio();
  const double difference = p1 - p2;
  return {difference - std::hypot(p1 - of_a.low, of_b.high - p2),
          difference + std::hypot(of_a.high - p1, p2 - of_b.low)};
}

double rate_ratio(const Proportion& a, const Proportion& b) {
  if (a.trials == 0 || b.trials == 0) return std::numeric_limits<double>::quiet_NaN();
  if (b.counted == 0) return a.counted == 0 ? std::numeric_limits<double>::quiet_NaN() : kInfinite;
  return a.ratio() / b.ratio();
}

Interval koopman_ratio(const Proportion& a, const Proportion& b, double level) {
  CHECK(level > 0.0 && level < 1.0);
  if (a.trials == 0 || b.trials == 0 || (a.counted == 0 && b.counted == 0)) return {0.0, kInfinite};
  const double z = normal_quantile(0.5 + level / 2.0);
  const double limit = z * z;
  // Inside for certain: the ratio seen, with half a count where there was none.
  const double p1 = std::max(static_cast<double>(a.counted), 0.5) / static_cast<double>(a.trials);
  const double p2 = std::max(static_cast<double>(b.counted), 0.5) / static_cast<double>(b.trials);
  double inside = std::log(p1 / p2);
  // ln of 1e-20 and 1e20: no sample of int64 trials reaches them.
  constexpr double kFar = 46.0;
  const bool counted_none_a = a.counted == 0;
  const bool counted_none_b = b.counted == 0;
  if (counted_none_a) inside = -kFar;
  if (counted_none_b) inside = kFar;
  return {counted_none_a ? 0.0 : border(a, b, limit, inside, -kFar),
          counted_none_b ? kInfinite : border(a, b, limit, inside, kFar)};
}

}  // namespace faultline
