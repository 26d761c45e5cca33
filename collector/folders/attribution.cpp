#include "collector/folders/attribution.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text/ascii.h"

namespace faultline {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kMostNotes = 5;  // A number may have been used again in many trials.

enum class Fit { no, near_miss, yes };

/// One way of belonging, tried on one trial.
struct Answer {
  Fit fit = Fit::no;
  std::string note;
};

/// The kernel and the programs that copy its UUIDs differ in the case of the digits.
bool other_boot(const ReportIdentity& report, const TrialProcesses& trial) {
  return report.boot_session && !report.boot_session->empty() && !trial.boot_session.empty() &&
         !equal_ignoring_case(*report.boot_session, trial.boot_session);
}

bool is_other_process(const TrialProcesses& trial, std::int64_t pid) {
  return std::find(trial.other_pids.begin(), trial.other_pids.end(), pid) != trial.other_pids.end();
}

/// A process dies once: a second report under its number is that of another process.
bool has_reported(const TrialProcesses& trial, std::int64_t pid) {
  return std::find(trial.reported_pids.begin(), trial.reported_pids.end(), pid) != trial.reported_pids.end();
}

constexpr nanoseconds kAlways = std::chrono::hours(24 * 365 * 100);

/// When the wall clock showed `time`, as steady time since the trial's start: several answers where it was
/// set back over it, none where it was set past it.
std::vector<nanoseconds> moments_of(WallTime time, const TrialProcesses& trial, nanoseconds grain) {
  const nanoseconds since_start = time - trial.started;
  if (trial.clock.empty()) return {since_start};
  std::vector<nanoseconds> moments;
  for (const ClockSegment& segment : trial.clock) {
    const nanoseconds moment = since_start - segment.ahead;
    const nanoseconds from = &segment == &trial.clock.front() ? -kAlways : segment.from - grain;
    const nanoseconds until = &segment == &trial.clock.back() ? kAlways : segment.until + grain;
    if (moment >= from && moment <= until) moments.push_back(moment);
  }
  return moments;
}

/// When a process of the trial may have been launched, since its start.
struct LaunchWindow {
  nanoseconds earliest{0};
  nanoseconds latest{0};
};

nanoseconds lifetime(const TrialProcesses& trial) { return trial.ended - trial.started; }

LaunchWindow command_launch(const TrialProcesses& trial, const AttributionWindows& windows) {
  return {-trial.held - windows.launch_before,
          std::min<nanoseconds>(windows.launch_after, lifetime(trial) + windows.clock_grain)};
}

/// Nothing was launched by the command before it was let go.
LaunchWindow child_launch(const TrialProcesses& trial, const AttributionWindows& windows) {
  return {-windows.launch_before, lifetime(trial) + windows.clock_grain};
}

/// Launched and captured while the trial can have been its cause.
bool within_trial(const ReportIdentity& report, const TrialProcesses& trial,
                  const AttributionWindows& windows, const LaunchWindow& window) {
  if (!report.launch_time || !report.capture_time) return false;
  const nanoseconds grain = windows.clock_grain;
  const auto captures = moments_of(*report.capture_time, trial, grain);
  for (const nanoseconds launch : moments_of(*report.launch_time, trial, grain)) {
    if (launch < window.earliest || launch > window.latest) continue;
    // A former owner of the number died before our process could be given it.
    const nanoseconds first = std::max(-grain, launch - grain);
    const nanoseconds last = lifetime(trial) + windows.capture_after;
    for (const nanoseconds capture : captures) {
      if (capture >= first && capture <= last) return true;
    }
  }
  return false;
}

/// Captured while the trial ran, or as long after it as a report may take.
bool captured_during(const ReportIdentity& report, const TrialProcesses& trial,
                     const AttributionWindows& windows) {
  if (!report.capture_time) return false;
  const auto captures = moments_of(*report.capture_time, trial, windows.clock_grain);
  return std::any_of(captures.begin(), captures.end(), [&](nanoseconds capture) {
    return capture >= -windows.clock_grain && capture <= lifetime(trial) + windows.capture_after;
  });
}

bool same_ticks(std::uint64_t a, std::uint64_t b, const AttributionWindows& windows) {
  return (a > b ? a - b : b - a) <= windows.ticks_apart;
}

/// What a person has to know to believe in the times.
std::string clock_note(const TrialProcesses& trial) {
  return trial.clock.empty() ? "" : "; the wall clock was set meanwhile";
}

Answer fits_command(const ReportIdentity& report, const TrialProcesses& trial,
                    const AttributionWindows& windows) {
  if (!report.pid || trial.pid <= 0 || *report.pid != trial.pid) return {};
  if (other_boot(report, trial)) return {Fit::near_miss, "same pid, but another boot session"};
  if (report.start_ticks && trial.start_ticks != 0) {
    if (same_ticks(*report.start_ticks, trial.start_ticks, windows))
      return {Fit::yes, "same pid and start ticks"};
    return {Fit::near_miss, "same pid, but other start ticks: the number was used again"};
  }
  if (within_trial(report, trial, windows, command_launch(trial, windows))) {
    return {Fit::yes, "same pid, launched when the trial was" + clock_note(trial)};
  }
  return {Fit::near_miss, "same pid, but not launched when the trial was: the number was used again"};
}

Answer fits_descendant(const ReportIdentity& report, const TrialProcesses& trial,
                       const AttributionWindows& windows) {
  if (!report.pid || !is_other_process(trial, *report.pid) || other_boot(report, trial)) return {};
  if (within_trial(report, trial, windows, child_launch(trial, windows))) {
    return {Fit::yes, "pid of a process that the trial started, launched while it ran" + clock_note(trial)};
  }
  return {Fit::near_miss, "pid of a process of the trial, but not launched while it ran"};
}

Answer fits_parent(const ReportIdentity& report, const TrialProcesses& trial,
                   const AttributionWindows& windows) {
  if (!report.pid || !report.parent_pid || *report.parent_pid <= 1 || other_boot(report, trial)) return {};
  if (*report.parent_pid != trial.pid && !is_other_process(trial, *report.parent_pid)) return {};
  if (within_trial(report, trial, windows, child_launch(trial, windows))) {
    return {Fit::yes, fmt::format("child of process {} of the trial, launched while it ran{}",
                                  *report.parent_pid, clock_note(trial))};
  }
  return {Fit::near_miss,
          "its parent has the pid of a process of the trial, but it was not launched while the trial ran"};
}

/// Services that launchd starts are no children of the command, but say for whom they work.
Answer fits_responsible(const ReportIdentity& report, const TrialProcesses& trial,
                        const AttributionWindows& windows) {
  const auto& responsible = report.responsible_pid;
  if (!report.pid || !responsible || *responsible <= 1 || *responsible == *report.pid) return {};
  if (other_boot(report, trial)) return {};
  if (*responsible != trial.pid && !is_other_process(trial, *responsible)) return {};
  // A service may be older than the trial that it came to serve: that it crashed meanwhile is what counts.
  if (captured_during(report, trial, windows)) {
    return {Fit::yes,
            fmt::format("ran on behalf of process {} of the trial{}", *responsible, clock_note(trial))};
  }
  return {Fit::near_miss, "it ran on behalf of a pid of the trial, but did not crash while the trial ran"};
}

nanoseconds distance(const ReportIdentity& report, const TrialProcesses& trial) {
  if (!report.launch_time) return nanoseconds::zero();
  nanoseconds nearest = kAlways;
  for (const nanoseconds moment : moments_of(*report.launch_time, trial, nanoseconds::zero())) {
    nearest = std::min(nearest, moment < moment.zero() ? -moment : moment);
  }
  return nearest;
}

using Way = Answer (*)(const ReportIdentity&, const TrialProcesses&, const AttributionWindows&);

}  // namespace

