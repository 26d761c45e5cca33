#include "db/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/queries.h"
#include "tests/db/store_fixtures.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using StoreTest = StoreFixture;

TEST_F(StoreTest, ARunComesBackAsItWasGiven) {
  RunRecord run = make_run();
  run.seed = UINT64_MAX;
  run.host.kernel = "Darwin 24.6.0";
  run.host.cpu_count = 16;
  run.host.memory_bytes = 128LL << 30;
  run.host.boot_session = "B7A6";
  run.host.uptime_seconds = 12345;
  run.host.load_1min = 1.25;
  run.host.more = {{"gpu_cores", "40"}, {"sip", "enabled"}};
  run.cells[0].parameters.emplace_back(
      "wheel", ParameterValue{"2.14", "/w/torch-2.14.whl", ParameterType::text, false});
  run.cells[0].parameters.emplace_back("DEBUG", ParameterValue{"unset", "", ParameterType::boolean, true});

  ASSERT_DONE(store().begin_run(run));

  ASSERT_VALUE(const RunRecord back, store().run(run.uuid.text()));
  EXPECT_EQ(back, run);
}

TEST_F(StoreTest, ARunsStateIsTheNewestOfItsFacts) {
  const RunRecord run = make_run();
  ASSERT_DONE(store().begin_run(run));
  ASSERT_DONE(store().end_run(run.uuid, RunState::interrupted, "ctrl-c", at("2025-12-21T02:00:00.000Z")));
  // The clock was set back in between: the order of the facts decides, not the clock.
  ASSERT_DONE(store().resume_run(run.uuid, at("2025-12-21T01:59:00.000Z"), 80));

  ASSERT_VALUE(const RunRecord resumed, store().run("last"));
  EXPECT_EQ(resumed.state, RunState::running);
  EXPECT_EQ(resumed.planned_blocks, 80);
  EXPECT_FALSE(resumed.ended.has_value());

  ASSERT_DONE(store().end_run(run.uuid, RunState::finished, "", at("2025-12-21T05:00:00.000Z")));
  ASSERT_VALUE(const RunRecord finished, store().run("last"));
  EXPECT_EQ(finished.state, RunState::finished);
  EXPECT_EQ(finished.ended, at("2025-12-21T05:00:00.000Z"));
  EXPECT_EQ(finished.planned_blocks, 80);
}

TEST_F(StoreTest, UnfinishedRunsOfACampaignAreFoundNewestFirst) {
  RunRecord old_run = make_run(1, "2025-12-20T22:00:00.000Z");
  RunRecord new_run = make_run(2, "2025-12-21T22:00:00.000Z");
  RunRecord other_host = make_run(3, "2025-12-22T22:00:00.000Z");
  other_host.host.host_key = "host-b";
  RunRecord done = make_run(4, "2025-12-23T22:00:00.000Z");
  for (const RunRecord& run : {old_run, new_run, other_host, done}) ASSERT_DONE(store().begin_run(run));
  ASSERT_DONE(store().end_run(done.uuid, RunState::finished, "", at("2025-12-24T01:00:00.000Z")));

  RunSelection selection;
  selection.campaign_hash = old_run.campaign_hash;
  selection.host_key = "host-a";
  selection.only_unfinished = true;
  ASSERT_VALUE(const auto runs, store().find_runs(selection));

  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].uuid, new_run.uuid);
  EXPECT_EQ(runs[1].uuid, old_run.uuid);
}

TEST_F(StoreTest, ARunIsFoundByAUniquePrefixOnly) {
  ASSERT_DONE(store().begin_run(make_run(0x11)));
  ASSERT_DONE(store().begin_run(make_run(0x12)));
  ASSERT_VALUE(const RunRecord found, store().run("12"));
  EXPECT_EQ(found.uuid, uuid_of(0x12));
  EXPECT_THAT(store().run("1").error().text(), HasSubstr("several runs"));
  EXPECT_THAT(store().run("77").error().text(), HasSubstr("faultline list runs"));
}

TEST_F(StoreTest, ATrialComesBackAsItWasGiven) {
  const RunRecord run = make_run();
  ASSERT_DONE(store().begin_run(run));
  Trial trial = make_trial(run, 0, 4, Outcome::crashed);
  trial.argv = {"sh", "-c", "echo \"a\\b\"\n\ttab \x01", "", "snow \xe2\x98\x83"};
  trial.warm_up = true;
  trial.contaminated = true;
  trial.uncaptured = true;
  trial.uncaptured_reason = "the reporter was off";
  trial.duration = std::chrono::nanoseconds(1234567891);
  trial.start_ticks = UINT64_MAX;
  trial.boot_session = "B7A6";
  trial.exit_code = 139;
  trial.timed_out = true;
  trial.verdict.notes = {"died of SIGSEGV", "sh stood between"};
  trial.phase = "encoding";
  trial.metrics = {{"ops_per_second", 3781.25}, {"ops", 1e6}};
  trial.resources = {100, 20, 1 << 30};
  trial.load_1min = 2.75;
  trial.reports_pending = 3;
  trial.unkillable_count = 1;
  trial.output_head = "complete\n";
  trial.stderr_tail = "assertion failed\n";

  ASSERT_DONE(store().record_trial(trial, {}));

  ASSERT_VALUE(const auto back, store().find_trial(run.uuid, 0));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(*back, trial);
  ASSERT_VALUE(const auto all, store().trials_of(run.uuid));
  EXPECT_THAT(all, ElementsAre(trial));
  ASSERT_VALUE(const auto none, store().find_trial(run.uuid, 1));
  EXPECT_FALSE(none.has_value());
}

