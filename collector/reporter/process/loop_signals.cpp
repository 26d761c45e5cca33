#include "collector/reporter/process/loop_signals.h"

#include <sys/select.h>

#include <algorithm>

namespace faultline {
namespace {

// Signal handlers can reach nothing but globals.
volatile std::sig_atomic_t stop_flag = 0;

void on_child(int /*signal*/) {}
void on_stop(int /*signal*/) { stop_flag = 1; }

}  // namespace

LoopSignals::LoopSignals(bool for_terminal) {
  stop_flag = 0;
  sigset_t blocked;
  sigemptyset(&blocked);
  for (const int signal : {SIGCHLD, SIGTERM, SIGHUP, SIGINT}) sigaddset(&blocked, signal);
  ::sigprocmask(SIG_BLOCK, &blocked, &former_mask_);
  waiting_mask_ = former_mask_;
  for (const int signal : {SIGCHLD, SIGTERM, SIGHUP, SIGINT}) sigdelset(&waiting_mask_, signal);
  set_handler(SIGCHLD, on_child);
  set_handler(SIGTERM, on_stop);
  set_handler(SIGHUP, on_stop);
  set_handler(SIGINT, for_terminal ? SIG_IGN : on_stop);
  if (for_terminal) set_handler(SIGQUIT, SIG_IGN);
  set_handler(SIGPIPE, SIG_IGN);
}

LoopSignals::~LoopSignals() {
  for (const auto& former : former_) ::sigaction(former.signal, &former.action, nullptr);
  ::sigprocmask(SIG_SETMASK, &former_mask_, nullptr);
}

void LoopSignals::set_handler(int signal, void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  Former former{signal, {}};
  ::sigaction(signal, &action, &former.action);
  former_.push_back(former);
}

bool LoopSignals::stop_requested() const { return stop_flag != 0; }

std::vector<bool> LoopSignals::wait(const std::vector<int>& fds, std::chrono::nanoseconds limit) const {
  fd_set set;
  FD_ZERO(&set);
  int highest = -1;
  for (const int fd : fds) {
    if (fd < 0 || fd >= FD_SETSIZE) continue;
    FD_SET(fd, &set);
    highest = std::max(highest, fd);
  }
  const auto bounded = std::max(limit, std::chrono::nanoseconds(0));
  timespec time{};
  time.tv_sec = static_cast<time_t>(bounded.count() / 1'000'000'000);
  time.tv_nsec = static_cast<long>(bounded.count() % 1'000'000'000);
  const int ready = ::pselect(highest + 1, &set, nullptr, nullptr, &time, &waiting_mask_);
  std::vector<bool> readable(fds.size(), false);
  for (std::size_t i = 0; ready > 0 && i < fds.size(); ++i) {
    readable[i] = fds[i] >= 0 && fds[i] < FD_SETSIZE && FD_ISSET(fds[i], &set);
  }
  return readable;
}

}  // namespace faultline
