// Warm-up, pauses, time limits, and the user's own commands around a run.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/campaign_stage.h"

namespace faultline {
namespace {

using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

std::vector<std::string> programs(const FakeCommandRunner& commands) {
  std::vector<std::string> names;
  for (const HostCommand& command : commands.ran) names.push_back(command.argv[0]);
  return names;
}

TEST(RunHooksTest, WarmUpTrialsComeFirstAndAreMarked) {
  CampaignStage stage("warm_up = 2");

  const auto summary = stage.execute();

  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->executed, 20);
  EXPECT_EQ(summary->record.planned_blocks, 5);
  for (const auto& [index, trial] : stage.journal.trials) EXPECT_EQ(trial.warm_up, index < 8) << index;
}

TEST(RunHooksTest, AnInterruptedRunGoesOnAfterItsWarmUp) {
  CampaignStage stage("warm_up = 1");
  stage.processes.while_running = [&stage](const TrialSpec&) {
    if (stage.processes.specs.size() == 6) stage.stop = true;
  };
  stage.execute();
  stage.stop = false;
  stage.processes.while_running = [](const TrialSpec&) {};

  const auto summary = stage.execute();

  EXPECT_EQ(summary->progress.trials_done, 16);
  for (const auto& [index, trial] : stage.journal.trials) EXPECT_EQ(trial.warm_up, index < 4);
}

TEST(RunHooksTest, AShardRunsItsBlocksAndSaysWhich) {
  CampaignStage stage;
  stage.options.shard = {2, 3};

  const auto summary = stage.execute();

  EXPECT_EQ(stage.recorded(), (std::vector<std::int64_t>{4, 5, 6, 7}));
  EXPECT_THAT(summary->record.facts, Contains(Pair("shard", "2/3")));
  RunRecord other = summary->record;
  other.state = RunState::interrupted;
  other.facts = {{"shard", "1/3"}};
  EXPECT_THAT(*why_not_resumable(other, summary->record, other.started), HasSubstr("--shard"));
}

TEST(RunHooksTest, TheMachineRestsBetweenTrials) {
  CampaignStage stage("cooldown = \"5s\"");
  const auto begin = stage.clock.monotonic();

  stage.execute();

  // Twelve trials of 100 ms; none rests behind the last one.
  EXPECT_EQ(stage.clock.monotonic() - begin, std::chrono::milliseconds(1200) + 11 * seconds(5));
}

TEST(RunHooksTest, ADurationInTheCampaignCountsInterruptionsToo) {
  CampaignStage stage("duration = \"10s\"");
  stage.processes.script = [](const TrialSpec&) {
    FakeExecution execution = passing_execution();
    execution.status.duration = seconds(3);
    return execution;
  };
  stage.processes.while_running = [&stage](const TrialSpec&) {
    if (stage.processes.specs.size() == 2) stage.stop = true;
  };
  stage.execute();
  stage.stop = false;
  stage.clock.advance(seconds(1));

  const auto summary = stage.execute();

  // 3 s, an attempt of 3 s that counts for nothing, 1 s of nothing: one more begins, and then one.
  EXPECT_EQ(summary->record.state, RunState::finished);
  EXPECT_EQ(summary->executed, 1);
  EXPECT_THAT(summary->record.state_reason, HasSubstr("10s were over after 2 of 12 trials"));
}

TEST(RunHooksTest, WithoutACountADurationEndsTheRun) {
  CampaignStage stage("duration = \"10s\"");
  stage.campaign.trials = 0;

  const auto summary = stage.execute();

  EXPECT_EQ(summary->executed, 100);
  EXPECT_EQ(summary->progress.trials_planned, 0);
  EXPECT_EQ(summary->record.planned_blocks, 0);
  EXPECT_EQ(*summary->progress.time_left, seconds(0));
}

TEST(RunHooksTest, HooksRunAroundRunAndTrialsAndKnowWhereTheyAre) {
  CampaignStage stage(
      "[hooks]\nsetup = [\"setup\", \"{samples}\"]\nbefore_trial = [\"before\"]\nafter_trial = [\"after\"]\n"
      "cleanup = [\"cleanup\"]\ntimeout = \"9s\"");
  stage.options.only = *parse_filter("n = 2");
  stage.options.trials = 1;
  stage.processes.script = [](const TrialSpec&) { return dying_execution(SIGKILL); };

  stage.execute();

  EXPECT_THAT(programs(stage.commands), ElementsAre("setup", "before", "after", "cleanup"));
  EXPECT_EQ(stage.commands.ran[0].argv[1], "/samples");
  EXPECT_EQ(stage.commands.ran[0].limit, seconds(9));
  EXPECT_THAT(stage.commands.ran[1].env, Contains(EnvSetting{"FAULTLINE_CELL", "n=2"}));
  EXPECT_THAT(stage.commands.ran[1].env, Contains(EnvSetting{"FAULTLINE_TRIAL", "0"}));
  EXPECT_THAT(stage.commands.ran[1].env, Contains(EnvSetting{"FAULTLINE_WORKLOAD", "w"}));
  EXPECT_THAT(stage.commands.ran[2].env, Contains(EnvSetting{"FAULTLINE_OUTCOME", "exit_error"}));
  EXPECT_THAT(stage.commands.ran[2].env,
              Contains(EnvSetting{"FAULTLINE_TRIAL_DIR", (stage.run_folder() / "0").string()}));
}

TEST(RunHooksTest, ASetupThatFailsEndsTheRunBeforeItBegan) {
  CampaignStage stage("[hooks]\nsetup = [\"setup\"]");
  stage.commands.refuse = [](const HostCommand&) { return true; };

  EXPECT_THAT(stage.execute_to_error().text(), HasSubstr("setup failed: setup exited with 1"));
  EXPECT_FALSE(stage.journal.run);
  EXPECT_THAT(stage.processes.specs, IsEmpty());
}

TEST(RunHooksTest, ATrialThatIsNotPreparedIsSetupFailedAndDoesNotRun) {
  CampaignStage stage("[hooks]\nbefore_trial = [\"before\"]");
  int calls = 0;
  stage.commands.refuse = [&calls](const HostCommand&) { return ++calls == 3; };

  const auto summary = stage.execute();

  EXPECT_THAT(stage.processes.specs, SizeIs(11));
  EXPECT_EQ(summary->progress.outcomes[Outcome::setup_failed], 1);
  const Trial& trial = stage.journal.trials.at(2);
  EXPECT_EQ(trial.verdict.rule, "before_trial_failed");
  EXPECT_THAT(trial.verdict.notes, ElementsAre("before_trial failed: before exited with 1"));
}

TEST(RunHooksTest, WhatFailsAfterATrialIsToldAndChangesNothing) {
  CampaignStage stage("[hooks]\nafter_trial = [\"after\"]\ncleanup = [\"cleanup\"]");
  stage.commands.refuse = [](const HostCommand&) { return true; };

  const auto summary = stage.execute();

  EXPECT_EQ(summary->progress.outcomes[Outcome::passed], 12);
  EXPECT_TRUE(stage.observer.was_told("after_trial failed: after exited with 1 (trial 0)"));
  EXPECT_TRUE(stage.observer.was_told("cleanup failed: cleanup exited with 1"));
}

TEST(RunHooksTest, AnInterruptedRunCleansUp) {
  CampaignStage stage("[hooks]\ncleanup = [\"cleanup\"]");
  stage.processes.while_running = [&stage](const TrialSpec&) { stage.stop = true; };

  EXPECT_EQ(stage.execute()->record.state, RunState::interrupted);
  EXPECT_THAT(programs(stage.commands), ElementsAre("cleanup"));
}

TEST(RunHooksTest, AnUnhealthyMachineStopsTheRunInsteadOfFillingItWithFailures) {
  CampaignStage stage("[hooks]\nhealth = [\"check\"]\nhealth_every = 5");
  int checks = 0;
  stage.commands.refuse = [&checks](const HostCommand&) { return ++checks == 3; };

  const auto summary = stage.execute();

  EXPECT_EQ(checks, 3);  // At the start, after 5 trials, after 10.
  EXPECT_EQ(summary->executed, 10);
  EXPECT_EQ(summary->record.state, RunState::stopped);
  EXPECT_EQ(summary->record.state_reason,
            "health failed: check exited with 1; the last 5 trials came after the last check that passed");
}

TEST(RunHooksTest, TheSystemsLogIsKeptWithWhatEndedBadly) {
  CampaignStage stage("system_log = true");
  stage.processes.script = [](const TrialSpec& spec) {
    return spec.argv[1] == "4" ? dying_execution(SIGSEGV) : passing_execution();
  };

  stage.execute();

  EXPECT_THAT(stage.commands.ran, SizeIs(3));
  for (const auto& [index, trial] : stage.journal.trials) {
    EXPECT_EQ(std::filesystem::exists(stage.run_folder() / std::to_string(index) / "system_log.txt"),
              trial.verdict.outcome == Outcome::crashed);
  }
}

TEST(RunHooksTest, AMachineThatIsUnhealthyFromTheStartRunsNothing) {
  CampaignStage stage("[hooks]\nhealth = [\"check\"]");
  stage.commands.refuse = [](const HostCommand&) { return true; };

  EXPECT_EQ(stage.execute()->record.state, RunState::stopped);
  EXPECT_THAT(stage.processes.specs, IsEmpty());
}

}  // namespace
}  // namespace faultline
