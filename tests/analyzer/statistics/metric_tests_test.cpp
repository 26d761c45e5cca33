#include <gtest/gtest.h>

#include <cmath>

#include "analyzer/statistics/modes.h"
#include "analyzer/statistics/rank_test.h"
#include "tests/analyzer/statistics/golden_numbers.h"

namespace faultline {
namespace {

constexpr double kTolerance = 1e-9;

/// Rows that hold two sides: how many the first has, then all values.
std::pair<std::vector<double>, std::vector<double>> sides(const GoldenRow& row) {
  const auto middle = row.in.begin() + 1 + static_cast<std::ptrdiff_t>(row.in[0]);
  return {{row.in.begin() + 1, middle}, {middle, row.in.end()}};
}

TEST(GoldenTest, RankSumsAgreeWithR) {
  for (const GoldenRow& row : golden_rows("rank_sum")) {
    const auto [a, b] = sides(row);
    expect_agreement(rank_sum_p(a, b), row.out[0], kTolerance, row.text());
  }
}

TEST(GoldenTest, RatiosByRanksAgreeWithR) {
  for (const GoldenRow& row : golden_rows("rank_ratio")) {
    const auto [a, b] = sides(row);
    const auto ratio = rank_ratio(a, b);
    ASSERT_TRUE(ratio && ratio->interval) << row.text();
    expect_agreement(ratio->value, row.out[0], kTolerance, row.text());
    expect_agreement(ratio->interval->low, row.out[1], kTolerance, row.text());
    expect_agreement(ratio->interval->high, row.out[2], kTolerance, row.text());
  }
}

TEST(GoldenTest, DipsAgreeWithR) {
  for (const GoldenRow& row : golden_rows("dip"))
    expect_agreement(dip_statistic(row.in), row.out[0], kTolerance, row.text());
}

TEST(RankTest, TooFewOrUnlikeNumbersGiveNoInterval) {
  EXPECT_EQ(rank_sum_p({}, {1.0}), 1.0);
  EXPECT_EQ(rank_ratio({1.0, 2.0}, {1.5, 2.5})->interval, std::nullopt);
  EXPECT_EQ(rank_ratio({1.0, -2.0}, {1.5, 2.5}), std::nullopt) << "a ratio of negative numbers says nothing";
}

std::vector<RunNumber> of_runs(const std::vector<std::vector<double>>& runs) {
  std::vector<RunNumber> out;
  for (std::size_t run = 0; run < runs.size(); ++run) {
    for (const double value : runs[run]) out.push_back({value, run});
  }
  return out;
}

TEST(RankTest, ASlowNightIsNoEffect) {
  // Run 1 is ten times slower, and has more of side b.
  const auto a = of_runs({{100, 101, 102, 103, 104, 105}, {10.1}});
  const auto b = of_runs({{100.5}, {10.0, 10.2, 10.3, 10.4, 10.5, 10.6}});
  std::vector<NumberComparison> claims{compare_numbers(a, b)};
  judge_numbers(claims);
  EXPECT_EQ(claims[0].verdict, ComparisonVerdict::undecided);
  EXPECT_GT(claims[0].p_value, 0.3);
  EXPECT_NEAR(claims[0].ratio->value, 1.0, 0.02);
}

TEST(RankTest, SidesOfDifferentRunsHaveNoVerdict) {
  const auto a = of_runs({{100, 101, 102, 103, 104, 105, 106, 107}});
  std::vector<RunNumber> b = a;
  for (RunNumber& number : b) number = {number.value / 2.0, 1};
  std::vector<NumberComparison> claims{compare_numbers(a, b)};
  judge_numbers(claims);
  EXPECT_LT(claims[0].p_value, 0.001);
  EXPECT_FALSE(claims[0].share_run);
  EXPECT_EQ(claims[0].verdict, ComparisonVerdict::undecided);
  for (RunNumber& number : b) number.run = 0;
  claims = {compare_numbers(a, b)};
  judge_numbers(claims);
  EXPECT_EQ(claims[0].verdict, ComparisonVerdict::higher);
  EXPECT_NEAR(claims[0].ratio->value, 2.0, 0.02);
}

TEST(ModesTest, TwoSpeedsAreFoundWithTheirShares) {
  std::vector<double> values;
  for (int i = 0; i < 14; ++i) values.push_back(100.0 + i % 5 + 0.01 * i);
  for (int i = 0; i < 36; ++i) values.push_back(500.0 + i % 7 + 0.01 * i);
  const auto modes = two_modes(values);
  ASSERT_TRUE(modes);
  EXPECT_NEAR(modes->low_share, 0.28, 1e-12);
  EXPECT_NEAR(modes->low, 102.0, 1.0);
  EXPECT_NEAR(modes->high, 503.0, 1.0);
}

TEST(ModesTest, OneModeAndRoundedNumbersAreNotTwo) {
  std::vector<double> even;
  std::vector<double> rounded;
  for (int i = 0; i < 200; ++i) {
    even.push_back(i);
    rounded.push_back(std::round(3.0 * std::sin(i * 0.7) + 2.0 * std::sin(i * 1.3)));
  }
  EXPECT_EQ(two_modes(even), std::nullopt);
  EXPECT_EQ(two_modes(rounded), std::nullopt);
  EXPECT_EQ(two_modes({5, 5, 5, 5, 5}), std::nullopt);
  EXPECT_EQ(two_modes({1, 9, 1}), std::nullopt) << "three values have no modes";
}

TEST(ModesTest, NumbersOfTwoKindsHaveTwoModes) {
  std::vector<double> values(20, 100.0);
  values.insert(values.end(), 30, 500.0);
  EXPECT_NEAR(two_modes(values)->low_share, 0.4, 1e-12);
  values.assign(99, 100.0);
  values.push_back(500.0);
  EXPECT_EQ(two_modes(values), std::nullopt) << "one odd trial is no mode";
}

}  // namespace
}  // namespace faultline
