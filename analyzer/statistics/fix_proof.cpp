#include "analyzer/statistics/fix_proof.h"

#include <algorithm>

#include "analyzer/statistics/distributions.h"
#include "analyzer/statistics/exact_tests.h"
#include "core/base/check.h"

namespace faultline {
namespace {

/// Beyond this no campaign goes.
constexpr std::int64_t kMostTrials = std::int64_t{1} << 40;

double gone_p_value(const Proportion& now, const FormerRate& former) {
  if (now.trials == 0) return 1.0;
  if (former.counts) return fisher_exact(now, *former.counts, Alternative::less);
  return binomial_cdf(now.counted, now.trials, former.rate);
}

}  // namespace

GoneClaim former_rate_gone(const Proportion& now, const FormerRate& former, double level) {
  CHECK(level > 0.0 && level < 1.0);
  const double allowed = 1.0 - level;
  GoneClaim claim;
  claim.method = former.counts ? "fisher" : "binomial";
  claim.p_value = gone_p_value(now, former);
  claim.enough = claim.p_value <= allowed;
  const auto suffices = [&](std::int64_t trials) {
    return gone_p_value({now.counted, trials}, former) <= allowed;
  };
  std::int64_t enough = std::max<std::int64_t>(1, now.counted);
  while (!suffices(enough)) {
    if (enough >= kMostTrials) return claim;
    enough *= 2;
  }
  std::int64_t too_few = std::max<std::int64_t>(now.counted, enough / 2) - 1;
  while (enough - too_few > 1) {
    const std::int64_t middle = too_few + (enough - too_few) / 2;
    (suffices(middle) ? enough : too_few) = middle;
  }
  claim.trials_demanded = enough;
  return claim;
}

MarginClaim judge_margin(const ComparisonInput& input, double margin, double level) {
  CHECK(margin > 0.0 && level > 0.5 && level < 1.0);
  const Comparison both = compare(input, 2.0 * level - 1.0);
  MarginClaim claim;
  claim.margin = margin;
  claim.interval = both.difference_interval;
  if (both.a.trials == 0 || both.b.trials == 0 || both.test == TestKind::too_few_nights) return claim;
  if (!(claim.interval.high < margin)) return claim;
  claim.verdict = claim.interval.low > -margin ? MarginVerdict::equivalent : MarginVerdict::not_worse;
  return claim;
}

}  // namespace faultline
