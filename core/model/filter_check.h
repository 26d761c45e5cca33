// Whether a filter asks for values that can occur: a mistyped one must not read as an empty result.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/model/filter.h"

namespace faultline {

/// The values that a field can have.
struct KnownValues {
  std::vector<std::string> values;
  bool is_vocabulary = false;  ///< Words of the language; else what the plan or the store holds.
  bool is_number = false;      ///< Any number; `values` is not looked at.
  bool by_prefix = false;      ///< A beginning of at least four characters names one, as of a run.
};

/// nullopt where any value may be asked for.
using ValueLookup = std::function<Result<std::optional<KnownValues>>(const std::string& field)>;

/// Fails at the first condition that asks for a value that its field never has: the message names near
/// values and those that there are, with a caret under the place. `<` and `>` only ask for a number where
/// all values are numbers.
Result<void> check_filter_values(const Filter& filter, const ValueLookup& known);

}  // namespace faultline
