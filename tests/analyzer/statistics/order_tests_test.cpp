#include "analyzer/statistics/order_tests.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "analyzer/statistics/change_point.h"
#include "analyzer/statistics/event_rate.h"
#include "analyzer/statistics/method_choice.h"
#include "tests/analyzer/statistics/golden_numbers.h"

namespace faultline {
namespace {

constexpr double kTolerance = 1e-9;

TrialSequence sequence_of(const std::string& text) {
  TrialSequence out;
  for (const char c : text) out.push_back(c == 'X');
  return out;
}

TEST(GoldenTest, OrderWithinRunsAgreesWithR) {
  for (const GoldenRow& row : golden_rows("order_tests")) {
    TrialSequence sequence;
    for (const double one : row.in) sequence.push_back(one == 1.0);
    const OrderTests order = order_tests({sequence});
    expect_agreement(order.runs_p, row.out[0], kTolerance, row.text());
    expect_agreement(order.drift_p, row.out[1], kTolerance, row.text());
    expect_agreement(order.lag1_correlation, row.out[2], kTolerance, row.text());
  }
}

TEST(GoldenTest, EventRatesOverNightsAgreeWithR) {
  for (const GoldenRow& row : golden_rows("event_rate")) {
    std::vector<WorkedNight> nights;
    for (std::size_t i = 0; i < row.in.size(); i += 2)
      nights.push_back({static_cast<std::int64_t>(row.in[i]), row.in[i + 1]});
    const EventRate rate = event_rate(nights);
    expect_agreement(rate.rate, row.out[0], kTolerance, row.text());
    expect_agreement(rate.factor, row.out[1], kTolerance, row.text());
    expect_agreement(rate.p_value, row.out[2], kTolerance, row.text());
  }
}

TEST(OrderTestsTest, CrashesThatComeInClustersWidenTheInterval) {
  const std::string clustered =
      "....................XXXXXXXXXX..............................XXXXXXXXXX..............................";
  const std::string spread =
      "X....X......X...X.........X....X......X......X...X....X........X....X...X.......X....X....X....X...X";
  const auto chosen = [](const std::string& text) {
    const TrialSequence sequence = sequence_of(text);
    const auto counted = std::count(sequence.begin(), sequence.end(), true);
    return choose_interval({counted, static_cast<std::int64_t>(sequence.size())}, {false, {}, {sequence}});
  };
  EXPECT_TRUE(chosen(clustered).order_matters);
  EXPECT_FALSE(chosen(spread).order_matters);
  const Interval plain = clopper_pearson({20, 100});
  EXPECT_LT(chosen(clustered).interval.low, plain.low - 0.05);
  EXPECT_GT(chosen(clustered).interval.high, plain.high + 0.05);
  const auto counted = std::count(spread.begin(), spread.end(), 'X');
  EXPECT_EQ(chosen(spread).interval, clopper_pearson({counted, static_cast<std::int64_t>(spread.size())}));
}

TEST(OrderTestsTest, ARateThatRisesFromBlockToBlockIsADrift) {
  const OrderTests order =
      order_tests({sequence_of("..........X.......X......X...X..X.X..X.XX.X.XXX.XXXXX.XXXXXX")});
  EXPECT_LT(order.drift_p, 0.001);
  EXPECT_TRUE(order.matters);
}

TEST(OrderTestsTest, RunsOfManyCellsAreAddedUpAndSilentOnesPassedOver) {
  EXPECT_EQ(order_tests({}).runs_p, 1.0);
  EXPECT_EQ(order_tests({sequence_of("........"), sequence_of("XXXXXXXX"), sequence_of("X.")}).runs_p, 1.0);
  const std::vector<TrialSequence> few(12, sequence_of("XXXX........"));
  EXPECT_LT(order_tests(few).runs_p, 1e-6) << "what one sequence cannot show, twelve do";
  EXPECT_GT(order_tests({few[0]}).runs_p, 0.001);
}

TEST(OrderTestsTest, AnOpenRunKeepsWhatHoldsAtEveryLook) {
  const ChosenInterval chosen = choose_interval({4, 12}, {true, {}, {sequence_of("XXXX........")}});
  EXPECT_EQ(chosen.method, IntervalMethod::anytime);
  EXPECT_FALSE(chosen.order_matters);
}

TEST(EventRateTest, NightsThatDifferWidenTheRate) {
  const EventRate rate = event_rate({{40, 1e6}, {2, 1e6}, {35, 1e6}, {5, 1e6}});
  EXPECT_TRUE(rate.widened);
  const Interval plain = poisson_rate(82, 4e6);
  EXPECT_LT(rate.interval.low, 0.6 * plain.low);
  EXPECT_GT(rate.interval.high, 1.5 * plain.high);
  const EventRate alike = event_rate({{20, 1e6}, {22, 1e6}, {19, 1e6}, {21, 1e6}});
  EXPECT_FALSE(alike.widened);
  EXPECT_EQ(alike.interval, poisson_rate(82, 4e6));
}

TEST(EventRateTest, FewEventsAreJudgedByDealsThatRepeat) {
  const std::vector<WorkedNight> nights{{4, 1e6}, {0, 1e6}, {0, 1e6}, {0, 1e6}, {0, 1e6}};
  EXPECT_EQ(event_rate(nights).p_value, event_rate(nights).p_value);
  EXPECT_NEAR(event_rate(nights).p_value, 1.0 / 125.0, 0.005) << "all four in one night of five";
  EXPECT_EQ(event_rate({}).rate, 0.0);
  EXPECT_FALSE(event_rate({{3, 1e6}}).widened);
}

std::vector<Proportion> nights(std::initializer_list<std::int64_t> counted) {
  std::vector<Proportion> out;
  for (const std::int64_t one : counted) out.push_back({one, 50});
  return out;
}

TEST(ChangePointTest, TheNightFromWhichTheRateIsAnotherOneIsFound) {
  const auto change = find_change(nights({5, 4, 6, 5, 20, 22, 19, 21}));
  ASSERT_TRUE(change);
  EXPECT_EQ(change->first, 4U);
  EXPECT_EQ(change->before, (Proportion{20, 200}));
  EXPECT_EQ(change->after, (Proportion{82, 200}));
  // The two halves in either order: 2 / C(8,4).
  EXPECT_NEAR(change->p_value, 2.0 / 70.0, 1e-12);
}

TEST(ChangePointTest, NightsThatVaryOrRiseAndFallByThemselvesAreNone) {
  EXPECT_GT(find_change(nights({5, 21, 4, 20, 6, 22, 5, 19, 4, 21}))->p_value, 0.2);
  EXPECT_EQ(find_change(nights({5, 5, 5, 5, 5, 5, 5, 5, 5}))->p_value, 1.0);
  EXPECT_EQ(find_change(nights({0, 0, 0, 50, 50, 50, 50})), std::nullopt) << "seven nights are too few";
}

TEST(ChangePointTest, ManyNightsAreShuffledBySeedAndEmptyOnesKeepTheirPlace) {
  std::vector<Proportion> many(10, Proportion{5, 50});
  many.push_back({0, 0});
  many.insert(many.end(), 10, Proportion{20, 50});
  const auto change = find_change(many);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->first, 11U);
  EXPECT_LT(change->p_value, 0.001);
  EXPECT_EQ(change->p_value, find_change(many)->p_value);
}

}  // namespace
}  // namespace faultline
