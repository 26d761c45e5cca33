#include "collector/run/reports/late_reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/run_setting_stage.h"

namespace faultline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LateReportsTest : public ::testing::Test {
 protected:
  void record(const Trial& trial) {
    tally_.set(trial);
    EXPECT_TRUE(stage_.journal.trial_ended(trial, {}).has_value());
  }
  ArrivedReport arrived(std::int64_t number, std::optional<std::int64_t> trial = {}) {
    IpsText text;
    text.incident = numbered_incident(number);
    ArrivedReport report;
    report.report.bytes = text.text();
    auto summary = summarize_report(report.report.bytes);
    report.report.identity = std::move(summary.identity);
    report.report.facts = std::move(summary.facts);
    report.trial_index = trial;
    return report;
  }
  [[nodiscard]] const Trial& stored(std::int64_t index) const { return stage_.journal.trials.at(index); }

  CampaignStage stage_;
  RunSetting setting_ = setting_of(stage_);
  RunTally tally_;
  LateReports late_{setting_, tally_};
  ReportFacts crash_ = [] {
    ReportFacts facts;
    facts.is_crash = true;
    return facts;
  }();
};

TEST_F(LateReportsTest, AReportOfARecordedTrialIsStoredWithWhatItMakesOfIt) {
  record(ended_trial(3));

  ASSERT_TRUE(late_.add(*tally_.find(3), arrived(1, 3), crash_).has_value());

  EXPECT_EQ(stored(3).verdict.outcome, Outcome::crashed);
  EXPECT_EQ(tally_.find(3)->verdict.outcome, Outcome::crashed);
  EXPECT_THAT(stored(3).incidents, ElementsAre(numbered_incident(1)));
  EXPECT_EQ(late_.late_count(), 1);
  EXPECT_EQ(late_.foreign_count(), 0);
}

TEST_F(LateReportsTest, AnotherFileOfAnIncidentIsKeptAndNotCounted) {
  Trial trial = ended_trial(3, Outcome::crashed, "crash_signal");
  trial.incidents = {numbered_incident(1)};
  record(trial);

  ASSERT_TRUE(late_.add_duplicate(*tally_.find(3), arrived(1, 3)).has_value());

  EXPECT_EQ(stored(3).incidents.size(), 1U);
  EXPECT_EQ(late_.late_count(), 0);
}

TEST_F(LateReportsTest, APanicIsJoinedToTheLastTrialUnderWhichTheMachineWentDown) {
  record(ended_trial(1, Outcome::panicked, "boot_session_changed"));
  record(ended_trial(2, Outcome::panicked, "boot_session_changed"));
  record(ended_trial(3));
  ReportFacts panic;
  panic.is_panic = true;
  panic.panic_string = "panic(cpu 4): GPU restart";
  ArrivedReport report = arrived(5);

  ASSERT_TRUE(*late_.add_panic(report, panic));

  EXPECT_EQ(stored(2).verdict.rule, "panic_report");
  EXPECT_THAT(stored(2).verdict.notes, ElementsAre(HasSubstr("GPU restart")));
  EXPECT_EQ(stored(1).verdict.rule, "boot_session_changed");
  EXPECT_EQ(report.trial_index, 2);

  ArrivedReport next = arrived(6);
  EXPECT_TRUE(*late_.add_panic(next, panic)) << "the other one has none yet";
  ArrivedReport third = arrived(7);
  EXPECT_FALSE(*late_.add_panic(third, panic));
  EXPECT_FALSE(*late_.add_panic(third, crash_)) << "a crash of a process is no panic";
}

TEST_F(LateReportsTest, AGpuResetTakesRecordedTrialsOutOfRatesOnce) {
  record(ended_trial(1));
  record(ended_trial(2));

  ASSERT_TRUE(late_.contaminate({1, 9}, stage_.clock.wall()).has_value());
  ASSERT_TRUE(late_.contaminate({1}, stage_.clock.wall()).has_value());

  EXPECT_THAT(stage_.journal.contaminated, ElementsAre(1));
  EXPECT_FALSE(counts_in_rates(*tally_.find(1)));
  EXPECT_TRUE(counts_in_rates(*tally_.find(2)));
  EXPECT_EQ(stage_.observer.notes.size(), 1U);
}

TEST_F(LateReportsTest, ForeignReportsAreStoredAndCountedOverAllExecutions) {
  late_.know({"A", {}, {}, false, {}});
  late_.know({"B", 3, {}, true, {}});

  ASSERT_TRUE(late_.add_foreign(arrived(4).report).has_value());

  EXPECT_THAT(stage_.journal.keys_of(std::nullopt), ElementsAre(numbered_incident(4)));
  EXPECT_EQ(late_.foreign_count(), 2);
  EXPECT_EQ(late_.late_count(), 1);
  EXPECT_THAT(stage_.observer.notes, IsEmpty());
}

}  // namespace
}  // namespace faultline
