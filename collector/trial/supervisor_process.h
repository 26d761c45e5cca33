// A process of faultline-report, from its start until it has ended its trial.

#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "collector/trial/process_runner.h"
#include "core/base/result.h"
#include "core/process/subprocess.h"

namespace faultline {

/// How long a supervisor may take.
struct SupervisorPatience {
  std::chrono::milliseconds trial;  ///< For the trial and its evidence.
  std::chrono::milliseconds end;    ///< From the request to stop on.
};

/// Started before there is a trial for it, because the start of a program takes longer than all else that
/// the harness does for a short trial. Owns the process: the destructor closes the control line, upon which
/// it ends its trial, if any, and exits; then it is reaped. Not thread-safe.
class SupervisorProcess {
 public:
  static Result<SupervisorProcess> spawn(const std::filesystem::path& program);
  SupervisorProcess(SupervisorProcess&& other) noexcept = default;
  SupervisorProcess& operator=(SupervisorProcess&&) = delete;
  ~SupervisorProcess();

  /// Hands over the trial. An error means that the process is gone and that nothing was started; the program
  /// must ignore SIGPIPE to see it.
  Result<void> give(const TrialSpec& spec);
  /// Waits until the trial has ended and the status record is written. When `stop` becomes true the trial
  /// is asked to end. A supervisor that was stopped is continued; one that is silent beyond its limit is
  /// killed. Gives how somebody else ended it, its own trial perhaps; nothing where it did its work. An error
  /// says, in the supervisor's own words, why it failed.
  Result<std::optional<std::string>> wait(const std::atomic<bool>& stop, const SupervisorPatience& patience);

 private:
  explicit SupervisorProcess(Subprocess process) : process_(std::move(process)) {}

  Subprocess process_;  // Its line, shut down or closed by us, asks for the trial's end.
};

}  // namespace faultline
