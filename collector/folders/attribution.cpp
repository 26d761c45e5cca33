#include "collector/folders/attribution.h"

#include <fmt/core.h>

#include <algorithm>

namespace faultline {
namespace {

constexpr std::size_t kMostNotes = 5;  // A number may have been used again in many trials.

enum class Fit { no, near_miss, yes };

/// One way of belonging, tried on one trial.
struct Answer {
  Fit fit = Fit::no;
  std::string note;
};

bool other_boot(const ReportIdentity& report, const TrialProcesses& trial) {
  return report.boot_session && !report.boot_session->empty() && !trial.boot_session.empty() &&
         *report.boot_session != trial.boot_session;
}

bool is_other_process(const TrialProcesses& trial, std::int64_t pid) {
  return std::find(trial.other_pids.begin(), trial.other_pids.end(), pid) != trial.other_pids.end();
}

/// A process dies once: a second report under its number is a stranger's.
bool has_reported(const TrialProcesses& trial, std::int64_t pid) {
  return std::find(trial.reported_pids.begin(), trial.reported_pids.end(), pid) != trial.reported_pids.end();
}

/// Launched and captured while the trial can have been its cause.
bool within_trial(const ReportIdentity& report, const TrialProcesses& trial,
                  const AttributionWindows& windows, WallTime latest_launch) {
  if (!report.launch_time || !report.capture_time) return false;
  if (*report.launch_time < trial.started - windows.launch_before) return false;
  if (*report.launch_time > std::min(latest_launch, trial.ended + windows.clock_grain)) return false;
  // A former owner of the number died before our process could be given it.
  return *report.capture_time >= trial.started - windows.clock_grain &&
         *report.capture_time >= *report.launch_time - windows.clock_grain;
}

Answer fits_command(const ReportIdentity& report, const TrialProcesses& trial,
                    const AttributionWindows& windows) {
  if (!report.pid || trial.pid <= 0 || *report.pid != trial.pid) return {};
  if (other_boot(report, trial)) return {Fit::near_miss, "same pid, but another boot session"};
  if (report.start_ticks && trial.start_ticks != 0) {
    if (*report.start_ticks == trial.start_ticks) return {Fit::yes, "same pid and start ticks"};
    return {Fit::near_miss, "same pid, but other start ticks: the number was used again"};
  }
  if (within_trial(report, trial, windows, trial.started + windows.launch_after)) {
    return {Fit::yes, "same pid, launched when the trial was"};
  }
  return {Fit::near_miss, "same pid, but not launched when the trial was: the number was used again"};
}

Answer fits_descendant(const ReportIdentity& report, const TrialProcesses& trial,
                       const AttributionWindows& windows) {
  if (!report.pid || !is_other_process(trial, *report.pid) || other_boot(report, trial)) return {};
  if (within_trial(report, trial, windows, trial.ended)) {
    return {Fit::yes, "pid of a process that the trial started, launched while it ran"};
  }
  return {Fit::near_miss, "pid of a process of the trial, but not launched while it ran"};
}

Answer fits_parent(const ReportIdentity& report, const TrialProcesses& trial,
                   const AttributionWindows& windows) {
  if (!report.pid || !report.parent_pid || *report.parent_pid <= 1 || other_boot(report, trial)) return {};
  if (*report.parent_pid != trial.pid && !is_other_process(trial, *report.parent_pid)) return {};
  if (within_trial(report, trial, windows, trial.ended)) {
    return {Fit::yes,
            fmt::format("child of process {} of the trial, launched while it ran", *report.parent_pid)};
  }
  return {Fit::near_miss,
          "its parent has the pid of a process of the trial, but it was not launched while the trial ran"};
}

std::chrono::microseconds distance(const ReportIdentity& report, const TrialProcesses& trial) {
  if (!report.launch_time) return std::chrono::microseconds::zero();
  const auto apart = *report.launch_time - trial.started;
  return apart < apart.zero() ? -apart : apart;
}

using Way = Answer (*)(const ReportIdentity&, const TrialProcesses&, const AttributionWindows&);

}  // namespace

TrialProcesses processes_of(const Trial& trial, const std::vector<CrashDeath>& deaths) {
  TrialProcesses processes;
  processes.trial_index = trial.index;
  processes.pid = trial.pid.value_or(0);
  processes.start_ticks = trial.start_ticks.value_or(0);
  processes.started = trial.started;
  processes.ended = trial.started + std::chrono::duration_cast<std::chrono::microseconds>(trial.duration);
  processes.boot_session = trial.boot_session.value_or("");
  for (const CrashDeath& death : deaths) {
    if (death.pid != processes.pid) processes.other_pids.push_back(death.pid);
  }
  return processes;
}

Attribution attribute_report(const ReportIdentity& report, std::span<const TrialProcesses> trials,
                             const AttributionWindows& windows) {
  Attribution result;
  const std::pair<Way, AttributionGround> ways[] = {{fits_command, AttributionGround::pid_and_start},
                                                    {fits_descendant, AttributionGround::pid_and_start},
                                                    {fits_parent, AttributionGround::parent_chain}};
  for (const auto& [way, ground] : ways) {
    const TrialProcesses* best = nullptr;
    std::string best_note;
    for (const TrialProcesses& trial : trials) {
      Answer answer = way(report, trial, windows);
      if (answer.fit == Fit::yes && has_reported(trial, *report.pid)) {
        answer = {Fit::near_miss, "fits, but that process has left its report already"};
      }
      if (answer.fit == Fit::near_miss && result.notes.size() < kMostNotes) {
        result.notes.push_back(fmt::format("trial {}: {}", trial.trial_index, answer.note));
      }
      if (answer.fit != Fit::yes) continue;
      if (best != nullptr && distance(report, *best) <= distance(report, trial)) continue;
      best = &trial;
      best_note = std::move(answer.note);
    }
    if (best != nullptr) return {best->trial_index, ground, {std::move(best_note)}};
  }
  if (!report.pid) result.notes.emplace_back("the report names no pid");
  return result;
}

}  // namespace faultline
