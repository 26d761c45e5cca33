// The defects of the scripts that Faultline replaces, one test each: what they got wrong goes right here.
// Those that show in tables and pages stand in tests/end_to_end/seed_defects_test.cpp.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <set>

#include "collector/folders/report_folder.h"
#include "tests/support/folder_stage.h"

namespace faultline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Fate = SimulatedReportCrash::Fate;

ReportCrashVices prompt_reporter() {
  ReportCrashVices vices;
  vices.longest_delay = milliseconds(50);
  return vices;
}

FakeExecution last_cell_dies(const TrialSpec& spec) {
  return spec.argv[1] == "4" ? dying_execution(SIGSEGV) : passing_execution();
}

void drop(const std::filesystem::path& folder, const std::string& name, const IpsText& report) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder / name) << report.text();
}

TEST(SeedDefectsTest, D1FilesAreNotCountedAnUnrelatedCrashAndALateReportAreChargedToNobodyElse) {
  ReportCrashVices vices;
  vices.longest_delay = seconds(20);
  FolderStage stage(vices, "settle = \"none\"");
  stage.processes.script = last_cell_dies;
  std::int64_t stranger = 7000;
  stage.processes.while_running = [&](const TrialSpec&) {
    // A file more after each trial than before it, and none of them the trial's.
    IpsText text = stage.report_now(stranger);
    text.pid = stranger;
    drop(stage.report_crash.folder(), "Safari-" + std::to_string(stranger++) + ".ips", text);
  };

  const auto summary = stage.execute();

  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->progress.outcomes[Outcome::crashed], 3);
  EXPECT_EQ(summary->progress.outcomes[Outcome::passed], 9);
  EXPECT_EQ(summary->reconciliation.foreign, 12);
  for (const auto& entry : stage.report_crash.ledger()) {
    EXPECT_EQ(stage.journal.keys_of(entry.death.trial), std::vector<std::string>{entry.incident});
  }
}

TEST(SeedDefectsTest, D2AReportThatTakesLongerThanAnyFixedSleepIsWaitedFor) {
  ReportCrashVices vices;
  vices.longest_delay = seconds(59);
  FolderStage stage(vices, "settle = \"none\"");
  stage.processes.script = last_cell_dies;

  const auto summary = stage.execute();

  EXPECT_EQ(summary->reconciliation.matched, 3);
  EXPECT_GT(summary->reconciliation.latencies.back(), seconds(15));
}

TEST(SeedDefectsTest, D3AReportWrittenBetweenALookAndItsNoteIsNotLost) {
  // What is new is told by which file it is, not by a time: its own may lie before our last look.
  const ScopedTempFolder temp;
  ReportFolder folder(temp.path());
  EXPECT_THAT(folder.scan(seconds(0)).reports, IsEmpty());
  IpsText text;
  drop(temp.path(), "a.ips", text);
  const timespec long_ago[2] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (temp / "a.ips").c_str(), long_ago, 0), 0);

  EXPECT_THAT(folder.scan(seconds(1)).reports, SizeIs(1));
}

TEST(SeedDefectsTest, D4NoReportFallsOutOfTheRecordHoweverManyThereAre) {
  FolderStage stage(prompt_reporter());
  stage.options.trials = 60;
  stage.processes.script = last_cell_dies;

  const auto summary = stage.execute();

  EXPECT_EQ(summary->reconciliation.deaths, 60);
  EXPECT_EQ(summary->reconciliation.matched, 60);
  EXPECT_THAT(stage.journal.reports, SizeIs(60));
}

TEST(SeedDefectsTest, D5WhatCountsIsWhoseAReportIsNotWhichWordsStandInIt) {
  FolderStage stage(prompt_reporter());
  stage.processes.script = last_cell_dies;
  // A workload in C++ that maps no driver, and a program with windows that maps them all.
  stage.change_death = [](const TrialSpec&, SimulatedDeath& death) { death.process = "triage"; };
  stage.processes.while_running = [&](const TrialSpec&) {
    IpsText text = stage.report_now(7000);
    text.pid = 77;
    text.process = "python-viewer";
    text.more =
        ",\n  \"usedImages\" : "
        "[{\"name\":\"AGXMetalG16X\"},{\"name\":\"Metal\"},{\"name\":\"libtorch.dylib\"}]";
    drop(stage.report_crash.folder(), "python-viewer.ips", text);
  };

  const auto summary = stage.execute();

  EXPECT_EQ(summary->reconciliation.deaths, 3);
  EXPECT_EQ(summary->reconciliation.matched, 3);
  EXPECT_EQ(summary->reconciliation.foreign, 1);
}

