// Options that several commands read the same way.

#pragma once

#include <optional>
#include <string>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/model/filter.h"

namespace faultline {

/// `24h`, `7d` (before `now`), `2025-12-01` (UTC midnight) or a full UTC time; empty gives nullopt.
Result<std::optional<WallTime>> parse_since(const std::string& text, WallTime now);

/// Empty text gives nullopt; a mistake names the option.
Result<std::optional<Filter>> parse_optional_filter(const std::string& option, const std::string& text);

}  // namespace faultline
