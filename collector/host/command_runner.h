// Runs a command of the user's beside the trials, behind an interface so that tests run none.

#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/process/child_environment.h"

namespace faultline {

/// Run without a shell, stdin from /dev/null.
struct HostCommand {
  std::vector<std::string> argv;
  std::vector<EnvSetting> env;              ///< On top of ours.
  std::chrono::milliseconds limit{60'000};  ///< Killed, with its group, after it.
  bool with_errors = false;                 ///< Its stderr is in the output, too.
  std::size_t most_output_bytes = 4096;     ///< The rest is thrown away.
};

/// Bodies: SystemCommandRunner; tests have FakeCommandRunner.
/// Threads: calls are independent of each other.
class CommandRunner {
 public:
  virtual ~CommandRunner() = default;
  /// What it printed, without surrounding whitespace. An error where it cannot be started, fails, or does not
  /// end in time (kind timeout); that of a command that failed ends with the last line it printed.
  virtual Result<std::string> run(const HostCommand& command) = 0;
  /// What a command that answers a question prints on stdout, as those of `[facts]` do: run() with nothing
  /// but a limit.
  virtual Result<std::string> output_of(const std::vector<std::string>& argv,
                                        std::chrono::milliseconds limit) = 0;
};

class SystemCommandRunner final : public CommandRunner {
 public:
  Result<std::string> run(const HostCommand& command) override;
  Result<std::string> output_of(const std::vector<std::string>& argv,
                                std::chrono::milliseconds limit) override;
};

}  // namespace faultline
