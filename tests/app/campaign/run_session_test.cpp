#include "app/campaign/run_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/plan/campaign_file.h"
#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::HasSubstr;

class NotingObserver final : public RunObserver {
 public:
  std::vector<std::string> notes;
  bool resumed = false;
  void run_started(const RunRecord& /*record*/, bool is_resumed, const RunProgress& /*progress*/) override {
    resumed = is_resumed;
  }
  void noted(std::string_view message) override { notes.emplace_back(message); }
};

class RunSessionTest : public testing::Test {
 protected:
  RunRequest request(const std::string& program, RunChoice choice = RunChoice::resume_or_new) {
    CommandCampaign wanted;
    wanted.argv = {program};
    wanted.trials = 2;
    wanted.capture = CaptureMode::off;
    RunRequest run;
    run.campaign = *campaign_from_command(wanted);
    run.campaign.min_free_bytes = 0;
    run.options.trials_folder = folder / "night.db.trials";
    run.choice = choice;
    run.self_test = false;
    run.program_folder = std::filesystem::path(FAULTLINE_BINARY_DIR) / "bin";
    return run;
  }
  Result<std::optional<RunSummary>> execute(const RunRequest& run) {
    return execute_run(store, run, observer, stop);
  }

  ScopedTempFolder folder;
  Store store = std::move(*Store::open(folder / "night.db", OpenMode::read_write_create));
  NotingObserver observer;
  std::atomic<bool> stop{false};
};

TEST_F(RunSessionTest, ACampaignIsRunIntoTheStore) {
  ASSERT_VALUE(const auto summary, execute(request("true")));

  ASSERT_TRUE(summary.has_value());
  EXPECT_EQ(summary->record.state, RunState::finished);
  EXPECT_EQ(summary->progress.outcomes[Outcome::passed], 2);
  ASSERT_VALUE(const auto trials, store.trials_of(summary->record.uuid));
  EXPECT_EQ(trials.size(), 2U);
  ASSERT_VALUE(const auto findings, judge_run(store, *summary, {"crash", "control"}));
  EXPECT_THAT(findings, testing::ElementsAre(HasSubstr("control: ")));
}

TEST_F(RunSessionTest, AnInterruptedRunGoesOn) {
  stop = true;
  ASSERT_VALUE(const auto first, execute(request("true")));
  ASSERT_TRUE(first.has_value());
  ASSERT_EQ(first->record.state, RunState::interrupted);
  stop = false;

  ASSERT_VALUE(const auto second, execute(request("true", RunChoice::must_resume)));

  ASSERT_TRUE(second.has_value());
  EXPECT_TRUE(observer.resumed);
  EXPECT_EQ(second->record.uuid, first->record.uuid);
  EXPECT_EQ(second->record.state, RunState::finished);
}

TEST_F(RunSessionTest, ANewRunIsStartedWhereThatIsWanted) {
  stop = true;
  ASSERT_VALUE(const auto first, execute(request("true")));
  stop = false;

  ASSERT_VALUE(const auto second, execute(request("true", RunChoice::always_new)));

  EXPECT_NE(second->record.uuid, first->record.uuid);
}

TEST_F(RunSessionTest, WhereNothingCanGoOnItIsAnErrorOrNothingIsDone) {
  EXPECT_FALSE(execute(request("true", RunChoice::must_resume)).has_value());

  RunRequest only = request("true");
  only.only_if_unfinished = true;
  ASSERT_VALUE(const auto nothing, execute(only));
  EXPECT_FALSE(nothing.has_value());
  ASSERT_VALUE(const auto runs, store.find_runs({}));
  EXPECT_TRUE(runs.empty());
}

TEST_F(RunSessionTest, ARunInWhichNothingRanIsNoResult) {
  ASSERT_VALUE(const auto summary, execute(request("/no/such/program")));
  ASSERT_TRUE(summary.has_value());

  const auto judged = judge_run(store, *summary, {});

  ASSERT_FALSE(judged.has_value());
  EXPECT_THAT(judged.error().text(), HasSubstr("no trial ran as meant"));
}

TEST_F(RunSessionTest, ARunThatStoppedEarlyIsAnErrorWithItsReason) {
  RunSummary summary;
  summary.record.state = RunState::stopped;
  summary.record.state_reason = "the disk is nearly full";

  const auto judged = judge_run(store, summary, {});

  ASSERT_FALSE(judged.has_value());
  EXPECT_THAT(judged.error().text(), HasSubstr("the disk is nearly full"));
}

}  // namespace
}  // namespace faultline
