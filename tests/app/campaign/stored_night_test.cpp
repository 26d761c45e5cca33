#include "tests/support/stored_night.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/campaign/campaign_journal.h"
#include "db/queries.h"
#include "tests/support/fake_clock.h"

namespace faultline {
namespace {

class SilentObserver final : public RunObserver {};

class StoredNightTest : public testing::Test {
 protected:
  StoredNightTest() { EXPECT_TRUE(journal.begin(run).has_value()); }
  CollectedReport collected(int number) {
    CollectedReport report;
    report.bytes = night_report(number);
    report.source = "live/model.ips";
    report.basis = AttributionBasis::pid_and_start;
    return report;
  }

  Store store = std::move(*Store::open_in_memory());
  SiteRules rules;
  FakeClock clock;
  SilentObserver observer;
  ImageArchiver archiver{{}, SymbolArchive({}), observer};
  RunRecord run = make_run();
  CampaignJournal journal{store, rules, clock, archiver, derive_captured(rules)};
};

TEST_F(StoredNightTest, ATrialIsStoredWithItsReportDerived) {
  ASSERT_DONE(journal.trial_ended(make_trial(run, 0, 3, Outcome::crashed), {collected(1)}));

  ASSERT_VALUE(const auto row, report_row(store, night_incident(1)));
  EXPECT_EQ(row.trial_index, 0);
  EXPECT_EQ(row.origin, "captured");
  EXPECT_FALSE(row.site_key.empty());
  ASSERT_VALUE(const auto history, journal.history(run.uuid));
  EXPECT_EQ(history.ended.size(), 1U);
  EXPECT_EQ(history.reports.size(), 1U);
}

TEST_F(StoredNightTest, ALateReportChangesWhatHoldsOfItsTrial) {
  Trial trial = make_trial(run, 0, 3, Outcome::crashed);
  trial.uncaptured = true;
  ASSERT_DONE(journal.trial_ended(trial, {}));
  trial.uncaptured = false;
  trial.incidents = {night_incident(1)};

  ASSERT_DONE(journal.report_arrived_late(trial, collected(1)));

  ASSERT_VALUE(const auto now, store.find_trial(run.uuid, 0));
  ASSERT_TRUE(now.has_value());
  EXPECT_FALSE(now->uncaptured);
  ASSERT_VALUE(const auto row, report_row(store, night_incident(1)));
  EXPECT_EQ(row.trial_index, 0);
}

TEST_F(StoredNightTest, AForeignReportBelongsToNoTrial) {
  ASSERT_DONE(journal.foreign_report(run.uuid, collected(1)));

  ASSERT_VALUE(const auto row, report_row(store, night_incident(1)));
  EXPECT_FALSE(row.trial_index.has_value());
  ASSERT_VALUE(const auto reconciliation, query_reconciliation(store, run.uuid));
  EXPECT_EQ(reconciliation.foreign, 1);
}

TEST_F(StoredNightTest, AGpuResetTakesTrialsOutOfEveryRate) {
  ASSERT_DONE(journal.trial_ended(make_trial(run, 0, 3, Outcome::passed), {}));
  ASSERT_DONE(journal.trial_ended(make_trial(run, 1, 3, Outcome::passed), {}));

  ASSERT_DONE(journal.trials_contaminated(run.uuid, {1}));

  ASSERT_VALUE(const auto rates, query_rates(store, {}));
  EXPECT_EQ(rates.total.trials, 1);
  EXPECT_EQ(rates.total.contaminated, 1);
}

TEST_F(StoredNightTest, TheEndIsStoredWithItsReason) {
  ASSERT_DONE(journal.end(run.uuid, RunState::interrupted, "stopped by a signal", clock.wall()));

  ASSERT_VALUE(const auto now, store.run(run.uuid.text()));
  EXPECT_EQ(now.state, RunState::interrupted);
  EXPECT_EQ(now.state_reason, "stopped by a signal");
}

}  // namespace
}  // namespace faultline
