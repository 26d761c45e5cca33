// A snapshot of a process made into a report document.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "collector/reporter/ptrace/host_identity.h"
#include "collector/reporter/ptrace/process_snapshot_linux.h"
#include "collector/reporter/watch/hang_report.h"
#include "core/base/clock.h"
#include "core/model/crash_report.h"

namespace faultline {

/// When and where a report is made.
struct ReportMoment {
  HostIdentity host;
  WallTime wall;
  int zone_minutes = 0;
  std::chrono::nanoseconds since_boot{0};
};
ReportMoment report_moment(HostIdentity host);

/// A death by signal. `death`: the signal that ended the process; the exception is that of the snapshot's
/// subject, which differs where a handler took the first fault. `sender`: name of the process that sent
/// the signal, if one did.
struct DeathFacts {
  pid_t subject = 0;
  SignalFacts death;
  std::string sender;
};
CrashReport build_crash_report(const ProcessSnapshot& snapshot, const DeathFacts& death,
                               const ReportMoment& moment);

CrashReport build_hang_report(const ProcessSnapshot& snapshot, const HangFacts& hang,
                              const ReportMoment& moment);

}  // namespace faultline
