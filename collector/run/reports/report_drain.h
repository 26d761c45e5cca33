// Removes reports from the folders of the system once they are stored.

#pragma once

#include "collector/folders/report_ingest.h"
#include "collector/run/schedule/run_setting.h"
#include "collector/trial/run_journal.h"

namespace faultline {

/// The system keeps a limited number of reports per process name, and stops writing new ones; those that it
/// has retired are not counted by it and stay.
///
/// Ownership: `setting` must outlive it. Threads: the one that runs the campaign.
class ReportDrain {
 public:
  explicit ReportDrain(const RunSetting& setting) : setting_(setting) {}

  /// To be called after the journal has it. `ingest` may be null where no folder is watched. A failure is
  /// noted once.
  void remove(const CollectedReport& report, ReportIngest* ingest);

 private:
  const RunSetting& setting_;
  bool failed_ = false;
};

}  // namespace faultline
