// What the numbers must say at the edges, and worked examples.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "analyzer/statistics/difference.h"
#include "analyzer/statistics/distributions.h"
#include "analyzer/statistics/event_rate.h"
#include "analyzer/statistics/exact_tests.h"
#include "analyzer/statistics/metric_summary.h"
#include "analyzer/statistics/multiple_claims.h"
#include "analyzer/statistics/proportion.h"
#include "analyzer/statistics/sample_size.h"
#include "analyzer/statistics/sequential.h"
#include "analyzer/statistics/strata.h"
#include "analyzer/statistics/survival.h"
#include "analyzer/statistics/trend.h"

namespace faultline {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

TEST(ProportionTest, WithoutTrialsNothingIsKnown) {
  for (const IntervalMethod method : {IntervalMethod::clopper_pearson, IntervalMethod::wilson,
                                      IntervalMethod::jeffreys, IntervalMethod::anytime}) {
    EXPECT_EQ(proportion_interval(method, {0, 0}), (Interval{0.0, 1.0})) << interval_method_text(method);
  }
}

TEST(ProportionTest, NoneAndAllReachTheirEndExactly) {
  for (const IntervalMethod method : {IntervalMethod::clopper_pearson, IntervalMethod::wilson,
                                      IntervalMethod::jeffreys, IntervalMethod::anytime}) {
    for (const std::int64_t n : {1, 7, 1000, 1'000'000}) {
      const Interval none = proportion_interval(method, {0, n});
      const Interval all = proportion_interval(method, {n, n});
      EXPECT_EQ(none.low, 0.0);
      EXPECT_GT(none.high, 0.0);
      EXPECT_EQ(all.high, 1.0);
      EXPECT_LT(all.low, 1.0);
      EXPECT_NEAR(none.high, 1.0 - all.low, 1e-12) << "the two are mirror images";
    }
  }
}

TEST(ProportionTest, ElevenOfTwentyIsNotFiftyFivePercent) {
  const Interval interval = clopper_pearson({11, 20});
  EXPECT_NEAR(interval.low, 0.3153, 5e-5);
  EXPECT_NEAR(interval.high, 0.7694, 5e-5);
}

TEST(ProportionTest, WiderLevelsGiveWiderIntervals) {
  const Interval narrow = clopper_pearson({11, 20}, 0.9);
  const Interval wide = clopper_pearson({11, 20}, 0.99);
  EXPECT_LT(wide.low, narrow.low);
  EXPECT_GT(wide.high, narrow.high);
}

TEST(ProportionTest, AClaimBelowOnePercentNeeds299CleanTrials) {
  EXPECT_EQ(trials_to_see_one(0.01), 299);
  EXPECT_EQ(trials_to_see_one(0.001), 2995);
  EXPECT_LT(clopper_pearson_upper({0, 299}), 0.01);
  EXPECT_GT(clopper_pearson_upper({0, 298}), 0.01);
}

TEST(ProportionTest, TrialsToSeeOneDependOnTheRate) {
  EXPECT_EQ(trials_to_see_one(0.5), 5);
  EXPECT_EQ(trials_to_see_one(1.0), 1);
  EXPECT_EQ(trials_to_see_one(0.0), std::nullopt);
}

TEST(ExactTestsTest, FourOfTwentyAgainstNoneIsNotEnoughAndFiveIs) {
  EXPECT_NEAR(fisher_exact({4, 20}, {0, 20}), 0.106, 5e-4);
  EXPECT_LT(fisher_exact({5, 20}, {0, 20}), 0.05);
  EXPECT_NEAR(fisher_exact({3, 5}, {0, 5}), 0.167, 5e-4);
}

TEST(ExactTestsTest, BoschlooIsNeverWeakerThanFisherOneSided) {
  for (std::int64_t k1 = 0; k1 <= 12; ++k1) {
    for (std::int64_t k2 = 0; k2 <= 9; ++k2) {
      const Proportion a{k1, 12};
      const Proportion b{k2, 9};
      EXPECT_LE(*boschloo_exact(a, b, Alternative::less), fisher_exact(a, b, Alternative::less) + 1e-12);
    }
  }
}

TEST(ExactTestsTest, SidesAreInterchangeable) {
  EXPECT_NEAR(*boschloo_exact({7, 20}, {2, 30}), *boschloo_exact({2, 30}, {7, 20}), 1e-12);
  EXPECT_NEAR(fisher_exact({7, 20}, {2, 30}), fisher_exact({2, 30}, {7, 20}), 1e-12);
}

TEST(ExactTestsTest, SidesWithoutTrialsDecideNothing) {
  EXPECT_EQ(fisher_exact({0, 0}, {3, 5}), 1.0);
  EXPECT_EQ(*boschloo_exact({0, 0}, {3, 5}), 1.0);
  EXPECT_EQ(*boschloo_exact({0, 5}, {0, 5}), 1.0);
  EXPECT_EQ(*boschloo_exact({5, 5}, {5, 5}), 1.0);
}

TEST(ExactTestsTest, BeyondItsLimitBoschlooStepsBack) {
  EXPECT_TRUE(boschloo_exact({10, 2'500}, {30, 2'500}).has_value());
  EXPECT_EQ(boschloo_exact({10, kBoschlooLimit + 1}, {30, 100}), std::nullopt);
  EXPECT_LT(fisher_exact({400'000, 1'000'000}, {410'000, 1'000'000}), 1e-12);
}

TEST(DifferenceTest, PublishedExampleOfNewcombe) {
  // Newcombe 1998, table II, 56/70 against 48/80: 0.0524 to 0.3339.
  const Interval interval = newcombe_difference({56, 70}, {48, 80});
  EXPECT_NEAR(interval.low, 0.0524, 5e-5);
  EXPECT_NEAR(interval.high, 0.3339, 5e-5);
}

TEST(DifferenceTest, AnEmptySideLeavesEverythingOpen) {
  EXPECT_EQ(newcombe_difference({0, 0}, {3, 5}), (Interval{-1.0, 1.0}));
  EXPECT_EQ(koopman_ratio({0, 0}, {3, 5}), (Interval{0.0, kInfinite}));
  EXPECT_TRUE(std::isnan(rate_ratio({0, 0}, {3, 5})));
}

TEST(DifferenceTest, PublishedExampleOfKoopman) {
  // Koopman 1984: 36/40 against 16/80 gives 2.94 to 7.15.
  const Interval interval = koopman_ratio({36, 40}, {16, 80});
  EXPECT_NEAR(interval.low, 2.94, 0.005);
  EXPECT_NEAR(interval.high, 7.15, 0.005);
}

TEST(DifferenceTest, RatiosAtZeroHaveOneOpenEnd) {
  const Interval none_in_b = koopman_ratio({11, 20}, {0, 20});
  EXPECT_GT(none_in_b.low, 1.0);
  EXPECT_EQ(none_in_b.high, kInfinite);
  EXPECT_EQ(rate_ratio({11, 20}, {0, 20}), kInfinite);
  const Interval none_in_a = koopman_ratio({0, 20}, {11, 20});
  EXPECT_EQ(none_in_a.low, 0.0);
  EXPECT_NEAR(none_in_a.high, 1.0 / none_in_b.low, 1e-9);
  EXPECT_EQ(koopman_ratio({0, 20}, {0, 20}), (Interval{0.0, kInfinite}));
}

TEST(DifferenceTest, RatiosOfAllAndAllHoldOne) {
  const Interval interval = koopman_ratio({20, 20}, {20, 20});
  EXPECT_LT(interval.low, 1.0);
  EXPECT_GT(interval.low, 0.7);
  EXPECT_NEAR(interval.high, 1.0 / interval.low, 1e-9);
}

TEST(HolmTest, KeepsOrderAndNeverExceedsOne) {
  EXPECT_TRUE(holm({}).empty());
  const auto adjusted = holm({0.04, 0.01, 0.9});
  EXPECT_DOUBLE_EQ(adjusted[0], 0.08);
  EXPECT_DOUBLE_EQ(adjusted[1], 0.03);
  EXPECT_DOUBLE_EQ(adjusted[2], 0.9);
}

TEST(StrataTest, EmptyAndOneSidedStrataSayNothing) {
  const auto none = cochran_mantel_haenszel({});
  EXPECT_EQ(none.informative, 0U);
  EXPECT_EQ(none.p_value, 1.0);
  const auto one_sided = cochran_mantel_haenszel({{{5, 10}, {0, 0}}, {{0, 10}, {0, 10}}, {{7, 7}, {3, 3}}});
  EXPECT_EQ(one_sided.informative, 0U);
  EXPECT_EQ(one_sided.p_value, 1.0);
  EXPECT_EQ(*exact_stratified({{{5, 10}, {0, 0}}}), 1.0);
}

TEST(StrataTest, ANightThatIsBadForBothSidesIsNoEffect) {
  // Pooled: 36/50 against 18/60. Within each night the sides are alike.
  const std::vector<Stratum> nights{{{35, 40}, {9, 10}}, {{1, 10}, {9, 50}}};
  EXPECT_LT(*boschloo_exact({36, 50}, {18, 60}), 0.001);
  EXPECT_GT(*exact_stratified(nights), 0.3);
}

TEST(StrataTest, OneStratumIsFishersTest) {
  EXPECT_NEAR(*exact_stratified({{{8, 20}, {2, 30}}}), fisher_exact({8, 20}, {2, 30}), 1e-12);
}

TEST(TrendTest, CrashesRiseWithThreads) {
  const auto test =
      cochran_armitage({{1, {0, 20}}, {2, {2, 20}}, {4, {6, 20}}, {8, {11, 20}}, {16, {11, 20}}});
  EXPECT_LT(test.p_value, 0.001);
  EXPECT_GT(test.slope, 0.0);
}

TEST(TrendTest, WithoutVariationThereIsNoTrend) {
  EXPECT_EQ(cochran_armitage({}).p_value, 1.0);
  EXPECT_EQ(cochran_armitage({{1, {0, 20}}, {2, {0, 20}}}).p_value, 1.0);
  EXPECT_EQ(cochran_armitage({{1, {20, 20}}, {2, {20, 20}}}).p_value, 1.0);
  EXPECT_EQ(cochran_armitage({{2, {5, 20}}, {2, {9, 20}}}).p_value, 1.0);
  EXPECT_EQ(cochran_armitage({{1, {5, 20}}, {2, {0, 0}}}).p_value, 1.0);
}

TEST(OverdispersionTest, IndependentNightsAreLeftAlone) {
  const Dispersion dispersion = overdispersion({{25, 50}, {30, 50}, {22, 50}, {28, 50}});
  EXPECT_FALSE(dispersion.is_overdispersed);
  EXPECT_LT(dispersion.correlation, 0.02);
}

TEST(OverdispersionTest, NightsThatDifferMoreThanChanceAreFoundAndWidenTheInterval) {
  const std::vector<Proportion> nights{{5, 50}, {40, 50}, {22, 50}, {45, 50}};
  const Dispersion dispersion = overdispersion(nights);
  EXPECT_TRUE(dispersion.is_overdispersed);
  EXPECT_GT(dispersion.correlation, 0.2);
  const Interval plain = clopper_pearson({112, 200});
  const Interval wide = overdispersed_interval(nights);
  EXPECT_LT(wide.low, plain.low);
  EXPECT_GT(wide.high, plain.high);
}

TEST(OverdispersionTest, FewCrashesAreJudgedByShuffles) {
  const Dispersion scattered = overdispersion({{1, 50}, {0, 50}, {1, 50}, {1, 50}});
  EXPECT_TRUE(scattered.simulated);
  EXPECT_FALSE(scattered.is_overdispersed);
  const Dispersion clustered = overdispersion({{8, 50}, {0, 50}, {0, 50}, {0, 50}});
  EXPECT_TRUE(clustered.simulated);
  EXPECT_TRUE(clustered.is_overdispersed);
  EXPECT_EQ(overdispersion({{8, 50}, {0, 50}, {0, 50}, {0, 50}}).p_value, clustered.p_value) << "seeded";
}

TEST(OverdispersionTest, OneNightOrNothingToTellSaysNothing) {
  EXPECT_FALSE(overdispersion({{5, 50}}).is_overdispersed);
  EXPECT_FALSE(overdispersion({{0, 50}, {0, 50}}).is_overdispersed);
  EXPECT_FALSE(overdispersion({{50, 50}, {0, 0}, {50, 50}}).is_overdispersed);
  EXPECT_EQ(overdispersed_interval({{5, 50}}), (Interval{0.0, 1.0}));
}

TEST(SampleSizeTest, EqualRatesNeverDecide) {
  EXPECT_EQ(trials_per_side(0.3, 0.3), std::nullopt);
  EXPECT_EQ(trials_still_needed(TestKind::fisher, {{3, 10}, {6, 20}}), std::nullopt);
  EXPECT_EQ(trials_still_needed(TestKind::boschloo, {{0, 0}, {6, 20}}), std::nullopt);
  EXPECT_EQ(trials_still_needed(TestKind::anytime, {{3, 10}, {6, 20}}), std::nullopt);
}

/// The probability that Fisher's test finds the difference with n trials a side. Exact.
double power_of_fisher(double rate_a, double rate_b, std::int64_t n) {
  double power = 0.0;
  for (std::int64_t k1 = 0; k1 <= n; ++k1) {
    for (std::int64_t k2 = 0; k2 <= n; ++k2) {
      const double p = binomial_pmf(k1, n, rate_a) * binomial_pmf(k2, n, rate_b);
      if (p > 1e-12 && fisher_exact({k1, n}, {k2, n}) <= 0.05) power += p;
    }
  }
  return power;
}

TEST(SampleSizeTest, ThePromisedPowerIsReachedByAnExactTest) {
  for (const auto& [a, b] : {std::pair{0.1, 0.3}, std::pair{0.5, 0.1}, std::pair{0.55, 0.9}}) {
    const std::int64_t n = *trials_per_side(a, b);
    EXPECT_GE(power_of_fisher(a, b, n), 0.795) << a << " " << b << " " << n;
    EXPECT_LT(power_of_fisher(a, b, n * 8 / 10), 0.80) << "and not by far fewer trials";
  }
}

TEST(SampleSizeTest, StillNeededIsWhatIsLackingOnTheSmallerSide) {
  const std::int64_t wanted = *trials_per_side(0.1, 0.3);
  EXPECT_EQ(trials_still_needed(TestKind::fisher, {{2, 20}, {6, 20}}), wanted - 20);
  EXPECT_EQ(trials_still_needed(TestKind::fisher, {{4, 40}, {6, 20}}), wanted - 20);
  EXPECT_EQ(trials_still_needed(TestKind::fisher, {{100, 1000}, {300, 1000}}), 0);
}

TEST(SampleSizeTest, TheNumberIsThatOfTheTestThatDecides) {
  const TestBasis basis{{2, 20}, {6, 20}};
  const auto boschloo = *trials_still_needed(TestKind::boschloo, basis);
  const auto fisher = *trials_still_needed(TestKind::fisher, basis);
  const auto anytime = *trials_still_needed(TestKind::anytime, basis);
  EXPECT_LT(boschloo, fisher) << "Boschloo's test is the more powerful one";
  EXPECT_GT(anytime, 2 * fisher) << "what holds at every look takes more";
  EXPECT_GT(*trials_still_needed(TestKind::boschloo, basis, kDefaultPower, 0.995), boschloo)
      << "one claim of ten is tested at a stricter level";
}

TEST(SequentialTest, AnytimeIntervalsAreWiderAndHoldTheRateSeen) {
  for (const std::int64_t n : {5, 50, 500}) {
    for (const std::int64_t k : {std::int64_t{0}, n / 3, n}) {
      const Interval fixed = clopper_pearson({k, n});
      const Interval anytime = anytime_interval({k, n});
      EXPECT_LE(anytime.low, fixed.low);
      EXPECT_GE(anytime.high, fixed.high);
    }
  }
}

TEST(SequentialTest, TheDifferenceExcludesZeroWhereTheSidesAreDecided) {
  for (std::int64_t k = 0; k <= 40; ++k) {
    const Proportion a{k, 40};
    const Proportion b{5, 40};
    const Interval difference = anytime_difference(a, b);
    const bool excludes_zero = difference.low > 0.0 || difference.high < 0.0;
    EXPECT_EQ(excludes_zero, anytime_equality_p(a, b) < 0.05) << k;
    EXPECT_LE(difference.low, a.ratio() - b.ratio());
    EXPECT_GE(difference.high, a.ratio() - b.ratio());
  }
}

TEST(SequentialTest, WithoutTrialsNothingIsDecided) {
  EXPECT_EQ(anytime_equality_p({0, 0}, {0, 0}), 1.0);
  EXPECT_EQ(anytime_difference({0, 0}, {0, 0}), (Interval{-1.0, 1.0}));
  EXPECT_FALSE(stop_when_decided({0, 0}, {5, 10}).stop);
  EXPECT_FALSE(stop_when_interval({0, 0}, 0.1).stop);
  EXPECT_FALSE(stop_when_below({0, 0}, 0.01).stop);
}

TEST(SequentialTest, RulesStopWhenTheirConditionHolds) {
  EXPECT_FALSE(stop_when_interval({50, 100}, 0.1).stop);
  EXPECT_TRUE(stop_when_interval({1000, 2000}, 0.1).stop);
  EXPECT_FALSE(stop_when_decided({5, 20}, {0, 20}).stop);
  EXPECT_TRUE(stop_when_decided({28, 50}, {0, 50}).stop);
  EXPECT_TRUE(stop_when_below({0, 2000}, 0.01).stop);
  EXPECT_FALSE(stop_when_below({0, 299}, 0.01).stop)
      << "a look at a time of one's choice needs more than 299";
  EXPECT_TRUE(stop_when_below({200, 1000}, 0.01).stop) << "certainly not below: more trials change nothing";
}

TEST(SequentialTest, EachOfManyClaimsGetsItsPartOfTheError) {
  const Proportion cell{18, 30};
  const Proportion against{2, 30};
  ASSERT_TRUE(stop_when_decided(cell, against).stop);
  EXPECT_FALSE(stop_when_decided(cell, against, 0.95, 1'000'000).stop);
}

TEST(EventRateTest, NoWorkMeansNothingIsKnown) { EXPECT_EQ(poisson_rate(0, 0.0).high, kInfinite); }

TEST(SurvivalTest, WithoutCrashesThereIsNoMedian) {
  const SurvivalCurve curve = kaplan_meier({{10, false}, {20, false}});
  EXPECT_EQ(curve.crashed, 0);
  EXPECT_EQ(curve.median, std::nullopt);
  EXPECT_TRUE(kaplan_meier({}).steps.empty());
}

TEST(SurvivalTest, CensoredTrialsCountForTheWorkThatTheyDid) {
  // One of two crashes at 10 after the other passed at 5: all that were still at work died.
  const SurvivalCurve curve = kaplan_meier({{5, false}, {10, true}});
  ASSERT_EQ(curve.steps.size(), 2U);
  EXPECT_EQ(curve.steps[0].survival, 1.0);
  EXPECT_EQ(curve.steps[1].at_risk, 1);
  EXPECT_EQ(curve.steps[1].survival, 0.0);
}

TEST(SurvivalTest, EarlyCrashesAreToldFromLateOnes) {
  std::vector<Lifetime> early;
  std::vector<Lifetime> late;
  for (int i = 0; i < 20; ++i) {
    early.push_back({10.0 + i, true});
    early.push_back({1000.0, false});
    late.push_back({900.0 + i, true});
    late.push_back({1000.0, false});
  }
  EXPECT_LT(crash_timing(early).p_value, 0.001);
  EXPECT_EQ(crash_timing(early).early, 20);
  EXPECT_LT(crash_timing(late).p_value, 0.001);
  EXPECT_EQ(crash_timing(late).late, 20);
  EXPECT_EQ(crash_timing({}).p_value, 1.0);
}

TEST(SurvivalTest, OneGroupHasNothingToBeComparedWith) {
  EXPECT_EQ(log_rank({{{1, true}}, {}}).p_value, 1.0);
}

TEST(MetricSummaryTest, MediansOfOddAndEvenNumbers) {
  EXPECT_EQ(median({}), std::nullopt);
  EXPECT_EQ(median({3, 1, 2}), 2.0);
  EXPECT_EQ(median({4, 1, 2, 3}), 2.5);
}

TEST(MetricSummaryTest, TheIntervalLiesBetweenTwoOrderStatistics) {
  std::vector<double> values;
  for (int i = 0; i < 31; ++i) values.push_back(1000.0 + (i * 37 % 31));
  const auto estimate = median_with_interval(values);
  ASSERT_TRUE(estimate && estimate->interval);
  EXPECT_EQ(estimate->value, 1015.0);
  // P(X < 10) = 0.0147 for X of Binomial(31, 1/2), P(X < 11) = 0.0354.
  EXPECT_EQ(*estimate->interval, (Interval{1009.0, 1021.0}));
}

TEST(MetricSummaryTest, ManyValuesHaveTheIntervalOfTheirMiddleRanks) {
  for (const int count : {999, 1'001, 20'000}) {
    std::vector<double> values;
    for (int i = 0; i < count; ++i) values.push_back(i * 7919 % count);
    const double half_width = 1.96 * 0.5 * std::sqrt(count);
    const auto estimate = median_with_interval(values);
    ASSERT_TRUE(estimate && estimate->interval);
    EXPECT_NEAR(estimate->interval->low, estimate->value - half_width, 0.1 * half_width) << count;
    EXPECT_NEAR(estimate->interval->high, estimate->value + half_width, 0.1 * half_width) << count;
  }
}

TEST(MetricSummaryTest, FewValuesHaveNoInterval) {
  EXPECT_EQ(median_with_interval({}), std::nullopt);
  EXPECT_EQ(median_with_interval({1, 2, 3, 4, 5})->interval, std::nullopt);
  EXPECT_EQ(median_with_interval({6, 1, 2, 3, 4, 5})->interval, (Interval{1, 6})) << "96.9 %";
}

TEST(MetricSummaryTest, EfficiencyIsSpeedPerThread) {
  const auto scaled = efficiency({400, 410, 390, 400, 400}, 8, {100, 100, 101, 99, 100});
  ASSERT_TRUE(scaled.has_value());
  EXPECT_DOUBLE_EQ(scaled->value, 0.5);
  ASSERT_TRUE(scaled->interval.has_value());
  EXPECT_LT(scaled->interval->low, 0.5);
  EXPECT_DOUBLE_EQ(efficiency({400}, 8, {200}, 2)->value, 0.5);
  EXPECT_EQ(efficiency({400}, 8, {}), std::nullopt);
  EXPECT_EQ(efficiency({400}, 8, {0}), std::nullopt);
}

TEST(SequentialTest, TheAnytimeRatioHoldsTheRatioAndIsWiderThanThatOfOneLook) {
  const Interval anytime = anytime_ratio({28, 50}, {14, 50});
  const Interval once = koopman_ratio({28, 50}, {14, 50});
  EXPECT_LT(anytime.low, once.low);
  EXPECT_GT(anytime.high, once.high);
  EXPECT_EQ(anytime_ratio({28, 50}, {0, 50}).high, std::numeric_limits<double>::infinity());
  EXPECT_GT(anytime_ratio({28, 50}, {0, 50}).low, 1.0);
  EXPECT_EQ(anytime_ratio({0, 0}, {0, 0}).low, 0.0);
}

}  // namespace
}  // namespace faultline
