#include "collector/reporter/watch/crash_watcher.h"

namespace faultline {

// ReportCrash writes the reports; the collector finds them in the DiagnosticReports folders.
std::unique_ptr<CrashWatcher> make_crash_reporter(const ReporterSettings& settings) {
  return make_passive_watcher(settings);
}

}  // namespace faultline
