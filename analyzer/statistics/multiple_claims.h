// Many claims from one table: p-values corrected so that all of them together keep their level.

#pragma once

#include <vector>

namespace faultline {

/// Holm's step-down correction (Holm 1979, Scand. J. Statist. 6:65): the i-th smallest of m becomes
/// max over j <= i of (m - j + 1) p_j, at most 1. The chance of even one false claim stays below the
/// level, whatever the dependence among the claims. Adjusted values in the order given.
std::vector<double> holm(const std::vector<double>& p_values);

}  // namespace faultline
