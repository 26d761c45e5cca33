#include "app/report/run_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/report/run_report.h"
#include "reports/formats/report_writer.h"
#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::HasSubstr;

TEST(RunSummaryTest, EndsWithRatesSitesAndWhatTheyRestOn) {
  NightStore night;
  ASSERT_VALUE(const auto summary, stored_summary(night.store, night.run));

  ASSERT_VALUE(const auto page, run_summary_page(night.store, summary, TableAudience::people));

  ASSERT_EQ(page.tables.size(), 2U);
  const auto rates = write_table(page.tables[0], TableFormat::text);
  EXPECT_THAT(rates, HasSubstr("--pivot lock"));
  EXPECT_THAT(rates, HasSubstr("5/10"));
  EXPECT_THAT(write_table(page.tables[1], TableFormat::text), HasSubstr("setComputePipelineState"));
  EXPECT_THAT(page.words, HasSubstr("5 with a report, 0 uncaptured"));
  EXPECT_THAT(page.words, HasSubstr("crashed in 5 of 10 trials"));
}

TEST(RunSummaryTest, ProgramsGetARowForEachCell) {
  NightStore night;
  ASSERT_VALUE(const auto summary, stored_summary(night.store, night.run));

  ASSERT_VALUE(const auto page, run_summary_page(night.store, summary, TableAudience::programs));

  EXPECT_EQ(page.tables[0].rows.size(), 6U);
}

TEST(RunSummaryTest, AControlThatDidNotCrashProvesNothing) {
  NightOptions quiet;
  quiet.control_crashes = 0;
  NightStore night(quiet);
  ASSERT_VALUE(auto summary, stored_summary(night.store, night.run));
  summary.set_aside = {"threads=8 lock=none"};

  ASSERT_VALUE(const auto page, run_summary_page(night.store, summary, TableAudience::people));

  EXPECT_THAT(page.words, HasSubstr("proves nothing"));
  EXPECT_THAT(page.words, HasSubstr("threads=8 lock=none"));
}

}  // namespace
}  // namespace faultline
