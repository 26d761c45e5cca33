#include "collector/run/reports/report_drain.h"

#include <utility>

#include "collector/folders/report_folder.h"

namespace faultline {

void ReportDrain::remove(const CollectedReport& report, ReportIngest* ingest) {
  if (!setting_.campaign.drain || report.source.empty()) return;
  if (report.source.parent_path().filename() == "Retired") return;
  const auto removed = ingest != nullptr ? ingest->remove_stored(report.source, report.bytes)
                                         : remove_stored_report(report.source, report.bytes);
  if (removed || std::exchange(failed_, true)) return;
  setting_.note(removed.error().text());
}

}  // namespace faultline
