#include "collector/host/system_log.h"

namespace faultline {

std::vector<std::string> system_log_command(WallTime from, WallTime to) {
  const auto stamp = [](WallTime time) {
    return "@" + std::to_string(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
  };
  return {"journalctl", "--no-pager", "--output=short-iso-precise",       "--since",
          stamp(from),  "--until",    stamp(to + std::chrono::seconds(1))};
}

}  // namespace faultline
