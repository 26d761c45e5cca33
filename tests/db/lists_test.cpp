// Lists and free SQL.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/queries.h"
#include "tests/db/store_fixtures.h"

namespace faultline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ListsTest : public RunFixture {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(RunFixture::SetUp());
    record_crash(store(), run(), 0, 3, make_analysis(0));
    record(store(), run(), 1, 5, Outcome::passed);
    record_crash(store(), run(), 2, 3, make_analysis(2, "drawPrimitives:", 0x98));
  }
  static ListQuery where(std::string_view text) {
    ListQuery query;
    query.where = parse_filter(text).value();
    return query;
  }
};

TEST_F(ListsTest, ReportsComeNewestFirstWithTheirTrial) {
  ASSERT_VALUE(const auto rows, list_reports(store(), {}));
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].incident, *make_analysis(2).report.incident);
  EXPECT_EQ(rows[0].trial_index, 2);
  EXPECT_EQ(rows[0].cell, "threads=8 lock=none");
  EXPECT_EQ(rows[0].basis, "pid and start time");
  EXPECT_EQ(rows[0].origin, "captured");
  EXPECT_EQ(rows[0].exception, "EXC_BAD_ACCESS");
  EXPECT_EQ(rows[0].raw_forms, 1);
  EXPECT_EQ(rows[0].issues, 1);
  ListQuery last;
  last.last = 1;
  ASSERT_VALUE(const auto newest, list_reports(store(), last));
  EXPECT_THAT(newest, SizeIs(1));
  ListQuery since;
  since.since = at("2025-12-21T02:00:01.000Z");
  ASSERT_VALUE(const auto recent, list_reports(store(), since));
  EXPECT_THAT(recent, SizeIs(1));
}

TEST_F(ListsTest, ReportsOfNoTrialAreListedAndFilteredByWhatTheySay) {
  Analysis imported = make_analysis(9);
  imported.report.model = "Mac14,9";
  imported.report.capture_time.reset();
  ASSERT_DONE(store().add_report(make_bytes(imported), arrival(), imported));
  ASSERT_VALUE(const auto rows, list_reports(store(), {}));
  ASSERT_THAT(rows, SizeIs(3));
  // Without a time it comes last.
  EXPECT_EQ(rows[2].time, "");
  EXPECT_EQ(rows[2].run, "");
  EXPECT_FALSE(rows[2].trial_index.has_value());
  ASSERT_VALUE(const auto of_model, list_reports(store(), where("model = \"Mac14,9\"")));
  EXPECT_THAT(of_model, SizeIs(1));
  ASSERT_VALUE(const auto of_origin, list_reports(store(), where("origin = imported and process = Python")));
  EXPECT_THAT(of_origin, SizeIs(1));
  ASSERT_VALUE(const auto of_site, reports_of_sites(store(), {imported.site.key}));
  EXPECT_THAT(of_site, SizeIs(2));
}

TEST_F(ListsTest, TheNewestReportsOfASiteAreThoseOfTheRun) {
  const Analysis first = make_analysis(0);
  record_crash(store(), run(), 3, 3, make_analysis(3));
  const RunRecord other = make_run(2, "2025-12-22T01:00:00.000000Z");
  ASSERT_TRUE(store().begin_run(other).has_value());
  record_crash(store(), other, 0, 3, make_analysis(4));
  ASSERT_VALUE(const auto rows, newest_reports_of_site(store(), first.site.key, run().uuid, 10));
  ASSERT_VALUE(const auto one, newest_reports_of_site(store(), first.site.key, run().uuid, 1));

  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].incident, *make_analysis(3).report.incident);
  EXPECT_EQ(rows[1].incident, *first.report.incident);
  EXPECT_EQ(rows[1].trial_index, 0);
  ASSERT_THAT(one, SizeIs(1));
  EXPECT_EQ(one[0].incident, rows[0].incident);
}

TEST_F(ListsTest, TrialsCanBeAskedForByCellAndBySite) {
  ASSERT_VALUE(const auto all, list_trials(store(), {}));
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[0].index, 2);
  EXPECT_EQ(all[0].term_signal, "SIGSEGV");
  EXPECT_THAT(all[0].incidents, ElementsAre(*make_analysis(2).report.incident));
  EXPECT_THAT(all[1].incidents, IsEmpty());
  EXPECT_EQ(all[1].exit_code, 0);
  ASSERT_VALUE(const auto global, list_trials(store(), where("lock = global")));
  EXPECT_THAT(global, SizeIs(1));
  ASSERT_VALUE(const auto of_site, list_trials(store(), where("site~drawPrim")));
  ASSERT_THAT(of_site, SizeIs(1));
  EXPECT_EQ(of_site[0].index, 2);
  ASSERT_VALUE(const auto not_of_site, list_trials(store(), where("not site~drawPrim")));
  EXPECT_THAT(not_of_site, SizeIs(2));
}

