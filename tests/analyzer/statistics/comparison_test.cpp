#include "analyzer/statistics/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace faultline {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

ComparisonInput counts(Proportion a, Proportion b) {
  ComparisonInput input;
  input.counted = "crashed";
  input.a = a;
  input.b = b;
  return input;
}

TEST(ComparisonTest, AClearDifferenceIsClaimedWithItsGrounds) {
  const Comparison comparison = compare(counts({11, 20}, {0, 20}));

  EXPECT_EQ(comparison.verdict, ComparisonVerdict::higher);
  EXPECT_EQ(comparison.decided_by, "boschloo");
  EXPECT_LT(*comparison.boschloo, 0.001);
  EXPECT_NEAR(comparison.difference, 0.55, 1e-12);
  EXPECT_GT(comparison.difference_interval.low, 0.0);
  EXPECT_EQ(comparison.difference_method, "newcombe");
  EXPECT_EQ(comparison.ratio_method, "koopman");
  EXPECT_EQ(comparison.trials_needed, std::nullopt);
}

TEST(ComparisonTest, TheOtherDirectionIsLower) {
  EXPECT_EQ(compare(counts({0, 20}, {11, 20})).verdict, ComparisonVerdict::lower);
}

TEST(ComparisonTest, ThreeOfFiveAgainstNoneIsUndecidedAndSaysWhatWouldDecide) {
  const Comparison comparison = compare(counts({3, 5}, {0, 5}));

  EXPECT_EQ(comparison.verdict, ComparisonVerdict::undecided);
  EXPECT_EQ(verdict_sign(comparison.verdict), "~");
  ASSERT_TRUE(comparison.trials_needed.has_value());
  EXPECT_GE(*comparison.trials_needed, 1);
}

TEST(ComparisonTest, EqualRatesNameNoNumberOfTrials) {
  EXPECT_EQ(compare(counts({3, 20}, {3, 20})).trials_needed, std::nullopt);
}

TEST(ComparisonTest, ASideWithoutTrialsIsUndecidedAndWarnedOf) {
  const Comparison comparison = compare(counts({0, 0}, {5, 20}));

  EXPECT_EQ(comparison.verdict, ComparisonVerdict::undecided);
  EXPECT_TRUE(std::isnan(comparison.difference));
  EXPECT_THAT(comparison.warnings, Contains(HasSubstr("no trials")));
}

TEST(ComparisonTest, LargeSidesAreDecidedByFisher) {
  const Comparison comparison = compare(counts({3'000, 20'000}, {2'000, 20'000}));
  EXPECT_EQ(comparison.boschloo, std::nullopt);
  EXPECT_EQ(comparison.decided_by, "fisher");
  EXPECT_EQ(comparison.verdict, ComparisonVerdict::higher);
}

TEST(ComparisonTest, NightsThatDifferDoNotDecideForOneSide) {
  ComparisonInput input = counts({36, 50}, {18, 60});
  ASSERT_EQ(compare(input).verdict, ComparisonVerdict::higher);
  input.strata = {{{35, 40}, {9, 10}}, {{1, 10}, {9, 50}}};

  const Comparison comparison = compare(input);

  EXPECT_EQ(comparison.decided_by, "exact-stratified");
  EXPECT_EQ(comparison.verdict, ComparisonVerdict::undecided);
}

TEST(ComparisonTest, WithinNightsTheDirectionIsThatOfTheNights) {
  // Simpson's paradox: worse in each night, better in the sum.
  ComparisonInput input = counts({30 + 90, 100 + 100}, {10 + 480, 50 + 600});
  input.strata = {{{30, 100}, {10, 100}}, {{90, 100}, {470, 600}}};
  EXPECT_EQ(compare(input).verdict, ComparisonVerdict::higher);
}

