// How many trials would decide.

#pragma once

#include <cstdint>
#include <optional>

#include "analyzer/statistics/proportion.h"

namespace faultline {

inline constexpr double kDefaultPower = 0.80;

/// Trials on each side so that a test of two rates at `level` finds the difference with probability
/// `power`, if the rates are `rate_a` and `rate_b`: the normal approximation
/// ((z_a sqrt(2 p q) + z_b sqrt(p1 q1 + p2 q2)) / (p1 - p2))^2, as R's power.prop.test, with the continuity
/// correction of Casagrande, Pike and Smith (1978, Biometrics 34:483) so that an exact test reaches the
/// power, too. nullopt where the rates are equal.
///
/// Rates that were seen are not the true ones: the number is an orientation, not a promise.
std::optional<std::int64_t> trials_per_side(double rate_a, double rate_b, double power = kDefaultPower,
                                            double level = kDefaultLevel);

/// The same without the correction, and not rounded up.
double trials_per_side_uncorrected(double rate_a, double rate_b, double power = kDefaultPower,
                                   double level = kDefaultLevel);

/// Trials still needed on each side until a difference like the one seen would be found. 0 where the
/// number is already there; nullopt where both rates are alike, so that no number can be named.
std::optional<std::int64_t> trials_still_needed(const Proportion& a, const Proportion& b,
                                                double power = kDefaultPower, double level = kDefaultLevel);

}  // namespace faultline
