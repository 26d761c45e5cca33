// Stacks of running processes, taken from outside by a program of the system.

#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "collector/reporter/watch/sample_text.h"
#include "core/base/result.h"

namespace faultline {

/// The command that writes a sample of process `pid` into `file` and ends. Empty where a system has none.
using SampleCommand = std::function<std::vector<std::string>(pid_t pid, const std::filesystem::path& file)>;

/// That of this system: `sample` on macOS, none on Linux.
SampleCommand sample_command();

/// Samples all of them side by side, and returns when the last one is done or `limit` has passed; what was
/// not taken by then is an error, as is a refusal, with what the program said. One entry for each pid, in
/// order. Makes hidden files in `folder` and takes them away again.
std::vector<std::pair<pid_t, Result<ProcessSample>>> take_samples(const std::vector<pid_t>& pids,
                                                                  const std::filesystem::path& folder,
                                                                  const SampleCommand& command,
                                                                  std::chrono::milliseconds limit);

}  // namespace faultline
