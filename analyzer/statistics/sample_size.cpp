#include "analyzer/statistics/sample_size.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "analyzer/statistics/distributions.h"
#include "analyzer/statistics/sequential.h"
#include "analyzer/statistics/strata.h"
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

std::optional<std::int64_t> anytime_trials_per_side(double rate_a, double rate_b, double power,
                                                    double level) {
  if (rate_a < rate_b) std::swap(rate_a, rate_b);
  if (!(rate_a > rate_b)) return std::nullopt;
  const double variance_a = rate_a * (1.0 - rate_a);
  const double variance_b = rate_b * (1.0 - rate_b);
  const double z = normal_quantile(power);
  const auto decides = [&](double n) {
    // The unlucky difference, shared out by the sides' parts of its variance.
    const double all = variance_a + variance_b;
    const double towards = all > 0.0 ? z * std::sqrt(all / n) / all : 0.0;
    const auto count = [&](double rate) { return std::llround(std::clamp(rate, 0.0, 1.0) * n); };
    const Proportion a{count(rate_a - towards * variance_a), std::llround(n)};
    const Proportion b{count(rate_b + towards * variance_b), std::llround(n)};
    return a.counted > b.counted && anytime_equality_p(a, b) <= 1.0 - level;
  };
  double enough = 1.0;
  while (!decides(enough)) {
    enough *= 2.0;
    if (enough > 1e12) return std::nullopt;
  }
  double too_few = enough / 2.0;
  while (enough - too_few > 1.0 && enough - too_few > enough * 1e-3) {
    const double middle = std::floor(0.5 * (enough + too_few));
    (decides(middle) ? enough : too_few) = middle;
  }
  return static_cast<std::int64_t>(enough);
}

namespace {

/// How many times as many trials of every stratum would bring the statistic where `power` wants it.
std::optional<double> stratified_growth(const std::vector<Stratum>& strata, double power, double level) {
  const double statistic = cochran_mantel_haenszel(strata, ContinuityCorrection::none).statistic;
  if (!(statistic > 0.0)) return std::nullopt;
  const double wanted = normal_quantile(0.5 + level / 2.0) + normal_quantile(power);
  return wanted * wanted / statistic;
}

}  // namespace

std::optional<std::int64_t> trials_still_needed(TestKind test, const TestBasis& basis, double power,
                                                double level) {
  if (basis.a.trials == 0 || basis.b.trials == 0) return std::nullopt;
  const double rate_a = basis.a.ratio();
  const double rate_b = basis.b.ratio();
  const auto there = static_cast<double>(std::min(basis.a.trials, basis.b.trials));
  std::optional<double> wanted;
  switch (test) {
    case TestKind::fisher:
      if (const auto trials = trials_per_side(rate_a, rate_b, power, level))
        wanted = static_cast<double>(*trials);
      break;
    case TestKind::boschloo:
      if (rate_a != rate_b) wanted = std::ceil(trials_per_side_uncorrected(rate_a, rate_b, power, level));
      break;
    case TestKind::anytime:
      if (const auto trials = anytime_trials_per_side(rate_a, rate_b, power, level))
        wanted = static_cast<double>(*trials);
      break;
    case TestKind::exact_stratified:
    case TestKind::cochran_mantel_haenszel:
    case TestKind::anytime_stratified:
      if (const auto growth = stratified_growth(basis.strata, power, level))
        wanted = std::ceil(*growth * there);
      break;
    case TestKind::nights_permutation:
    case TestKind::nights_anytime:
    case TestKind::too_few_nights:
      break;
  }
  if (!wanted || !(*wanted < 9e18)) return std::nullopt;
  return static_cast<std::int64_t>(std::max(0.0, *wanted - there));
}

}  // namespace faultline
