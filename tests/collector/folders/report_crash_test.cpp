// A whole run against a simulated ReportCrash: whatever its vices, both ledgers agree.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/folder_stage.h"

namespace faultline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Pair;
using Fate = SimulatedReportCrash::Fate;

bool is_cell(const TrialSpec& spec, const char* value) { return spec.argv[1] == value; }

FakeExecution dies_unless_one(const TrialSpec& spec) {
  return is_cell(spec, "1") ? passing_execution() : dying_execution(SIGSEGV);
}

TEST(ReportCrashTest, ReportsThatComeLateAreJoinedToTheirTrialsAndTakenOutOfTheFolder) {
  ReportCrashVices vices;
  vices.retiring = 0.0;
  FolderStage stage(vices, "settle = \"none\"");
  stage.processes.script = dies_unless_one;

  const auto summary = stage.execute();

  ASSERT_TRUE(summary);
  stage.expect_reconciliation_agrees();
  EXPECT_EQ(summary->reconciliation.deaths, 9);
  EXPECT_EQ(summary->reconciliation.matched, stage.report_crash.count(Fate::written));
  EXPECT_GT(summary->reconciliation.late, 0);
  EXPECT_FALSE(summary->reconciliation.latencies.empty());
  EXPECT_LE(summary->reconciliation.latencies.back(), seconds(27));
  EXPECT_TRUE(std::filesystem::is_directory(stage.report_crash.folder()));
  for (const auto& file : std::filesystem::directory_iterator(stage.report_crash.folder())) {
    EXPECT_EQ(file.path().filename(), "Retired") << "left behind";
  }
}

TEST(ReportCrashTest, SettleWaitsForTheReportOfTheTrialThatDied) {
  ReportCrashVices vices;
  vices.longest_delay = seconds(5);
  FolderStage stage(vices, "settle = \"report\"");
  stage.processes.script = dies_unless_one;

  const auto summary = stage.execute();

  ASSERT_TRUE(summary);
  stage.expect_reconciliation_agrees();
  EXPECT_EQ(summary->reconciliation.matched, 9);
  EXPECT_EQ(summary->reconciliation.late, 0);
  for (const auto& [index, trial] : stage.journal.trials) EXPECT_EQ(trial.reports_pending, 0);
}

TEST(ReportCrashTest, LoadAndPendingReportsAreKeptWithEachTrial) {
  FolderStage stage({}, "settle = \"none\"");
  stage.processes.script = [](const TrialSpec&) { return dying_execution(SIGSEGV); };
  stage.host.load = 7.25;

  stage.execute();

  std::int64_t most = 0;
  for (const auto& [index, trial] : stage.journal.trials) {
    EXPECT_EQ(trial.load_1min, 7.25);
    most = std::max(most, trial.reports_pending.value_or(-1));
  }
  EXPECT_GE(most, 5);
}

TEST(ReportCrashTest, ABurstLosesReportsAndTheDeathsAreUncaptured) {
  FolderStage stage({}, "settle = \"none\"\nreport_deadline = \"60s\"");
  stage.processes.script = [](const TrialSpec&) { return dying_execution(SIGSEGV); };

  const auto summary = stage.execute();

  ASSERT_TRUE(summary);
  stage.expect_reconciliation_agrees();
  const auto dropped = stage.report_crash.count(Fate::dropped_in_burst);
  EXPECT_GT(dropped, 0);
  EXPECT_EQ(summary->reconciliation.deaths, 12);
  EXPECT_EQ(summary->reconciliation.uncaptured, dropped);
  EXPECT_THAT(summary->reconciliation.uncaptured_reasons, Contains(Pair("no report came in time", dropped)));
}

