#include "app/questions/survival_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::HasSubstr;

TEST(SurvivalRequestTest, EachGroupHasARow) {
  NightStore night;
  SurvivalRequest wanted;
  wanted.by = {"lock"};

  ASSERT_VALUE(const auto table, answer_survival(night.store, wanted, TableAudience::programs));

  EXPECT_EQ(table.rows.size(), 3U);
  EXPECT_THAT(table.command, HasSubstr("faultline survival --over seconds --by lock"));
}

TEST(SurvivalRequestTest, TheCurveHasItsSteps) {
  NightStore night;
  SurvivalRequest wanted;
  wanted.where = "threads=8 and lock=none";
  wanted.curve = true;

  ASSERT_VALUE(const auto table, answer_survival(night.store, wanted, TableAudience::programs));

  EXPECT_FALSE(table.rows.empty());
}

TEST(SurvivalRequestTest, OnlyOutcomesThatAreTrialsEndALife) {
  SurvivalRequest wanted;
  wanted.count = "hung";
  EXPECT_TRUE(check_survival_request(wanted).has_value());
  wanted.count = "setup_failed";
  EXPECT_FALSE(check_survival_request(wanted).has_value());
  wanted.count = "bad";
  wanted.where = "threads=";
  EXPECT_FALSE(check_survival_request(wanted).has_value());
}

}  // namespace
}  // namespace faultline
