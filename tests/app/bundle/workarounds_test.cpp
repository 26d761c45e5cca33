#include "app/bundle/workarounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

namespace faultline {
namespace {

using ::testing::HasSubstr;

Cell cell(int threads, int lock) {
  Cell made;
  made.workload = "mps";
  for (const auto& [name, value] : {std::pair{"threads", threads}, std::pair{"lock", lock}}) {
    ParameterValue setting;
    setting.label = std::to_string(value);
    setting.value = setting.label;
    made.parameters.emplace_back(name, setting);
  }
  return made;
}

FeedbackCell measured(int threads, int lock, Proportion bad) {
  FeedbackCell made;
  made.cell = cell(threads, lock);
  made.bad = bad;
  made.of_sites = bad;
  return made;
}

std::int64_t count(std::mt19937_64& random, double p, int trials) {
  std::int64_t k = 0;
  for (int i = 0; i < trials; ++i) k += static_cast<double>(random() >> 11) * 0x1p-53 < p ? 1 : 0;
  return k;
}

/// The share of bundles that name a workaround where all cells have one rate.
double false_workarounds(int threads, int locks, bool with_control, int runs) {
  std::mt19937_64 random(7);
  int any = 0;
  for (int run = 0; run < runs; ++run) {
    FeedbackEvidence evidence;
    for (int t = 0; t < threads; ++t) {
      for (int l = 0; l < locks; ++l) evidence.cells.push_back(measured(t, l, {count(random, 0.4, 30), 30}));
    }
    WorkaroundBasis basis;
    if (with_control) basis.control_cells = {{"mps", evidence.cells.front().cell.text()}};
    add_workarounds(evidence, basis);
    any += std::any_of(evidence.workarounds.begin(), evidence.workarounds.end(),
                       [](const Comparison& of) { return of.verdict == ComparisonVerdict::lower; })
               ? 1
               : 0;
  }
  return static_cast<double>(any) / runs;
}

TEST(WorkaroundsTest, EqualCellsNameNoneMoreOftenThanTheLevelAllows) {
  for (const bool with_control : {true, false}) {
    EXPECT_LE(false_workarounds(3, 3, with_control, 40), 0.1);
  }
}

TEST(WorkaroundsTest, ASettingThatHelpsIsNamedFirstAndAtEqualOtherSettings) {
  FeedbackEvidence evidence;
  for (int threads = 0; threads < 3; ++threads) {
    evidence.cells.push_back(measured(threads, 0, {20, 30}));
    evidence.cells.push_back(measured(threads, 1, {1, 30}));
  }

  add_workarounds(evidence, {});

  ASSERT_FALSE(evidence.workarounds.empty());
  EXPECT_EQ(evidence.workarounds[0].a_name, "lock=1");
  EXPECT_THAT(evidence.workarounds[0].b_name, HasSubstr("at equal other settings"));
  EXPECT_EQ(evidence.workarounds[0].verdict, ComparisonVerdict::lower);
  EXPECT_EQ(evidence.workarounds[0].decided_by, "exact-stratified");
}

TEST(WorkaroundsTest, ARunThatIsOpenIsJudgedByWhatHoldsAtEveryLook) {
  FeedbackEvidence evidence;
  evidence.cells = {measured(8, 0, {6, 20}), measured(8, 1, {0, 20})};
  WorkaroundBasis basis;
  basis.control_cells = {{"mps", evidence.cells[0].cell.text()}};
  add_workarounds(evidence, basis);
  ASSERT_EQ(evidence.workarounds.size(), 1U);
  EXPECT_EQ(evidence.workarounds[0].verdict, ComparisonVerdict::lower);

  basis.open = true;
  add_workarounds(evidence, basis);

  EXPECT_EQ(evidence.workarounds[0].decided_by, "anytime");
  EXPECT_EQ(evidence.workarounds[0].verdict, ComparisonVerdict::undecided);
}

TEST(WorkaroundsTest, WhatCrashesMoreIsNoWorkaround) {
  FeedbackEvidence evidence;
  evidence.cells = {measured(8, 0, {5, 40}), measured(8, 1, {35, 40}), measured(16, 0, {5, 40})};
  WorkaroundBasis basis;
  basis.control_cells = {{"mps", evidence.cells[0].cell.text()}};
  add_workarounds(evidence, basis);
  for (const Comparison& of : evidence.workarounds) EXPECT_NE(of.a_name, "threads=8 lock=1");
}

}  // namespace
}  // namespace faultline
