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

}  // namespace
}  // namespace faultline