TEST(ComparisonTest, OneInformativeStratumIsNoStratification) {
  ComparisonInput input = counts({11, 20}, {0, 20});
  input.strata = {{{11, 20}, {0, 20}}, {{0, 0}, {0, 5}}};
  EXPECT_EQ(compare(input).decided_by, "boschloo");
}

TEST(ComparisonTest, UnfinishedRunsAreJudgedByWhatHoldsAtEveryLook) {
  ComparisonInput input = counts({6, 20}, {0, 20});
  ASSERT_EQ(compare(input).verdict, ComparisonVerdict::higher);
  input.context.anytime = true;

  const Comparison comparison = compare(input);

  EXPECT_EQ(comparison.decided_by, "anytime");
  EXPECT_EQ(comparison.verdict, ComparisonVerdict::undecided);
  EXPECT_EQ(comparison.difference_method, "anytime");
  EXPECT_EQ(comparison.interval_method, IntervalMethod::anytime);
  EXPECT_THAT(comparison.warnings, Contains(HasSubstr("every look")));
}

TEST(ComparisonTest, ArmsThatShareNothingAreComparedWithAWarning) {
  ComparisonInput input = counts({11, 20}, {0, 20});
  EXPECT_THAT(compare(input).warnings, IsEmpty()) << "unknown is not the same as no";

  input.context.share_block = false;
  input.context.share_host = true;
  input.context.share_night = false;
  EXPECT_THAT(compare(input).warnings, Contains(HasSubstr("no block, nor a night")));

  input.context.share_host = false;
  EXPECT_THAT(compare(input).warnings, Contains(HasSubstr("no block, host or night")));

  input.context.share_block = true;
  EXPECT_THAT(compare(input).warnings, IsEmpty());
}

TEST(ComparisonTest, WhereTheControlLivedALowRateProvesNothing) {
  ComparisonInput input = counts({0, 50}, {20, 50});
  input.context.control_crashed = false;

  const Comparison comparison = compare(input);

  EXPECT_THAT(comparison.warnings,
              Contains(HasSubstr("the control did not crash: a low rate proves nothing")));
}

TEST(ComparisonTest, LiteralCountsSayThatNothingElseIsKnown) {
  ComparisonInput input = counts({11, 20}, {0, 20});
  input.context.is_literal = true;
  EXPECT_THAT(compare(input).warnings, Contains(HasSubstr("counts alone")));
}

TEST(ComparisonTest, ManyClaimsAreCorrectedTogether) {
  std::vector<ComparisonInput> inputs(20, counts({5, 20}, {0, 20}));
  ASSERT_EQ(compare(inputs[0]).verdict, ComparisonVerdict::higher);

  for (const Comparison& comparison : compare_all(inputs)) {
    EXPECT_EQ(comparison.verdict, ComparisonVerdict::undecided);
    EXPECT_GT(comparison.adjusted_p, comparison.p_value);
    EXPECT_EQ(comparison.claims, 20U);
  }
}

TEST(ComparisonTest, BadIsJudgedAloneBeforeTheOutcomes) {
  std::vector<ComparisonInput> inputs(8, counts({5, 20}, {0, 20}));

  const auto outcomes = compare_outcomes(inputs);

  EXPECT_EQ(outcomes.front().verdict, ComparisonVerdict::higher);
  EXPECT_EQ(outcomes.front().adjusted_p, outcomes.front().p_value);
  for (std::size_t i = 1; i < outcomes.size(); ++i) {
    EXPECT_EQ(outcomes[i].verdict, ComparisonVerdict::undecided) << "seven claims beside it are corrected";
  }
  EXPECT_TRUE(compare_outcomes({}).empty());
}

/// One night of each side: what two runs of a campaign are.
ComparisonInput two_nights(Proportion now, Proportion before) {
  ComparisonInput input = counts(now, before);
  input.nights = {{before, false}, {now, true}};
  input.context.share_night = false;
  return input;
}

