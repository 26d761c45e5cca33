// Trials of one cell in the order in which they ran: are neighbours alike, and does the rate drift?
//
// An interval of a rate takes trials for independent. A driver that stays in a bad state for a while, or a
// machine that heats up, makes neighbours alike: the trials are then worth fewer independent ones.

#pragma once

#include <vector>

#include "analyzer/statistics/proportion.h"
#include "core/model/estimate.h"

namespace faultline {

/// The trials of one cell in one run, in their order: whether each was counted.
using TrialSequence = std::vector<bool>;

struct OrderTests {
  /// Fewer runs of like outcomes than chance leaves (Wald and Wolfowitz 1940, Ann. Math. Statist. 11:147),
  /// one-sided: exact for one sequence of up to 1,000 trials, else normal, over all sequences together.
  double runs_p = 1.0;
  /// The rate rises or falls from block to block: the correlation of outcome and place, two-sided
  /// (Mantel 1963, JASA 58:690), over all sequences together.
  double drift_p = 1.0;
  double lag1_correlation = 0.0;  ///< Of neighbours, within sequences.
  /// The smaller p-value is below 0.05 by Holm's correction for two.
  bool matters = false;
  /// Variance of the rate against that of independent trials, at least 1: the greater of
  /// (1 + r) / (1 - r) for the lag-1 correlation r, and the dispersion between ten parts of each sequence.
  double factor = 1.0;
  double freedom = 0.0;  ///< Of the dispersion: parts - sequences.
};

/// Sequences in which nothing or everything was counted say nothing about order, and are passed over.
OrderTests order_tests(const std::vector<TrialSequence>& sequences);

/// The interval of the rate that allows for the order: Clopper-Pearson with n / factor * (t(n-1) /
/// t(freedom))^2 trials, as overdispersed_interval() (trend.h) does for nights.
Interval ordered_interval(const Proportion& of, const OrderTests& order, double level = kDefaultLevel);

}  // namespace faultline
