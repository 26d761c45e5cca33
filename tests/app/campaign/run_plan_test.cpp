#include "app/campaign/run_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/plan/campaign_file.h"
#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::HasSubstr;
using testing::Not;

Campaign small_campaign() {
  CommandCampaign wanted;
  wanted.argv = {"agx_sim", "--threads", "{threads}"};
  wanted.trials = 20;
  wanted.matrix = {"threads=1,8"};
  return *campaign_from_command(wanted);
}

TEST(RunPlanTest, ThePlanSaysHowManyTrialsOfWhichCells) {
  ASSERT_VALUE(const auto plan, describe_plan(small_campaign(), {}, {}));

  EXPECT_THAT(plan, HasSubstr("40 trials: 20 blocks of 2 cells"));
  EXPECT_THAT(plan, HasSubstr("threads=1"));
  EXPECT_THAT(plan, HasSubstr("threads=8"));
  EXPECT_THAT(plan, HasSubstr("control: none"));
}

TEST(RunPlanTest, OnlyLeavesCellsOut) {
  RunOptions options;
  options.only = *parse_filter("threads=8");

  ASSERT_VALUE(const auto plan, describe_plan(small_campaign(), options, {}));

  EXPECT_THAT(plan, HasSubstr("20 trials: 20 blocks of 1 cells"));
  EXPECT_THAT(plan, Not(HasSubstr("threads=1\n")));
}

TEST(RunPlanTest, WithoutAStoreNothingIsKnownOfDurationsAndNothingIsMade) {
  const ScopedTempFolder folder;

  ASSERT_VALUE(const auto before, durations_before(folder / "absent.db", small_campaign()));

  EXPECT_TRUE(before.empty());
  EXPECT_FALSE(std::filesystem::exists(folder / "absent.db"));
}

TEST(RunPlanTest, DurationsAreTheMeansOfTheNewestRun) {
  const ScopedTempFolder folder;
  {
    ASSERT_VALUE(auto store, Store::open(folder / "night.db", OpenMode::read_write_create));
    store_night(store);
  }
  Campaign campaign = small_campaign();
  campaign.name = "agx-race";

  ASSERT_VALUE(const auto before, durations_before(folder / "night.db", campaign));

  ASSERT_EQ(before.size(), 6U);
  EXPECT_EQ(before.begin()->second, std::chrono::milliseconds(1234));
}

}  // namespace
}  // namespace faultline
