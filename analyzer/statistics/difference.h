// How far apart two rates are: intervals of their difference and of their ratio.
//
// Both assume independent trials with one rate a side. They describe; whether the sides differ at all is
// for the tests (exact_tests.h), which may, rarely, disagree with an interval about 0 or 1.

#pragma once

#include <string_view>

#include "analyzer/statistics/proportion.h"
#include "core/model/estimate.h"

namespace faultline {

inline constexpr std::string_view kDifferenceMethod = "newcombe";
inline constexpr std::string_view kRatioMethod = "koopman";

/// rate(a) - rate(b) by Newcombe's hybrid of two Wilson intervals (Newcombe 1998, Statistics in Medicine
/// 17:873, method 10): low = d - sqrt((p1-l1)^2 + (u2-p2)^2), high = d + sqrt((u1-p1)^2 + (p2-l2)^2).
/// Coverage near `level` on average also for small samples and rates near 0 and 1; not guaranteed.
/// A side without trials gives [-1, 1].
Interval newcombe_difference(const Proportion& a, const Proportion& b, double level = kDefaultLevel);

/// rate(a) / rate(b); infinite where only b counted nothing, NaN where neither counted anything or a
/// side has no trials.
double rate_ratio(const Proportion& a, const Proportion& b);

/// rate(a) / rate(b) by Koopman's score interval (Koopman 1984, Biometrics 40:513): the ratios r for which
/// the score test of "rate(a) = r rate(b)", with both rates fitted under it, is not rejected. Unlike the
/// log (Katz) interval it needs no correction at 0: where a counted nothing its low end is 0, where b
/// counted nothing its high end is infinite; where neither did it is [0, infinite), as it is for a side
/// without trials.
Interval koopman_ratio(const Proportion& a, const Proportion& b, double level = kDefaultLevel);

}  // namespace faultline
