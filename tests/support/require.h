// A test that cannot run here: skipped with its reason, but failed where CI=true and the machine should be
// able to.

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

/// For what only a prepared Linux machine has (its tools under its names, ptrace): skips on other systems
/// with the reason, also in CI.
#ifdef __linux__
#define REQUIRE_ON_LINUX(condition, reason) REQUIRE_OR_SKIP(condition, reason)
#else
#define REQUIRE_ON_LINUX(condition, reason)                                          \
  do {                                                                               \
    if (!(condition)) GTEST_SKIP() << "this test's tools are Linux's: " << (reason); \
  } while (false)
#endif

/// For tests that count on a report of every crash, at once: only our own reporter, on Linux, gives that.
#ifdef __linux__
#define SKIP_WITHOUT_OWN_REPORTER() static_cast<void>(0)
#else
#define SKIP_WITHOUT_OWN_REPORTER() \
  GTEST_SKIP() << "ReportCrash writes a report late, and 25 of a name at most: script/demo captures with it"
#endif
