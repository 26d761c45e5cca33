// Runs one command to its end: watches it, enforces its limits, and leaves none of its processes behind.

#pragma once

#include <functional>
#include <memory>

#include "collector/reporter/watch/crash_watcher.h"
#include "collector/trial/process_runner.h"
#include "core/base/result.h"

namespace faultline {

/// How the supervisor stands to its surroundings.
struct SupervisorOptions {
  /// Keep our own standard streams, terminal and process group for the command, and let it decide about
  /// Ctrl-C, as a wrapper on a terminal does. Else: files in the trial's folder, /dev/null, own session.
  bool inherit_streams = false;
  /// Write started.json and status.json into the trial's folder.
  bool write_records = true;
  /// Readable, closed or shut down: somebody wants the trial to end. -1: nobody can.
  int control_fd = -1;
  /// For tests; empty: the reporter of this system.
  std::function<std::unique_ptr<CrashWatcher>(const ReporterSettings&)> make_reporter;
};

/// Runs `spec` and returns when the command and all its descendants are gone, or cannot be killed.
///
/// SIGTERM and SIGHUP (and SIGINT, where the streams are not inherited) end the trial, too. A timeout of
/// zero or less means none. Signal handlers and the role of a subreaper are taken for the time of the
/// call and then given back: one call at a time in a process, which must not have other threads.
/// An error is a failure of ours, never of the command.
Result<TrialStatus> supervise(const TrialSpec& spec, const SupervisorOptions& options);

}  // namespace faultline
