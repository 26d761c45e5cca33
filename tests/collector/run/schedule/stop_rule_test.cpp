// Runs that end before their last block, and blocks that leave out what is decided.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "collector/run/schedule/stop_state.h"
#include "tests/support/campaign_stage.h"

namespace faultline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// Decides a cell at so many trials; counts how often it was asked.
class FakeStopEvaluator final : public StopEvaluator {
 public:
  std::vector<std::int64_t> enough;
  mutable std::vector<std::vector<Proportion>> asked;

  explicit FakeStopEvaluator(std::vector<std::int64_t> trials) : enough(std::move(trials)) {}
  [[nodiscard]] std::vector<CellDecision> evaluate(const std::vector<Proportion>& crashed,
                                                   const std::vector<bool>& /*decided*/) const override {
    asked.push_back(crashed);
    std::vector<CellDecision> decisions;
    for (std::size_t i = 0; i < crashed.size(); ++i)
      decisions.push_back({crashed[i].trials >= enough[i], "enough trials"});
    return decisions;
  }
};

constexpr const char* kStop = "stop = { when = \"interval\", width = 0.5 }\n";
constexpr const char* kAllocate = "allocate = \"undecided\"\n";

std::string with_blocks(const char* more) { return std::string("seed = 3\n") + more; }

std::map<std::string, int> trials_by_cell(const CampaignStage& stage) {
  std::map<std::string, int> counts;
  for (const auto& [index, trial] : stage.journal.trials) ++counts[stage.cell_value(index)];
  return counts;
}

TEST(StopRuleTest, ARunEndsAfterTheBlockThatDecidesEveryCell) {
  CampaignStage stage(with_blocks(kStop));
  const FakeStopEvaluator evaluator({1, 2, 2, 1});
  stage.stop_evaluator = &evaluator;

  const auto summary = stage.execute();

  ASSERT_TRUE(summary);
  EXPECT_THAT(stage.recorded(), SizeIs(8)) << "two whole blocks of three";
  EXPECT_EQ(summary->record.state, RunState::finished);
  EXPECT_EQ(summary->record.state_reason, "all 4 cells are decided after 2 blocks");
  EXPECT_EQ(stage.journal.run->stop_rule, "{ when = \"interval\", width = 0.5 }");
  EXPECT_THAT(evaluator.asked, SizeIs(2)) << "once a block";
}

TEST(StopRuleTest, ARunThatIsNeverDecidedEndsWithItsPlanAndSaysSo) {
  CampaignStage stage(with_blocks(kStop));
  const FakeStopEvaluator evaluator({1, 99, 99, 1});
  stage.stop_evaluator = &evaluator;

  const auto summary = stage.execute();

  ASSERT_TRUE(summary);
  EXPECT_THAT(stage.recorded(), SizeIs(12));
  EXPECT_EQ(summary->record.state, RunState::finished);
  EXPECT_EQ(summary->record.state_reason, "2 of 4 cells are decided after 3 blocks");
}

TEST(StopRuleTest, TheEvaluatorIsGivenCrashesAndTrialsOfWholeBlocks) {
  CampaignStage stage(with_blocks(kStop));
  const FakeStopEvaluator evaluator({9, 9, 9, 9});
  stage.stop_evaluator = &evaluator;
  stage.processes.script = [](const TrialSpec& spec) {
    return spec.argv[1] == "4" ? dying_execution(SIGSEGV) : passing_execution();
  };

  stage.execute();

  ASSERT_THAT(evaluator.asked, SizeIs(3));
  EXPECT_THAT(evaluator.asked[1],
              ElementsAre(Proportion{0, 2}, Proportion{0, 2}, Proportion{0, 2}, Proportion{2, 2}));
}

TEST(StopRuleTest, DecidedCellsAreLeftOutOfLaterBlocksAndTheRunRecordsIt) {
  CampaignStage stage(with_blocks(kStop) + kAllocate);
  const FakeStopEvaluator evaluator({1, 3, 3, 2});
  stage.stop_evaluator = &evaluator;

  const auto summary = stage.execute();

  ASSERT_TRUE(summary);
  EXPECT_EQ(trials_by_cell(stage), (std::map<std::string, int>{{"1", 1}, {"2", 3}, {"3", 3}, {"4", 2}}));
  EXPECT_EQ(summary->record.state_reason,
            "all 4 cells are decided after 3 blocks; left out: n=1 from block 1 on, n=4 from block 2 on");
  EXPECT_EQ(stage.journal.run->stop_rule, "{ when = \"interval\", width = 0.5 }, allocate = \"undecided\"");
  EXPECT_TRUE(stage.observer.was_told("cell n=1 is decided and left out from block 1 on: enough trials"));
  EXPECT_EQ(summary->progress.trials_planned, 9);
}

TEST(StopRuleTest, WithoutAllocateEveryCellIsInEveryBlock) {
  CampaignStage stage(with_blocks(kStop));
  const FakeStopEvaluator evaluator({1, 2, 2, 2});
  stage.stop_evaluator = &evaluator;

  stage.execute();

  for (const auto& [cell, trials] : trials_by_cell(stage)) EXPECT_EQ(trials, 2) << cell;
}

/// Killed at any fact, a run comes to the decisions that it would have come to.
TEST(StopRuleTest, ARunThatIsKilledAnywhereDecidesAsIfItHadNotBeen) {
  const auto run = [](int kill_at) {
    CampaignStage stage(with_blocks(kStop) + kAllocate);
    const FakeStopEvaluator evaluator({1, 3, 3, 2});
    stage.stop_evaluator = &evaluator;
    int facts = 0;
    stage.journal.after = [&](std::string_view) {
      if (++facts == kill_at) throw HarnessKilled{};
    };
    std::optional<RunSummary> summary;
    for (int i = 0; i < 3 && !summary; ++i) summary = stage.execute();
    EXPECT_TRUE(summary) << kill_at;
    return std::pair(stage.recorded(), summary ? summary->record.state_reason : "");
  };
  const auto whole = run(-1);
  EXPECT_THAT(whole.first, SizeIs(9));
  for (int kill_at = 1; kill_at <= 10; ++kill_at)
    EXPECT_EQ(run(kill_at), whole) << "killed at fact " << kill_at;
}

TEST(StopRuleTest, CellsThatAreSetAsideHoldNobodyUp) {
  const FakeStopEvaluator evaluator({1, 1, 1, 99});
  const StopRule rule{StopRule::When::interval, 0.5, "", 0.0, false};
  StopState state(rule, evaluator, 4);
  SchedulePlan plan;
  plan.cell_count = 4;
  plan.blocks = 3;
  plan.seed = 3;
  Schedule schedule(plan);
  RunTally tally;
  for (std::int64_t index = 0; index < 4; ++index) {
    const auto planned = *schedule.trial(index);
    if (planned.cell_index == 3) continue;
    Trial trial;
    trial.index = index;
    trial.block = planned.block;
    trial.cell_index = planned.cell_index;
    trial.verdict.outcome = Outcome::passed;
    tally.set(trial);
  }

  EXPECT_TRUE(state.look(schedule, tally, {3}).empty());

  EXPECT_TRUE(state.is_met());
}

}  // namespace
}  // namespace faultline
