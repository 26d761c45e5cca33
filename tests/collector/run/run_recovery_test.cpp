#include "collector/run/run_recovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/recovery_stage.h"

namespace faultline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RunRecoveryTest : public ::testing::Test {
 protected:
  RunRecoveryTest() { std::filesystem::create_directories(run_.setting.run_folder / "reports"); }

  void write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  /// As the supervisor leaves it before the command is let go.
  void start(std::int64_t index, const std::string& boot_session) {
    const auto folder = run_.make_trial_folder(index);
    write(folder / "started.json", write_start_record({4711, 0, stage_.clock.wall(), boot_session, 1}));
  }
  /// As it leaves it when the command has ended.
  void end(std::int64_t index) {
    start(index, "BOOT-1");
    TrialStatus status;
    status.started = true;
    status.pid = 4711;
    status.started_at = stage_.clock.wall();
    status.exit_code = 0;
    write(run_.trials.folder_of(index) / "status.json", write_trial_status(status));
    write(run_.trials.folder_of(index) / "stdout", "");
    write(run_.trials.folder_of(index) / "stderr", "");
  }

  CampaignStage stage_;
  RecoveryStage run_{stage_};
};

TEST_F(RunRecoveryTest, WhatTheJournalHasIsNotRunAgain) {
  for (const std::int64_t index : {0, 1})
    ASSERT_TRUE(stage_.journal.trial_ended(ended_trial(index), {}).has_value());

  ASSERT_TRUE(run_.recovery.resume().has_value());

  EXPECT_EQ(stage_.journal.resumes, 1);
  EXPECT_TRUE(run_.schedule.is_recorded(0));
  EXPECT_NE(run_.tally.find(1), nullptr);
  run_.schedule.begin();
  EXPECT_EQ(run_.schedule.start_next()->index, 2);
}

TEST_F(RunRecoveryTest, ATrialThatEndedWhileNobodyWatchedIsRecorded) {
  end(2);

  ASSERT_TRUE(run_.recovery.resume().has_value());

  EXPECT_THAT(stage_.recorded(), ElementsAre(2));
  EXPECT_TRUE(stage_.observer.was_told("trial 2 had ended when the run was interrupted"));
  EXPECT_THAT(stage_.processes.asked_for_survivors, IsEmpty());
}

TEST_F(RunRecoveryTest, WhatATrialLeftRunningIsEndedAndTheTrialRunsAgain) {
  start(3, "BOOT-1");
  stage_.processes.survivors = 2;

  ASSERT_TRUE(run_.recovery.resume().has_value());

  EXPECT_THAT(stage_.recorded(), IsEmpty());
  EXPECT_THAT(stage_.processes.asked_for_survivors, ElementsAre(run_.trials.folder_of(3)));
  EXPECT_TRUE(stage_.observer.was_told("ended 2 processes that trial 3 had left running"));
  EXPECT_FALSE(std::filesystem::exists(run_.trials.folder_of(3)));
}

TEST_F(RunRecoveryTest, AMachineThatWentDownUnderATrialIsAPanic) {
  start(1, "BOOT-0");

  ASSERT_TRUE(run_.recovery.resume().has_value());

  ASSERT_THAT(stage_.recorded(), ElementsAre(1));
  EXPECT_EQ(stage_.journal.trials.at(1).verdict.outcome, Outcome::panicked);
  EXPECT_EQ(stage_.journal.trials.at(1).verdict.rule, "boot_session_changed");
}

TEST_F(RunRecoveryTest, ACellThatTookTheMachineDownTwiceIsSetAside) {
  const std::size_t cell = run_.schedule.find(0)->cell_index;
  for (const std::int64_t block : {0, 1}) {
    for (std::int64_t index = block * 4; index < block * 4 + 4; ++index) {
      if (run_.schedule.find(index)->cell_index != cell) continue;
      Trial trial = ended_trial(index, Outcome::panicked, "boot_session_changed");
      trial.cell_index = cell;
      ASSERT_TRUE(stage_.journal.trial_ended(trial, {}).has_value());
    }
  }

  ASSERT_TRUE(run_.recovery.resume().has_value());

  EXPECT_THAT(run_.schedule.cells_set_aside(), ElementsAre(cell));
  EXPECT_TRUE(stage_.observer.was_told("is quarantined"));
}

TEST_F(RunRecoveryTest, AReportOfAnAttemptThatIsRepeatedIsKeptAsForeign) {
  IpsText text;
  text.incident = numbered_incident(7);
  const auto file = run_.setting.run_folder / "reports" / "left.ips";
  write(file, text.text());

  ASSERT_TRUE(run_.recovery.resume().has_value());

  EXPECT_THAT(stage_.journal.keys_of(std::nullopt), ElementsAre(numbered_incident(7)));
  EXPECT_FALSE(std::filesystem::exists(file)) << "it is stored, and drained";
}

}  // namespace
}  // namespace faultline
