// Rates along something ordered (threads, nights): is there a trend, and do nights differ more than
// chance lets them?

#pragma once

#include <cstddef>
#include <vector>

#include "analyzer/statistics/proportion.h"
#include "core/model/estimate.h"

namespace faultline {

struct ScoredProportion {
  double score = 0.0;  ///< The ordered parameter, such as the number of threads.
  Proportion of;
};

struct TrendTest {
  double statistic = 0.0;  ///< Chi-squared, one degree of freedom.
  double p_value = 1.0;
  double slope = 0.0;  ///< Change of the rate by one unit of the score, by weighted least squares.
};

/// The Cochran-Armitage test for a linear trend of rates (Cochran 1954, Biometrics 10:417; Armitage 1955,
/// Biometrics 11:375), two-sided, without continuity correction, as R's prop.trend.test.
///
/// Finds rates that rise or fall with the score; is blind to those that rise and fall again. An
/// approximation: some five expected counts of either kind in all. Rows without trials are left out; fewer
/// than two different scores, or nothing or everything counted, give p = 1.
TrendTest cochran_armitage(const std::vector<ScoredProportion>& rows);

/// Whether repeated groups of trials (nights) of one cell vary as independent trials of one rate would.
struct Dispersion {
  std::size_t groups = 0;  ///< With trials.
  double statistic = 0.0;  ///< Pearson's chi-squared over the groups.
  double p_value = 1.0;
  bool simulated = false;  ///< The p-value is from shuffles: expected counts were below 5.
  double factor = 1.0;     ///< max(1, statistic / (groups - 1)): the variance against the binomial one.
  double correlation =
      0.0;  ///< Intraclass: 0 for independent trials, 1 where a night decides all of its trials.
  bool is_overdispersed = false;  ///< p_value < 0.05 and factor > 1.
};

/// Pearson's chi-squared of homogeneity (McCullagh and Nelder 1989, Generalized Linear Models, 4.5). Where
/// an expected count is below 5, its p-value is found by 2,000 seeded shuffles of the counted among the
/// trials; the same counts give the same value. The correlation is (factor - 1) / (m - 1), with the
/// size m of a group corrected for unequal ones (Donner 1986, Int. Statist. Rev. 54:67).
Dispersion overdispersion(const std::vector<Proportion>& groups);

/// Pearson's chi-squared of "all groups have one rate"; 0 where nothing or everything was counted.
double homogeneity_statistic(const std::vector<Proportion>& groups);

/// The interval of the pooled rate that allows for the variation between groups: Clopper-Pearson with the
/// effective number of trials n / factor * (t(n-1) / t(groups-1))^2 (Korn and Graubard 1998, Survey
/// Methodology 24:193). With independent groups pass the plain interval instead: this one is wider also
/// where that is not needed. One group: [0, 1], since nothing is then known about the variation.
Interval overdispersed_interval(const std::vector<Proportion>& groups, double level = kDefaultLevel);

/// Clopper and Pearson's interval with n / factor * (t(n-1) / t(freedom))^2 trials: what overdispersed trials
/// are worth, where the factor was estimated with so many degrees of freedom. [0, 1] without any.
Interval effective_interval(const Proportion& of, double factor, double freedom,
                            double level = kDefaultLevel);

}  // namespace faultline
