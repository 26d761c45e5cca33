// How many trials would decide: for the test that decides, at the level at which it is tested.

#pragma once

#include <cstdint>
#include <optional>

#include "analyzer/statistics/method_choice.h"
#include "analyzer/statistics/proportion.h"

namespace faultline {

inline constexpr double kDefaultPower = 0.80;

/// Trials on each side so that Fisher's test of two rates at `level` finds the difference with probability
/// `power`, if the rates are `rate_a` and `rate_b`: the normal approximation
/// ((z_a sqrt(2 p q) + z_b sqrt(p1 q1 + p2 q2)) / (p1 - p2))^2, as R's power.prop.test, with the continuity
/// correction of Casagrande, Pike and Smith (1978, Biometrics 34:483). nullopt where the rates are equal.
///
/// Rates that were seen are not the true ones: the number is an orientation, not a promise.
std::optional<std::int64_t> trials_per_side(double rate_a, double rate_b, double power = kDefaultPower,
                                            double level = kDefaultLevel);

/// The same without the correction, and not rounded up: what Boschloo's test needs, which has the power of
/// an uncorrected one.
double trials_per_side_uncorrected(double rate_a, double rate_b, double power = kDefaultPower,
                                   double level = kDefaultLevel);

/// Trials on each side after which the anytime-valid test has decided with probability `power`: the fewest
/// for which counts that lie as far towards each other as chance takes them with that probability are told
/// apart.
std::optional<std::int64_t> anytime_trials_per_side(double rate_a, double rate_b,
                                                    double power = kDefaultPower,
                                                    double level = kDefaultLevel);

/// Trials still needed on each side until `test` finds a difference like the one seen. For stratified tests
/// more of every stratum alike. 0 where the number is already there; nullopt where the rates are alike, a
/// side has no trials, or nights are what is needed.
std::optional<std::int64_t> trials_still_needed(TestKind test, const TestBasis& basis,
                                                double power = kDefaultPower, double level = kDefaultLevel);

}  // namespace faultline