TEST(ReportCrashTest, TheLimitPerNameIsNamedAsTheReasonAlsoForAWrappedProcess) {
  ReportCrashVices vices;
  vices.longest_delay = seconds(1);
  vices.retiring = 0.0;
  FolderStage stage(vices, "report_deadline = \"5s\"");
  stage.campaign.workloads[0].command = {"sh", "-c", "exec /opt/venv/bin/python3.14 t.py {n}"};
  const auto folder = stage.report_crash.folder();
  stage.processes.script = [&](const TrialSpec&) {
    // Somebody else's reports fill the folder once two of ours have come.
    for (int i = 10; stage.journal.reports.size() == 2 && i < 35; ++i) {
      IpsText text;
      text.incident = numbered_incident(5000 + i);
      text.process = "Python";
      std::ofstream(folder / ("Python-2026-01-09-1229" + std::to_string(i) + ".ips")) << text.text();
    }
    return dying_execution(SIGSEGV);
  };
  stage.change_death = [](const TrialSpec&, SimulatedDeath& death) { death.process = "Python"; };

  const auto summary = stage.execute();

  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->reconciliation.matched, 2);
  EXPECT_EQ(summary->reconciliation.uncaptured, 10);
  EXPECT_THAT(
      summary->reconciliation.uncaptured_reasons,
      Contains(Pair("the system keeps at most 25 reports per process name, and that many are there", 10)));
  EXPECT_EQ(summary->reconciliation.foreign, 25);
  // Draining is for our own.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 26);
}

TEST(ReportCrashTest, WithDrainingTheLimitIsNeverReached) {
  ReportCrashVices vices;
  vices.longest_delay = milliseconds(300);
  vices.retiring = 0.0;
  FolderStage stage(vices);
  stage.options.trials = 20;  // 80 deaths of one name.
  stage.processes.script = [](const TrialSpec&) { return dying_execution(SIGSEGV); };

  const auto summary = stage.execute();

  stage.expect_reconciliation_agrees();
  EXPECT_EQ(summary->reconciliation.matched, 80);
  EXPECT_EQ(stage.report_crash.count(Fate::dropped_at_limit), 0);
}

TEST(ReportCrashTest, StrangersWithTheSamePidAndNameInTheSameSecondAreForeign) {
  ReportCrashVices vices;
  vices.strangers = 1.0;
  vices.longest_delay = seconds(3);
  FolderStage stage(vices);
  stage.processes.script = dies_unless_one;

  const auto summary = stage.execute();

  stage.expect_reconciliation_agrees();
  EXPECT_EQ(summary->reconciliation.deaths, 9);
  EXPECT_EQ(summary->reconciliation.matched, 9);
  // The last of them may come when nobody looks any more.
  EXPECT_EQ(summary->reconciliation.foreign, stage.report_crash.count(Fate::written) - 9);
  EXPECT_GE(summary->reconciliation.foreign, 16);
}

TEST(ReportCrashTest, CopiesOfOneIncidentAreOneReport) {
  ReportCrashVices vices;
  vices.duplicates = 1.0;
  vices.longest_delay = seconds(3);
  FolderStage stage(vices);
  stage.processes.script = dies_unless_one;

  const auto summary = stage.execute();

  stage.expect_reconciliation_agrees();
  EXPECT_EQ(summary->reconciliation.reports, 9);
  EXPECT_EQ(summary->reconciliation.foreign, 0);
}

TEST(ReportCrashTest, AReportOfAProcessThatLivedOnDoesNotTakeThePlaceOfItsDeath) {
  ReportCrashVices vices;
  vices.longest_delay = milliseconds(10);
  FolderStage stage(vices);
  stage.processes.script = [&stage](const TrialSpec& spec) {
    FakeExecution execution = dies_unless_one(spec);
    if (!execution.status.term_signal) return execution;
    SimulatedDeath fault = stage.death_of(spec, milliseconds(0));
    fault.bug_type = "308";
    stage.report_crash.died(fault, stage.clock.monotonic());
    return execution;
  };

  const auto summary = stage.execute();

  stage.expect_reconciliation_agrees();
  EXPECT_EQ(summary->reconciliation.matched, 9);
  EXPECT_EQ(summary->reconciliation.reports, 18);
}