TEST_F(StoreTest, ATrialIsRecordedOnceAndTheIndexesTellWhatIsLeft) {
  const RunRecord run = make_run();
  ASSERT_DONE(store().begin_run(run));
  record(store(), run, 3, 0, Outcome::passed);
  record(store(), run, 1, 0, Outcome::passed);

  const auto again = store().record_trial(make_trial(run, 3, 0, Outcome::crashed), {});

  ASSERT_FALSE(again.has_value());
  EXPECT_THAT(again.error().text(), HasSubstr("recorded already"));
  ASSERT_VALUE(const auto ended, store().ended_trials(run.uuid));
  EXPECT_THAT(ended, ElementsAre(1, 3));
}

TEST_F(StoreTest, ATrialOfAnUnknownCellOrRunIsRefusedWhole) {
  const RunRecord run = make_run();
  ASSERT_DONE(store().begin_run(run));
  EXPECT_FALSE(store().record_trial(make_trial(run, 0, 99, Outcome::passed), {}).has_value());
  Trial stray = make_trial(run, 0, 0, Outcome::passed);
  stray.run = uuid_of(9);
  EXPECT_FALSE(store().record_trial(stray, {}).has_value());
  ASSERT_VALUE(const auto ended, store().ended_trials(run.uuid));
  EXPECT_TRUE(ended.empty());
}

TEST_F(StoreTest, WhatBecameKnownLaterHoldsAndTheFirstVerdictIsKept) {
  const RunRecord run = make_run();
  ASSERT_DONE(store().begin_run(run));
  record(store(), run, 0, 0, Outcome::passed);
  TrialAmendment panic;
  panic.at = at("2025-12-21T03:00:00.000Z");
  panic.verdict = {Outcome::panicked, "boot_session_changed", {"a panic report names it"}};
  TrialAmendment reset = panic;
  // The clock was set back in between: what was learned last holds all the same.
  reset.at = at("2025-12-21T02:00:00.000Z");
  reset.contaminated = true;
  ASSERT_DONE(store().amend_trial(run.uuid, 0, panic));
  ASSERT_DONE(store().amend_trial(run.uuid, 0, reset));

  ASSERT_VALUE(const auto trial, store().find_trial(run.uuid, 0));
  EXPECT_EQ(trial->verdict.outcome, Outcome::panicked);
  EXPECT_TRUE(trial->contaminated);
  EXPECT_THAT(trial->verdict.notes, ElementsAre("a panic report names it"));
  ASSERT_VALUE(const auto table,
               query_sql(store(), "SELECT outcome FROM trial_verdict WHERE is_recorded = 1"));
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(query_value_text(table.rows[0][0]), "passed");
}

TEST_F(StoreTest, LabelsAreGivenTakenAndGivenAgain) {
  const Analysis analysis = make_analysis(1);
  ASSERT_DONE(store().add_report(make_bytes(analysis), arrival(), analysis));
  const auto labels = [&] { return query_sites(store(), {})->front().labels; };
  ASSERT_DONE(store().add_label(analysis.site.key, "known", at("2025-12-22T00:00:00.000Z")));
  ASSERT_DONE(store().add_label(analysis.site.family, "FB13", at("2025-12-22T00:00:00.000Z")));
  EXPECT_THAT(labels(), ElementsAre("FB13", "known"));
  ASSERT_DONE(store().remove_label(analysis.site.key, "known", at("2025-12-23T00:00:00.000Z")));
  EXPECT_THAT(labels(), ElementsAre("FB13"));
  ASSERT_DONE(store().add_label(analysis.site.key, "known", at("2025-12-24T00:00:00.000Z")));
  EXPECT_THAT(labels(), ElementsAre("FB13", "known"));
}

TEST_F(StoreTest, CountsFromElsewhereStandApartFromTrials) {
  ImportedCount count;
  count.source = "counts.csv";
  count.cell = make_cells({8}, {"none"}).front();
  count.trials = 20;
  count.crashed = 11;
  const std::vector<ImportedCount> counts{count, count};
  ASSERT_DONE(store().add_imported_counts(counts));

  ASSERT_VALUE(const auto rows, query_imported_counts(store()));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].trials, 20);
  EXPECT_EQ(rows[0].crashed, 11);
  EXPECT_EQ(rows[0].parameters[0].second, QueryValue(std::int64_t{8}));
  ASSERT_VALUE(const auto rates, query_rates(store(), {}));
  EXPECT_EQ(rates.total.trials, 0);
  count.crashed = 21;
  EXPECT_FALSE(store().add_imported_counts({&count, 1}).has_value());
}

}  // namespace
}  // namespace faultline
