#include "app/questions/site_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/stored_night.h"

namespace faultline {
namespace {

TEST(SiteRequestTest, SitesAreRowsAndOneMayBeNamed) {
  NightStore night;
  const std::string other = night_report(9000);
  ASSERT_DONE(night.store.add_report(other, arrival(), make_analysis(9000, "commit")));

  ASSERT_VALUE(const auto all, answer_sites(night.store, {}, "", TableAudience::programs));
  ASSERT_VALUE(const auto one, answer_sites(night.store, {}, "site~commit", TableAudience::programs));

  EXPECT_EQ(all.rows.size(), 2U);
  EXPECT_EQ(one.rows.size(), 1U);
}

TEST(SiteRequestTest, ASiteThatIsNotThereIsAnError) {
  NightStore night;

  EXPECT_FALSE(answer_sites(night.store, {}, "site~absent", TableAudience::people).has_value());
  EXPECT_FALSE(answer_partners(night.store, "site~absent").has_value());
}

TEST(SiteRequestTest, PartnersAreWhatOtherThreadsWereIn) {
  Store store = std::move(*Store::open_in_memory());
  ASSERT_DONE(store.add_report(night_report(1), arrival(), make_analysis(1)));

  ASSERT_VALUE(const auto table, answer_partners(store, "site~setComputePipelineState"));

  EXPECT_EQ(table.rows.size(), 2U);
}

}  // namespace
}  // namespace faultline
