// Intervals and decisions that stay true however often one looks while trials come in.
//
// A fixed-sample interval that is read after each trial, with the run stopped when it pleases, is wrong
// far more often than it says. These are not: the chance that the true rate is *ever* outside is at most
// 1 - level, over all looks together, with no plan of looks and no last trial.
//
// Method: the mixture martingale of Robbins (1970, Ann. Math. Statist. 41:1397) with a Beta(1/2, 1/2)
// mixture. M(p) = B(k+1/2, n-k+1/2) / B(1/2, 1/2) / (p^k (1-p)^(n-k)) is, for the true p, a
// non-negative martingale that starts at 1; by Ville's inequality it ever reaches 1/a with probability at
// most a. The interval is {p : M(p) < 1/a}. See also Howard, Ramdas, McAuliffe and Sekhon (2021, Ann.
// Statist. 49:1055). The price is width: at 100 trials about 1.6 times that of Clopper-Pearson.
//
// Assumption: independent trials of one rate, or at least a rate that does not depend on what came before.

#pragma once

#include <cstdint>
#include <string>

#include "analyzer/statistics/proportion.h"
#include "core/model/estimate.h"

namespace faultline {

/// The anytime-valid interval of a rate. No trials: [0, 1].
Interval anytime_interval(const Proportion& of, double level = kDefaultLevel);

/// The anytime-valid p-value of "both sides have one rate": 1 / inf_p M_a(p) M_b(p), at most 1. The
/// infimum lies at the pooled rate. The sides may have any numbers of trials, growing in any order.
double anytime_equality_p(const Proportion& a, const Proportion& b);

/// The anytime-valid interval of rate(a) - rate(b): the differences d for which some pair of rates with
/// that difference has M_a M_b < 1/(1-level). Excludes 0 exactly where anytime_equality_p is below 1-level.
Interval anytime_difference(const Proportion& a, const Proportion& b, double level = kDefaultLevel);

/// The anytime-valid interval of rate(a) / rate(b): the ratios of all pairs of rates in the two anytime-valid
/// intervals of level 1 - (1-level)/2 each (Bonferroni). Wider than need be; [0, infinite) where b may be 0
/// and a, too.
Interval anytime_ratio(const Proportion& a, const Proportion& b, double level = kDefaultLevel);

/// What a stop rule says after a block.
struct StopDecision {
  bool stop = false;
  std::string reason;  ///< For people, and for the run's record: why it stops, or what is still lacking.
  friend bool operator==(const StopDecision&, const StopDecision&) = default;
};

/// `stop = { when = "interval", width = 0.1 }`: the anytime-valid interval is at most so wide.
StopDecision stop_when_interval(const Proportion& of, double width, double level = kDefaultLevel);

/// `stop = { when = "decided", against = … }`: the two sides differ. `claims` is the number of
/// comparisons that the run makes: each gets its part of the error (Bonferroni), so that the run as a
/// whole keeps `level`.
StopDecision stop_when_decided(const Proportion& cell, const Proportion& against,
                               double level = kDefaultLevel, std::int64_t claims = 1);

/// `stop = { when = "below", rate = 0.01 }`: the rate is below, or it is certainly not (the lower end
/// is above), and more trials cannot change that.
StopDecision stop_when_below(const Proportion& of, double rate, double level = kDefaultLevel);

}  // namespace faultline
