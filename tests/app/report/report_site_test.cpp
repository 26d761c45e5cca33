#include "app/report/report_site.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::HasSubstr;

TEST(ReportSiteTest, ASiteIsOpenedToItsStackAndItsReports) {
  NightStore night;
  ASSERT_VALUE(const auto sites, query_sites(night.store, {}));
  ASSERT_EQ(sites.size(), 1U);
  ASSERT_VALUE(const auto totals, query_report_totals(night.store, {sites[0].key}));

  ASSERT_VALUE(const auto detail, site_detail(night.store, night.run, sites[0], totals));

  EXPECT_THAT(detail.title, HasSubstr("setComputePipelineState"));
  EXPECT_THAT(detail.text, HasSubstr("encode(Context*)"));
  ASSERT_FALSE(detail.tables.empty());
  EXPECT_EQ(detail.tables.back().programs.rows.size(), 5U);
}

}  // namespace
}  // namespace faultline
