#include "app/campaign/sequential_stop_evaluator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace faultline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Cell cell(const std::string& threads, const std::string& lock) {
  Cell one;
  one.workload = "w";
  one.parameters = {{"threads", {threads, threads, ParameterType::integer, false}},
                    {"lock", {lock, lock, ParameterType::text, false}}};
  return one;
}

const std::vector<Cell> kCells{cell("1", "none"), cell("1", "global"), cell("8", "none"),
                               cell("8", "global")};

std::vector<bool> judged(const StopRule& rule, const std::vector<Proportion>& crashed,
                         std::vector<bool> before = {false, false, false, false}) {
  const auto evaluator = SequentialStopEvaluator::make(rule, kCells);
  EXPECT_TRUE(evaluator.has_value());
  std::vector<bool> decided;
  for (const CellDecision& one : evaluator->evaluate(crashed, before)) decided.push_back(one.is_decided);
  return decided;
}

TEST(SequentialStopEvaluatorTest, AnIntervalIsDecidedWhenItIsNarrowEnough) {
  const StopRule rule{StopRule::When::interval, 0.2, "", 0.0, false};
  EXPECT_THAT(judged(rule, {{0, 10}, {0, 200}, {50, 100}, {500, 1000}}),
              ElementsAre(false, true, false, true));
}

TEST(SequentialStopEvaluatorTest, ARateIsDecidedBelowAndAbove) {
  const StopRule rule{StopRule::When::below, 0.0, "", 0.05, false};
  EXPECT_THAT(judged(rule, {{0, 20}, {0, 400}, {40, 100}, {5, 100}}), ElementsAre(false, true, true, false));
}

TEST(SequentialStopEvaluatorTest, AComparedCellIsNeededUntilItsLikeIsDecided) {
  const StopRule rule{StopRule::When::decided, 0.0, "lock=none", 0.0, false};
  // One thread never crashes on either side; eight threads differ.
  EXPECT_THAT(judged(rule, {{0, 50}, {0, 50}, {28, 50}, {0, 50}}), ElementsAre(false, false, true, true));
}

TEST(SequentialStopEvaluatorTest, WhatWasDecidedStaysSo) {
  const StopRule rule{StopRule::When::decided, 0.0, "lock=none", 0.0, false};
  EXPECT_THAT(judged(rule, {{0, 50}, {0, 50}, {28, 50}, {0, 50}}, {false, true, false, false}),
              ElementsAre(true, true, true, true));
}

TEST(SequentialStopEvaluatorTest, EachOfManyComparisonsGetsItsPartOfTheError) {
  const StopRule rule{StopRule::When::decided, 0.0, "lock=none", 0.0, false};
  const auto one = SequentialStopEvaluator::make(rule, {kCells[2], kCells[3]});
  const auto two = SequentialStopEvaluator::make(rule, kCells);
  ASSERT_TRUE(one && two);
  const auto alone = one->evaluate({{10, 20}, {2, 20}}, {false, false})[1].reason;
  const auto beside =
      two->evaluate({{0, 0}, {0, 0}, {10, 20}, {2, 20}}, {false, false, false, false})[3].reason;
  EXPECT_THAT(alone, HasSubstr("at most 0.05 is wanted"));
  EXPECT_THAT(beside, HasSubstr("at most 0.025 is wanted"));
}

TEST(SequentialStopEvaluatorTest, CellsThatTheRunDoesNotHaveAreAnError) {
  const StopRule rule{StopRule::When::decided, 0.0, "lock=none", 0.0, false};
  EXPECT_FALSE(SequentialStopEvaluator::make(rule, {kCells[0], kCells[3]}).has_value());
}

}  // namespace
}  // namespace faultline
