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
  /// The common difference rate(a) - rate(b): each stratum's, weighted by n_a n_b / n (Greenland and Robins
  /// 1985, Biometrics 41:55), with Sato's variance (1989, Biometrics 45:1323), which holds for few large
  /// strata and for many small ones.
  double difference = 0.0;
  Interval difference_interval{-1.0, 1.0};
  /// The common ratio rate(a) / rate(b), with the variance of Greenland and Robins; infinite or NaN where
  /// the counts leave it so, and with an open interval then.
  double ratio = 1.0;
  Interval ratio_interval;
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

/// The anytime-valid p-value of the same hypothesis, for looks after each whole stratum (a night): given the
/// margins of each stratum, the likelihood ratio of a common odds ratio against 1, in equal parts for
/// sixteen odds ratios. Under the hypothesis that mean is a martingale over strata, whatever their rates,
/// and by Ville's inequality the p-value is ever at most x with probability at most x.
double stratified_anytime_p(const std::vector<Stratum>& strata);

/// Whether the odds ratio is one and the same in all strata.
struct Homogeneity {
  double statistic = 0.0;  ///< Breslow and Day's (1980), with Tarone's correction (1985, Biometrika 72:91).
  double freedom = 0.0;    ///< Informative strata - 1.
  double p_value = 1.0;
};
/// For strata with some five expected counts each. p = 1 with fewer than two informative strata, or where
/// the common odds ratio is 0 or infinite.
Homogeneity breslow_day(const std::vector<Stratum>& strata);

}  // namespace faultline
