// Reports that arrive after their trial was recorded, or that belong to no trial.

#pragma once

#include <cstdint>
#include <vector>

#include "collector/folders/report_ingest.h"
#include "collector/run/schedule/run_setting.h"
#include "collector/run/schedule/run_tally.h"
#include "core/base/result.h"
#include "core/ips/report_summary.h"

namespace faultline {

/// Stores them, with what they change of the trials that are recorded: journal and tally.
///
/// Ownership: `setting` and `tally` must outlive it. Threads: the one that runs the campaign.
class LateReports {
 public:
  LateReports(const RunSetting& setting, RunTally& tally) : setting_(setting), tally_(tally) {}

  /// A report of a recorded trial, which is judged anew with it.
  Result<void> add(Trial trial, const ArrivedReport& arrived, const ReportFacts& facts);
  /// The same incident in another file: stored if its bytes differ, never counted a second time.
  Result<void> add_duplicate(const Trial& trial, const ArrivedReport& arrived);
  /// A panic, joined to the last trial under which the machine went down, if that one has no panic report
  /// yet. False where there is no such trial.
  Result<bool> add_panic(ArrivedReport& arrived, const ReportFacts& facts);
  /// A report that belongs to no trial.
  Result<void> add_foreign(const CollectedReport& report);
  /// A GPU reset at `time` lay in the time of these trials: those that are recorded are in no rate from now
  /// on.
  Result<void> contaminate(const std::vector<std::int64_t>& trials, WallTime time);

  /// A report that an earlier execution stored.
  void know(const RunReport& report);

  [[nodiscard]] std::int64_t foreign_count() const { return foreign_; }
  [[nodiscard]] std::int64_t late_count() const { return late_; }

 private:
  const RunSetting& setting_;
  RunTally& tally_;
  std::int64_t foreign_ = 0;
  std::int64_t late_ = 0;
};

}  // namespace faultline
