// Ctrl-C, SIGTERM and SIGHUP as a flag that long work polls.

#pragma once

#include <atomic>

namespace faultline {

/// From now on SIGINT, SIGTERM and SIGHUP set the flag instead of ending the program. The flag lives
/// as long as the program. Threads: any may read it.
const std::atomic<bool>& install_stop_signals();

}  // namespace faultline
