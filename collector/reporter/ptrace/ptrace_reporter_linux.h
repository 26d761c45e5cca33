// The Linux crash reporter: a ptrace parent that lets everything run at full speed until something dies.

#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "collector/reporter/ptrace/process_snapshot_linux.h"
#include "collector/reporter/watch/crash_watcher.h"

namespace faultline {

/// Follows the trial's tree with PTRACE_SEIZE (ptrace(2)) and writes a report at the first fatal signal
/// of each process.
///
/// Nothing runs slower between events; each new thread, fork and signal costs some ten microseconds.
/// Signals that a handler takes are let through, and kept: if the handler dies on top of the fault, the
/// report is of the fault. While a report is made every thread of that process stands still, and none of
/// them runs again, so that the first fatal signal is also the one that the process dies of. If this
/// process dies, the kernel kills what it traces.
/// Threads: all calls from the thread that called attach().
class PtraceReporter final : public CrashWatcher {
 public:
  /// ptrace(PTRACE_SEIZE) or what a test puts in its place; 0, or -1 and errno.
  using Seize = std::function<long(pid_t child, unsigned long options)>;

  explicit PtraceReporter(ReporterSettings settings);
  PtraceReporter(ReporterSettings settings, Seize seize);

  Result<void> attach(pid_t child) override;
  bool handle(pid_t pid, int wait_status) override;
  void take_stacks(const std::vector<pid_t>& pids) override;
  bool report_hang(const std::vector<pid_t>& pids, const HangFacts& facts) override;
  [[nodiscard]] const std::vector<WrittenReport>& reports() const override { return reports_; }
  [[nodiscard]] std::string note() const override;

 private:
  /// A thread that stands still, with what waitpid() said of it.
  struct StoppedThread {
    pid_t tid = 0;
    int wait_status = 0;
    bool stopped = true;
  };
  struct Process {
    bool reported = false;
    pid_t dying = 0;                  // The thread whose fatal signal was let through.
    std::vector<StoppedThread> held;  // Its siblings, which shall not run any more.
    std::vector<KeptFault> handled;   // The latest few of each thread.
  };

  void on_stop(pid_t tid, int wait_status);
  void on_signal(pid_t tid, int signal);
  void keep_handled_fault(pid_t pid, pid_t tid, const SignalFacts& facts);
  void on_fatal_signal(pid_t pid, pid_t tid, const SignalFacts& facts);
  bool is_own_signal(const SignalFacts& facts) const;

  std::vector<StoppedThread> stop_threads(pid_t pid, pid_t already_stopped);
  bool wait_until_stopped(StoppedThread& thread, pid_t pid);
  void resume(const StoppedThread& thread);
  void release_held_by(pid_t tid);
  Result<ProcessSnapshot> snapshot_process(pid_t pid);
  void write(const CrashReport& report, pid_t pid);

  ReporterSettings settings_;
  Seize seize_;
  pid_t command_ = 0;                // Its first process, once attached.
  std::map<pid_t, bool> is_leader_;  // Every traced thread; true for main threads.
  std::map<pid_t, Process> processes_;
  std::map<pid_t, ProcessSnapshot> earlier_;  // Of take_stacks().
  std::vector<WrittenReport> reports_;
  std::vector<std::string> notes_;
};

}  // namespace faultline
