#include "core/model/outcome.h"

#include <gtest/gtest.h>

#include "core/model/trial.h"

namespace faultline {
namespace {

TEST(OutcomeTest, OnlyATrialThatRanAsMeantCountsInRates) {
  for (const OutcomeRow& row : kOutcomes) {
    EXPECT_EQ(counts_in_rates(row.value, false, false), row.value != Outcome::setup_failed) << row.text;
    EXPECT_FALSE(counts_in_rates(row.value, true, false)) << row.text;
    EXPECT_FALSE(counts_in_rates(row.value, false, true)) << row.text;
  }
  Trial trial;
  trial.verdict.outcome = Outcome::hung;
  EXPECT_TRUE(counts_in_rates(trial));
  trial.contaminated = true;
  EXPECT_FALSE(counts_in_rates(trial));
}

TEST(OutcomeCountsTest, EachOutcomeHasANumberOfItsOwn) {
  OutcomeCounts counts;
  std::int64_t next = 1;
  for (const OutcomeRow& row : kOutcomes) counts[row.value] = next++;

  next = 1;
  for (const OutcomeRow& row : kOutcomes) EXPECT_EQ(counts[row.value], next++) << row.text;
  const auto last = static_cast<std::int64_t>(kOutcomes.size());
  EXPECT_EQ(counts.sum(), last * (last + 1) / 2);
}

TEST(OutcomeCountsTest, BadOnesAndTrialsAreSumsOfTheirOutcomes) {
  OutcomeCounts counts;
  counts[Outcome::passed] = 100;
  counts[Outcome::crashed] = 1;
  counts[Outcome::wrong] = 2;
  counts[Outcome::hung] = 4;
  counts[Outcome::panicked] = 8;
  counts[Outcome::exit_error] = 1'000;
  counts[Outcome::setup_failed] = 10'000;

  EXPECT_EQ(counts.bad(), 15);
}

TEST(OutcomeCountsTest, SumsAreTakenOutcomeByOutcome) {
  OutcomeCounts a;
  OutcomeCounts b;
  a[Outcome::wrong] = 2;
  b[Outcome::wrong] = 3;
  b[Outcome::hung] = 1;
  a += b;

  EXPECT_EQ(a[Outcome::wrong], 5);
  EXPECT_EQ(a[Outcome::hung], 1);
  EXPECT_EQ(a[Outcome::passed], 0);
}

}  // namespace
}  // namespace faultline
