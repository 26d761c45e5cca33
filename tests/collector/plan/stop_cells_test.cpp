#include "collector/plan/stop_cells.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/plan/schedule.h"

namespace faultline {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

MatrixParameter parameter(std::string name, const std::vector<std::string>& values) {
  MatrixParameter one{std::move(name), {}};
  for (const std::string& value : values) one.values.push_back({value, value, ParameterType::text, false});
  return one;
}

/// 0: threads=1 lock=none, 1: threads=1 lock=global, 2 and 3 the same with threads=8.
std::vector<Cell> cells() {
  Campaign campaign;
  campaign.workloads.push_back({});
  campaign.workloads[0].name = "w";
  campaign.workloads[0].matrix = {parameter("threads", {"1", "8"}), parameter("lock", {"none", "global"})};
  return make_cells(campaign);
}

StopRule against(std::string filter) { return {StopRule::When::decided, 0.0, std::move(filter), 0.0, false}; }

TEST(StopCellsTest, ACellIsComparedWithItsLikeInEveryOtherParameter) {
  const auto likes = cells_against(against("lock=none"), cells());

  ASSERT_TRUE(likes.has_value());
  EXPECT_THAT(*likes, ElementsAre(IsEmpty(), ElementsAre(0), IsEmpty(), ElementsAre(2)));
}

TEST(StopCellsTest, AFilterThatNamesEverythingIsOneCellForAll) {
  const auto likes = cells_against(against("threads=1 and lock=none"), cells());

  ASSERT_TRUE(likes.has_value());
  EXPECT_THAT(*likes, ElementsAre(IsEmpty(), ElementsAre(0), ElementsAre(0), ElementsAre(0)));
}

TEST(StopCellsTest, OtherRulesCompareNothing) {
  const auto likes = cells_against({StopRule::When::interval, 0.1, "", 0.0, false}, cells());
  ASSERT_TRUE(likes.has_value());
  EXPECT_THAT(*likes, Each(IsEmpty()));
}

TEST(StopCellsTest, WhatCannotBeComparedIsTold) {
  const auto message = [](std::string filter) {
    const auto likes = cells_against(against(std::move(filter)), cells());
    return likes ? "no error" : likes.error().message();
  };
  EXPECT_THAT(message("lock=rwlock"), HasSubstr("matches none of the cells"));
  EXPECT_THAT(message("lock in (none, global)"), HasSubstr("matches every cell"));
  EXPECT_THAT(message("lock="), HasSubstr("stop against: "));
  EXPECT_THAT(message(""), HasSubstr("matches every cell"));
}

TEST(StopCellsTest, ACellWithoutItsLikeIsTold) {
  std::vector<Cell> some = cells();
  some.erase(some.begin() + 2);  // threads=8 lock=none was left out by --only.

  const auto likes = cells_against(against("lock=none"), some);

  ASSERT_FALSE(likes.has_value());
  EXPECT_THAT(likes.error().message(), HasSubstr("cell threads=8 lock=global has no like in lock=none"));
}

}  // namespace
}  // namespace faultline