TEST(SeedDefectsTest, D6EveryFolderAndItsRetiredPartIsLookedInto) {
  FolderStage stage(prompt_reporter());
  const auto user = stage.folder / "DiagnosticReports";
  const auto system = stage.folder / "Library";
  const std::vector<std::filesystem::path> places{user, user / "Retired", system, system / "Retired"};
  stage.processes.before_return = [](const TrialSpec&) {};
  std::int64_t number = 0;
  stage.processes.script = [&](const TrialSpec& spec) {
    const auto place = places[static_cast<std::size_t>(number) % places.size()];
    ++number;
    drop(place, "prog-" + std::to_string(number) + ".ips", stage.report_now(number));
    static_cast<void>(spec);
    return dying_execution(SIGSEGV);
  };

  const auto summary = stage.execute();

  EXPECT_EQ(summary->reconciliation.deaths, 12);
  EXPECT_EQ(summary->reconciliation.matched, 12);
}

TEST(SeedDefectsTest, D10ArmsAreInterleavedAndABadExitIsNotACrash) {
  CampaignStage stage;
  stage.processes.script = [](const TrialSpec& spec) {
    FakeExecution execution = passing_execution();
    if (spec.argv[1] == "4") execution.status.exit_code = 3;
    return execution;
  };

  const auto summary = stage.execute();

  // Not one arm after the other: each block has each cell once.
  for (std::int64_t block = 0; block < 3; ++block) {
    std::set<std::string> cells;
    for (std::int64_t i = 0; i < 4; ++i) cells.insert(stage.cell_value(block * 4 + i));
    EXPECT_THAT(cells, SizeIs(4));
  }
  EXPECT_EQ(summary->progress.outcomes[Outcome::exit_error], 3);
  EXPECT_EQ(summary->progress.outcomes[Outcome::crashed], 0);
}

TEST(SeedDefectsTest, D12EachWayToEndHasAnOutcomeOfItsOwn) {
  FolderStage stage(prompt_reporter(), "", "crash_when = \"^Assertion failed\"");
  stage.processes.script = [&stage](const TrialSpec& spec) {
    const std::string& cell = spec.argv[1];
    FakeExecution execution = passing_execution();
    if (cell == "1") {  // A shell's way to tell of a death by SIGKILL: no crash.
      execution.status.exit_code = 137;
    } else if (cell == "2") {  // Ended at its time limit, by our own SIGABRT.
      execution = dying_execution(SIGABRT);
      execution.status.timed_out = true;
    } else if (cell == "3") {  // Printed an assertion, then left in an orderly way.
      execution.status.exit_code = 1;
      execution.stderr_text = "Assertion failed: (x != NULL), function draw, file a.mm, line 7.\n";
    } else {  // Exit 0, but a report of its own appeared.
      stage.report_crash.died(stage.death_of(spec, milliseconds(0)), stage.clock.monotonic());
    }
    return execution;
  };

  stage.execute();

  std::map<std::string, std::set<Outcome>> outcomes;
  for (const auto& [index, trial] : stage.journal.trials)
    outcomes[stage.cell_value(index)].insert(trial.verdict.outcome);
  EXPECT_THAT(outcomes["1"], ElementsAre(Outcome::exit_error));
  EXPECT_THAT(outcomes["2"], ElementsAre(Outcome::hung));
  EXPECT_THAT(outcomes["3"], ElementsAre(Outcome::crashed));
  EXPECT_THAT(outcomes["4"], ElementsAre(Outcome::crashed));
}

}  // namespace
}  // namespace faultline
