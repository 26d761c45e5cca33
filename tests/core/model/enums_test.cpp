// Each enumerator that is printed or stored has one spelling, which reads back.

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "core/model/fault_explanation.h"
#include "core/model/outcome.h"
#include "core/model/source_location.h"
#include "core/model/trial.h"

namespace faultline {
namespace {

/// Checks all values from 0 to `last`.
template <typename Enum, typename ToText, typename Parse>
void expect_round_trip(Enum last, const ToText& to_text, const Parse& parse) {
  std::set<std::string> seen;
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    const auto value = static_cast<Enum>(i);
    const std::string text(to_text(value));
    EXPECT_FALSE(text.empty());
    EXPECT_TRUE(seen.insert(text).second) << text << " stands for two";
    EXPECT_EQ(parse(text), value) << text;
  }
  EXPECT_EQ(parse(""), std::nullopt);
  EXPECT_EQ(parse("no such"), std::nullopt);
}

TEST(EnumTextTest, OutcomesReadBack) {
  expect_round_trip(Outcome::setup_failed, outcome_text, parse_outcome);
}
TEST(EnumTextTest, FaultKindsReadBack) {
  expect_round_trip(FaultKind::unknown, fault_kind_text, parse_fault_kind);
}
TEST(EnumTextTest, AccessKindsReadBack) {
  expect_round_trip(AccessKind::execute, access_kind_text, parse_access_kind);
}
TEST(EnumTextTest, RunStatesReadBack) {
  expect_round_trip(RunState::stopped, run_state_text, parse_run_state);
}

TEST(EnumTextTest, TheDocumentedSpellingsHold) {
  EXPECT_EQ(outcome_text(Outcome::exit_error), "exit_error");
  EXPECT_EQ(fault_kind_text(FaultKind::null_dereference), "null_dereference");
  EXPECT_EQ(access_kind_text(AccessKind::read_write), "read_write");
}

TEST(OutcomeTest, BadIsWhatAFixMustNotTrade) {
  for (const Outcome outcome : {Outcome::crashed, Outcome::wrong, Outcome::hung, Outcome::panicked}) {
    EXPECT_TRUE(is_bad(outcome)) << outcome_text(outcome);
  }
  for (const Outcome outcome : {Outcome::passed, Outcome::exit_error, Outcome::setup_failed}) {
    EXPECT_FALSE(is_bad(outcome)) << outcome_text(outcome);
  }
}

TEST(OutcomeTest, OnlyFailedSetUpsAreInNoDenominator) {
  for (const auto& row : kOutcomes) {
    EXPECT_EQ(counts_as_trial(row.value), row.value != Outcome::setup_failed) << row.text;
  }
}

TEST(CellTest, IsNamedByItsParametersOrItsWorkload) {
  Cell cell;
  cell.workload = "agx-sim";
  EXPECT_EQ(cell.text(), "agx-sim");
  cell.parameters = {{"threads", {"8", "8", ParameterType::integer}},
                     {"lock", {"none", "0", ParameterType::text}}};
  EXPECT_EQ(cell.text(), "threads=8 lock=none");
}

}  // namespace
}  // namespace faultline
