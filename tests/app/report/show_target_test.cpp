#include "app/report/show_target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/report/run_page.h"
#include "app/report/site_page.h"
#include "reports/documents/document_writers.h"
#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::HasSubstr;

TEST(ShowTargetTest, AWordMeansAReportASiteOrARun) {
  NightStore night;
  ASSERT_VALUE(const auto sites, query_sites(night.store, {}));
  ASSERT_VALUE(const auto reports, list_reports(night.store, {}));

  for (const auto& [what, target] :
       std::vector<std::pair<std::string, ShowTarget>>{{"last", ShowTarget::report},
                                                       {reports[0].incident, ShowTarget::report},
                                                       {sites[0].key, ShowTarget::site},
                                                       {sites[0].key.substr(0, 8), ShowTarget::site},
                                                       {"site~setCompute", ShowTarget::site},
                                                       {night.run.uuid.text(), ShowTarget::run}}) {
    ASSERT_VALUE(const auto found, find_show_target(night.store, what));
    EXPECT_EQ(found, target) << what;
  }
}

TEST(ShowTargetTest, WhatMeansNothingIsAnErrorThatSaysWhereToLook) {
  NightStore night;

  const auto found = find_show_target(night.store, "nothing-like-it");

  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().text(), HasSubstr("faultline list reports"));
}

TEST(SitePageTest, ASiteSaysHowOftenWhereAndWhichReports) {
  NightStore night;
  ASSERT_VALUE(const auto sites, query_sites(night.store, {}));

  ASSERT_VALUE(const auto page, site_page(night.store, sites[0].key));
  const std::string text = document_text(site_document(page), {100, false, false});

  EXPECT_EQ(page.row.reports, 5);
  EXPECT_EQ(page.newest.size(), 3U);
  EXPECT_THAT(text, HasSubstr("setComputePipelineState:]"));
  EXPECT_THAT(text, HasSubstr("Rate by cell"));
  EXPECT_THAT(text, HasSubstr("Not seen in "));
  EXPECT_THAT(text, HasSubstr("Newest reports"));
  const std::string json = site_json(page);
  for (const char* key : {"\"site\"", "\"reports\": 5", "\"cells\"", "\"os_builds\"", "\"drivers\"",
                          "\"newest\"", "\"labels\"", "\"first_seen\"", "\"last_seen\""})
    EXPECT_THAT(json, HasSubstr(key));
}

TEST(RunPageTest, ARunBeginsWithItsVerdict) {
  NightStore night;

  ASSERT_VALUE(const auto page, run_page(night.store, night.run));
  const std::string text = document_text(run_document(page), {100, false, false});

  EXPECT_THAT(text, HasSubstr("5 of 60 trials crashed"));
  EXPECT_THAT(text, HasSubstr("1 crash site, 1 new"));
  EXPECT_THAT(text, HasSubstr("control crashed 5 of"));
  EXPECT_THAT(text, HasSubstr("faultline report "));
  EXPECT_THAT(run_json(page), HasSubstr("\"verdict\": \"5 of 60 trials crashed"));
}

}  // namespace
}  // namespace faultline
