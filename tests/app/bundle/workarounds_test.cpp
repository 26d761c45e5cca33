#include "app/bundle/workarounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/app/bundle/false_workarounds.h"

namespace faultline {
namespace {

using ::testing::HasSubstr;

FeedbackCell measured(int threads, int lock, Proportion bad) { return bundle_cell_of(threads, lock, bad); }

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
