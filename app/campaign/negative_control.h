// Cells that must not crash: where they do, something other than what is looked for makes trials crash.

#pragma once

#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/model/estimate.h"
#include "db/store.h"

namespace faultline {

struct NegativeControl {
  std::string filter;  ///< As the campaign names it.
  Proportion bad;      ///< Crashed, wrong, hung or panicked.
};

/// What the cells of `control_negative` did in the run; nullopt where its campaign names none, or cannot be
/// read any more.
Result<std::optional<NegativeControl>> negative_control(Store& store, const RunRecord& run);

/// `Negative control (lock=global): 2 of 50 trials ended badly: what crashes there is not what the other
/// cells are run for, and may crash in them, too.`
std::string negative_control_words(const NegativeControl& control);

}  // namespace faultline
