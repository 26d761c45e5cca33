// --since, as several commands read it.

#pragma once

#include <optional>
#include <string>

#include "core/base/clock.h"
#include "core/base/result.h"

namespace faultline {

/// `24h`, `7d` (before `now`), `2025-12-01` (UTC midnight) or a full UTC time; empty gives nullopt.
Result<std::optional<WallTime>> parse_since(const std::string& text, WallTime now);

}  // namespace faultline
