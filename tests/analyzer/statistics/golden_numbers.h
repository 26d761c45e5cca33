// The values that R, SciPy and statsmodels give, as make_golden.py and make_models_golden.R
// wrote them.

#pragma once

#include <string>
#include <vector>

#include "core/model/estimate.h"

namespace faultline {

struct GoldenRow {
  std::vector<double> in;  ///< NaN where the file has null.
  std::vector<double> out;
  [[nodiscard]] std::string text() const;  ///< The inputs, for messages.
};

/// All rows of one name. Fails the test, and gives none, where the file or the name is missing.
std::vector<GoldenRow> golden_rows(const std::string& name);

/// `in` as consecutive pairs of k and n, from `first` on.
Proportion proportion_at(const GoldenRow& row, std::size_t first);

/// |actual - wanted| <= tolerance, or relative to `wanted` where that is above 1; equal infinities pass.
void expect_agreement(double actual, double wanted, double tolerance, const std::string& where);

}  // namespace faultline
