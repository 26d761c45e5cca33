#include "collector/reporter/watch/hang_look.h"

#include <algorithm>

namespace faultline {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// Below this part of one CPU a process is not working.
constexpr int kIdlePerMille = 10;
/// Stacks of a hang are taken of so many processes at most.
constexpr std::size_t kMostProcesses = 4;

}  // namespace

void HangLook::first(CrashWatcher& watcher, const Clock& clock) {
  processes_ = tree_.living();
  if (processes_.size() > kMostProcesses) processes_.resize(kMostProcesses);
  watcher.take_stacks(processes_);
  cpu_before_ = tree_.cpu_time();
  looked_at_ = clock.monotonic();
}

bool HangLook::second(CrashWatcher& watcher, MonotonicTime now, milliseconds timeout) const {
  CrashWatcher::HangFacts facts;
  facts.timeout = timeout;
  facts.window = std::chrono::duration_cast<milliseconds>(now - looked_at_);
  facts.cpu_in_window = std::max(tree_.cpu_time() - cpu_before_, nanoseconds(0));
  facts.idle = facts.cpu_in_window * 1000 < nanoseconds(facts.window) * kIdlePerMille;
  return watcher.report_hang(processes_, facts);
}

}  // namespace faultline
