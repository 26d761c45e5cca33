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

  ASSERT_EQ(section.plots.size(), 1U);
  ASSERT_EQ(section.plots[0].series.size(), 1U);
  EXPECT_EQ(section.plots[0].series[0].points.size(), 2U);
}

TEST(ReportTrendsTest, TimeToCrashHasATable) {
  NightStore night;

  ASSERT_VALUE(const auto section, time_section(night.store, night.run));

  EXPECT_FALSE(section.tables.empty());
}

TEST(ReportTrendsTest, ARunThatPrintedNoNumberHasNoTableOfThem) {
  NightStore night;

  ASSERT_VALUE(const auto section, metrics_section(night.store, night.run));

  EXPECT_TRUE(section.tables.empty());
}

}  // namespace
}  // namespace faultline
