// Ways in which a real Mac breaks crash-report tools, as far as they can be shown without one. Those that
// only a Mac can show are lines of `faultline doctor`; those about what a report says stand in
// tests/analyzer.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/ips/report_summary.h"
#include "tests/support/folder_stage.h"

namespace faultline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

ReportCrashVices prompt_reporter() {
  ReportCrashVices vices;
  vices.longest_delay = milliseconds(50);
  return vices;
}

FakeExecution dies(const TrialSpec&) { return dying_execution(SIGSEGV); }

TEST(MacPitfallsTest, P1DeathsAreCountedNotFiles) {
  FolderStage stage(prompt_reporter(), "report_deadline = \"2s\"");
  stage.processes.script = dies;
  stage.processes.before_return = [](const TrialSpec&) {};  // No report of any of them.

  const auto summary = stage.execute();

  EXPECT_EQ(summary->reconciliation.deaths, 12);
  EXPECT_EQ(summary->reconciliation.uncaptured, 12);
  EXPECT_EQ(summary->progress.outcomes[Outcome::crashed], 12);
}

TEST(MacPitfallsTest, P2AReportMayComeLongAfterTheNextTrialsAndIsStillItsOwn) {
  ReportCrashVices vices;
  vices.longest_delay = seconds(50);
  FolderStage stage(vices, "settle = \"none\"");
  stage.processes.script = dies;

  stage.execute();

  stage.expect_reconciliation_agrees();
}

TEST(MacPitfallsTest, P3AFileThatMovesToRetiredWhileItIsReadIsMetThere) {
  ReportCrashVices vices = prompt_reporter();
  vices.retires_after = milliseconds(0);
  FolderStage stage(vices);
  stage.processes.script = dies;

  const auto summary = stage.execute();

  EXPECT_EQ(summary->reconciliation.matched, 12);
  for (const auto& stored : stage.journal.reports) {
    EXPECT_EQ(stored.report.source.parent_path().filename(), "Retired");
  }
}

TEST(MacPitfallsTest, P4OneIncidentInSeveralFilesIsOneReport) {
  ReportCrashVices vices = prompt_reporter();
  vices.duplicates = 1.0;
  FolderStage stage(vices);
  stage.processes.script = dies;

  EXPECT_EQ(stage.execute()->reconciliation.reports, 12);
}

TEST(MacPitfallsTest, P5WordsAroundTheTwoDocumentsDoNotHideThem) {
  IpsText text;
  text.pid = 4711;
  const std::string pasted =
      "-------------------------------------\nTranslated Report (Full Report Below)\n" + text.text() +
      "\nModel: Mac16,1, BootROM 11881.61.3\n";

  const auto identity = summarize_report(pasted).identity;

  EXPECT_EQ(identity.pid, 4711);
  EXPECT_EQ(identity.incident, text.incident);
  EXPECT_TRUE(identity.complete);
}

TEST(MacPitfallsTest, P6StartTicksBeyondTheExactPartOfADoubleAreRead) {
  IpsText text;
  text.start_ticks = "18446744073709551569";

  EXPECT_EQ(summarize_report(text.text()).identity.start_ticks, 18446744073709551569ULL);
}

TEST(MacPitfallsTest, P11APidAloneMatchesNothing) {
  FolderStage stage(prompt_reporter(), "report_deadline = \"2s\"");
  stage.processes.script = dies;
  // Each is of an earlier owner of the number.
  stage.change_death = [](const TrialSpec&, SimulatedDeath& death) {
    death.launched -= std::chrono::hours(3);
    death.died -= std::chrono::hours(2);
  };

  const auto summary = stage.execute();

  EXPECT_EQ(summary->reconciliation.matched, 0);
  EXPECT_EQ(summary->reconciliation.foreign, 12);
}

