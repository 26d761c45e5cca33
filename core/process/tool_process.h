// Runs a short-lived program of the host (a demangler, our own converter) and takes what it printed.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace faultline {

struct ToolRun {
  std::vector<std::string> argv;  ///< The first is a path, or a name to be found in PATH.
  std::string input;              ///< What it reads on stdin.
  std::chrono::milliseconds timeout{10'000};
  std::uint64_t output_limit_bytes = 64U << 20;  ///< More than this ends it.
};

struct ToolOutcome {
  std::optional<int> exit_code;
  std::optional<int> signal;
  bool timed_out = false;  ///< Or printed more than allowed: it was killed by us.
  std::string output;
  std::string error_output;
};

/// Runs it to its end, in a process group of its own with default signals, without a shell.
///
/// An error means that it could not be started (kind process); how it ended is data. Children that
/// it leaves behind cannot keep us waiting: its output goes to unlinked files, not to pipes.
Result<ToolOutcome> run_tool(const ToolRun& run);

}  // namespace faultline
