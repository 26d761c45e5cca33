#include "collector/reporter/watch/crash_watcher.h"

#include "collector/reporter/watch/passive_watcher.h"

namespace faultline {

std::unique_ptr<CrashWatcher> make_passive_watcher(const ReporterSettings& settings) {
  return std::make_unique<PassiveWatcher>(settings.report_folder, sample_command());
}

}  // namespace faultline
