#include "collector/run/trial_recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/recovery_stage.h"

namespace faultline {
namespace {

using ::testing::ElementsAre;

class TrialRecorderTest : public ::testing::Test {
 protected:
  /// A trial that the runner ran, in its folder.
  EndedTrial run_next() {
    const auto planned = run_.schedule.start_next();
    std::filesystem::create_directories(run_.setting.run_folder / "reports");
    auto ended = run_.trials.run(*planned, run_.setting.cell_of(*planned), stage_.stop);
    EXPECT_TRUE(ended.has_value() && ended->has_value());
    return **ended;
  }

  CampaignStage stage_;
  RecoveryStage run_{stage_};
};

TEST_F(TrialRecorderTest, ARecordedTrialIsKnownToJournalScheduleAndTally) {
  run_.schedule.begin();
  const EndedTrial ended = run_next();

  ASSERT_TRUE(run_.recorder.record(ended).has_value());

  EXPECT_THAT(stage_.recorded(), ElementsAre(0));
  EXPECT_TRUE(run_.schedule.is_recorded(0));
  EXPECT_EQ(run_.tally.find(0)->verdict.outcome, Outcome::passed);
  EXPECT_FALSE(std::filesystem::exists(run_.trials.folder_of(0))) << "what a passed trial left is removed";
}

TEST_F(TrialRecorderTest, WhereTheJournalFailsTheTrialNeverHappened) {
  run_.schedule.begin();
  const EndedTrial ended = run_next();
  stage_.journal.next_error = Error(ErrorKind::database, "the disk is full");

  EXPECT_FALSE(run_.recorder.record(ended).has_value());

  EXPECT_FALSE(run_.schedule.is_recorded(0));
  EXPECT_EQ(run_.tally.find(0), nullptr);
  EXPECT_TRUE(std::filesystem::exists(run_.trials.folder_of(0)));
  EXPECT_TRUE(run_.recorder.record(ended).has_value()) << "and can be recorded later";
}

TEST_F(TrialRecorderTest, TheReportsOfACrashAreStoredWithItsTrialAndItsFolderStays) {
  run_.schedule.begin();
  stage_.processes.script = [&](const TrialSpec&) {
    FakeExecution execution = dying_execution(SIGSEGV);
    execution.reports = {stage_.report_now(1).text()};
    return execution;
  };
  const EndedTrial ended = run_next();

  ASSERT_TRUE(run_.recorder.record(ended).has_value());

  EXPECT_THAT(stage_.journal.keys_of(0), ElementsAre(numbered_incident(1)));
  EXPECT_TRUE(std::filesystem::exists(run_.trials.folder_of(0)));
  EXPECT_EQ(run_.tally.reconciliation().matched, 1);
}

}  // namespace
}  // namespace faultline
