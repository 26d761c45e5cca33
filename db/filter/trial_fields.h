// Fields of a single trial, which no tally knows: trial, duration, exit_code, signal.

#pragma once

#include <string>
#include <string_view>

#include "core/model/filter.h"

namespace faultline {

/// The SQL expression of such a field's value, over a row `alias` of `trial`; empty for another field.
/// Durations are in seconds.
std::string trial_field_sql(std::string_view field, std::string_view alias);

/// With the values as those expressions give them: `250ms` as `0.25`, `segv` as `SIGSEGV`.
FilterCondition stored_form(const FilterCondition& condition);

}  // namespace faultline
