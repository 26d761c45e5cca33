// Which trial a report belongs to: by what the report says of itself, never by file name, count or the
// moment at which it turned up. Pure.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "collector/trial/clock_watch.h"
#include "collector/trial/process_runner.h"
#include "collector/trial/run_journal.h"
#include "core/base/clock.h"
#include "core/ips/report_summary.h"
#include "core/model/trial.h"

namespace faultline {

/// What is known of a trial's processes.
struct TrialProcesses {
  std::int64_t trial_index = 0;
  std::int64_t pid = 0;                  ///< Of the command.
  std::uint64_t start_ticks = 0;         ///< Of the command, in the unit of procStartAbsTime; 0 if unknown.
  std::vector<std::int64_t> other_pids;  ///< Descendants that are known by number.
  std::vector<std::int64_t> reported_pids;  ///< Processes whose report is already attributed.
  WallTime started;          ///< When the command was let go, by the wall clock as it stood then.
  WallTime ended;            ///< `started` plus the steady time that it ran: nobody's clock may say so.
  std::string boot_session;  ///< Empty if unknown.
  /// So long before `started`, at most, the command's process was made.
  std::chrono::nanoseconds held{std::chrono::seconds(1)};
  std::vector<ClockSegment> clock;            ///< Empty: nobody set the wall clock meanwhile.
  std::optional<MonotonicTime> start_steady;  ///< `started` on the steady clock of the present boot.
};

/// `status` as the trial's supervisor left it, or a default one where it is gone.
TrialProcesses processes_of(const Trial& trial, const TrialStatus& status);

/// Tells what the clocks say now. A process is captured a moment after its death, by a clock that may have
/// been set in that moment, when no supervisor looks any more. Later than that, it does nothing.
void note_clocks(TrialProcesses& trial, const ClockReading& now);

/// A report of a process that died: not of one that lived on (a fault, a limit, a hang), which may die
/// and be reported later.
bool is_death(const ReportIdentity& report);

struct Attribution {
  std::optional<std::int64_t> trial_index;  ///< Absent: foreign.
  AttributionBasis basis = AttributionBasis::none;
  std::vector<std::string> notes;  ///< What matched; for a foreign report, what came near and why it is not.
};

/// How far two accounts of one event may differ.
struct AttributionWindows {
  /// procLaunch before the earliest moment at which we can have made the process: what rounding takes.
  std::chrono::milliseconds launch_before{50};
  std::chrono::milliseconds launch_after{2'000};  ///< procLaunch after the command was let go.
  std::chrono::milliseconds clock_grain{10};
  /// captureTime after the trial's end: within 0.31 s in real reports; a system that is busy with crashes
  /// takes longer.
  std::chrono::seconds capture_after{60};
  /// Of start ticks: 20 ms on Intel, 0.8 s on Apple silicon. No number is given away again so soon.
  std::uint64_t ticks_apart = 20'000'000;
};

/// The trial whose process died, if the report proves it:
///
/// 1. Boot sessions must be equal where both are known.
/// 2. The pid is that of the trial's command, and start ticks are equal; or, where one side has none,
///    procLaunch lies within the windows around the trial's start and not after its end, and
///    captureTime between its start and a while after its end. Both times are needed: a pid alone is
///    reused within hours.
/// 3. Else the pid is one of the trial's other processes, launched while the trial ran.
/// 4. Else the parent's pid is one of its processes, and the launch lies within the trial.
///
/// Wall times are read by the wall clock as it stood at that moment of the trial: where somebody set it
/// meanwhile, launch and capture may lie hours apart, or in the wrong order, and still be the trial's.
///
/// A process dies once, so a second report under a number that has one already is foreign. Of several
/// trials that fit by time, the one that started nearest to procLaunch is taken. Names are
/// never looked at: an interpreter changes its own, and strangers share it.
Attribution attribute_report(const ReportIdentity& report, std::span<const TrialProcesses> trials,
                             const AttributionWindows& windows = {});

}  // namespace faultline
