#include "cli/time_option.h"

#include "collector/plan/campaign_file.h"

namespace faultline {

Result<std::optional<WallTime>> parse_since(const std::string& text, WallTime now) {
  if (text.empty()) return std::optional<WallTime>();
  if (const auto duration = parse_duration(text)) return std::optional<WallTime>(now - *duration);
  if (const auto time = parse_utc(text)) return time;
  if (const auto day = parse_utc(text + "T00:00:00.000Z")) return day;
  return fail(ErrorKind::invalid_argument,
              "--since: \"" + text + "\" is no time; write 24h, 7d, 2025-12-01 or 2025-12-01T22:00:00.000Z");
}

}  // namespace faultline
