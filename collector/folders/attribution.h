// Which trial a report belongs to: by what the report says of itself, never by file name, count or the
// moment at which it turned up. Pure.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "collector/run/process_runner.h"
#include "collector/run/run_journal.h"
#include "core/clock.h"
#include "core/ips_document.h"
#include "core/trial.h"

namespace faultline {

/// What is known of a trial's processes.
struct TrialProcesses {
  std::int64_t trial_index = 0;
  std::int64_t pid = 0;                     ///< Of the command.
  std::uint64_t start_ticks = 0;            ///< Of the command; 0 if unknown.
  std::vector<std::int64_t> other_pids;     ///< Descendants that are known by number.
  std::vector<std::int64_t> reported_pids;  ///< Processes whose report is already attributed.
  WallTime started;
  WallTime ended;
  std::string boot_session;  ///< Empty if unknown.
};

TrialProcesses processes_of(const Trial& trial, const std::vector<CrashDeath>& deaths);

struct Attribution {
  std::optional<std::int64_t> trial_index;  ///< Absent: foreign.
  AttributionGround ground = AttributionGround::none;
  std::vector<std::string> notes;  ///< What matched; for a foreign report, what came near and why it is not.
};

/// How far the clocks of a report and of ours may differ where they speak of one event.
struct AttributionWindows {
  std::chrono::milliseconds launch_before{1'000};  ///< procLaunch before our own note of the start.
  std::chrono::milliseconds launch_after{2'000};
  std::chrono::milliseconds clock_grain{10};
};

/// The trial whose process died, if the report proves it:
///
/// 1. Boot sessions must be equal where both are known.
/// 2. The pid is that of the trial's command, and start ticks are equal; or, where one side has none,
///    procLaunch lies within the windows around the trial's start and not after its end, and
///    captureTime not before the start. Both times are needed: a pid alone is reused within hours.
/// 3. Else the pid is one of the trial's other processes, launched while the trial ran.
/// 4. Else the parent's pid is one of its processes, and the launch lies within the trial.
///
/// A process dies once, so a second report under a number that has one already is foreign. Of several
/// trials that fit by time, the one that started nearest to procLaunch is taken. Names are
/// never looked at: an interpreter changes its own, and strangers share it.
Attribution attribute_report(const ReportIdentity& report, std::span<const TrialProcesses> trials,
                             const AttributionWindows& windows = {});

}  // namespace faultline