class ClockStepRunTest : public ::testing::TestWithParam<seconds> {};

TEST_P(ClockStepRunTest, NothingIsLostWhenTheClockIsSetDuringATrialOrAfterIt) {
  ReportCrashVices vices;
  vices.strangers = 0.5;
  FolderStage stage(vices, "settle = \"none\"");
  stage.processes.script = dies_unless_one;
  int trial = 0;
  stage.processes.while_running = [&](const TrialSpec&) {
    if (++trial % 4 == 2) stage.clock.step_wall(trial % 8 == 2 ? GetParam() : -GetParam() / 2);
  };

  const auto summary = stage.execute();

  ASSERT_TRUE(summary);
  stage.expect_reconciliation_agrees();
  EXPECT_EQ(summary->reconciliation.matched + stage.report_crash.count(Fate::dropped_in_burst), 9);
}

INSTANTIATE_TEST_SUITE_P(BackAndForward, ClockStepRunTest, ::testing::Values(seconds(-7200), seconds(7200)));

TEST(ReportCrashTest, AKilledHarnessWaitsAgainForWhatWasOnItsWay) {
  ReportCrashVices vices;
  vices.longest_delay = seconds(20);
  FolderStage stage(vices, "settle = \"none\"");
  stage.processes.script = dies_unless_one;
  stage.processes.while_running = [&stage](const TrialSpec&) {
    // In the last trial: all that is left to do afterwards is to wait.
    if (stage.processes.specs.size() == 12) throw HarnessKilled{};
  };
  EXPECT_FALSE(stage.execute());
  stage.processes.while_running = [](const TrialSpec&) {};

  const auto summary = stage.execute();

  ASSERT_TRUE(summary);
  stage.expect_reconciliation_agrees();
  EXPECT_EQ(summary->reconciliation.matched, stage.report_crash.count(Fate::written));
  EXPECT_GT(stage.observer.waits, 0);
}

TEST(ReportCrashTest, AllVicesAtOnceWithAHarnessThatIsKilledOverAndOver) {
  ReportCrashVices vices;
  vices.strangers = 0.1;
  vices.duplicates = 0.1;
  FolderStage stage(vices, "settle = \"none\"");
  stage.options.trials = 100;
  stage.processes.script = [](const TrialSpec& spec) {
    FakeExecution execution = dies_unless_one(spec);
    execution.status.duration = milliseconds(is_cell(spec, "4") ? 9'000 : 700);
    return execution;
  };
  int moment = 0;
  stage.processes.while_running = [&](const TrialSpec&) {
    ++moment;
    if (moment % 97 == 40) stage.clock.step_wall(std::chrono::hours(moment % 2 == 0 ? 2 : -3));
    if (moment % 53 == 20) throw HarnessKilled{};
  };
  // Those that come for the first time: a resumed run meets the others again.
  std::size_t most = 0;
  stage.journal.after = [&](std::string_view fact) {
    const std::size_t reports = stage.journal.reports.size();
    if (fact != "report_arrived_late" || reports <= most) return;
    most = reports;
    if (reports % 31 == 7) throw HarnessKilled{};
  };

  std::optional<RunSummary> summary;
  for (int attempt = 0; attempt < 100 && !summary; ++attempt) summary = stage.execute();

  ASSERT_TRUE(summary);
  EXPECT_GT(stage.kills, 8);
  stage.expect_reconciliation_agrees();
  EXPECT_EQ(stage.journal.trials.size(), 400U);
  EXPECT_EQ(summary->reconciliation.deaths, 300);
  EXPECT_EQ(summary->reconciliation.matched + summary->reconciliation.uncaptured, 300);
  EXPECT_GT(summary->reconciliation.late, 0);
}

}  // namespace
}  // namespace faultline
