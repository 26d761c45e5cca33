// Time to crash: how much work (operations, seconds) a trial survives.
//
// A trial that passed is censored at the end of its work: it would have crashed later, or never.
// Assumption: what ends a trial without a crash has nothing to do with how near a crash was. Trials that
// were killed at their time limit are censored; trials of unequal length are fine.

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analyzer/statistics/proportion.h"
#include "core/model/estimate.h"

namespace faultline {

/// One trial: how far it came, and whether it crashed there.
struct Lifetime {
  double time = 0.0;
  bool crashed = false;
  friend bool operator==(const Lifetime&, const Lifetime&) = default;
};

/// The curve from `time` (inclusive) to the next step.
struct SurvivalStep {
  double time = 0.0;
  std::int64_t at_risk = 0;  ///< Still running just before.
  std::int64_t crashed = 0;
  std::int64_t censored = 0;
  double survival = 1.0;
  double standard_error = 0.0;  ///< Of `survival`, by Greenwood's formula.
  /// Pointwise. Absent where the survival is 1 or 0: the logarithms say nothing there.
  std::optional<Interval> interval;
};

struct SurvivalCurve {
  std::vector<SurvivalStep> steps;  ///< One per distinct time, ascending; before the first the survival is 1.
  std::int64_t trials = 0;
  std::int64_t crashed = 0;
  std::optional<double> median;      ///< Absent where more than half survive.
  std::optional<double> median_low;  ///< Of the interval of the median; absent where it has no end there.
  std::optional<double> median_high;
};

/// Kaplan and Meier's estimate (1958, JASA 53:457) with log-log intervals on Greenwood's variance, which
/// stay inside [0, 1]. The median is the least time with a survival of at most 1/2 (the middle of the flat
/// part, where the survival is exactly 1/2), its interval the times at which the curve's bounds cross 1/2
/// (Brookmeyer and Crowley 1982, Biometrics 38:29), all as R's survfit(conf.type = "log-log").
SurvivalCurve kaplan_meier(std::vector<Lifetime> lifetimes, double level = kDefaultLevel);

struct LogRankTest {
  double statistic = 0.0;  ///< Chi-squared, groups - 1 degrees of freedom.
  double p_value = 1.0;
};

/// The log-rank test of "all groups have one curve" (Mantel 1966, Cancer Chemother. Rep. 50:163), as R's
/// survdiff. Strong where one group's hazard is a multiple of the other's; weak where curves cross.
LogRankTest log_rank(const std::vector<std::vector<Lifetime>>& groups);

/// Whether crashes come early or late.
struct CrashTiming {
  std::int64_t early = 0;  ///< Crashes in the first half of the work of the longest trial.
  std::int64_t late = 0;
  double early_exposure = 0.0;  ///< Work done by all trials in that half.
  double late_exposure = 0.0;
  double p_value = 1.0;  ///< Of "crashes per work are alike in both halves".
};

/// With a constant rate of crashes, the early ones of all are binomial with the early share of the work
/// (the conditional test of two Poisson rates: Przyborowski and Wilenski 1940, Biometrika 31:313). Exact.
CrashTiming crash_timing(const std::vector<Lifetime>& lifetimes);

}  // namespace faultline