TEST(ComparisonTest, TwoNightsShowAChangeAndNoVerdict) {
  const Comparison comparison = compare(two_nights({30, 50}, {10, 50}));

  EXPECT_EQ(comparison.verdict, ComparisonVerdict::undecided);
  EXPECT_EQ(comparison.decided_by, "too-few-nights");
  EXPECT_EQ(comparison.nights_needed, 3) << "four a side, and one is there";
  EXPECT_EQ(comparison.trials_needed, std::nullopt) << "more trials of these nights would not tell";
  EXPECT_EQ(comparison.change.direction, ComparisonVerdict::higher);
  EXPECT_EQ(comparison.change.decided_by, TestKind::boschloo);
  EXPECT_THAT(comparison.warnings, Contains(HasSubstr("how much nights vary by themselves is not known")));
}

TEST(ComparisonTest, NoneOfSixToSixOfSixIsAChange) {
  EXPECT_EQ(compare(two_nights({6, 6}, {0, 6})).change.direction, ComparisonVerdict::higher);
}

TEST(ComparisonTest, ACellThatTurnedIsFoundAmongFortyThatDidNot) {
  std::vector<ComparisonInput> inputs(40, two_nights({3, 6}, {3, 6}));
  inputs.push_back(two_nights({12, 12}, {0, 12}));
  const auto comparisons = compare_all(inputs);
  EXPECT_EQ(comparisons.back().change.direction, ComparisonVerdict::higher);
  EXPECT_EQ(comparisons.front().change.direction, ComparisonVerdict::undecided);
}

TEST(ComparisonTest, NightsDecideFromFourASide) {
  ComparisonInput input = counts({}, {});
  for (int night = 0; night < 4; ++night) {
    input.nights.push_back({{5 + night, 50}, false});
    input.nights.push_back({{30 + night, 50}, true});
    input.b = {input.b.counted + 5 + night, input.b.trials + 50};
    input.a = {input.a.counted + 30 + night, input.a.trials + 50};
  }
  input.context.share_night = false;

  const Comparison comparison = compare(input);

  EXPECT_EQ(comparison.decided_by, "nights-permutation");
  EXPECT_NEAR(comparison.p_value, 2.0 / 70.0, 1e-12);
  EXPECT_EQ(comparison.verdict, ComparisonVerdict::higher);
  EXPECT_EQ(comparison.difference_method, "nights");
  EXPECT_GT(comparison.difference_interval.low, 0.35);
}

TEST(ComparisonTest, NightsThatVaryByThemselvesAreNoVerdictWhateverTheTrialsSay) {
  ComparisonInput input = counts({}, {});
  const int of_a[] = {45, 5, 40, 30};
  const int of_b[] = {5, 35, 2, 20};
  for (int night = 0; night < 4; ++night) {
    input.nights.push_back({{of_a[night], 50}, true});
    input.nights.push_back({{of_b[night], 50}, false});
    input.a = {input.a.counted + of_a[night], input.a.trials + 50};
    input.b = {input.b.counted + of_b[night], input.b.trials + 50};
  }
  input.context.share_night = false;

  const Comparison comparison = compare(input);

  EXPECT_LT(comparison.change.p_value, 0.0001);
  EXPECT_EQ(comparison.verdict, ComparisonVerdict::undecided);
  EXPECT_GT(*comparison.nights_needed, 0);
}

TEST(ComparisonTest, AStratifiedTestBringsItsOwnEffect) {
  // Simpson's paradox: the pooled difference is negative, in each stratum it is positive.
  ComparisonInput input = counts({120, 200}, {490, 650});
  input.strata = {{{30, 100}, {10, 50}}, {{90, 100}, {480, 600}}};

  const Comparison comparison = compare(input);

  EXPECT_EQ(comparison.difference_method, "mantel-haenszel");
  EXPECT_EQ(comparison.ratio_method, "mantel-haenszel");
  EXPECT_NEAR(comparison.difference, 0.1, 1e-12) << "ten points in each stratum";
  EXPECT_GT(comparison.stratified->odds_ratio, 1.0);
  EXPECT_GT(comparison.ratio, 1.0);
  EXPECT_LT(comparison.a.ratio(), comparison.b.ratio());
}

