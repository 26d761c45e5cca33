#include "app/report/report_sections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/campaign/run_changes.h"
#include "app/report/run_report.h"
#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::Contains;
using testing::Field;
using testing::HasSubstr;

class ReportSectionsTest : public testing::Test {
 protected:
  ReportSectionsTest() : summary(*stored_summary(night.store, night.run)) {}
  NightStore night;
  RunSummary summary;
};

TEST_F(ReportSectionsTest, RatesHaveATableAndAPlotForEachWorkload) {
  ASSERT_VALUE(const auto section, rates_section(night.store, night.run));

  const auto tables = blocks_of(section.blocks, Block::Kind::table);
  ASSERT_FALSE(tables.empty());
  EXPECT_EQ(tables[0]->table->programs.rows.size(), 6U);
  EXPECT_FALSE(blocks_of(section.blocks, Block::Kind::plot).empty());
}

TEST_F(ReportSectionsTest, EachSiteCanBeOpened) {
  ASSERT_VALUE(const auto section, sites_section(night.store, summary));

  const auto folds = blocks_of(section.blocks, Block::Kind::fold);
  ASSERT_EQ(folds.size(), 1U);
  EXPECT_THAT(folds[0]->text, HasSubstr("setComputePipelineState"));
}

TEST_F(ReportSectionsTest, EachValueOfASettingIsComparedWithTheOthersOfIt) {
  ASSERT_VALUE(const auto section, comparisons_section(night.store, summary));

  const auto tables = blocks_of(section.blocks, Block::Kind::table);
  ASSERT_FALSE(tables.empty());
  // threads has two values, of which one is the other's mirror image; lock has three.
  EXPECT_EQ(tables[0]->table->programs.rows.size(), 4U);
  EXPECT_EQ(tables[0]->table->people.columns[1].key, "verdict");
}

TEST_F(ReportSectionsTest, ARunThatIsTheFirstHasNothingToBeComparedWith) {
  ASSERT_VALUE(const auto before, run_before(night.store, night.run));
  EXPECT_FALSE(before.has_value());

  NightOptions later;
  later.number = 2;
  later.started = "2025-12-22T01:00:00.000Z";
  const RunRecord second = store_night(night.store, later);
  ASSERT_VALUE(const auto first, run_before(night.store, second));
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->uuid, night.run.uuid);
}

TEST_F(ReportSectionsTest, ReportsThatAreNoCrashesAreListedByTheQueryThatFindsThem) {
  Analysis panic;
  panic.report.kind = ReportKind::panic;
  panic.report.incident = "99999999-0000-4000-8000-000000000001";
  const NewReport report{"{\"bug_type\":\"210\"}\n{}", captured_by(night.run, 500), &panic};
  ASSERT_DONE(night.store.record_trial(make_trial(night.run, 500, 0, Outcome::panicked), {&report, 1}));

  ASSERT_VALUE(const auto section, other_events_section(night.store, night.run));

  const auto tables = blocks_of(section.blocks, Block::Kind::table);
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_EQ(tables[1]->table->id, "other_reports");
  EXPECT_EQ(tables[1]->table->people.rows.size(), 1U);
  EXPECT_THAT(tables[1]->table->people.command, HasSubstr("faultline query 'SELECT"));
}

TEST_F(ReportSectionsTest, WhatTheRunCannotTellIsSaid) {
  summary.reconciliation.uncaptured = 2;
  summary.control.reset();

  ASSERT_VALUE(const auto section, unknown_section(night.store, summary));

  EXPECT_THAT(section.blocks, Contains(Field(&Block::text, HasSubstr("2 trials"))));
  EXPECT_THAT(section.blocks, Contains(Field(&Block::text, HasSubstr("no control"))));
}

}  // namespace
}  // namespace faultline
