#include "app/report/run_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsSupersetOf;

std::vector<std::string> section_ids(const CampaignReport& report) {
  std::vector<std::string> ids;
  for (const auto& section : report.document.sections) ids.push_back(section.id);
  return ids;
}

TEST(RunReportTest, AStoredRunIsSummedUpAsOneThatJustEnded) {
  NightStore night;

  ASSERT_VALUE(const auto summary, stored_summary(night.store, night.run));

  EXPECT_EQ(summary.progress.trials_done, 60);
  EXPECT_EQ(summary.progress.outcomes[Outcome::crashed], 5);
  EXPECT_EQ(summary.reconciliation.deaths,
            summary.reconciliation.matched + summary.reconciliation.uncaptured);
  ASSERT_TRUE(summary.control.has_value());
  EXPECT_EQ(summary.control->crashed, 5);
}

TEST(RunReportTest, TheReportHasItsSectionsAndACaseForEachCell) {
  NightStore night;
  ASSERT_VALUE(const auto summary, stored_summary(night.store, night.run));
  std::vector<std::string> parts;

  ASSERT_VALUE(const auto report, run_report(night.store, summary, {"crash"}, {"crash: 5 trials crashed"},
                                             [&](std::string_view part) { parts.emplace_back(part); }));

  EXPECT_THAT(section_ids(report), IsSupersetOf({"run", "ledger", "sites", "changes", "unknown"}));
  EXPECT_THAT(parts, Contains("crash sites"));
  EXPECT_THAT(report.document.lead,
              ElementsAre(Field(&Block::text, HasSubstr("5 of 60 trials crashed; 1 crash site")),
                          Field(&Block::text, "crash: 5 trials crashed")));
  EXPECT_EQ(section_ids(report).front(), "changes");
  EXPECT_EQ(section_ids(report).back(), "ledger");
  std::size_t failed = 0;
  for (const auto& one : report.cases) failed += one.failure.empty() ? 0 : 1;
  // The control is fine where it crashes; the check that found something is a failure.
  EXPECT_EQ(report.cases.size(), 7U);
  EXPECT_EQ(failed, 1U);
}

}  // namespace
}  // namespace faultline
