#include "app/report/page_context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::ElementsAre;

TEST(PageContextTest, TheStoreKnowsHowOftenAndUnderWhichLabelsASiteWasHit) {
  NightStore night;
  const Analysis analysis = derive(night_report(100), ReportOrigin::captured, {});
  ASSERT_DONE(night.store.add_label(analysis.site.key, "known", night.run.started));

  ASSERT_VALUE(const auto page, page_context(night.store, night_incident(100), analysis, {}));

  EXPECT_EQ(page.site_crashes, 5);
  EXPECT_THAT(page.labels, ElementsAre("known"));
}

TEST(PageContextTest, AReportThatIsNotStoredIsAnError) {
  NightStore night;
  const Analysis analysis = derive(night_report(1), ReportOrigin::imported, {});

  EXPECT_FALSE(page_context(night.store, night_incident(1), analysis, {}).has_value());
}

}  // namespace
}  // namespace faultline
