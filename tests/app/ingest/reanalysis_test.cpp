#include "app/ingest/reanalysis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/symbolize/symbolize_report.h"
#include "db/queries.h"
#include "tests/support/stored_night.h"

namespace faultline {
namespace {

SymbolizeOptions no_symbols() {
  SymbolizeOptions none;
  none.use_image_paths = false;
  none.use_system_places = false;
  return none;
}

ReanalysisWatcher watcher_of(std::vector<MovedSite>& moved) {
  ReanalysisWatcher watcher;
  watcher.moved = [&moved](const MovedSite& site) { moved.push_back(site); };
  watcher.progress = [](const ReanalysisCounts&) {};
  return watcher;
}

TEST(ReanalysisTest, TheSameRulesMoveNothing) {
  NightStore night;
  Symbolizer symbolizer(no_symbols());
  AnalysisChild no_child("/no/such/program");
  std::vector<MovedSite> moved;

  ASSERT_VALUE(const auto counts, reanalyze_store(night.store, {}, symbolizer, no_child, watcher_of(moved)));

  EXPECT_EQ(counts.reports, 5);
  EXPECT_EQ(counts.moved, 0);
  EXPECT_TRUE(moved.empty());
  expect_valid(night.store);
}

TEST(ReanalysisTest, ASiteThatOlderRulesMadeIsReplacedAndNamed) {
  Store store = std::move(*Store::open_in_memory());
  const std::string bytes = night_report(1);
  const Analysis old = make_analysis(1, "oldRule");
  ASSERT_DONE(store.add_report(bytes, arrival(), old));
  Symbolizer symbolizer(no_symbols());
  AnalysisChild no_child("/no/such/program");
  std::vector<MovedSite> moved;

  ASSERT_VALUE(const auto counts, reanalyze_store(store, {}, symbolizer, no_child, watcher_of(moved)));

  EXPECT_EQ(counts.moved, 1);
  ASSERT_EQ(moved.size(), 1U);
  EXPECT_EQ(moved[0].old_key, old.site.key);
  ASSERT_VALUE(const auto row, report_row(store, "79BC4A1F-0000-4000-8000-100000000001"));
  EXPECT_EQ(row.site_key, moved[0].new_key);
  EXPECT_EQ(row.site_key, derive(bytes, ReportOrigin::imported, {}).site.key);
}

TEST(ReanalysisTest, ACrashWithoutReportIsDerivedFromItsOutputAgain) {
  Store store = std::move(*Store::open_in_memory());
  const RunRecord run = make_run();
  ASSERT_DONE(store.begin_run(run));
  Trial trial = make_trial(run, 0, 3, Outcome::crashed);
  trial.uncaptured = true;
  trial.stderr_tail =
      "Assertion failed: (_encoder != nil), function commit, file command_buffer.mm, line 42.\n";
  ASSERT_DONE(store.record_trial(trial, {}));
  Symbolizer symbolizer(no_symbols());
  AnalysisChild no_child("/no/such/program");
  std::vector<MovedSite> moved;

  ASSERT_VALUE(const auto counts, reanalyze_store(store, {}, symbolizer, no_child, watcher_of(moved)));

  EXPECT_EQ(counts.uncaptured, 1);
  ASSERT_EQ(moved.size(), 1U);
  EXPECT_TRUE(moved[0].old_key.empty());
  EXPECT_FALSE(moved[0].new_key.empty());
}

}  // namespace
}  // namespace faultline
