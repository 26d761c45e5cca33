#include "collector/run/reports/process_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace faultline {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const WallTime kStart = *parse_utc("2025-12-21T12:00:00.000Z");

Trial trial_at(std::int64_t index, seconds after, std::string boot_session = "BOOT-1") {
  Trial trial;
  trial.index = index;
  trial.started = kStart + after;
  trial.duration = seconds(10);
  trial.pid = 1'000 + index;
  trial.boot_session = std::move(boot_session);
  return trial;
}

TEST(ProcessHistoryTest, AGpuEventMeetsTheTrialsThatRanAroundIt) {
  ProcessHistory history("BOOT-1");
  for (int i = 0; i < 4; ++i) history.remember(trial_at(i, seconds(20 * i)), {});

  EXPECT_THAT(history.running_around(kStart + seconds(25)), ElementsAre(1));
  EXPECT_THAT(history.running_around(kStart + seconds(12)), ElementsAre(0)) << "a reset takes a moment";
  EXPECT_THAT(history.running_around(kStart + seconds(18)), ElementsAre(1)) << "its time is in whole seconds";
  EXPECT_THAT(history.running_around(kStart + seconds(15)), IsEmpty());
}

TEST(ProcessHistoryTest, SteadyTimesOfAnotherBootAreNotKept) {
  TrialStatus status;
  status.started_steady = seconds(50);
  ProcessHistory history("BOOT-2");
  history.remember(trial_at(0, seconds(0), "BOOT-1"), status);
  history.remember(trial_at(1, seconds(20), "BOOT-2"), status);

  EXPECT_FALSE(history.all()[0].start_steady.has_value());
  EXPECT_EQ(history.all()[1].start_steady, seconds(50));
}

TEST(ProcessHistoryTest, ProcessesWhoseReportIsStoredAreMarkedOnTheirTrial) {
  ProcessHistory history("BOOT-1");
  history.remember(trial_at(3, seconds(0)), {});
  RunReport of_trial{"A", 3, 1'003, false, {}};
  RunReport foreign{"B", {}, 77, false, {}};
  RunReport of_unknown_trial{"C", 9, 1'009, false, {}};

  history.know_reports({of_trial, foreign, of_unknown_trial});

  EXPECT_THAT(history.all()[0].reported_pids, ElementsAre(1'003));
}

TEST(ProcessHistoryTest, TheOldestAreForgottenNotTheNewest) {
  ProcessHistory history("BOOT-1");
  for (int i = 0; i <= 20'000; ++i) history.remember(trial_at(i, seconds(20 * i)), {});

  EXPECT_EQ(history.all().size(), 10'001U);
  EXPECT_EQ(history.all().front().trial_index, 10'000);
  EXPECT_EQ(history.all().back().trial_index, 20'000);
}

}  // namespace
}  // namespace faultline