TEST(MacPitfallsTest, P11AGrandchildWhoseParentIsGoneIsFoundByTheProcessesThatWereSeen) {
  FolderStage stage(prompt_reporter());
  stage.processes.script = [&stage](const TrialSpec&) {
    // `uv run` below a shell: the middle one exits before its child is reported.
    FakeExecution execution = passing_execution();
    execution.status.exit_code = 139;
    execution.status.descendants = {stage.processes.current_pid() + 50'000};
    return execution;
  };
  stage.campaign.workloads[0].command = {"sh", "-c", "uv run t.py {n}"};
  stage.processes.before_return = [&stage](const TrialSpec& spec) {
    SimulatedDeath death = stage.death_of(spec, milliseconds(80));
    death.parent_pid = death.pid + 50'000;
    death.pid += 60'000;
    stage.report_crash.died(death, stage.clock.monotonic());
  };

  const auto summary = stage.execute();

  EXPECT_EQ(summary->reconciliation.matched, 12);
  EXPECT_EQ(summary->reconciliation.foreign, 0);
}

TEST(MacPitfallsTest, P12TheNameInTheReportNeedNotBeWhatWasLaunched) {
  for (const char* name :
       {"Python", "python3.14", "a name of sixty-four characters, which is where the kernel cuts it off"}) {
    FolderStage stage(prompt_reporter());
    stage.processes.script = dies;
    stage.change_death = [name](const TrialSpec&, SimulatedDeath& death) { death.process = name; };

    EXPECT_EQ(stage.execute()->reconciliation.matched, 12) << name;
  }
}

TEST(MacPitfallsTest, P13ADeathBySigkillIsNoCrashAndNoReportIsAwaited) {
  FolderStage stage;
  stage.options.keep_going = true;  // Every trial ends alike.
  stage.processes.script = [](const TrialSpec&) { return dying_execution(SIGKILL); };

  const auto summary = stage.execute();

  EXPECT_EQ(summary->progress.outcomes[Outcome::exit_error], 12);
  EXPECT_EQ(summary->reconciliation.deaths, 0);
  EXPECT_EQ(stage.observer.waits, 0);
}

TEST(MacPitfallsTest, P14WhereNothingReportsTheRunSaysSoForEachDeath) {
  FolderStage stage({}, "report_deadline = \"2s\"");
  stage.processes.script = dies;
  stage.processes.before_return = [](const TrialSpec&) {};

  EXPECT_THAT(stage.execute()->reconciliation.uncaptured_reasons,
              Contains(Pair("no report came in time", 12)));
}

TEST(MacPitfallsTest, P15WhatABurstLosesIsUncapturedAndTheRestIsNotMixedUp) {
  FolderStage stage({}, "settle = \"none\"\nreport_deadline = \"60s\"");
  stage.options.trials = 10;
  stage.processes.script = dies;

  const auto summary = stage.execute();

  stage.expect_reconciliation_agrees();
  EXPECT_EQ(summary->reconciliation.deaths, 40);
  EXPECT_EQ(summary->reconciliation.uncaptured,
            stage.report_crash.count(SimulatedReportCrash::Fate::dropped_in_burst));
}

TEST(MacPitfallsTest, P16WhatIsNoDeathIsNoCrash) {
  for (const char* kind : {"308", "385", "298", "202", "222", "211"}) {
    IpsText text;
    text.bug_type = kind;
    EXPECT_FALSE(summarize_report(text.text()).facts.is_crash) << kind;
  }
  IpsText simulated;
  simulated.more = ",\n  \"isSimulated\" : 1";
  EXPECT_FALSE(summarize_report(simulated.text()).facts.is_crash);
  IpsText at_launch;
  at_launch.more = ",\n  \"termination\" : {\"namespace\":\"DYLD\",\"indicator\":\"Library missing\"}";
  EXPECT_EQ(summarize_report(at_launch.text()).facts.launch_failure, "DYLD: Library missing");
}

TEST(MacPitfallsTest, P17AFolderThatMayNotBeReadIsNotAnEmptyOne) {
  FolderStage stage({}, "report_deadline = \"2s\"");
  const auto secret = stage.folder / "secret";
  std::filesystem::create_directory(secret);
  ::chmod(secret.c_str(), 0);
  stage.options.report_folders = {secret};
  stage.processes.script = dies;
  stage.processes.before_return = [](const TrialSpec&) {};
  // Root is denied nothing, so that it has to be nobody while it looks.
  std::filesystem::permissions(stage.folder.path(), std::filesystem::perms::all);
  const uid_t self = ::geteuid();
  if (self == 0) {
    ASSERT_EQ(::seteuid(65534), 0);
  }
  const auto summary = stage.execute();
  ASSERT_EQ(::seteuid(self), 0);
  ::chmod(secret.c_str(), 0700);

  ASSERT_TRUE(summary);
  EXPECT_TRUE(stage.observer.was_told("Permission denied"));
  EXPECT_THAT(summary->reconciliation.uncaptured_reasons,
              Contains(Pair("the report folders cannot be read", 12)));
}

TEST(MacPitfallsTest, P18TrialsInTheWindowOfAGpuResetAreContaminatedNotCounted) {
  FolderStage stage(prompt_reporter());
  stage.processes.while_running = [&stage](const TrialSpec& spec) {
    if (spec.trial_folder.filename() != "6") return;
    const auto now = std::chrono::duration_cast<seconds>(stage.clock.wall().time_since_epoch());
    std::ofstream(stage.report_crash.folder() / "gpuEvent-prog-2025-12-21-010000.ips")
        << "{\"bug_type\":\"284\",\"incident_id\":\"C0FFEE00-0000-4000-8000-000000000001\"}\n"
        << "{\"process_name\":\"prog\",\"timestamp\":" << now.count() << "}\n";
  };

  stage.execute();

  EXPECT_TRUE(stage.journal.trials[6].contaminated);
}

TEST(MacPitfallsTest, P19AClockThatIsSetMovesNoReport) {
  FolderStage stage(prompt_reporter(), "settle = \"none\"");
  stage.processes.script = dies;
  int trial = 0;
  stage.processes.while_running = [&](const TrialSpec&) {
    stage.clock.step_wall(std::chrono::minutes(++trial % 2 == 0 ? 61 : -61));
  };

  stage.execute();

  stage.expect_reconciliation_agrees();
}

TEST(MacPitfallsTest, P20AHandMadeReportOfNoProcessIsInNoRate) {
  FolderStage stage(prompt_reporter());
  stage.processes.while_running = [&stage](const TrialSpec&) {
    std::ofstream(stage.report_crash.folder() / "pasted.crash")
        << "Process: Python [1]\nException Type: EXC_BAD_ACCESS\nThread 0 Crashed:\n0  AGXMetalG16X  draw + "
           "32\n\n"
           "Binary Images:\n";
  };

  const auto summary = stage.execute();

  EXPECT_EQ(summary->progress.outcomes[Outcome::passed], 12);
  EXPECT_EQ(summary->reconciliation.foreign, 1);
}

}  // namespace
}  // namespace faultline
