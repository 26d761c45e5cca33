// Keeps the descriptors of one new process out of another one that is started at the same moment.

#pragma once

#include <mutex>

namespace faultline {

/// Held from opening a pipe or socket for a child until that child has been started. Not every system can
/// open them close-on-exec in one step, and a copy in a second child would keep the line open.
inline std::mutex& spawn_mutex() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace faultline
