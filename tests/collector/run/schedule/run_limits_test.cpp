#include "collector/run/schedule/run_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/run_setting_stage.h"

namespace faultline {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;

TEST(RunLimitsTest, TheTimeOfTheCommandLineEndsTheRunAndSaysHowFarItCame) {
  CampaignStage stage;
  stage.options.duration = minutes(10);
  const RunSetting setting = setting_of(stage);
  RunSchedule schedule(setting);
  RunLimits limits(setting);
  schedule.begin();
  schedule.recorded(ended_trial(0));

  EXPECT_EQ(limits.time_left(), minutes(10));
  EXPECT_FALSE(limits.reached(schedule).has_value());
  stage.clock.advance(minutes(11));

  const auto ending = limits.reached(schedule);
  ASSERT_TRUE(ending.has_value());
  EXPECT_EQ(ending->state, RunState::interrupted) << "a slice: the same command goes on";
  EXPECT_TRUE(ending->is_slice);
  EXPECT_EQ(ending->reason, "10m were over after 1 of 12 trials");
  EXPECT_EQ(limits.time_left(), seconds(0));
  EXPECT_EQ(limits.elapsed(), minutes(11));
}

TEST(RunLimitsTest, TheCampaignsTimeCountsFromTheFirstMomentOfAResumedRun) {
  CampaignStage stage;
  stage.campaign.duration = minutes(60);
  RunSetting setting = setting_of(stage);
  stage.options.resume = setting.record;
  stage.clock.advance(minutes(45));

  EXPECT_EQ(RunLimits(setting).time_left(), minutes(15));
  stage.options.duration = minutes(5);
  EXPECT_EQ(RunLimits(setting).time_left(), minutes(5)) << "the shorter of the two";
  stage.clock.advance(minutes(45));
  EXPECT_EQ(RunLimits(setting).time_left(), seconds(0));
}

TEST(RunLimitsTest, AnAlmostFullDiskStopsTheRunAndOneThatCannotBeAskedDoesNot) {
  CampaignStage stage;
  stage.campaign.min_free_bytes = 2ULL << 30;
  const RunSetting setting = setting_of(stage);
  const RunSchedule schedule(setting);
  RunLimits limits(setting);

  stage.host.free = 2ULL << 30;
  EXPECT_FALSE(limits.reached(schedule).has_value());
  stage.host.free = std::nullopt;
  EXPECT_FALSE(limits.reached(schedule).has_value());
  stage.host.free = 1ULL << 30;

  const auto ending = limits.reached(schedule);
  ASSERT_TRUE(ending.has_value());
  EXPECT_EQ(ending->state, RunState::stopped);
  EXPECT_THAT(ending->reason, HasSubstr("1.00 GiB are free at"));
  EXPECT_EQ(limits.free_bytes(), 1ULL << 30);
  EXPECT_EQ(limits.time_left(), std::nullopt);
}

}  // namespace
}  // namespace faultline
