// Starts a child process, and knows how it ended. Nothing else in the project calls posix_spawn.

#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/scoped_fd.h"
#include "core/process/child_environment.h"

namespace faultline {

/// How a process ended: exactly one of the two is there.
struct ProcessEnd {
  std::optional<int> exit_code;
  std::optional<int> signal;
  [[nodiscard]] bool succeeded() const { return exit_code == 0; }
  /// `exited with 3`, `died of signal 9`.
  [[nodiscard]] std::string text() const;
};

/// In place of a descriptor: `/dev/null`, or what we have ourselves.
inline constexpr int kNullDevice = -1;
inline constexpr int kInherited = -2;

/// What connects us with a child; Subprocess::line() is our end.
enum class ChildLine {
  none,
  output,             ///< A pipe that we read: its standard output.
  output_and_errors,  ///< Its standard error goes there, too.
  control,            ///< A stream socket, which the child finds at kControlFd.
};
/// Behind the standard streams.
inline constexpr int kControlFd = 3;

struct SubprocessCommand {
  std::vector<std::string> argv;  ///< The first is a path, or a name to be found in PATH.
  std::vector<EnvSetting> env;    ///< On top of ours.
  int input_fd = kNullDevice;
  int output_fd = kNullDevice;  ///< Of no meaning where the line takes its place; as error_fd.
  int error_fd = kNullDevice;
  ChildLine line = ChildLine::none;
};

/// A child in a process group of its own, so that all of it can be ended and Ctrl-C reaches us alone, with
/// the signals of a fresh login and no descriptor of ours but those that its command names. No shell is
/// involved.
///
/// Ownership: the process and our end of the line. Who destroys it while it runs kills its group.
/// Threads: start() may be called from several at a time; one object belongs to one thread.
class Subprocess {
 public:
  /// An error (kind process) where it cannot be executed.
  static Result<Subprocess> start(const SubprocessCommand& command);
  Subprocess(Subprocess&& other) noexcept;
  Subprocess& operator=(Subprocess&&) = delete;
  ~Subprocess();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Empty where the command asked for none.
  [[nodiscard]] ScopedFd& line() { return line_; }

  /// How it ended; nullopt while it runs. Asked again after the end it answers the same.
  Result<std::optional<ProcessEnd>> poll();
  /// Waits for its end, however long that takes.
  Result<ProcessEnd> wait();
  /// True once for each time that somebody stopped it since this was asked last.
  [[nodiscard]] bool take_stop() const;
  /// To the process alone, if it was not seen to end.
  void signal_process(int signal) const;
  /// To every process of its group. Also after its end: children that it left behind are still in the group.
  void signal_group(int signal) const;

 private:
  Subprocess(pid_t pid, ScopedFd line, std::string program);
  Result<std::optional<ProcessEnd>> reap(int flags);

  pid_t pid_ = -1;  // -1 once moved from.
  ScopedFd line_;
  std::string program_;
  std::optional<ProcessEnd> end_;  // Once it is reaped.
};

/// A temporary file without a name, gone when it is closed, which no child of ours gets by accident.
Result<ScopedFd> open_unlinked_file();

}  // namespace faultline
