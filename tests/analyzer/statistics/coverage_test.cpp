// The promises of docs/statistics.md, in short; faultline_coverage has them at length.

#include "tests/analyzer/statistics/coverage.h"

#include <gtest/gtest.h>

namespace faultline {
namespace {

constexpr double kRates[] = {0.001, 0.01, 0.1, 0.5, 0.9};

TEST(CoverageTest, ClopperPearsonNeverFallsBelowItsLevel) {
  for (const double p : kRates) {
    for (const std::int64_t n : {1, 10, 37, 100, 400, 1000}) {
      EXPECT_GE(proportion_coverage(IntervalMethod::clopper_pearson, p, n), 0.95) << p << " " << n;
      EXPECT_GE(upper_bound_coverage(p, n), 0.95) << p << " " << n;
    }
  }
}

TEST(CoverageTest, ClopperPearsonIsNotWiderThanItMustBe) {
  // A bug that made intervals too wide would pass the test above.
  EXPECT_LE(proportion_coverage(IntervalMethod::clopper_pearson, 0.5, 1000), 0.96);
  EXPECT_LE(proportion_coverage(IntervalMethod::clopper_pearson, 0.1, 1000), 0.96);
}

TEST(CoverageTest, WilsonAndJeffreysAreNearTheirLevelOnAverage) {
  for (const IntervalMethod method : {IntervalMethod::wilson, IntervalMethod::jeffreys}) {
    double sum = 0.0;
    int count = 0;
    for (double p = 0.05; p < 0.96; p += 0.01) {
      const double coverage = proportion_coverage(method, p, 50);
      EXPECT_GE(coverage, 0.88) << p;  // They dip: that is why they are not the default.
      sum += coverage;
      ++count;
    }
    EXPECT_NEAR(sum / count, 0.95, 0.01);
  }
}

TEST(CoverageTest, TheAnytimeIntervalHoldsAtEachOfManyLooks) {
  for (const double p : {0.01, 0.1, 0.5, 0.9}) EXPECT_GE(anytime_coverage(p, 300, 400), 0.95) << p;
}

TEST(CoverageTest, TheAnytimeRatioHoldsAtEachOfManyLooks) {
  EXPECT_GE(anytime_ratio_coverage(0.5, 0.1, 200, 100), 0.95);
  EXPECT_GE(anytime_ratio_coverage(0.1, 0.1, 200, 100), 0.95);
}

TEST(CoverageTest, LookingAtAnOrdinaryTestAgainAndAgainLies) {
  // Why the anytime p-value exists: equal sides, and one of three looks "significant" at some time.
  EXPECT_GE(peeking_false_decisions(0.5, 200, 200), 0.15);
  EXPECT_LE(anytime_false_decisions(0.5, 200, 200), 0.05);
}

TEST(CoverageTest, DifferencesAndRatiosAreCoveredNearTheirLevel) {
  for (const TwoRates& truth :
       {TwoRates{0.1, 0.1, 50, 50}, TwoRates{0.5, 0.1, 20, 20}, TwoRates{0.5, 0.5, 20, 60}}) {
    EXPECT_NEAR(newcombe_coverage(truth), 0.955, 0.02) << truth.a << " " << truth.b;
    EXPECT_NEAR(koopman_coverage(truth), 0.955, 0.02) << truth.a << " " << truth.b;
  }
}

TEST(CoverageTest, EqualSidesAreCalledDifferentInAtMostOneOfTwenty) {
  for (const double p : kRates) {
    EXPECT_LE(false_verdicts(p, 10, 10), 0.05) << p;
    EXPECT_LE(false_verdicts(p, 8, 20), 0.05) << p;
  }
}

TEST(CoverageTest, ATableOfManyClaimsKeepsTheLevelAsAWhole) {
  EXPECT_LE(false_tables(0.5, 20, 6, 300), 0.05);
}

TEST(CoverageTest, BadNightsDoNotPassForAnEffect) { EXPECT_LE(false_stratified_verdicts(4, 400), 0.06); }

TEST(CoverageTest, IntervalsWidenWhereNightsDiffer) {
  const NightCoverage coverage = night_coverage(0.4, 0.2, 10, 50, 200);
  EXPECT_LT(coverage.plain, 0.75) << "the plain interval believes in 500 independent trials";
  EXPECT_GE(coverage.widened, 0.90);
}

TEST(CoverageTest, NightsThatDifferAreAChangeAndNoVerdict) {
  const NightClaims two = false_night_claims(0.3, 0.1, 1, 40, 100);
  EXPECT_EQ(two.verdicts, 0.0);
  EXPECT_GT(two.changes, 0.2) << "what a verdict over trials would have claimed";
  EXPECT_LE(false_night_claims(0.3, 0.2, 4, 40, 100).verdicts, 0.08);
}

TEST(CoverageTest, LookingAfterEachNightKeepsTheLevel) {
  EXPECT_LE(false_verdicts_at_looks(0.1, 10, true, true, 60), 0.09);
  EXPECT_LE(false_verdicts_at_looks(0.1, 10, false, true, 60), 0.09);
}

TEST(CoverageTest, UnlikeMixesOfCellsAreNoEffect) { EXPECT_LE(false_unlike_mixes(200), 0.08); }

}  // namespace
}  // namespace faultline
