#include "collector/host/mac_readings_reports.h"

#include "collector/host/tool_text.h"

namespace faultline {
namespace {

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

HostCheck read_corpse_limit(const std::optional<std::int64_t>& allowed,
                            const std::optional<std::string>& log) {
  const std::string name = "corpses";
  if (!allowed) return unanswered(name);
  const std::string limit = "at most " + std::to_string(*allowed) + " crashes at a time are kept for reports";
  if (*allowed < 1) {
    return {name, CheckState::bad, limit,
            "no report will ever come: `sudo sysctl kern.total_corpses_allowed=5`"};
  }
  if (!log) return {name, CheckState::good, limit + "; the log does not say whether more came", {}};
  const std::size_t failures = count_of(*log, "Corpse failure");
  if (failures == 0) return {name, CheckState::good, limit + ", and no more came in the last hour", {}};
  return {name, CheckState::warning,
          limit + ", and in the last hour " + std::to_string(failures) + " more came: these have no report",
          "lower `jobs` of the campaign, and let nothing else crash meanwhile"};
}

HostCheck read_log_access(const std::optional<std::string>& output, const std::string& error) {
  if (output) return {"log", CheckState::good, "`log show` may read the system's log", {}};
  return {"log", CheckState::warning, "`log show` is refused: " + error,
          "why a report did not come stays unknown: run as a member of admin"};
}

}  // namespace faultline
