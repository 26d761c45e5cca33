// Durations as people write them: a number and its unit.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace faultline {

/// `250ms`, `60s`, `5m`, `2h`, `1d`, `0.5s`, and sums of them (`1h30m`). nullopt for anything else; a bare
/// number has no unit and is refused. Fractions below a millisecond are refused, too.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The shortest form that parse_duration() reads back: `90s`, `5m`, `250ms`.
std::string format_duration(std::chrono::milliseconds duration);

}  // namespace faultline
