// Takes up a run that was interrupted: by Ctrl-C, kill -9, a panic or a power cut.

#pragma once

#include <cstdint>
#include <set>

#include "collector/run/reports/report_collector.h"
#include "collector/run/schedule/run_schedule.h"
#include "collector/run/schedule/run_setting.h"
#include "collector/run/schedule/run_tally.h"
#include "collector/run/trial_recorder.h"
#include "collector/run/trials/trial_runner.h"
#include "core/base/result.h"

namespace faultline {

/// Ownership: what it is made of must outlive it. Threads: the one that runs the campaign.
class RunRecovery {
 public:
  RunRecovery(const RunSetting& setting, TrialRunner& trials, RunSchedule& schedule, RunTally& tally,
              ReportCollector& reports, TrialRecorder& recorder)
      : setting_(setting),
        trials_(trials),
        schedule_(schedule),
        tally_(tally),
        reports_(reports),
        recorder_(recorder) {}

  /// Learns what is recorded, ends what survived of the trials that were in flight, sets cells aside that
  /// took the machine down twice, and reads what arrived in the report folders meanwhile.
  Result<void> resume();

 private:
  void know_history(const RunHistory& history);
  [[nodiscard]] Result<std::set<std::int64_t>> in_flight_trials() const;
  Result<void> settle_in_flight_trial(std::int64_t index);
  Result<void> record_panic(const PlannedTrial& planned, const StartRecord& start);
  Result<void> store_unclaimed_reports();
  void set_cells_aside();

  const RunSetting& setting_;
  TrialRunner& trials_;
  RunSchedule& schedule_;
  RunTally& tally_;
  ReportCollector& reports_;
  TrialRecorder& recorder_;
};

}  // namespace faultline
