#include "collector/run/schedule/run_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/run_setting_stage.h"

namespace faultline {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

/// A trial of that place in the plan, recorded as passed.
Trial passed(const PlannedTrial& planned) {
  Trial trial;
  trial.index = planned.index;
  trial.block = planned.block;
  trial.cell_index = planned.cell_index;
  return trial;
}

TEST(RunScheduleTest, EveryTrialIsStartedOnceAndLeftUntilItIsRecorded) {
  CampaignStage stage;
  const RunSetting setting = setting_of(stage);
  RunSchedule schedule(setting);
  schedule.begin();
  EXPECT_EQ(schedule.left(), 12);

  for (std::int64_t index = 0; index < 12; ++index) {
    const auto planned = schedule.start_next();
    ASSERT_TRUE(planned.has_value());
    EXPECT_EQ(planned->index, index);
    EXPECT_THAT(schedule.in_flight(), ElementsAre(index));
    EXPECT_EQ(schedule.why_over(), std::nullopt);
    schedule.ended(index);
    schedule.recorded(passed(*planned));
    EXPECT_TRUE(schedule.is_recorded(index));
  }

  EXPECT_EQ(schedule.start_next(), std::nullopt);
  EXPECT_EQ(schedule.left(), 0);
  EXPECT_EQ(schedule.why_over(), "");
  EXPECT_EQ(schedule.recorded_count(), 12);
}

TEST(RunScheduleTest, WhatEarlierExecutionsRecordedIsNotRunAgain) {
  CampaignStage stage;
  const RunSetting setting = setting_of(stage);
  RunSchedule schedule(setting);
  for (const std::int64_t index : {0, 2, 3}) schedule.recorded(passed(*schedule.find(index)));
  schedule.begin();

  EXPECT_EQ(schedule.left(), 9);
  EXPECT_EQ(schedule.start_next()->index, 1);
  EXPECT_EQ(schedule.start_next()->index, 4);
}

TEST(RunScheduleTest, ASetAsideCellIsLeftOutOfEveryBlock) {
  CampaignStage stage;
  const RunSetting setting = setting_of(stage);
  RunSchedule schedule(setting);
  EXPECT_TRUE(schedule.set_aside(2));
  EXPECT_FALSE(schedule.set_aside(2)) << "it is already";
  schedule.begin();

  EXPECT_EQ(schedule.left(), 9);
  while (const auto planned = schedule.start_next()) EXPECT_NE(planned->cell_index, 2U);
  EXPECT_THAT(schedule.in_flight(), SizeIs(9));
}

TEST(RunScheduleTest, WithADurationAndNoCountTheEndIsNotKnown) {
  CampaignStage stage;
  stage.campaign.trials = 0;
  stage.campaign.duration = std::chrono::hours(1);
  const RunSetting setting = setting_of(stage);
  RunSchedule schedule(setting);
  schedule.begin();

  EXPECT_EQ(schedule.left(), std::nullopt);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(schedule.start_next().has_value());
  EXPECT_EQ(schedule.why_over(), std::nullopt);
}

}  // namespace
}  // namespace faultline
