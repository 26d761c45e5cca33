#include "app/report/report_trends.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/stored_night.h"

namespace faultline {
namespace {

TEST(ReportTrendsTest, NightsAreAPlotWithAPointForEachRun) {
  NightStore night;
  NightOptions later;
  later.number = 2;
  later.started = "2025-12-22T01:00:00.000Z";
  const RunRecord second = store_night(night.store, later);

  ASSERT_VALUE(const auto section, nights_section(night.store, second));

  const auto plots = blocks_of(section.blocks, Block::Kind::plot);
  ASSERT_EQ(plots.size(), 1U);
  ASSERT_EQ(plots[0]->plot->series.size(), 1U);
  EXPECT_EQ(plots[0]->plot->series[0].points.size(), 2U);
}

TEST(ReportTrendsTest, TimeToCrashHasATable) {
  NightStore night;

  ASSERT_VALUE(const auto section, time_section(night.store, night.run));

  EXPECT_FALSE(blocks_of(section.blocks, Block::Kind::table).empty());
}

TEST(ReportTrendsTest, ARunThatPrintedNoNumberHasNoTableOfThem) {
  NightStore night;

  ASSERT_VALUE(const auto section, metrics_section(night.store, night.run));

  EXPECT_TRUE(blocks_of(section.blocks, Block::Kind::table).empty());
}

}  // namespace
}  // namespace faultline
