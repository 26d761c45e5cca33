// CHECK: for our own mistakes only. On in every build, never reachable from input.

#pragma once

namespace faultline {

/// Writes the failed condition to stderr and aborts.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace faultline

#define CHECK(condition)                                         \
  do {                                                           \
    if (!(condition)) {                                          \
      ::faultline::check_failed(#condition, __FILE__, __LINE__); \
    }                                                            \
  } while (false)
