#include "analyzer/statistics/sequential.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "analyzer/statistics/distributions.h"
#include "core/base/check.h"

namespace faultline {
namespace {

// Half a success and half a failure: near-optimal width at the ends, where most cells live.
constexpr double kMixture = 0.5;
// Halvings of an interval inside [0, 1] (or of a difference inside [-1, 1]): below the last digit of a
// double.
constexpr int kHalvings = 60;

double failures(const Proportion& of) { return static_cast<double>(of.trials - of.counted); }
double successes(const Proportion& of) { return static_cast<double>(of.counted); }

/// k ln p + (n-k) ln(1-p), with 0 ln 0 = 0.
double log_likelihood(const Proportion& of, double p) {
  const double up = of.counted == 0 ? 0.0 : successes(of) * std::log(p);
  const double down = of.counted == of.trials ? 0.0 : failures(of) * std::log1p(-p);
  return up + down;
}

/// ln of B(k+1/2, n-k+1/2) / B(1/2, 1/2).
double log_mixture(const Proportion& of) {
  return log_beta(successes(of) + kMixture, failures(of) + kMixture) - log_beta(kMixture, kMixture);
}

/// Where a function that is true at `inside` becomes false on the way to `outside`.
template <typename Predicate>
double boundary(double inside, double outside, const Predicate& holds) {
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = 0.5 * (inside + outside);
    (holds(middle) ? inside : outside) = middle;
  }
  // The outer side: rounding may widen the set, never narrow it.
  return outside;
}

/// The greatest log likelihood of both sides under rate(a) - rate(b) = d. Concave in rate(b), so the
/// sign of its slope leads to the top.
double profile_log_likelihood(const Proportion& a, const Proportion& b, double d) {
  double low = std::max(0.0, -d);
  double high = std::min(1.0, 1.0 - d);
  const auto slope = [&](double p, const Proportion& of) {
    const double up = of.counted == 0 ? 0.0 : successes(of) / std::max(p, 1e-300);
    const double down = of.counted == of.trials ? 0.0 : failures(of) / std::max(1.0 - p, 1e-300);
    return up - down;
  };
  for (int i = 0; i < kHalvings; ++i) {
    const double q = 0.5 * (low + high);
    (slope(q + d, a) + slope(q, b) > 0.0 ? low : high) = q;
  }
  const double q = 0.5 * (low + high);
  return log_likelihood(a, std::clamp(q + d, 0.0, 1.0)) + log_likelihood(b, q);
}

}  // namespace

Interval anytime_interval(const Proportion& of, double level) {
  CHECK(of.is_valid());
  CHECK(level > 0.0 && level < 1.0);
  if (of.trials == 0) return {};
  const double threshold = log_mixture(of) + std::log1p(-level);
  const auto inside = [&](double p) { return log_likelihood(of, p) > threshold; };
  const double top = of.ratio();
  return {of.counted == 0 ? 0.0 : boundary(top, 0.0, inside),
          of.counted == of.trials ? 1.0 : boundary(top, 1.0, inside)};
}

double anytime_equality_p(const Proportion& a, const Proportion& b) {
  CHECK(a.is_valid());
  CHECK(b.is_valid());
  const Proportion pooled{a.counted + b.counted, a.trials + b.trials};
  if (pooled.trials == 0) return 1.0;
  const double log_evidence = log_mixture(a) + log_mixture(b) - log_likelihood(pooled, pooled.ratio());
  return std::min(1.0, std::exp(-log_evidence));
}

Interval anytime_difference(const Proportion& a, const Proportion& b, double level) {
  CHECK(a.is_valid());
  CHECK(b.is_valid());
  CHECK(level > 0.0 && level < 1.0);
  const double threshold = log_mixture(a) + log_mixture(b) + std::log1p(-level);
  const auto inside = [&](double d) { return profile_log_likelihood(a, b, d) > threshold; };
  // A side without trials has every rate; the middle keeps the search inside.
  const double top_a = a.trials == 0 ? 0.5 : a.ratio();
  const double top_b = b.trials == 0 ? 0.5 : b.ratio();
  const double top = top_a - top_b;
  return {inside(-1.0) ? -1.0 : boundary(top, -1.0, inside), inside(1.0) ? 1.0 : boundary(top, 1.0, inside)};
}

Interval anytime_ratio(const Proportion& a, const Proportion& b, double level) {
  const double each = 1.0 - 0.5 * (1.0 - level);
  const Interval of_a = anytime_interval(a, each);
  const Interval of_b = anytime_interval(b, each);
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  return {of_b.high > 0.0 ? of_a.low / of_b.high : 0.0, of_b.low > 0.0 ? of_a.high / of_b.low : kInfinite};
}

StopDecision stop_when_interval(const Proportion& of, double width, double level) {
  const Interval interval = anytime_interval(of, level);
  const double now = interval.high - interval.low;
  return {now <= width, fmt::format("{}/{}: the interval is {:.3f} wide, {:.3f} is wanted", of.counted,
                                    of.trials, now, width)};
}

StopDecision stop_when_decided(const Proportion& cell, const Proportion& against, double level,
                               std::int64_t claims) {
  CHECK(claims >= 1);
  const double allowed = (1.0 - level) / static_cast<double>(claims);
  const double p = anytime_equality_p(cell, against);
  return {p <= allowed, fmt::format("{}/{} against {}/{}: anytime-valid p = {:.2g}, at most {:.2g} is wanted",
                                    cell.counted, cell.trials, against.counted, against.trials, p, allowed)};
}

StopDecision stop_when_below(const Proportion& of, double rate, double level) {
  const Interval interval = anytime_interval(of, level);
  if (interval.high < rate) {
    return {true, fmt::format("{}/{}: the rate is below {:.4g} (at most {:.4g})", of.counted, of.trials, rate,
                              interval.high)};
  }
  if (interval.low > rate) {
    return {true, fmt::format("{}/{}: the rate is above {:.4g} (at least {:.4g})", of.counted, of.trials,
                              rate, interval.low)};
  }
  return {false, fmt::format("{}/{}: between {:.4g} and {:.4g}, {:.4g} is asked", of.counted, of.trials,
                             interval.low, interval.high, rate)};
}

}  // namespace faultline
