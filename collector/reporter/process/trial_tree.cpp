#include "collector/reporter/process/trial_tree.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "collector/trial/process_tree.h"

namespace faultline {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// More are not remembered: a build starts thousands.
constexpr std::size_t kMostDescendants = 1000;
constexpr milliseconds kFirstPause{20};
constexpr milliseconds kLongestPause{1000};

}  // namespace

TrialTree::TrialTree() : adopts_orphans_(adopt_orphans()) {}
TrialTree::~TrialTree() { disown_orphans(); }

void TrialTree::start(pid_t main, pid_t session, MonotonicTime now) {
  main_ = main;
  session_ = session;
  started_ = now;
  look_at_ = adopts_orphans_ ? MonotonicTime::max() : now;
}

std::vector<pid_t> TrialTree::living() const {
  std::vector<pid_t> pids;
  if (has_main_) pids.push_back(main_);
  for (const pid_t pid : living_descendants(::getpid(), session_)) {
    if (pid != main_) pids.push_back(pid);
  }
  return pids;
}

nanoseconds TrialTree::cpu_time() const {
  nanoseconds sum{0};
  for (const pid_t pid : living()) sum += process_cpu_time(pid);
  return sum;
}

void TrialTree::signal_all(int signal) const {
  for (const pid_t pid : living()) ::kill(pid, signal);
}

void TrialTree::note(pid_t pid) {
  if (pid == main_ || seen_.size() >= kMostDescendants) return;
  if (seen_.insert(pid).second) descendants_.push_back(pid);
}

/// Most often at first, since workloads start their helpers early.
void TrialTree::look(MonotonicTime now) {
  if (adopts_orphans_ || now < look_at_) return;
  for (const pid_t pid : living()) note(pid);
  look_at_ = now + std::clamp<nanoseconds>((now - started_) / 4, kFirstPause, kLongestPause);
}

}  // namespace faultline
