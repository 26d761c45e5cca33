#include "app/report/export_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/queries.h"
#include "tests/support/store_content.h"
#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ExportRunTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_VALUE(auto opened, Store::open(folder_ / "all.db", OpenMode::read_write_create));
    store_.emplace(std::move(opened));
    run_ = store_night(*store_);
  }

  ScopedTempFolder folder_;
  std::optional<Store> store_;
  RunRecord run_;
};

TEST_F(ExportRunTest, TheRunGoesWithItsTrialsReportsAndLabels) {
  NightOptions later;
  later.number = 2;
  later.started = "2025-12-22T01:00:00.000Z";
  store_night(*store_, later);
  const Analysis analysis = derive(night_report(100), ReportOrigin::captured, {});
  ASSERT_DONE(store_->add_label(analysis.site.key, "known", run_.started));

  ASSERT_DONE(export_run(*store_, run_, folder_ / "night.db"));

  ASSERT_VALUE(auto exported, Store::open(folder_ / "night.db", OpenMode::read_only));
  ASSERT_VALUE(const auto runs, exported.find_runs({}));
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].state, RunState::finished);
  ASSERT_VALUE(const auto rates, query_rates(exported, {}));
  EXPECT_EQ(rates.total.trials, 60);
  EXPECT_EQ(rates.total.outcomes[Outcome::crashed], 5);
  ASSERT_VALUE(const auto bytes, exported.raw_report(night_incident(100)));
  EXPECT_EQ(bytes, night_report(100));
  EXPECT_FALSE(exported.raw_report(night_incident(200)).has_value()) << "the other night's";
  ASSERT_VALUE(const auto sites, query_sites(exported, {}));
  ASSERT_EQ(sites.size(), 1U);
  EXPECT_THAT(sites[0].labels, ElementsAre("known"));
}

/// A report whose bytes are stored against those of another night's is whole in the export all the same.
TEST_F(ExportRunTest, TheLaterOfTwoNightsIsWholeByItself) {
  NightOptions later;
  later.number = 2;
  later.started = "2025-12-22T01:00:00.000Z";
  const RunRecord second = store_night(*store_, later);

  ASSERT_DONE(export_run(*store_, second, folder_ / "night.db"));

  ASSERT_VALUE(auto exported, Store::open(folder_ / "night.db", OpenMode::read_only));
  ASSERT_VALUE(const auto bytes, exported.raw_report(night_incident(200)));
  EXPECT_EQ(bytes, night_report(200));
  EXPECT_FALSE(exported.raw_report(night_incident(100)).has_value());
  ASSERT_VALUE(const auto findings, exported.check_integrity());
  EXPECT_TRUE(findings.empty());
}

/// Late reports, how long they took, what came of a trial since, other forms: a store with one run is the
/// same exported and merged.
TEST_F(ExportRunTest, ItKeepsWhatMergeKeeps) {
  const std::string bytes = night_report(900);
  const Analysis analysis = derive(bytes, ReportOrigin::captured, {});
  ReportArrival arrival = captured_by(run_, 7);
  arrival.attribution->latency = std::chrono::milliseconds(1234);
  TrialAmendment amendment;
  amendment.at = run_.started + std::chrono::hours(1);
  amendment.verdict = {Outcome::crashed, "own_report", {"its report came late"}};
  ASSERT_DONE(store_->add_late_report({bytes, arrival, &analysis}, amendment));
  ASSERT_DONE(store_->resume_run(run_.uuid, run_.started + std::chrono::hours(9), run_.planned_blocks));
  const Analysis first = derive(night_report(100), ReportOrigin::captured, {});
  ASSERT_DONE(store_->add_label(first.site.key, "FB1", run_.started));
  ASSERT_DONE(store_->remove_label(first.site.key, "FB1", run_.started + std::chrono::hours(1)));
  ASSERT_VALUE(auto merged, Store::open(folder_ / "merged.db", OpenMode::read_write_create));
  ASSERT_DONE(merged.merge_from(store_->path()));

  ASSERT_DONE(export_run(*store_, run_, folder_ / "night.db"));

  ASSERT_VALUE(auto exported, Store::open(folder_ / "night.db", OpenMode::read_only));
  EXPECT_EQ(content_of(exported), content_of(merged));
  EXPECT_EQ(content_of(exported), content_of(*store_));
}

TEST_F(ExportRunTest, NothingIsWrittenOver) {
  write_text(folder_ / "night.db", "mine");

  const auto exported = export_run(*store_, run_, folder_ / "night.db");

  ASSERT_FALSE(exported.has_value());
  EXPECT_EQ(exported.error().kind(), ErrorKind::invalid_argument);
  EXPECT_THAT(exported.error().text(), HasSubstr("never written over"));
}

TEST_F(ExportRunTest, AFailureLeavesNothingBehind) {
  const ScopedTempFolder folder;

  EXPECT_FALSE(export_run(*store_, run_, folder.path() / "absent/night.db").has_value());

  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace faultline
