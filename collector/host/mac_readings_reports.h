// What macOS says of its crash reporting: corpses, the log. Pure.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "collector/host/host_check.h"

namespace faultline {

/// sysctl kern.total_corpses_allowed, and the kernel's lines of the last hour that hold `Corpse failure`
/// (xnu, osfmk/corpses/corpse.c: `NAME[PID] Corpse failure, too many 6`); absent where the log cannot be
/// read.
HostCheck read_corpse_limit(const std::optional<std::int64_t>& allowed,
                            const std::optional<std::string>& log);

/// Whether this account may read the system's log: what `log show` printed, or its error.
HostCheck read_log_access(const std::optional<std::string>& output, const std::string& error);

}  // namespace faultline
