// Keeps what the system logged while a trial ran, where the campaign asks for it.

#pragma once

#include <filesystem>

#include "collector/run/schedule/run_setting.h"
#include "core/model/trial.h"

namespace faultline {

/// Ownership: `setting` must outlive it. Threads: the one that runs the campaign.
class SystemLogRecorder {
 public:
  explicit SystemLogRecorder(const RunSetting& setting) : setting_(setting) {}

  /// `system_log.txt` beside the output of a trial with a bad outcome, whose folder is kept. A failure is
  /// noted; that of the system's own command only once.
  void record(const Trial& trial, const std::filesystem::path& trial_folder);

 private:
  const RunSetting& setting_;
  bool failed_ = false;
};

}  // namespace faultline
