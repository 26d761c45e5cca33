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

  EXPECT_THAT(detail.text, HasSubstr("setComputePipelineState"));
  const auto stacks = blocks_of(detail.blocks, Block::Kind::code);
  ASSERT_EQ(stacks.size(), 1U);
  EXPECT_THAT(stacks[0]->text, HasSubstr("encode(Context*)"));
  const auto tables = blocks_of(detail.blocks, Block::Kind::table);
  ASSERT_FALSE(tables.empty());
  EXPECT_EQ(tables.back()->table->programs.rows.size(), 5U);
}

}  // namespace
}  // namespace faultline
