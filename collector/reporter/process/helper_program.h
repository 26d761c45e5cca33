// A program that is run beside a trial, and is none of its processes.

#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/scoped_fd.h"

namespace faultline {

/// Runs in a session of its own and is nobody's child, so that neither its end nor its memory and CPU time
/// are taken for the trial's (macOS; on Linux a subreaper gets it back). Its exit status is therefore not
/// known: what it printed or wrote has to tell.
///
/// Ownership: one end of a pipe; the program is ended with the object. Threads: to be started where no
/// other threads run, as every ChildProcess.
class HelperProgram {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  /// An error only where nothing can be started at all.
  static Result<HelperProgram> start(const std::vector<std::string>& argv);

  HelperProgram(HelperProgram&& other) noexcept = default;
  HelperProgram& operator=(HelperProgram&&) = delete;
  ~HelperProgram() { end(); }

  /// Blocks until it and all that it started are gone, and gives what they printed, standard error too;
  /// the first 4 KiB. At the deadline they are killed: an error of the kind timeout. To be called once.
  Result<std::string> finish(Deadline deadline);

 private:
  HelperProgram(std::string name, pid_t group, ScopedFd output)
      : name_(std::move(name)), group_(group), output_(std::move(output)) {}
  void end();

  std::string name_;
  pid_t group_ = 0;
  ScopedFd output_;  // Open as long as the program may be running.
};

}  // namespace faultline
