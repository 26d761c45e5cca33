// Bytes first, analysis afterwards: in the end the store has what it has of both at once.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/queries.h"
#include "db/store.h"
#include "tests/db/store_fixtures.h"

namespace faultline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class UnderivedReportsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    store_.emplace(std::move(*Store::open_in_memory()));
    ASSERT_DONE(store().begin_run(run_));
    ASSERT_DONE(store().record_trial(make_trial(run_, 0, 1, Outcome::crashed), {}));
  }
  void TearDown() override { expect_valid(store()); }
  Store& store() { return *store_; }

  ReportArrival of_trial() const {
    ReportArrival arrival;
    arrival.origin = ReportOrigin::captured;
    arrival.source_path = "/reports/a.ips";
    arrival.seen = run_.started;
    arrival.attribution = ReportAttribution{run_.uuid, 0, "supervisor"};
    return arrival;
  }
  AddedReport add_bytes(const std::string& bytes) {
    const NewReport report{bytes, of_trial(), nullptr};
    auto added = store().add_reports({&report, 1});
    EXPECT_TRUE(added.has_value()) << added.error().text();
    return added->front();
  }
  /// All rows that a report has, without what differs between stores.
  std::vector<std::vector<QueryValue>> rows(Store& of) {
    auto table = query_sql(
        of,
        "SELECT rp.incident, rp.kind, rp.happened_at, rp.pid, rp.rules_version, rp.analysis_hash, "
        "rp.is_repeat, "
        "rp.in_rates, s.key, f.form, a.crashed_thread_index, a.issue_count, r.shape, r.prefix_raw_id, "
        "length(r.body), (SELECT count(*) FROM report_thread t WHERE t.report_id = rp.id), "
        "(SELECT sum(reports) FROM report_tally), (SELECT count(*) FROM raw_copy) FROM report rp JOIN "
        "raw_form f ON f.report_id = rp.id JOIN raw r "
        "ON r.id = f.raw_id LEFT JOIN site s ON s.id = rp.site_id LEFT JOIN report_analysis a ON a.report_id "
        "= "
        "rp.id ORDER BY rp.incident");
    EXPECT_TRUE(table.has_value()) << table.error().text();
    return table ? table->rows : std::vector<std::vector<QueryValue>>();
  }

  RunRecord run_ = make_run();
  std::optional<Store> store_;
};

TEST_F(UnderivedReportsTest, BytesAloneAreAReportOfTheirTrialUnderTheirIncident) {
  const Analysis analysis = make_analysis(1);
  const std::string bytes = make_bytes(analysis);

  const AddedReport added = add_bytes(bytes);

  EXPECT_EQ(added.incident, *analysis.report.incident);
  EXPECT_EQ(added.news, AddStatus::added);
  ASSERT_VALUE(const std::string back, store().raw_report(added.incident));
  EXPECT_EQ(back, bytes);
  ASSERT_VALUE(const auto trial, store().find_trial(run_.uuid, 0));
  EXPECT_THAT(trial->incidents, ElementsAre(added.incident));
  ASSERT_VALUE(const auto stored, store().stored_reports(0, 10, 1 << 20));
  ASSERT_THAT(stored, SizeIs(1));
  EXPECT_EQ(stored[0].rules_version, "");
}

TEST_F(UnderivedReportsTest, WithItsAnalysisItIsAsIfBothHadComeAtOnce) {
  ASSERT_VALUE(Store at_once, Store::open_in_memory());
  ASSERT_DONE(at_once.begin_run(run_));
  ASSERT_DONE(at_once.record_trial(make_trial(run_, 0, 1, Outcome::crashed), {}));
  for (int i = 1; i <= 3; ++i) {
    const Analysis analysis = make_analysis(i);
    const std::string bytes = make_bytes(analysis);
    ASSERT_DONE(at_once.add_report(bytes, of_trial(), analysis));

    add_bytes(bytes);
    ASSERT_DONE(store().add_analysis(bytes, analysis, run_.started));
  }

  EXPECT_EQ(rows(store()), rows(at_once));
  for (int i = 1; i <= 3; ++i) {
    const Analysis analysis = make_analysis(i);
    ASSERT_VALUE(const std::string back, store().raw_report(*analysis.report.incident));
    EXPECT_EQ(back, make_bytes(analysis));
  }
}

TEST_F(UnderivedReportsTest, ATrialIsCapturedWhenItsReportIsKnownToBeACrash) {
  Trial trial = make_trial(run_, 1, 1, Outcome::crashed);
  trial.uncaptured = true;
  ASSERT_DONE(store().record_trial(trial, {}));
  const Analysis analysis = make_analysis(1);
  const std::string bytes = make_bytes(analysis);
  NewReport report{bytes, of_trial(), nullptr};
  report.arrival.attribution->trial_index = 1;
  ASSERT_DONE(store().add_reports({&report, 1}));

  ASSERT_DONE(store().add_analysis(bytes, analysis, run_.started));

  ASSERT_VALUE(const auto found, store().find_trial(run_.uuid, 1));
  EXPECT_FALSE(found->uncaptured);
}

TEST_F(UnderivedReportsTest, WhatIsNotYetDerivedIsFoundAgain) {
  const std::string first = make_bytes(make_analysis(1));
  const std::string second = make_bytes(make_analysis(2));
  add_bytes(first);
  add_bytes(second);
  ASSERT_VALUE(const auto before, store().underived_reports(run_.uuid));
  EXPECT_THAT(before, ElementsAre(testing::Field(&UnderivedReport::bytes, first),
                                  testing::Field(&UnderivedReport::bytes, second)));

  ASSERT_DONE(store().add_analysis(first, make_analysis(1), run_.started));

  ASSERT_VALUE(const auto after, store().underived_reports(run_.uuid));
  EXPECT_THAT(after, ElementsAre(testing::Field(&UnderivedReport::bytes, second)));
  ASSERT_DONE(store().add_analysis(second, make_analysis(2), run_.started));
  ASSERT_VALUE(const auto none, store().underived_reports(run_.uuid));
  EXPECT_THAT(none, IsEmpty());
}

TEST_F(UnderivedReportsTest, AnAnalysisOfBytesThatNobodyStoredIsRefused) {
  EXPECT_FALSE(store().add_analysis("nothing", make_analysis(1), run_.started).has_value());
}

}  // namespace
}  // namespace faultline
