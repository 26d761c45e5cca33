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

TEST(IdleWatchTest, WithoutAWordOnStandardErrorThatIsSaid) {
  IdleWatch watch(1);
  for (int i = 0; i < 3; ++i) watch.add(failing(1, " \n"));
  EXPECT_THAT(watch.reason().value_or(""), HasSubstr("exited with 1 and printed no error"));
}

}  // namespace
}  // namespace faultline
