// Two looks at a trial that has run out of time: is it stuck, or only slow?

#pragma once

#include <sys/types.h>

#include <chrono>
#include <vector>

#include "collector/reporter/process/trial_tree.h"
#include "collector/reporter/watch/crash_watcher.h"
#include "core/base/clock.h"

namespace faultline {

/// Between the two looks.
inline constexpr std::chrono::milliseconds kHangWindow{200};

/// Ownership: `tree` must outlive it. Threads: one.
class HangLook {
 public:
  explicit HangLook(const TrialTree& tree) : tree_(tree) {}

  /// Takes stacks of the command and of its first descendants, and how much CPU time they have used.
  void first(CrashWatcher& watcher, const Clock& clock);
  /// Has the watcher report the hang. True where it is stuck; see CrashWatcher::report_hang().
  bool second(CrashWatcher& watcher, MonotonicTime now, std::chrono::milliseconds timeout) const;
  /// When the first look was over.
  [[nodiscard]] MonotonicTime looked_at() const { return looked_at_; }

 private:
  const TrialTree& tree_;
  std::vector<pid_t> processes_;
  std::chrono::nanoseconds cpu_before_{0};
  MonotonicTime looked_at_{0};
};

}  // namespace faultline
