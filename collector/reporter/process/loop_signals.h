// The signals that the supervisor's loop waits for, and waiting for them together with descriptors.

#pragma once

#include <chrono>
#include <csignal>
#include <vector>

namespace faultline {

/// Blocks SIGCHLD and the signals that ask for an end, except while waiting; undone on destruction.
///
/// One at a time in a process. pselect() does the waiting, since it exists on Linux and macOS alike.
class LoopSignals {
 public:
  /// `for_terminal`: Ctrl-C and Ctrl-\ are the command's business and are ignored here.
  explicit LoopSignals(bool for_terminal);
  ~LoopSignals();
  LoopSignals(const LoopSignals&) = delete;
  LoopSignals& operator=(const LoopSignals&) = delete;

  [[nodiscard]] bool stop_requested() const;

  /// Returns when a signal came, a descriptor is readable (true at its place), or the time is over.
  std::vector<bool> wait(const std::vector<int>& fds, std::chrono::nanoseconds limit) const;

 private:
  struct Former {
    int signal;
    struct sigaction action;
  };
  void set_handler(int signal, void (*handler)(int));

  sigset_t former_mask_{};
  sigset_t waiting_mask_{};
  std::vector<Former> former_;
};

}  // namespace faultline
