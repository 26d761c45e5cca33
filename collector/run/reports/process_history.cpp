#include "collector/run/reports/process_history.h"

#include <algorithm>
#include <chrono>
#include <map>

namespace faultline {
namespace {

/// More than any report can be late; older trials are matched no more.
constexpr std::size_t kMostProcesses = 20'000;
/// Trials that may have ended within the last seconds.
constexpr std::size_t kLookedAt = 500;
// Around a GPU event: its time is in whole seconds, and resets take a moment.
constexpr std::chrono::seconds kGpuEventBefore{2};
constexpr std::chrono::seconds kGpuEventAfter{2};

}  // namespace

void ProcessHistory::remember(const Trial& trial, const TrialStatus& status) {
  if (processes_.size() >= kMostProcesses)
    processes_.erase(processes_.begin(), processes_.begin() + kMostProcesses / 2);
  processes_.push_back(processes_of(trial, status));
  // The steady clock began anew with this boot.
  if (trial.boot_session.value_or("") != boot_session_) processes_.back().start_steady.reset();
}

void ProcessHistory::know_reports(const std::vector<RunReport>& reports) {
  std::map<std::int64_t, TrialProcesses*> owners;
  for (TrialProcesses& trial : processes_) owners[trial.trial_index] = &trial;
  for (const RunReport& report : reports) {
    if (!report.trial_index || !report.pid) continue;
    const auto owner = owners.find(*report.trial_index);
    if (owner != owners.end()) owner->second->reported_pids.push_back(*report.pid);
  }
}

void ProcessHistory::note_clocks(const ClockReading& now) {
  // The latest ones: reports of earlier trials no longer arrive.
  const std::size_t latest = processes_.size() - std::min(processes_.size(), kLookedAt);
  for (std::size_t i = latest; i < processes_.size(); ++i) faultline::note_clocks(processes_[i], now);
}

std::vector<std::int64_t> ProcessHistory::running_around(WallTime time) const {
  std::vector<std::int64_t> trials;
  for (const TrialProcesses& trial : processes_) {
    if (trial.ended >= time - kGpuEventBefore && trial.started <= time + kGpuEventAfter)
      trials.push_back(trial.trial_index);
  }
  return trials;
}

}  // namespace faultline
