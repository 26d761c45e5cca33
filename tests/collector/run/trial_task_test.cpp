#include "collector/run/trial_task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/run_setting_stage.h"

namespace faultline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class TrialTaskTest : public ::testing::Test {
 protected:
  WorkerResult run() {
    TrialSetting of_trials;
    of_trials.run = setting_.record.uuid;
    of_trials.run_folder = setting_.run_folder;
    auto trials = TrialRunner::make(stage_.campaign, of_trials, stage_.clock, stage_.processes);
    EXPECT_TRUE(trials.has_value());
    const RunHooks hooks(setting_, *trials);
    return TrialTask(setting_, *trials, hooks).run({0, 0, 1, false}, stage_.stop);
  }

  CampaignStage stage_;
  RunSetting setting_ = setting_of(stage_);
};

TEST_F(TrialTaskTest, AFailureOfOurOwnMachineryIsTriedAgainAndSaid) {
  stage_.processes.failures = 2;

  const WorkerResult result = run();

  ASSERT_TRUE(result.ended.has_value() && result.ended->has_value());
  EXPECT_EQ((*result.ended)->trial.verdict.outcome, Outcome::passed);
  EXPECT_THAT(result.notes, SizeIs(2));
  EXPECT_THAT(result.notes[0], HasSubstr("while running trial 0"));
  EXPECT_THAT(result.notes[0], HasSubstr("trying again"));
}

TEST_F(TrialTaskTest, ThreeFailuresAreAnError) {
  stage_.processes.failures = 3;

  EXPECT_FALSE(run().ended.has_value());
}

TEST_F(TrialTaskTest, WithoutPreparationTheTrialDoesNotRunAndIsNotSetUp) {
  stage_.campaign.hooks.before_trial = {"prepare"};
  stage_.commands.refuse = [](const HostCommand&) { return true; };

  const WorkerResult result = run();

  ASSERT_TRUE(result.ended.has_value() && result.ended->has_value());
  const Verdict& verdict = (*result.ended)->trial.verdict;
  EXPECT_EQ(verdict.outcome, Outcome::setup_failed);
  EXPECT_EQ(verdict.rule, "before_trial_failed");
  EXPECT_THAT(verdict.notes, ElementsAre(HasSubstr("before_trial failed")));
  EXPECT_THAT(stage_.processes.specs, IsEmpty());
}

TEST_F(TrialTaskTest, AHookAfterTheTrialThatFailsIsNotedAndTheTrialCounts) {
  stage_.campaign.hooks.after_trial = {"tidy"};
  stage_.commands.refuse = [](const HostCommand&) { return true; };

  const WorkerResult result = run();

  ASSERT_TRUE(result.ended.has_value() && result.ended->has_value());
  EXPECT_EQ((*result.ended)->trial.verdict.outcome, Outcome::passed);
  EXPECT_THAT(result.notes, ElementsAre(HasSubstr("after_trial failed")));
  EXPECT_THAT(stage_.commands.ran.at(0).env, ::testing::Contains(EnvSetting{"FAULTLINE_OUTCOME", "passed"}));
}

}  // namespace
}  // namespace faultline
