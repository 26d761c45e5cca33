// Whether numbers have one mode: a median between two modes is the value of no trial.

#pragma once

#include <optional>
#include <vector>

namespace faultline {

/// Hartigan's dip: the greatest distance between the distribution of the values and the nearest one with a
/// single mode (Hartigan and Hartigan 1985, Ann. Statist. 13:70; algorithm AS 217 with Maechler's
/// corrections). At least 1 / (2 n); 0 for fewer than two values.
double dip_statistic(std::vector<double> values);

/// Above it, a dip is found in at most 1 % of samples of `n` values of one mode (the uniform distribution is
/// the hardest of them). Interpolated from the table of R's package diptest, from four values on.
double dip_limit(std::size_t n);

struct TwoModes {
  double low = 0.0;  ///< The median of the values on each side of the gap.
  double high = 0.0;
  double low_share = 0.0;  ///< Of the values; the rest is at the higher mode.
  friend bool operator==(const TwoModes&, const TwoModes&) = default;
};

/// The modes of values that have more than one, at 1 %: split where the two parts differ most (the greatest
/// variance between them). Ties are spread over the least distance between two values first; values of two
/// kinds alone have two modes where each kind is a tenth at least.
std::optional<TwoModes> two_modes(std::vector<double> values);

}  // namespace faultline
