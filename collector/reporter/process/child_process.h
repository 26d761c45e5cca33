// A child that is forked, held back until told to go, and then executes a command.

#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/scoped_fd.h"
#include "core/process/child_environment.h"

namespace faultline {

struct ChildCommand {
  std::vector<std::string> argv;         ///< Searched in PATH where it has no slash.
  std::vector<EnvSetting> env;           ///< On top of ours.
  std::filesystem::path working_folder;  ///< Empty: ours.
  int output_fd = -1;                    ///< Standard output; -1: ours.
  int error_fd = -1;                     ///< Standard error; -1: ours.
  bool own_session = true;               ///< setsid, and /dev/null as standard input.
};

/// One child between fork and exec.
///
/// Made held: it waits until release(), so that it can be traced and recorded before any of the
/// command's code runs. If we die first it exits. Not to be made where other threads run.
/// Ownership: owns two pipe ends; the process itself is reaped by whoever waits. Threads: one.
class ChildProcess {
 public:
  static Result<ChildProcess> fork_held(const ChildCommand& command);

  [[nodiscard]] pid_t pid() const { return pid_; }
  void release();

  /// Readable when it is known whether exec succeeded; -1 once that has been read.
  [[nodiscard]] int exec_fd() const { return exec_.get(); }
  /// Reads what came of exec. nullopt if it succeeded; else `cannot execute x: …`. Call once, when
  /// exec_fd() is readable.
  std::optional<std::string> read_exec_failure();

 private:
  ChildProcess(pid_t pid, ScopedFd release, ScopedFd exec, std::string program, std::filesystem::path folder)
      : pid_(pid),
        release_(std::move(release)),
        exec_(std::move(exec)),
        program_(std::move(program)),
        folder_(std::move(folder)) {}

  pid_t pid_;
  ScopedFd release_;
  ScopedFd exec_;
  std::string program_;
  std::filesystem::path folder_;
};

}  // namespace faultline
