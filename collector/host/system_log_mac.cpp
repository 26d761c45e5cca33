#include "collector/host/system_log.h"

namespace faultline {
namespace {

/// `2025-12-21 01:36:18+0000`: log(1) takes no fractions.
std::string stamp(WallTime time) {
  std::string text = format_utc(std::chrono::floor<std::chrono::seconds>(time));
  text[text.find('T')] = ' ';
  return text.substr(0, text.find('.')) + "+0000";
}

}  // namespace

std::vector<std::string> system_log_command(WallTime from, WallTime to) {
  return {"/usr/bin/log", "show",   "--style",
          "compact",      "--info", "--start",
          stamp(from),    "--end",  stamp(to + std::chrono::seconds(1))};
}

}  // namespace faultline
