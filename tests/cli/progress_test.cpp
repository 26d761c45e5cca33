#include "cli/progress.h"

#include <gtest/gtest.h>

namespace faultline {
namespace {

RunProgress progress() {
  RunProgress progress;
  progress.trials_done = 120;
  progress.trials_planned = 400;
  progress.outcomes[Outcome::crashed] = 31;
  progress.elapsed = std::chrono::seconds(75);
  return progress;
}

TEST(ProgressTest, SaysTrialsDoneCrashesAndTimeLeft) {
  auto now = progress();
  now.time_left = std::chrono::minutes(61);

  EXPECT_EQ(progress_line(now), "120/400 trials, 31 crashed, 1:15 elapsed, 1:01:00 left");
}

TEST(ProgressTest, NamesOtherBadEndsOnlyWhereThereAreAny) {
  auto now = progress();
  now.outcomes[Outcome::hung] = 2;
  now.uncaptured = 1;

  EXPECT_EQ(progress_line(now), "120/400 trials, 31 crashed, 2 hung, 1 uncaptured, 1:15 elapsed");
}

}  // namespace
}  // namespace faultline
