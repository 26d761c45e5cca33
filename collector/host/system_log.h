// The system's own log of a stretch of time.

#pragma once

#include <string>
#include <vector>

#include "core/base/clock.h"

namespace faultline {

/// The command that prints it: `log show` or `journalctl`, both by whole seconds.
std::vector<std::string> system_log_command(WallTime from, WallTime to);

}  // namespace faultline
