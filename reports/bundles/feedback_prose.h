// feedback.toml: what a person says in a bundle. Made once, then only read and completed.

#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace faultline {

/// A value that a person gives.
struct ProseField {
  const char* name;
  const char* hint;  ///< What belongs there; a comment in the file, and the text of an open placeholder.
  bool required;     ///< Open while empty; --final wants it.
};
/// In the order of the file.
const std::vector<ProseField>& prose_fields();

struct FeedbackProse {
  std::map<std::string, std::string> values;  ///< By field name; lists are joined by line ends.
  std::string
      file;  ///< The whole feedback.toml: a person's text untouched, fields it lacks added at its end.
  std::vector<std::string> open;  ///< Required fields that are empty, in the order of the file.
};

/// Reads `existing` (empty: none yet). `title_hint` is offered beside an empty title. A mistake in the file
/// is told with its line; a key that is no field is a mistake, too.
Result<FeedbackProse> read_prose(std::string_view existing, std::string_view title_hint);

}  // namespace faultline