TEST_F(ListsTest, RunsAndHostsHaveTheirCounts) {
  RunRecord second = make_run(2, "2025-12-22T22:00:00.000Z");
  second.host.os_build = "24G517";
  ASSERT_DONE(store().begin_run(second));
  ASSERT_DONE(store().end_run(second.uuid, RunState::stopped, "disk", at("2025-12-22T23:00:00.000Z")));

  ASSERT_VALUE(const auto runs, list_runs(store(), {}));
  ASSERT_THAT(runs, SizeIs(2));
  EXPECT_EQ(runs[0].state, "stopped");
  EXPECT_EQ(runs[0].state_reason, "disk");
  EXPECT_EQ(runs[1].state, "running");
  EXPECT_EQ(runs[1].ended, "");
  EXPECT_EQ(runs[1].date, "2025-12-21");
  EXPECT_EQ(runs[1].counts.outcomes[Outcome::crashed], 2);
  EXPECT_EQ(runs[1].counts.trials, 3);
  EXPECT_EQ(runs[1].ended_trials, 3);
  EXPECT_EQ(runs[1].planned_trials, 300);

  ASSERT_VALUE(const auto hosts, list_hosts(store(), {}));
  ASSERT_THAT(hosts, SizeIs(1));
  EXPECT_EQ(hosts[0].os_build, "24G517");
  EXPECT_EQ(hosts[0].runs, 2);
  EXPECT_EQ(hosts[0].trials, 3);
  EXPECT_EQ(hosts[0].first_seen, "2025-12-21T01:36:18.286123Z");
  ASSERT_VALUE(const auto of_build, list_runs(store(), where("os_build = 24G517")));
  EXPECT_THAT(of_build, SizeIs(1));
  ASSERT_VALUE(const auto with_threads, list_runs(store(), where("threads = 8")));
  EXPECT_THAT(with_threads, SizeIs(2));
}

TEST_F(ListsTest, FreeSqlReadsTypedValues) {
  ASSERT_VALUE(const QueryTable table,
               query_sql(store(), "SELECT 1 AS one, 0.5, 'text', NULL, x'00ff', count(*) FROM trials"));
  EXPECT_EQ(table.columns.front(), "one");
  EXPECT_THAT(table.rows.front(),
              ElementsAre(QueryValue(std::int64_t{1}), QueryValue(0.5), QueryValue("text"), QueryValue(),
                          QueryValue("<2 bytes>"), QueryValue(std::int64_t{3})));
  ASSERT_VALUE(const QueryTable with,
               query_sql(store(),
                         "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                         "WHERE i < 5) SELECT i FROM n"));
  EXPECT_THAT(with.rows, SizeIs(5));
  ASSERT_VALUE(const QueryTable info, query_sql(store(), "SELECT name FROM pragma_table_info('trial')"));
  EXPECT_FALSE(info.rows.empty());
}

TEST_F(ListsTest, FreeSqlCannotWriteAttachOrLoad) {
  const char* attempts[] = {
      "DELETE FROM trial",
      "INSERT INTO host (host_key) VALUES ('x')",
      "UPDATE trial SET outcome = 'passed'",
      "DROP TABLE trial",
      "CREATE TABLE x (y)",
      "CREATE TEMP TABLE x (y)",
      "ATTACH ':memory:' AS m",
      "DETACH main",
      "VACUUM INTO '/tmp/stolen.db'",
      "PRAGMA journal_mode = DELETE",
      "PRAGMA user_version = 7",
      "PRAGMA writable_schema = ON",
      "SELECT load_extension('x.so')",
      "BEGIN",
      "COMMIT",
      "SAVEPOINT s",
      "REINDEX",
      "ANALYZE",
      "WITH x AS (SELECT 1) DELETE FROM trial",
      "SELECT 1; DELETE FROM trial",
      "",
      "-- nothing",
  };
  for (const char* attempt : attempts) {
    SCOPED_TRACE(attempt);
    const auto result = query_sql(store(), attempt);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().kind(), ErrorKind::invalid_argument) << result.error().text();
  }
  ASSERT_VALUE(const auto trials, store().ended_trials(run().uuid));
  EXPECT_THAT(trials, SizeIs(3));
  // The connection is as it was before: we may still write.
  record(store(), run(), 3, 0, Outcome::passed);
  expect_valid(store());
}

TEST_F(ListsTest, FreeSqlHasALimitOfTimeAndRows) {
  SqlLimits limits;
  limits.memory_bytes = 64 << 20;
  const auto greedy = query_sql(store(),
                                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT "
                                "3000000) SELECT hex(i) || zeroblob(40) FROM "
                                "n ORDER BY 1",
                                limits);
  ASSERT_FALSE(greedy);
  EXPECT_THAT(greedy.error().text(), HasSubstr("narrow it down"));
  limits.answer_bytes = 1 << 20;
  const auto long_answer = query_sql(store(),
                                     "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT "
                                     "3000) SELECT hex(zeroblob(500)) FROM n",
                                     limits);
  ASSERT_FALSE(long_answer);
  EXPECT_THAT(long_answer.error().text(), HasSubstr("fewer rows"));
  limits = {};
  limits.time = std::chrono::milliseconds(20);
  const auto endless = query_sql(
      store(), "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
      limits);
  ASSERT_FALSE(endless.has_value());
  EXPECT_THAT(endless.error().text(), HasSubstr("longer than 20 ms"));
  limits = {};
  limits.rows = 2;
  ASSERT_VALUE(const QueryTable table, query_sql(store(), "SELECT * FROM trials", limits));
  EXPECT_THAT(table.rows, SizeIs(2));
  EXPECT_TRUE(table.cut);
}

TEST_F(ListsTest, EverySavedQueryRunsAndIsFoundByItsName) {
  for (const SavedQuery& query : saved_queries()) {
    SCOPED_TRACE(query.name);
    const auto result = query_sql(store(), query.sql);
    EXPECT_TRUE(result.has_value()) << result.error().text();
    EXPECT_EQ(find_saved_query(query.name), &query);
  }
  EXPECT_EQ(find_saved_query("nothing"), nullptr);
}

}  // namespace
}  // namespace faultline
