#include "analyzer/statistics/proportion.h"

#include <algorithm>
#include <cmath>

#include "analyzer/statistics/distributions.h"
#include "analyzer/statistics/sequential.h"
#include "core/base/check.h"

namespace faultline {
namespace {

void check(const Proportion& of, double level) {
  CHECK(of.is_valid());
  CHECK(level > 0.0 && level < 1.0);
}

/// The lower bound whose error on that side is `alpha`.
double exact_low(const Proportion& of, double alpha) {
  if (of.counted == 0) return 0.0;
  return beta_quantile(static_cast<double>(of.counted), static_cast<double>(of.trials - of.counted) + 1.0,
                       alpha);
}

double exact_high(const Proportion& of, double alpha) {
  if (of.counted == of.trials) return 1.0;
  return beta_quantile(static_cast<double>(of.counted) + 1.0, static_cast<double>(of.trials - of.counted),
                       1.0 - alpha);
}

}  // namespace

std::string_view interval_method_name(IntervalMethod method) {
  switch (method) {
    case IntervalMethod::clopper_pearson:
      return "Clopper-Pearson";
    case IntervalMethod::wilson:
      return "Wilson";
    case IntervalMethod::jeffreys:
      return "Jeffreys";
    case IntervalMethod::anytime:
      return "anytime-valid (beta-binomial)";
  }
  return "";
}

Interval clopper_pearson(const Proportion& of, double level) {
  check(of, level);
  const double alpha = (1.0 - level) / 2.0;
  return {exact_low(of, alpha), exact_high(of, alpha)};
}

double clopper_pearson_upper(const Proportion& of, double level) {
  check(of, level);
  return exact_high(of, 1.0 - level);
}

Interval wilson(const Proportion& of, double level) {
  check(of, level);
  if (of.trials == 0) return {};
  const double n = static_cast<double>(of.trials);
  const double p = of.ratio();
  const double z = normal_quantile(0.5 + level / 2.0);
  const double z2 = z * z;
  const double center = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
  const double half = z / (1.0 + z2 / n) * std::sqrt(p * (1.0 - p) / n + z2 / (4.0 * n * n));
  // At the ends the formula gives 0 and 1 but for rounding.
  return {of.counted == 0 ? 0.0 : std::max(0.0, center - half),
          of.counted == of.trials ? 1.0 : std::min(1.0, center + half)};
}

Interval jeffreys(const Proportion& of, double level) {
  check(of, level);
  const double a = static_cast<double>(of.counted) + 0.5;
  const double b = static_cast<double>(of.trials - of.counted) + 0.5;
  const double alpha = (1.0 - level) / 2.0;
  return {of.counted == 0 ? 0.0 : beta_quantile(a, b, alpha),
          of.counted == of.trials ? 1.0 : beta_quantile(a, b, 1.0 - alpha)};
}

Interval proportion_interval(IntervalMethod method, const Proportion& of, double level) {
  switch (method) {
    case IntervalMethod::clopper_pearson:
      return clopper_pearson(of, level);
    case IntervalMethod::wilson:
      return wilson(of, level);
    case IntervalMethod::jeffreys:
      return jeffreys(of, level);
    case IntervalMethod::anytime:
      return anytime_interval(of, level);
  }
  return {};
}

std::optional<std::int64_t> trials_to_see_one(double rate, double chance) {
  CHECK(chance > 0.0 && chance < 1.0);
  if (!(rate > 0.0)) return std::nullopt;
  if (rate >= 1.0) return 1;
  const double trials = std::ceil(std::log1p(-chance) / std::log1p(-rate));
  if (trials > 9e18) return std::nullopt;
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(trials));
}

}  // namespace faultline
