// A test that cannot run here: skipped with its reason, but failed where CI=true.

#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace faultline {

inline bool running_in_ci() {
  const char* ci = std::getenv("CI");
  return ci != nullptr && std::string(ci) == "true";
}

/// The folder of real reports, which stands beside the project and may be absent.
inline std::filesystem::path corpus_folder() { return FAULTLINE_CORPUS_DIR; }

}  // namespace faultline

/// The corpus is not part of the project: its absence skips everywhere.
#define SKIP_WITHOUT_CORPUS()                                                                   \
  do {                                                                                          \
    if (!std::filesystem::is_directory(::faultline::corpus_folder())) {                         \
      GTEST_SKIP() << "no folder of real reports at " << ::faultline::corpus_folder().string(); \
    }                                                                                           \
  } while (false)

/// For what a prepared machine must be able to do (ptrace, a tool): skips elsewhere, fails in CI.
#define REQUIRE_OR_SKIP(condition, reason)                                                \
  do {                                                                                    \
    if (!(condition)) {                                                                   \
      if (::faultline::running_in_ci()) GTEST_FAIL() << "cannot run in CI: " << (reason); \
      GTEST_SKIP() << (reason);                                                           \
    }                                                                                     \
  } while (false)
