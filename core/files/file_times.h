// The times of a file in nanoseconds: the systems name the members of `struct stat` differently.

#pragma once

#include <sys/stat.h>

#include <cstdint>

namespace faultline {

/// Nanoseconds since 1970-01-01 UTC.
struct FileTimes {
  std::int64_t modified_ns = 0;  ///< Of its contents.
  std::int64_t changed_ns = 0;   ///< Of its contents or its entry.
};

/// Threads: any.
FileTimes file_times(const struct stat& status);

}  // namespace faultline
