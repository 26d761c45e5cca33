#include "analyzer/statistics/sample_size.h"

#include <algorithm>
#include <cmath>

#include "analyzer/statistics/distributions.h"
#include "core/base/check.h"

namespace faultline {

double trials_per_side_uncorrected(double rate_a, double rate_b, double power, double level) {
  CHECK(power > 0.0 && power < 1.0 && level > 0.0 && level < 1.0);
  const double mean = 0.5 * (rate_a + rate_b);
  const double z_level = normal_quantile(0.5 + level / 2.0);
  const double z_power = normal_quantile(power);
  const double root = z_level * std::sqrt(2.0 * mean * (1.0 - mean)) +
                      z_power * std::sqrt(rate_a * (1.0 - rate_a) + rate_b * (1.0 - rate_b));
  const double difference = rate_a - rate_b;
  return root * root / (difference * difference);
}

std::optional<std::int64_t> trials_per_side(double rate_a, double rate_b, double power, double level) {
  const double difference = std::fabs(rate_a - rate_b);
  if (!(difference > 0.0)) return std::nullopt;
  const double plain = trials_per_side_uncorrected(rate_a, rate_b, power, level);
  const double root = 1.0 + std::sqrt(1.0 + 4.0 / (plain * difference));
  const double corrected = std::ceil(plain / 4.0 * root * root);
  if (!(corrected < 9e18)) return std::nullopt;
  return static_cast<std::int64_t>(corrected);
}

std::optional<std::int64_t> trials_still_needed(const Proportion& a, const Proportion& b, double power,
                                                double level) {
  if (a.trials == 0 || b.trials == 0) return std::nullopt;
  const auto wanted = trials_per_side(a.ratio(), b.ratio(), power, level);
  if (!wanted) return std::nullopt;
  return std::max<std::int64_t>(0, *wanted - std::min(a.trials, b.trials));
}

}  // namespace faultline
