// The parts of a run that record its trials and take it up again, put together as run_campaign() does.

#pragma once

#include <utility>

#include "collector/run/run_recovery.h"
#include "tests/support/run_setting_stage.h"

namespace faultline {

/// The journal of the stage has the run already. The stage must outlive it.
struct RecoveryStage {
  explicit RecoveryStage(CampaignStage& stage)
      : setting(setting_of(stage)), trials(runner_of(stage, setting)) {}

  /// Where a trial of that index lies, with nothing in it.
  std::filesystem::path make_trial_folder(std::int64_t index) {
    const auto folder = trials.folder_of(index);
    std::filesystem::create_directories(folder);
    return folder;
  }

  RunSetting setting;
  TrialRunner trials;
  RunTally tally{};
  RunSchedule schedule{setting};
  ReportCollector reports{setting, schedule, tally};
  TrialRecorder recorder{setting, trials, schedule, tally, reports};
  RunRecovery recovery{setting, trials, schedule, tally, reports, recorder};

 private:
  static TrialRunner runner_of(CampaignStage& stage, const RunSetting& setting) {
    TrialSetting of_trials;
    of_trials.run = setting.record.uuid;
    of_trials.run_folder = setting.run_folder;
    of_trials.boot_session = setting.boot_session;
    of_trials.supervisor_reports = setting.supervisor_reports();
    auto made = TrialRunner::make(stage.campaign, of_trials, stage.clock, stage.processes);
    EXPECT_TRUE(made.has_value());
    return std::move(*made);
  }
};

}  // namespace faultline
