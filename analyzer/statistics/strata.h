// Two sides compared within strata (hosts, nights), so that a bad night of one side does not pass for an
// effect.

#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "analyzer/statistics/proportion.h"
#include "core/model/estimate.h"

namespace faultline {

struct Stratum {
  Proportion a;
  Proportion b;
};

/// Answer of cochran_mantel_haenszel().
struct StratifiedComparison {
  std::size_t informative = 0;  ///< Strata that say something: trials on both sides, some counted, some not.
  double statistic = 0.0;       ///< Chi-squared, one degree of freedom.
  double p_value = 1.0;
  /// Mantel and Haenszel's common odds ratio; infinite or NaN where the counts leave it so.
  double odds_ratio = 1.0;
  /// Absent where it cannot be computed (an odds ratio of 0 or infinity).
  std::optional<Interval> odds_ratio_interval;
};

enum class ContinuityCorrection { none, half };

/// The Cochran-Mantel-Haenszel test of "within each stratum both sides have one rate" (Mantel and Haenszel
/// 1959, J. Nat. Cancer Inst. 22:719), with the common odds ratio and its interval by the variance of
/// Robins, Breslow and Greenland (1986, Biometrics 42:311). `half` subtracts 1/2 from the sum of
/// deviations, as R does by default: conservative.
///
/// Assumes that the odds ratio is alike in all strata. Where sides crash more in some nights and less in
/// others, effects cancel and the test is blind: look at the strata. An approximation: it wants some five
/// expected counts over all strata together, not in each.
StratifiedComparison cochran_mantel_haenszel(const std::vector<Stratum>& strata,
                                             ContinuityCorrection correction = ContinuityCorrection::half,
                                             double level = kDefaultLevel);

/// The exact conditional test of the same hypothesis (Mehta, Patel and Gray 1985, JASA 80:969): the total
/// counted of a, given the margins of each stratum; two-sided as the sum over all totals that are no more
/// probable than the one seen, as R's mantelhaen.test(exact = TRUE). Keeps its level however few the
/// counts. nullopt where the strata are so large that the approximation is as good.
std::optional<double> exact_stratified(const std::vector<Stratum>& strata);

}  // namespace faultline
