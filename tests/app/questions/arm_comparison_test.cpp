#include "app/questions/arm_comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::Contains;
using testing::HasSubstr;

TEST(ArmComparisonTest, TwoCountsAreComparedWithoutAStore) {
  ComparisonRequest wanted;
  wanted.a = "11/20";
  wanted.b = "0/20";
  ASSERT_TRUE(is_literal(wanted));

  ASSERT_VALUE(const auto answer, compare_counts(wanted));
  const auto& compared = answer.comparisons;

  ASSERT_EQ(compared.size(), 1U);
  EXPECT_EQ(compared[0].verdict, ComparisonVerdict::higher);
}

TEST(ArmComparisonTest, ACountAgainstAFilterIsAnError) {
  ComparisonRequest wanted;
  wanted.a = "11/20";
  wanted.b = "lock=none";

  EXPECT_TRUE(is_literal(wanted));
  EXPECT_FALSE(compare_counts(wanted).has_value());
}

TEST(ArmComparisonTest, ArmsOfAStoreAreComparedByBadAndByEachOutcomeThatOccurred) {
  NightOptions many;
  many.blocks = 20;
  many.control_crashes = 15;
  NightStore night(many);
  ComparisonRequest wanted;
  wanted.a = "lock=none";
  wanted.b = "lock=global";
  wanted.where = "threads=8";

  ASSERT_VALUE(const auto answer, compare_stored(wanted, night.store, night.store));
  const auto& compared = answer.comparisons;

  ASSERT_EQ(compared.size(), 2U);
  EXPECT_EQ(compared[0].counted, "bad");
  EXPECT_EQ(compared[0].a, (Proportion{15, 20}));
  EXPECT_EQ(compared[0].b, (Proportion{0, 20}));
  EXPECT_EQ(compared[0].verdict, ComparisonVerdict::higher);
  EXPECT_EQ(compared[1].counted, "crashed");
}

TEST(ArmComparisonTest, GroupsThatBothSidesHaveAreAClaimEach) {
  NightStore night;
  ComparisonRequest wanted;
  wanted.a = "lock=none";
  wanted.b = "lock=global";
  wanted.by = {"threads"};

  ASSERT_VALUE(const auto answer, compare_stored(wanted, night.store, night.store));
  const auto& compared = answer.comparisons;

  ASSERT_EQ(compared.size(), 2U);
  EXPECT_EQ(compared[1].group, "threads=8");

  wanted.by = {"lock"};
  EXPECT_FALSE(compare_stored(wanted, night.store, night.store).has_value());
}

TEST(ArmComparisonTest, WhereTheControlDidNotCrashTheVerdictIsWarnedOf) {
  NightOptions quiet;
  quiet.control_crashes = 0;
  NightStore night(quiet);
  ComparisonRequest wanted;
  wanted.a = "lock=none";
  wanted.b = "lock=global";

  ASSERT_VALUE(const auto answer, compare_stored(wanted, night.store, night.store));
  const auto& compared = answer.comparisons;

  ASSERT_FALSE(compared.empty());
  EXPECT_THAT(compared[0].warnings, Contains(HasSubstr("control")));
}

TEST(ArmComparisonTest, AMarginIsJudgedForEachComparison) {
  ComparisonRequest wanted;
  wanted.a = "0/400";
  wanted.b = "0/400";
  wanted.margin = "5%";

  ASSERT_VALUE(const auto answer, compare_counts(wanted));
  ASSERT_EQ(answer.margins.size(), 1U);
  EXPECT_EQ(answer.margins[0].verdict, MarginVerdict::equivalent);

  wanted.margin = "100%";
  EXPECT_FALSE(compare_counts(wanted).has_value());
}

TEST(ArmComparisonTest, AFormerRateTakesThePlaceOfTheOtherSide) {
  NightStore night;
  ComparisonRequest wanted;
  wanted.a = "threads=8 and lock=none";
  EXPECT_FALSE(check_comparison_request(wanted).has_value());
  wanted.was = "3/10";
  ASSERT_DONE(check_comparison_request(wanted));

  ASSERT_VALUE(const auto stored, former_rate_stored(wanted, night.store));
  EXPECT_EQ(stored.now, (Proportion{5, 10}));
  EXPECT_EQ(stored.nights, 1);

  wanted.a = "0/11";
  ASSERT_VALUE(const auto counts, former_rate_of_counts(wanted));
  EXPECT_EQ(counts.now, (Proportion{0, 11}));
  EXPECT_EQ(counts.former.counts, (Proportion{3, 10}));
}

TEST(ArmComparisonTest, SidesMayBeOfTwoStores) {
  NightStore first;
  NightOptions quiet;
  quiet.number = 2;
  quiet.control_crashes = 0;
  NightStore second(quiet);
  ComparisonRequest wanted;
  wanted.a = "threads=8 and lock=none";
  wanted.b = "threads=8 and lock=none";
  wanted.count = "crashed";

  ASSERT_VALUE(const auto answer, compare_stored(wanted, first.store, second.store));
  const auto& compared = answer.comparisons;

  ASSERT_EQ(compared.size(), 1U);
  EXPECT_EQ(compared[0].a.counted, 5);
  EXPECT_EQ(compared[0].b.counted, 0);
}

}  // namespace
}  // namespace faultline
