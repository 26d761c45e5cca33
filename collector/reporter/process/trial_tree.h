// The processes of one trial: the command's own, and those that it started.

#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <set>
#include <vector>

#include "core/base/clock.h"

namespace faultline {

/// While it lives, orphaned descendants become our children, where the system can do that.
///
/// Threads: one.
class TrialTree {
 public:
  TrialTree();
  ~TrialTree();
  TrialTree(const TrialTree&) = delete;
  TrialTree& operator=(const TrialTree&) = delete;

  /// The command's process, as it is let go; `session` where it has one of its own, else 0.
  void start(pid_t main, pid_t session, MonotonicTime now);
  void main_ended() { has_main_ = false; }

  /// Living ones: the command's process first, then its descendants.
  [[nodiscard]] std::vector<pid_t> living() const;
  /// CPU time of all of them.
  [[nodiscard]] std::chrono::nanoseconds cpu_time() const;
  void signal_all(int signal) const;

  /// A descendant was seen. Some thousand are remembered.
  void note(pid_t pid);
  /// Looks for descendants where orphans do not become ours, and nobody tells of their end; where that is
  /// due.
  void look(MonotonicTime now);
  [[nodiscard]] MonotonicTime look_at() const { return look_at_; }

  [[nodiscard]] bool adopts_orphans() const { return adopts_orphans_; }
  /// In the order in which they were first seen.
  [[nodiscard]] const std::vector<std::int64_t>& descendants() const { return descendants_; }

 private:
  bool adopts_orphans_;
  pid_t main_ = 0;
  pid_t session_ = 0;
  bool has_main_ = true;
  MonotonicTime started_{0};
  MonotonicTime look_at_{0};
  std::set<pid_t> seen_;
  std::vector<std::int64_t> descendants_;
};

}  // namespace faultline
