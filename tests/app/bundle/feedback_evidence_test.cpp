#include "app/bundle/feedback_evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::HasSubstr;

EvidenceOptions of_site() {
  EvidenceOptions options;
  options.sites = {"site~setComputePipelineState"};
  return options;
}

TEST(FeedbackEvidenceTest, ASiteComesWithItsReportsAndItsCells) {
  NightStore night;
  Scrubber scrubber;
  EvidenceOptions options = of_site();
  options.reports = 3;

  ASSERT_VALUE(const auto gathered, gather_evidence(night.store, options, scrubber));

  ASSERT_EQ(gathered.evidence.sites.size(), 1U);
  EXPECT_EQ(gathered.evidence.sites[0].reports.size(), 3U);
  EXPECT_EQ(gathered.originals[0].size(), 3U);
  EXPECT_EQ(gathered.evidence.cells.size(), 6U);
  EXPECT_THAT(gathered.campaign, HasSubstr("agx-race"));
  EXPECT_FALSE(gathered.tables.empty());
}

TEST(FeedbackEvidenceTest, WhatIsPrivateInAReportIsScrubbedInTheEvidenceAlone) {
  Store store = std::move(*Store::open_in_memory());
  const std::string bytes =
      IpsBuilder().body("procPath", "\"/Users/margaret/model\"").incident(night_incident(1)).text();
  ASSERT_DONE(store.add_report(bytes, arrival(), derive(bytes, ReportOrigin::imported, {})));
  Scrubber scrubber;

  ASSERT_VALUE(const auto gathered, gather_evidence(store, of_site(), scrubber));

  const auto& path = gathered.evidence.sites[0].reports[0].report.process_path;
  ASSERT_TRUE(path.has_value());
  EXPECT_EQ(path->find("margaret"), std::string::npos);
  EXPECT_THAT(gathered.originals[0][0], HasSubstr("margaret"));
}

TEST(FeedbackEvidenceTest, ALaterRunOfTheCampaignIsTheFollowUp) {
  NightStore night;
  Scrubber scrubber;
  ASSERT_VALUE(auto first, gather_evidence(night.store, of_site(), scrubber));
  ASSERT_DONE(add_follow_up(night.store, night.store, scrubber, first));
  EXPECT_FALSE(first.evidence.follow_up.has_value());

  NightOptions later;
  later.number = 2;
  later.started = "2025-12-22T01:00:00.000Z";
  later.control_crashes = 0;
  store_night(night.store, later);
  ASSERT_DONE(add_follow_up(night.store, night.store, scrubber, first));

  EXPECT_TRUE(first.evidence.follow_up.has_value());
}

}  // namespace
}  // namespace faultline
