#include "app/report/export_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/queries.h"
#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ExportRunTest, TheRunGoesWithItsTrialsReportsAndLabels) {
  const ScopedTempFolder folder;
  NightStore night;
  NightOptions later;
  later.number = 2;
  later.started = "2025-12-22T01:00:00.000Z";
  store_night(night.store, later);
  const Analysis analysis = derive(night_report(100), ReportOrigin::captured, {});
  ASSERT_DONE(night.store.add_label(analysis.site.key, "known", night.run.started));

  ASSERT_DONE(export_run(night.store, night.run, {}, folder / "night.db"));

  ASSERT_VALUE(auto exported, Store::open(folder / "night.db", OpenMode::read_only));
  ASSERT_VALUE(const auto runs, exported.find_runs({}));
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].state, RunState::finished);
  ASSERT_VALUE(const auto rates, query_rates(exported, {}));
  EXPECT_EQ(rates.total.trials, 60);
  EXPECT_EQ(rates.total.outcomes[Outcome::crashed], 5);
  ASSERT_VALUE(const auto bytes, exported.raw_report(night_incident(100)));
  EXPECT_EQ(bytes, night_report(100));
  ASSERT_VALUE(const auto sites, query_sites(exported, {}));
  ASSERT_EQ(sites.size(), 1U);
  EXPECT_THAT(sites[0].labels, ElementsAre("known"));
}

TEST(ExportRunTest, NothingIsWrittenOver) {
  const ScopedTempFolder folder;
  write_text(folder / "night.db", "mine");
  NightStore night;

  const auto exported = export_run(night.store, night.run, {}, folder / "night.db");

  ASSERT_FALSE(exported.has_value());
  EXPECT_EQ(exported.error().kind(), ErrorKind::invalid_argument);
  EXPECT_THAT(exported.error().text(), HasSubstr("never written over"));
}

TEST(ExportRunTest, AFailureLeavesNothingBehind) {
  const ScopedTempFolder folder;
  NightStore night;

  EXPECT_FALSE(export_run(night.store, night.run, {}, folder.path() / "absent/night.db").has_value());

  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace faultline
