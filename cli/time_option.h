// Points in time as people write them on the command line.

#pragma once

#include <optional>
#include <string>

#include "core/base/clock.h"
#include "core/base/result.h"

namespace faultline {

/// `24h`, `7d` (before `now`); `today`, `yesterday`, `2025-12-01` (midnight); `10:27` (the last one);
/// `2025-12-01T22:00`, with seconds, a fraction, `Z` or an offset such as `+01:00` if wanted. What has no
/// offset is UTC, as the times in tables are. Empty gives nullopt.
Result<std::optional<WallTime>> parse_since(const std::string& text, WallTime now);

}  // namespace faultline
