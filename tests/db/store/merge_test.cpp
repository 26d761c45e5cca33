// Merging is a union: any order, any number of times, one result.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "db/queries.h"
#include "db/sqlite/connection.h"
#include "tests/db/store_fixtures.h"
#include "tests/support/scoped_temp_folder.h"
#include "tests/support/store_content.h"

namespace faultline {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class MergeTest : public ::testing::Test {
 protected:
  Store open(const std::string& name) {
    return std::move(*Store::open(folder_ / name, OpenMode::read_write_create));
  }
  std::filesystem::path path(const std::string& name) { return folder_ / name; }

  /// Store `a`: a night with crashes, one of them uncaptured. `b`: another host's night, and an import.
  /// `c`: a copy of `a` in which things became known later.
  void fill() {
    const RunRecord first = make_run(1);
    {
      Store a = open("a.db");
      ASSERT_DONE(a.begin_run(first));
      for (int i = 0; i < 4; ++i) record_crash(a, first, i, 3, make_analysis(i));
      Trial silent = make_trial(first, 4, 3, Outcome::crashed);
      silent.uncaptured = true;
      silent.metrics = {{"ops", 1.5}};
      silent.phase = "encoding";
      ASSERT_DONE(a.record_trial(silent, {}));
      ASSERT_DONE(a.end_run(first.uuid, RunState::interrupted, "ctrl-c", at("2025-12-21T05:00:00.000Z")));
    }
    std::filesystem::copy_file(path("a.db"), path("c.db"));
    {
      Store b = open("b.db");
      RunRecord second = make_run(2, "2025-12-22T22:00:00.000Z");
      second.stop_rule = "{ when = \"below\", rate = 0.01 }";
      second.host.host_key = "host-b";
      second.facts = {{"torch", "2.10"}};
      ASSERT_DONE(b.begin_run(second));
      // Of the same shape as those of `a`, but here another one came first.
      for (int i = 10; i < 13; ++i) record_crash(b, second, i, 2, make_analysis(i, "drawPrimitives:", 0x98));
      Trial silent = make_trial(second, 20, 2, Outcome::crashed);
      silent.uncaptured = true;
      const OutputSite by_output{make_analysis(30, "tryCoalescing:", 0).site, {}, "1"};
      ASSERT_DONE(b.record_trial(silent, {}, &by_output));
      const Analysis shared = make_analysis(0);
      ASSERT_DONE(
          b.add_report(make_bytes(shared), arrival(ReportOrigin::imported, "mail/shared.ips"), shared));
      Analysis newer = make_analysis(1);
      newer.rules_version = "2";
      newer.fault.sentence = "better said";
      newer.labels = {"team"};
      ASSERT_DONE(b.add_report(make_bytes(newer), arrival(), newer));
      ASSERT_DONE(b.add_label(shared.site.key, "known", at("2025-12-23T00:00:00.000Z")));
      ImportedCount count;
      count.source = "elsewhere";
      count.cell = second.cells.front();
      count.trials = 20;
      count.crashed = 11;
      ASSERT_DONE(b.add_imported_counts({&count, 1}));
    }
    {
      Store c = open("c.db");
      const Analysis late = make_analysis(50);
      ReportArrival how = captured_by(first, 4);
      how.seen = at("2025-12-22T00:00:00.000Z");
      ASSERT_DONE(c.add_report(make_bytes(late), how, late));
      ASSERT_DONE(c.resume_run(first.uuid, at("2025-12-21T06:00:00.000Z"), 60));
      record(c, first, 5, 5, Outcome::passed);
      TrialAmendment panic;
      panic.at = at("2025-12-22T01:00:00.000Z");
      panic.verdict = {Outcome::panicked, "panic_report", {"seen"}};
      ASSERT_DONE(c.amend_trial(first.uuid, 5, panic));
      ASSERT_DONE(c.remove_label(late.site.key, "known", at("2025-12-24T00:00:00.000Z")));
      // A text of a crash that `a` and `b` have as JSON.
      Analysis text = make_analysis(2);
      text.report.from_text = true;
      text.fault.sentence = "from a text";
      ASSERT_DONE(c.add_report("Process: Python\n", arrival(ReportOrigin::imported, "issue.txt"), text));
    }
  }

  std::vector<std::string> merged(const std::string& name, const std::vector<std::string>& order) {
    Store store = open(name);
    for (const std::string& other : order) {
      const auto summary = store.merge_from(path(other));
      EXPECT_TRUE(summary.has_value()) << summary.error().text();
    }
    expect_valid(store);
    return content_of(store);
  }

