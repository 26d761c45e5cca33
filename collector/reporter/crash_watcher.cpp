#include "collector/reporter/crash_watcher.h"

#include "collector/reporter/onlooker.h"

namespace faultline {

std::unique_ptr<CrashWatcher> make_onlooker(const ReporterSettings& settings) {
  return std::make_unique<Onlooker>(settings.report_folder, sample_command());
}

}  // namespace faultline