TEST(ComparisonTest, AnEffectThatIsAnotherOneInEachStratumIsSaidToBeAnAverage) {
  ComparisonInput input = counts({45, 100}, {35, 100});
  input.strata = {{{40, 50}, {10, 50}}, {{5, 50}, {25, 50}}};
  input.strata_name = "host and night";
  const Comparison unlike = compare(input);
  EXPECT_LT(unlike.homogeneity.p_value, 0.001);
  EXPECT_THAT(unlike.warnings,
              Contains(HasSubstr("not the same in all strata (host and night; Breslow and Day")));
  input.strata = {{{20, 50}, {10, 50}}, {{25, 50}, {14, 50}}};
  EXPECT_THAT(compare(input).warnings, IsEmpty());
}

TEST(ComparisonTest, LooksAfterEachNightHaveATestOfTheirOwn) {
  ComparisonInput input = counts({60, 400}, {120, 400});
  for (int night = 0; night < 10; ++night) input.strata.push_back({{6, 40}, {12, 40}});
  input.context.each_night = true;

  const Comparison comparison = compare(input);

  EXPECT_EQ(comparison.decided_by, "anytime-stratified");
  EXPECT_EQ(comparison.verdict, ComparisonVerdict::lower);
  input.context.each_night = false;
  EXPECT_LT(compare(input).p_value, comparison.p_value) << "the price of looking again";
}

TEST(ComparisonTest, WhereIntervalAndTestDisagreeItIsKnown) {
  EXPECT_FALSE(interval_and_test_disagree(compare(counts({11, 20}, {0, 20}))));
  EXPECT_FALSE(interval_and_test_disagree(compare(counts({3, 20}, {3, 20}))));
  bool any = false;
  for (std::int64_t k = 0; k <= 12; ++k)
    any = any || interval_and_test_disagree(compare(counts({k, 12}, {0, 40})));
  EXPECT_TRUE(any) << "near 0 Newcombe's interval and Boschloo's test part";
}

// Tables on which other programs were seen to err.

TEST(ComparisonTest, ThreeOfSevenAgainstNineHundredOfTenThousand) {
  const Comparison comparison = compare(counts({3, 7}, {900, 10'000}));
  EXPECT_EQ(comparison.decided_by, "fisher") << "a side is too large for Boschloo";
  EXPECT_NEAR(comparison.p_value, 0.0195, 0.0005);
  EXPECT_EQ(comparison.verdict, ComparisonVerdict::higher);
}

TEST(ComparisonTest, FiftyThousandOfAMillionAgainstFiftyOneThousand) {
  const Comparison comparison = compare(counts({50'000, 1'000'000}, {51'000, 1'000'000}));
  EXPECT_EQ(comparison.verdict, ComparisonVerdict::lower);
  EXPECT_LT(comparison.difference_interval.high, 0.0);
  EXPECT_NEAR(comparison.difference, -0.001, 1e-12);
}

TEST(ComparisonTest, TwoOfTwentyAgainstTwoOfTwoHundred) {
  const Comparison comparison = compare(counts({2, 20}, {2, 200}));
  EXPECT_EQ(comparison.decided_by, "boschloo");
  // Twice a one-sided value may be above Fisher's two-sided one, which is no doubled value: the test is
  // chosen before either is known, and stays chosen.
  EXPECT_NEAR(comparison.fisher, 0.0422658, 1e-6);
  EXPECT_NEAR(*comparison.boschloo, 0.0527, 1e-4);
  EXPECT_EQ(comparison.verdict, ComparisonVerdict::undecided);
}

}  // namespace
}  // namespace faultline