 private:
  ScopedTempFolder folder_;
};

TEST_F(MergeTest, AnyOrderAndAnyNumberOfTimesGiveTheSame) {
  fill();
  const auto expected = merged("abc.db", {"a.db", "b.db", "c.db"});
  EXPECT_GT(expected.size(), 100U);
  EXPECT_EQ(merged("cba.db", {"c.db", "b.db", "a.db"}), expected);
  EXPECT_EQ(merged("bac.db", {"b.db", "a.db", "c.db"}), expected);
  EXPECT_EQ(merged("twice.db", {"b.db", "c.db", "a.db", "c.db", "b.db", "a.db"}), expected);
  // Merging merged stores is the same again.
  merged("ab.db", {"a.db", "b.db"});
  EXPECT_EQ(merged("tree.db", {"c.db", "ab.db", "twice.db"}), expected);
}

TEST_F(MergeTest, AStoreTakesInAnotherAndSaysWhatWasNew) {
  fill();
  Store a = open("a.db");
  ASSERT_VALUE(const MergeSummary first, a.merge_from(path("b.db")));
  EXPECT_EQ(first.runs, 1);
  EXPECT_EQ(first.trials, 4);
  EXPECT_EQ(first.reports, 3);
  EXPECT_EQ(first.raw_forms, 3);
  EXPECT_EQ(first.labels, 1);
  ASSERT_VALUE(const MergeSummary again, a.merge_from(path("b.db")));
  EXPECT_EQ(again, MergeSummary{});
  expect_valid(a);
}

TEST_F(MergeTest, EveryReportsBytesComeOutOfTheMergedStore) {
  fill();
  merged("all.db", {"b.db", "c.db", "a.db"});
  Store all = open("all.db");
  for (const std::string name : {"a.db", "b.db", "c.db"}) {
    Store one = open(name);
    ASSERT_VALUE(const auto rows, list_reports(one, {}));
    for (const ReportRow& row : rows) {
      ASSERT_VALUE(const auto expected, one.raw_forms(row.incident));
      ASSERT_VALUE(const auto forms, all.raw_forms(row.incident));
      for (const std::string& form : expected) EXPECT_THAT(forms, ::testing::Contains(form));
    }
  }
}

TEST_F(MergeTest, WhatHoldsIsDerivedAnew) {
  fill();
  Store a = open("a.db");
  ASSERT_VALUE(const auto rates_before, query_rates(a, {}));
  EXPECT_EQ(rates_before.total.uncaptured, 1);
  ASSERT_DONE(a.merge_from(path("c.db")));
  ASSERT_DONE(a.merge_from(path("b.db")));
  ASSERT_VALUE(const auto rates, query_rates(a, {}));
  EXPECT_EQ(rates.total.uncaptured, 1) << "that of b, for which nothing came";
  EXPECT_EQ(rates.total.outcomes[Outcome::panicked], 1);
  ASSERT_VALUE(const RunRecord run, a.run(uuid_of(1).text()));
  EXPECT_EQ(run.state, RunState::running);
  EXPECT_EQ(run.planned_blocks, 60);
  ASSERT_VALUE(const ReportRow shared, report_row(a, *make_analysis(0).report.incident));
  EXPECT_EQ(shared.origin, "captured");
  EXPECT_EQ(shared.trial_index, 0);
  ASSERT_VALUE(const ReportRow newer, report_row(a, *make_analysis(1).report.incident));
  EXPECT_EQ(newer.sentence, "better said");
  EXPECT_EQ(newer.trial_index, 1);
  ASSERT_VALUE(const ReportRow with_text, report_row(a, *make_analysis(2).report.incident));
  EXPECT_EQ(with_text.raw_forms, 2);
  EXPECT_THAT(with_text.sentence, HasSubstr("x20 is NULL"));
}

TEST_F(MergeTest, WhatCannotBeMergedIsRefused) {
  fill();
  Store a = open("a.db");
  EXPECT_THAT(a.merge_from(path("a.db")).error().text(), HasSubstr("into itself"));
  EXPECT_THAT(a.merge_from(path("none.db")).error().text(), HasSubstr("no store at"));
  {
    Store b = open("b.db");
    ASSERT_DONE(b.connection().execute("PRAGMA user_version = 99"));
  }
  EXPECT_THAT(a.merge_from(path("b.db")).error().text(), HasSubstr("newer Faultline"));
  // The connection is free again.
  ASSERT_DONE(a.merge_from(path("c.db")));
}

TEST_F(MergeTest, AStoreInMemoryTakesInAFile) {
  fill();
  ASSERT_VALUE(Store memory, Store::open_in_memory());
  ASSERT_DONE(memory.merge_from(path("a.db")));
  ASSERT_VALUE(const auto rows, list_reports(memory, {}));
  EXPECT_THAT(rows, SizeIs(4));
}

}  // namespace
}  // namespace faultline
