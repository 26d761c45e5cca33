// Whether rates along something ordered have a shape that one word can tell: is a straight line enough, and
// do they rise (or fall) all the way?

#pragma once

#include <cstddef>
#include <vector>

#include "analyzer/statistics/trend.h"

namespace faultline {

/// What a straight line leaves over: Pearson's chi-squared of homogeneity less that of the linear trend
/// (Cochran 1954, Biometrics 10:417, section 5), with groups - 2 degrees of freedom.
struct LackOfFit {
  double statistic = 0.0;
  double freedom = 0.0;
  double p_value = 1.0;
};
/// p = 1 with fewer than three different scores.
LackOfFit lack_of_fit(const std::vector<ScoredProportion>& rows);

/// The rates that fit best among those that never fall (`rising`) or never rise, by pooling adjacent
/// violators (Ayer et al. 1955, Ann. Math. Statist. 26:641). One for each row, in the order given; rows
/// without trials have their neighbour's.
std::vector<double> isotonic_rates(const std::vector<Proportion>& rows, bool rising);

/// Rows in the order of their scores.
struct MonotoneTest {
  bool rising = true;  ///< The better of the two directions.
  /// The test of "all rates are one" against rates that only rise or only fall (Bartholomew 1959,
  /// Biometrika 46:36), by 2,000 seeded deals of the counted among the trials.
  double trend_p = 1.0;
  /// The test of "rates only rise, or only fall" against any: the likelihood ratio against the better
  /// monotone fit, by 2,000 seeded draws from that fit. Small: they turn, and no trend is to be named.
  double shape_p = 1.0;
};
MonotoneTest monotone_test(const std::vector<Proportion>& rows);

}  // namespace faultline
