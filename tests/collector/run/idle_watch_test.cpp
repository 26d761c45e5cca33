#include "collector/run/idle_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace faultline {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Trial failing(int exit_code, const std::string& error) {
  Trial trial;
  trial.verdict.outcome = Outcome::exit_error;
  trial.exit_code = exit_code;
  trial.stderr_tail = error;
  return trial;
}

TEST(IdleWatchTest, TrialsThatAllEndAlikeAreTold) {
  IdleWatch watch(1);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(watch.reason(), std::nullopt);
    watch.add(failing(2, "Traceback\npython3: can't open file 'nosuch.py'\n"));
  }
  ASSERT_TRUE(watch.reason());
  EXPECT_THAT(*watch.reason(), AllOf(HasSubstr("every one of 3 trials exited with 2"),
                                     HasSubstr("can't open file 'nosuch.py'")));
}

TEST(IdleWatchTest, AWholeBlockIsLookedAt) {
  IdleWatch watch(5);
  for (int i = 0; i < 4; ++i) watch.add(failing(1, "x"));
  EXPECT_EQ(watch.reason(), std::nullopt);
  watch.add(failing(1, "x"));
  EXPECT_TRUE(watch.reason());
}

TEST(IdleWatchTest, AnyDifferenceShowsThatSomethingRan) {
  for (const Trial& other : {failing(2, "x"), failing(1, "y")}) {
    IdleWatch watch(3);
    watch.add(failing(1, "x"));
    watch.add(other);
    for (int i = 0; i < 5; ++i) watch.add(failing(1, "x"));
    EXPECT_EQ(watch.reason(), std::nullopt);
  }
}

TEST(IdleWatchTest, PhasesMetricsReportsAndOtherOutcomesShowIt) {
  std::vector<Trial> working(5, failing(1, "x"));
  working[0].phase = "encoding";
  working[1].metrics = {{"operations", 3.0}};
  working[2].incidents = {"A"};
  working[3].verdict.outcome = Outcome::passed;
  working[4].verdict.outcome = Outcome::hung;
  for (const Trial& trial : working) {
    IdleWatch watch(1);
    for (int i = 0; i < 4; ++i) watch.add(trial);
    EXPECT_EQ(watch.reason(), std::nullopt);
  }
}

/// Nights whose trials are all killed by the system, or all fail their test, are nights.
TEST(IdleWatchTest, FailuresOfWhatRanAreResultsHoweverAlike) {
  std::vector<Trial> working(4, failing(1, "FAILED (failures=1)"));
  working[0].term_signal = 9;
  working[0].term_signal_name = "SIGKILL";
  working[0].exit_code.reset();
  working[1].output_head = "1 test, 1 failure";
  working[2].stderr_tail = " \n";
  working[3].duration = std::chrono::seconds(10);
  for (const Trial& trial : working) {
    IdleWatch watch(1);
    for (int i = 0; i < 4; ++i) watch.add(trial);
    EXPECT_EQ(watch.reason(), std::nullopt);
  }
}

TEST(IdleWatchTest, WhatNeverStartedNeedsNoWordOnStandardError) {
  Trial trial;
  trial.verdict = {Outcome::setup_failed, "not_started", {"the command could not be executed"}};
  IdleWatch watch(1);
  for (int i = 0; i < 3; ++i) watch.add(trial);
  EXPECT_EQ(watch.reason(), "every one of 3 trials failed to start: the command could not be executed");
}

}  // namespace
}  // namespace faultline
