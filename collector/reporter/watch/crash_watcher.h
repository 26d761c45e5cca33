// The role beside the supervisor's loop: sees what happens to a trial's processes and writes reports.

#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "collector/reporter/images/image_watch.h"
#include "collector/trial/process_runner.h"
#include "core/base/result.h"

namespace faultline {

/// Watches the processes of one trial. Bodies: the ptrace reporter (Linux), and one that only looks on.
///
/// Made before the command executes and used from the supervisor's loop alone.
class CrashWatcher {
 public:
  virtual ~CrashWatcher() = default;

  /// Takes hold of the child, which has not executed its command yet. An error: it was refused; the
  /// watcher then behaves like one that only looks on.
  virtual Result<void> attach(pid_t child) = 0;

  /// Takes what waitpid() gave. True if that was the end of a process: not a stop, not a thread's end.
  virtual bool handle(pid_t pid, int wait_status) = 0;

  /// Remembers the stacks of these processes as they are now.
  virtual void take_stacks(const std::vector<pid_t>& pids) = 0;

  struct HangFacts {
    std::chrono::milliseconds timeout{0};
    std::chrono::milliseconds window{0};
    std::chrono::nanoseconds cpu_in_window{0};
    bool idle = false;  ///< Too little use of the CPU to be working.
  };
  /// Takes the stacks again and writes a report of each of these processes. True if the trial is stuck:
  /// idle, and no stack moved where stacks could be seen.
  virtual bool report_hang(const std::vector<pid_t>& pids, const HangFacts& facts) = 0;

  [[nodiscard]] virtual const std::vector<WrittenReport>& reports() const = 0;
  /// What was lost, for people; empty if nothing was.
  [[nodiscard]] virtual std::string note() const = 0;
};

struct ReporterSettings {
  std::filesystem::path report_folder;
  bool follow_children = true;
  /// Told of processes that are about to end, where the watcher learns of it in time. Null: nobody is.
  ImageWatch* images = nullptr;
};
/// The reporter of this system: ptrace on Linux, an passive_watcher elsewhere.
std::unique_ptr<CrashWatcher> make_crash_reporter(const ReporterSettings& settings);

/// Writes no report of a crash: the system's own reporter does, or nobody. On macOS it reports what hangs.
std::unique_ptr<CrashWatcher> make_passive_watcher(const ReporterSettings& settings);

}  // namespace faultline
