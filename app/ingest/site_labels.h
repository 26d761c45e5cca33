// A person's label on crash sites.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "db/store.h"

namespace faultline {

enum class LabelChange { add, remove };

/// Puts the label on every site that `site` names (key, unique prefix of a site or family, another label, or
/// `site~text`), or takes it off them. Gives their keys. A label is one word without blanks.
Result<std::vector<std::string>> change_labels(Store& store, std::string_view site, std::string_view label,
                                               LabelChange change, WallTime now);

}  // namespace faultline
