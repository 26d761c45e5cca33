// Records an ended trial: first the journal, then all that follows from it.

#pragma once

#include "collector/run/reports/report_collector.h"
#include "collector/run/schedule/run_schedule.h"
#include "collector/run/schedule/run_setting.h"
#include "collector/run/schedule/run_tally.h"
#include "collector/run/trials/trial_runner.h"
#include "core/base/result.h"

namespace faultline {

/// Ownership: what it is made of must outlive it. Threads: the one that runs the campaign.
class TrialRecorder {
 public:
  TrialRecorder(const RunSetting& setting, const TrialRunner& trials, RunSchedule& schedule, RunTally& tally,
                ReportCollector& reports)
      : setting_(setting), trials_(trials), schedule_(schedule), tally_(tally), reports_(reports) {}

  /// If the journal fails, the trial counts as not run, and is repeated. Files of a passed trial are removed.
  Result<void> record(const EndedTrial& ended) {
    TRY(setting_.parts.journal.trial_ended(ended.trial, ended.reports));
    schedule_.recorded(ended.trial);
    tally_.set(ended.trial);
    reports_.recorded(ended);
    trials_.prune(ended);
    return {};
  }

 private:
  const RunSetting& setting_;
  const TrialRunner& trials_;
  RunSchedule& schedule_;
  RunTally& tally_;
  ReportCollector& reports_;
};

}  // namespace faultline
