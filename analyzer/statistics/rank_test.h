// Two sides of numbers compared by their ranks: whether one tends to be greater, and by what factor.

#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "analyzer/statistics/comparison.h"
#include "analyzer/statistics/proportion.h"
#include "core/model/estimate.h"

namespace faultline {

/// The rank-sum test of Mann and Whitney (1947, Ann. Math. Statist. 18:50), two-sided. Exact without ties up
/// to 49 values a side; else by the normal distribution with the variance corrected for ties and a
/// continuity correction, as R's wilcox.test. A side without values gives 1.
///
/// Assumes independent values; finds that one side tends to have greater ones, whatever their distribution.
double rank_sum_p(const std::vector<double>& a, const std::vector<double>& b);

struct RatioEstimate {
  double value = 0.0;
  std::optional<Interval> interval;  ///< Absent where so few values have none.
  friend bool operator==(const RatioEstimate&, const RatioEstimate&) = default;
};

/// a / b: the median of all ratios of a value of a to one of b (Hodges and Lehmann 1963, Ann. Math. Statist.
/// 34:598, on logarithms), and the interval of all factors that rank_sum_p() does not reject (exact up to 49
/// values a side, without regard to ties). Assumes that the sides' distributions differ by a factor alone.
/// nullopt where a side has no values, or one that is not positive.
std::optional<RatioEstimate> rank_ratio(const std::vector<double>& a, const std::vector<double>& b,
                                        double level = kDefaultLevel);

/// A number of one trial, and the run that it is of.
struct RunNumber {
  double value = 0.0;
  std::size_t run = 0;
};

struct NumberComparison {
  std::optional<RatioEstimate> ratio;  ///< a / b; as rank_ratio().
  double p_value = 1.0;
  double adjusted_p = 1.0;  ///< By Holm, among the claims of the table.
  ComparisonVerdict verdict = ComparisonVerdict::undecided;
  bool share_run = true;  ///< Where they share none the verdict is undecided: runs may be what differs.
};

/// Sides that share one run are compared in it. Where they share several, each value is first divided by its
/// run's median over both sides, so that a slow night is no effect (aligned ranks: Hodges and Lehmann 1962,
/// Ann. Math. Statist. 33:482), and runs that only one side has are left out. Without division where a median
/// is not positive.
NumberComparison compare_numbers(const std::vector<RunNumber>& a, const std::vector<RunNumber>& b,
                                 double level = kDefaultLevel);

/// Holm's correction over all of them, and the verdicts by it.
void judge_numbers(std::vector<NumberComparison>& claims, double level = kDefaultLevel);

}  // namespace faultline