bool is_death(const ReportIdentity& report) {
  return !report.bug_type || *report.bug_type == "309" || *report.bug_type == "109" ||
         *report.bug_type == "9";
}

TrialProcesses processes_of(const Trial& trial, const TrialStatus& status) {
  TrialProcesses processes;
  processes.trial_index = trial.index;
  processes.pid = trial.pid.value_or(0);
  processes.start_ticks = trial.start_ticks.value_or(0);
  processes.started = trial.started;
  processes.ended = trial.started + std::chrono::duration_cast<std::chrono::microseconds>(trial.duration);
  processes.boot_session = trial.boot_session.value_or("");
  processes.other_pids = status.descendants;
  for (const CrashDeath& death : status.crash_deaths) {
    if (death.pid != processes.pid) processes.other_pids.push_back(death.pid);
  }
  if (status.held) processes.held = *status.held;
  processes.clock = status.clock;
  if (status.started_steady.count() != 0) processes.start_steady = status.started_steady;
  return processes;
}

void note_clocks(TrialProcesses& trial, const ClockReading& clocks) {
  constexpr std::chrono::seconds kUntilCaptured{5};
  if (!trial.start_steady) return;
  const nanoseconds now = clocks.steady - *trial.start_steady;
  const nanoseconds end = lifetime(trial);
  if (now < end || now > end + kUntilCaptured) return;
  const auto ahead = std::chrono::duration_cast<std::chrono::microseconds>(clocks.wall - trial.started - now);
  const auto known = trial.clock.empty() ? std::chrono::microseconds(0) : trial.clock.back().ahead;
  const auto moved = ahead - known;
  if (moved <= kSmallestClockStep && moved >= -kSmallestClockStep) return;
  if (trial.clock.empty()) trial.clock.push_back({nanoseconds(0), now, known});
  const nanoseconds last_look = std::max(end, trial.clock.back().from);
  trial.clock.back().until = now;
  trial.clock.push_back({last_look, now, ahead});
}

Attribution attribute_report(const ReportIdentity& report, std::span<const TrialProcesses> trials,
                             const AttributionWindows& windows) {
  Attribution result;
  const std::pair<Way, AttributionBasis> ways[] = {{fits_command, AttributionBasis::pid_and_start},
                                                   {fits_descendant, AttributionBasis::pid_and_start},
                                                   {fits_responsible, AttributionBasis::responsible},
                                                   {fits_parent, AttributionBasis::parent_chain}};
  for (const auto& [way, basis] : ways) {
    const TrialProcesses* best = nullptr;
    std::string best_note;
    for (const TrialProcesses& trial : trials) {
      Answer answer = way(report, trial, windows);
      if (answer.fit == Fit::yes && is_death(report) && has_reported(trial, *report.pid)) {
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
    if (best != nullptr) return {best->trial_index, basis, {std::move(best_note)}};
  }
  if (!report.pid) result.notes.emplace_back("the report names no pid");
  return result;
}

}  // namespace faultline
