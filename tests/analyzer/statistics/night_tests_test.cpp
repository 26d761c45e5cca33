#include "analyzer/statistics/night_tests.h"

#include <gtest/gtest.h>

#include "analyzer/statistics/fix_proof.h"
#include "analyzer/statistics/method_choice.h"
#include "analyzer/statistics/trend_shape.h"

namespace faultline {
namespace {

TEST(NightTestsTest, ThePermutationCountsAllWaysToDealTheNightsOut) {
  // 1 of C(8,4) = 70 ways is as far apart, and its mirror image.
  EXPECT_NEAR(
      nights_permutation_p({{1, 10}, {2, 10}, {0, 10}, {1, 10}}, {{5, 10}, {6, 10}, {7, 10}, {8, 10}}),
      2.0 / 70.0, 1e-12);
  EXPECT_NEAR(nights_permutation_p({{5, 10}, {5, 10}}, {{5, 10}, {5, 10}}), 1.0, 1e-12);
  EXPECT_EQ(nights_permutation_p({}, {{5, 10}}), 1.0);
}

TEST(NightTestsTest, ManyNightsAreDealtBySeedAndRepeat) {
  const std::vector<Proportion> low(20, Proportion{2, 40});
  const std::vector<Proportion> high(20, Proportion{12, 40});
  const double p = nights_permutation_p(low, high);
  EXPECT_EQ(p, nights_permutation_p(low, high));
  EXPECT_LT(p, 0.001);
}

TEST(NightTestsTest, FourNightsASideAreTheFewestAndClaimsAskForMore) {
  EXPECT_EQ(nights_to_judge(), 4U);
  EXPECT_EQ(nights_to_judge(0.95, 2), 5U);
  EXPECT_GT(nights_to_judge(0.95, 25), 5U);
}

TEST(NightTestsTest, TheAnytimePValueIsOneOfNightsThatDoNotDiffer) {
  std::vector<Night> nights;
  for (int i = 0; i < 20; ++i) nights.push_back({{4, 40}, i % 2 == 0});
  EXPECT_EQ(nights_anytime_p(nights), 1.0);
}

TEST(NightTestsTest, TheAnytimePValueFallsAsNightsPart) {
  std::vector<Night> nights;
  for (int i = 0; i < 8; ++i) nights.push_back({{4 + i % 3, 40}, false});
  for (int i = 0; i < 16; ++i) nights.push_back({{25 + i, 40}, true});
  EXPECT_LT(nights_anytime_p(nights), 0.05);
}

TEST(NightTestsTest, NightsGiveAnIntervalOnlyWhereTheyCanVary) {
  EXPECT_EQ(nights_difference({{5, 10}}, {{5, 10}, {6, 10}}), std::nullopt);
  const Interval interval = *nights_difference({{30, 50}, {35, 50}, {28, 50}}, {{5, 50}, {9, 50}, {7, 50}});
  EXPECT_GT(interval.low, 0.3);
  EXPECT_LT(interval.high, 0.65);
}

TEST(MethodChoiceTest, OneSelectionHasOneIntervalAndOneTest) {
  EXPECT_EQ(choose_interval({6, 20}, {}).method, IntervalMethod::clopper_pearson);
  EXPECT_EQ(choose_interval({6, 20}, {true, {}}).method, IntervalMethod::anytime);
  EXPECT_EQ(choose_interval({6, 20}, {true, {}}, {IntervalMethod::wilson}).method, IntervalMethod::wilson);
  EXPECT_EQ(choose_trial_test({{6, 20}, {0, 20}}), TestKind::boschloo);
  EXPECT_EQ(choose_trial_test({{6, 20'000}, {0, 20}}), TestKind::fisher);
  EXPECT_EQ(choose_trial_test({{6, 20}, {0, 20}, true}), TestKind::anytime);
}

TEST(MethodChoiceTest, NightsThatDifferWidenTheIntervalUnlessAMethodIsAskedFor) {
  const RateBasis basis{false, {{45, 50}, {2, 50}, {30, 50}, {10, 50}}};
  const ChosenInterval chosen = choose_interval({87, 200}, basis);
  EXPECT_TRUE(chosen.widened);
  const Interval plain = clopper_pearson({87, 200});
  EXPECT_LT(chosen.interval.low, plain.low - 0.1);
  EXPECT_FALSE(choose_interval({87, 200}, basis, {IntervalMethod::clopper_pearson}).widened);
  EXPECT_FALSE(choose_interval({40, 200}, {false, {{10, 50}, {9, 50}, {11, 50}, {10, 50}}}).widened);
}

TEST(FixProofTest, CountsDemandMoreThanAKnownRate) {
  const GoneClaim of_counts = former_rate_gone({0, 11}, {Proportion{3, 10}, 0.3});
  EXPECT_FALSE(of_counts.enough);
  EXPECT_EQ(of_counts.trials_demanded, 16);
  const GoneClaim of_rate = former_rate_gone({0, 11}, {std::nullopt, 0.3});
  EXPECT_TRUE(of_rate.enough);
  EXPECT_EQ(of_rate.trials_demanded, 9) << "0.7^9 = 0.040";
  EXPECT_NEAR(of_rate.p_value, 0.019773267430, 1e-12);
}

TEST(FixProofTest, NothingBeforeIsNothingToBeGone) {
  const GoneClaim claim = former_rate_gone({0, 1'000}, {Proportion{0, 10}, 0.0});
  EXPECT_FALSE(claim.enough);
  EXPECT_EQ(claim.trials_demanded, std::nullopt);
}

TEST(FixProofTest, AMarginIsJudgedByTwoOneSidedTests) {
  ComparisonInput input;
  input.a = {10, 1'000};
  input.b = {11, 1'000};
  EXPECT_EQ(judge_margin(input, 0.02).verdict, MarginVerdict::equivalent);
  input.a = {0, 1'000};
  input.b = {60, 1'000};
  EXPECT_EQ(judge_margin(input, 0.02).verdict, MarginVerdict::not_worse) << "better is not worse";
  input.a = {1, 30};
  input.b = {1, 30};
  EXPECT_EQ(judge_margin(input, 0.02).verdict, MarginVerdict::undecided) << "too few to tell";
}

TEST(TrendShapeTest, AnArchIsNoTrend) {
  const MonotoneTest arch = monotone_test({{0, 30}, {12, 30}, {22, 30}, {12, 30}, {0, 30}});
  EXPECT_LT(arch.shape_p, 0.01);
  const MonotoneTest rise = monotone_test({{0, 30}, {2, 30}, {12, 30}, {20, 30}, {28, 30}});
  EXPECT_TRUE(rise.rising);
  EXPECT_EQ(rise.shape_p, 1.0);
  EXPECT_LT(rise.trend_p, 0.01);
  EXPECT_GT(monotone_test({{5, 30}, {5, 30}, {4, 30}, {6, 30}}).trend_p, 0.2);
}

TEST(TrendShapeTest, AStraightLineLeavesNothingOverAndAStepDoes) {
  EXPECT_GT(lack_of_fit({{1, {10, 100}}, {2, {20, 100}}, {3, {30, 100}}, {4, {40, 100}}}).p_value, 0.9);
  EXPECT_LT(lack_of_fit({{1, {0, 100}}, {2, {0, 100}}, {3, {60, 100}}, {4, {0, 100}}}).p_value, 0.001);
  EXPECT_EQ(lack_of_fit({{1, {10, 100}}, {2, {20, 100}}}).p_value, 1.0) << "two points lie on a line";
}

TEST(TrendShapeTest, NeighboursThatFallArePooled) {
  const std::vector<double> rates = isotonic_rates({{1, 10}, {5, 10}, {3, 10}, {8, 10}}, true);
  EXPECT_EQ(rates, (std::vector<double>{0.1, 0.4, 0.4, 0.8}));
  EXPECT_EQ(isotonic_rates({{8, 10}, {3, 10}, {5, 10}, {1, 10}}, false),
            (std::vector<double>{0.8, 0.4, 0.4, 0.1}));
}

}  // namespace
}  // namespace faultline
