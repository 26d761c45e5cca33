#include "collector/run/campaign_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/campaign_stage.h"

namespace faultline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

const std::vector<std::int64_t> kAllTwelve{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};

bool is_cell(const TrialSpec& spec, const char* value) { return spec.argv[1] == value; }

TEST(CampaignRunnerTest, ARunExecutesEveryCellOfEveryBlockOnce) {
  CampaignStage stage;

  const auto summary = stage.execute();

  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->record.state, RunState::finished);
  EXPECT_EQ(summary->executed, 12);
  EXPECT_EQ(stage.recorded(), kAllTwelve);
  for (std::int64_t block = 0; block < 3; ++block) {
    std::set<std::string> values;
    for (std::int64_t i = 0; i < 4; ++i) values.insert(stage.cell_value(block * 4 + i));
    EXPECT_THAT(values, SizeIs(4)) << "block " << block;
  }
  EXPECT_EQ(summary->progress.outcomes[Outcome::passed], 12);
  EXPECT_EQ(stage.journal.run->state, RunState::finished);
}

TEST(CampaignRunnerTest, ATrialIsGivenItsValuesFoldersAndSeed) {
  CampaignStage stage("seed = 9\ntimeout = \"7s\"",
                      "env = { LEVEL = \"{n}\", GONE = { unset = true } }\nworking_folder = \"data\"");

  stage.execute();

  const TrialSpec& spec = stage.processes.specs[0];
  const std::string value = stage.cell_value(0);
  EXPECT_THAT(spec.argv, ElementsAre("prog", value));
  EXPECT_THAT(spec.env, Contains(EnvSetting{"LEVEL", value}));
  EXPECT_THAT(spec.env, Contains(EnvSetting{"GONE", std::nullopt}));
  EXPECT_THAT(spec.env, Contains(EnvSetting{"FAULTLINE_TRIAL", "0"}));
  EXPECT_THAT(spec.env, Contains(EnvSetting{"FAULTLINE_TRIAL_DIR", spec.trial_folder.string()}));
  EXPECT_EQ(spec.working_folder, "/campaigns/data");
  EXPECT_EQ(spec.timeout, seconds(7));
  EXPECT_EQ(spec.boot_session, "BOOT-1");
  EXPECT_EQ(spec.trial_folder, stage.run_folder() / "0");
  // The same seed for all cells of a block, another one in the next.
  const auto seed_of = [&](std::size_t i) { return *stage.processes.specs[i].env.back().value; };
  EXPECT_EQ(seed_of(0), seed_of(3));
  EXPECT_NE(seed_of(0), seed_of(4));
}

TEST(CampaignRunnerTest, ReportsOfTheSupervisorGoWithTheirTrialAndAreDrained) {
  CampaignStage stage;
  stage.processes.script = [&stage](const TrialSpec& spec) {
    if (!is_cell(spec, "4")) return passing_execution();
    FakeExecution execution = dying_execution(SIGSEGV);
    execution.reports = {stage.report_now(stage.processes.current_pid()).text()};
    return execution;
  };

  const auto summary = stage.execute();

  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->reconciliation.deaths, 3);
  EXPECT_EQ(summary->reconciliation.matched, 3);
  EXPECT_EQ(summary->reconciliation.uncaptured, 0);
  EXPECT_EQ(summary->reconciliation.reports, 3);
  for (const auto& [index, trial] : stage.journal.trials) {
    const bool crashed = stage.cell_value(index) == "4";
    EXPECT_EQ(trial.verdict.outcome, crashed ? Outcome::crashed : Outcome::passed);
    EXPECT_THAT(stage.journal.keys_of(index), SizeIs(crashed ? 1 : 0));
    EXPECT_EQ(trial.incidents, stage.journal.keys_of(index));
  }
  EXPECT_TRUE(std::filesystem::is_empty(stage.run_folder() / "reports"));
}

TEST(CampaignRunnerTest, WithoutDrainReportsStayWhereTheyAre) {
  CampaignStage stage("drain = false");
  stage.processes.script = [&stage](const TrialSpec&) {
    FakeExecution execution = dying_execution(SIGSEGV);
    execution.reports = {stage.report_now(stage.processes.current_pid()).text()};
    return execution;
  };

  stage.execute();

  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(stage.run_folder() / "reports"), {}), 12);
}

TEST(CampaignRunnerTest, FoldersOfPassedTrialsGoUnlessTheWorkloadLeftSomething) {
  CampaignStage stage;
  stage.processes.script = [](const TrialSpec& spec) {
    if (is_cell(spec, "3")) std::ofstream(spec.trial_folder / "picture.png") << "data";
    return is_cell(spec, "4") ? dying_execution(SIGKILL) : passing_execution();
  };

  stage.execute();

  for (const auto& [index, trial] : stage.journal.trials) {
    const auto folder = stage.run_folder() / std::to_string(index);
    const std::string& value = stage.cell_value(index);
    EXPECT_EQ(std::filesystem::exists(folder), value == "3" || value == "4");
    EXPECT_EQ(std::filesystem::exists(folder / "stdout"), value == "4");
    EXPECT_EQ(std::filesystem::exists(folder / "picture.png"), value == "3");
  }
}

TEST(CampaignRunnerTest, OnlyRunsTheChosenCells) {
  CampaignStage stage;
  stage.options.only = *parse_filter("n >= 3");

  const auto summary = stage.execute();

  EXPECT_EQ(summary->executed, 6);
  EXPECT_THAT(stage.journal.run->cells, SizeIs(2));

  CampaignStage none;
  none.options.only = *parse_filter("n = 77");
  EXPECT_THAT(none.execute_to_error().text(),
              AllOf(HasSubstr("--only: "), HasSubstr("n is never \"77\" (its values are 1, ")));
  none.options.only = *parse_filter("n > 77");
  EXPECT_THAT(none.execute_to_error().text(), HasSubstr("--only: it matches none of the campaign's cells"));
}

TEST(CampaignRunnerTest, CaptureCanBeAnArm) {
  CampaignStage stage;
  stage.campaign = parse_campaign(
                       "[campaign]\nname = \"c\"\ntrials = 1\n[[workload]]\nname = \"w\"\ncommand = [\"p\"]\n"
                       "matrix = { capture = [\"on\", \"off\"] }\n",
                       "/")
                       .campaign;
  stage.processes.script = [](const TrialSpec&) { return dying_execution(SIGSEGV); };

  const auto summary = stage.execute();

  EXPECT_NE(stage.processes.specs[0].capture, stage.processes.specs[1].capture);
  EXPECT_THAT(summary->reconciliation.uncaptured_reasons, Contains(Pair("capture is off for this cell", 1)));
}

TEST(CampaignRunnerTest, StopSavesAndTheSameCommandGoesOn) {
  CampaignStage stage;
  stage.processes.while_running = [&stage](const TrialSpec&) {
    if (stage.processes.specs.size() == 5) stage.stop = true;
  };

  const auto first = stage.execute();

  ASSERT_TRUE(first);
  EXPECT_EQ(first->record.state, RunState::interrupted);
  EXPECT_EQ(first->executed, 4);
  EXPECT_EQ(stage.recorded(), (std::vector<std::int64_t>{0, 1, 2, 3}));
  EXPECT_FALSE(std::filesystem::exists(stage.run_folder() / "4"));

  stage.stop = false;
  stage.processes.while_running = [](const TrialSpec&) {};
  const auto second = stage.execute();

  ASSERT_TRUE(second);
  EXPECT_TRUE(stage.observer.resumed);
  EXPECT_EQ(second->record.state, RunState::finished);
  EXPECT_EQ(second->executed, 8);
  EXPECT_EQ(second->progress.trials_done, 12);
  EXPECT_EQ(stage.recorded(), kAllTwelve);
}

TEST(CampaignRunnerTest, AStopBeforeTheFirstTrialRunsNothing) {
  CampaignStage stage;
  stage.stop = true;

  EXPECT_EQ(stage.execute()->record.state, RunState::interrupted);
  EXPECT_THAT(stage.processes.specs, IsEmpty());
}

// Every fact that is written, and every moment of a trial, is a place to die at. Wherever that is, and
// however often, each trial is recorded once and each report is attributed once.
class KillTest : public ::testing::TestWithParam<std::string> {};

TEST_P(KillTest, EveryTrialIsRecordedOnceAndEveryReportOnce) {
  const std::string place = GetParam();
  CampaignStage stage;
  int moment = 0;
  const auto die_sometimes = [&](std::string_view here) {
    // Every third time, so that some trials come through between two deaths.
    if (here == place && ++moment % 3 == 1) throw HarnessKilled{};
  };
  stage.journal.before = [&](std::string_view fact) { die_sometimes("before " + std::string(fact)); };
  stage.journal.after = [&](std::string_view fact) { die_sometimes("after " + std::string(fact)); };
  stage.processes.script = [&stage](const TrialSpec& spec) {
    FakeExecution execution = is_cell(spec, "4") ? dying_execution(SIGSEGV) : passing_execution();
    if (is_cell(spec, "4")) execution.reports = {stage.report_now(stage.processes.current_pid()).text()};
    return execution;
  };
  bool first_death = true;
  stage.processes.while_running = [&](const TrialSpec& spec) {
    // One death in any case, with a report that is left behind: else nothing would ever be resumed.
    if (stage.processes.specs.size() == 2 && std::exchange(first_death, false)) {
      std::ofstream(spec.report_folder / "orphan.ips")
          << stage.report_now(stage.processes.current_pid()).text();
      throw HarnessKilled{};
    }
    die_sometimes("while running");
  };
  stage.processes.before_return = [&](const TrialSpec&) { die_sometimes("after status"); };

  std::optional<RunSummary> summary;
  for (int attempt = 0; attempt < 100 && !summary; ++attempt) summary = stage.execute();

  ASSERT_TRUE(summary) << "never came through";
  EXPECT_GT(stage.kills, 1);
  EXPECT_EQ(stage.recorded(), kAllTwelve);
  EXPECT_EQ(summary->progress.trials_done, 12);
  EXPECT_EQ(summary->reconciliation.deaths, 3);
  EXPECT_EQ(summary->reconciliation.matched, 3);
  EXPECT_EQ(summary->reconciliation.reports, 3);
  std::size_t own = 0;
  for (const auto& [index, trial] : stage.journal.trials) {
    EXPECT_EQ(trial.incidents, stage.journal.keys_of(index));
    own += trial.incidents.size();
    // No report of one execution is charged to another: the pid is that of the recorded one.
    for (const std::string& key : trial.incidents) {
      EXPECT_EQ(stage.journal.find(key)->report.identity.pid, trial.pid);
    }
  }
  EXPECT_EQ(own, 3U);
  EXPECT_EQ(summary->reconciliation.foreign,
            static_cast<std::int64_t>(stage.journal.keys_of(std::nullopt).size()));
  EXPECT_EQ(stage.journal.duplicates, 0);
}

INSTANTIATE_TEST_SUITE_P(Places, KillTest,
                         ::testing::Values("before begin", "after begin", "while running", "after status",
                                           "before trial_ended", "after trial_ended", "before resume",
                                           "after resume", "before end", "before foreign_report",
                                           "after foreign_report"),
                         [](const auto& place) {
                           std::string name = place.param;
                           std::replace(name.begin(), name.end(), ' ', '_');
                           return name;
                         });

TEST(CampaignResumeTest, ATrialThatEndedWhileNobodyWatchedIsRecordedNotRepeated) {
  CampaignStage stage;
  stage.processes.before_return = [&stage](const TrialSpec&) {
    if (stage.processes.specs.size() == 3) throw HarnessKilled{};
  };
  stage.execute();
  EXPECT_EQ(stage.recorded(), (std::vector<std::int64_t>{0, 1}));

  stage.processes.before_return = [](const TrialSpec&) {};
  const auto summary = stage.execute();

  EXPECT_EQ(stage.recorded(), kAllTwelve);
  EXPECT_THAT(stage.processes.specs, SizeIs(12));
  EXPECT_EQ(summary->executed, 9);
  EXPECT_TRUE(stage.observer.was_told("trial 2 had ended"));
  EXPECT_THAT(stage.processes.asked_for_survivors, IsEmpty());
}

TEST(CampaignResumeTest, SurvivorsAreEndedAndTheTrialIsRepeated) {
  CampaignStage stage;
  stage.processes.while_running = [&stage](const TrialSpec&) {
    if (stage.processes.specs.size() == 3) throw HarnessKilled{};
  };
  stage.execute();
  stage.processes.survivors = 2;

  stage.processes.while_running = [](const TrialSpec&) {};
  stage.execute();

  EXPECT_THAT(stage.processes.asked_for_survivors, ElementsAre(stage.run_folder() / "2"));
  EXPECT_TRUE(stage.observer.was_told("ended 2 processes that trial 2 had left running"));
  EXPECT_EQ(stage.recorded(), kAllTwelve);
  EXPECT_THAT(stage.processes.specs, SizeIs(13));
}

TEST(CampaignResumeTest, AReportOfAnAttemptThatCountsForNothingIsKeptAsForeign) {
  CampaignStage stage;
  stage.processes.while_running = [&stage](const TrialSpec& spec) {
    if (stage.processes.specs.size() != 3) return;
    std::ofstream(spec.report_folder / "orphan.ips") << stage.report_now(77).text();
    throw HarnessKilled{};
  };
  stage.execute();

  stage.processes.while_running = [](const TrialSpec&) {};
  const auto summary = stage.execute();

  EXPECT_THAT(stage.journal.keys_of(std::nullopt), ElementsAre(numbered_incident(77)));
  EXPECT_EQ(summary->reconciliation.foreign, 1);
  EXPECT_EQ(summary->progress.outcomes[Outcome::crashed], 0);
}

TEST(CampaignResumeTest, AMachineThatWentDownUnderATrialIsAPanicAndTheTrialIsNotRepeated) {
  CampaignStage stage;
  stage.processes.while_running = [&stage](const TrialSpec&) {
    if (stage.processes.specs.size() == 3) throw HarnessKilled{};
  };
  stage.execute();
  stage.host.boot = "BOOT-2";

  stage.processes.while_running = [](const TrialSpec&) {};
  const auto summary = stage.execute();

  EXPECT_EQ(stage.journal.trials[2].verdict.outcome, Outcome::panicked);
  EXPECT_EQ(stage.journal.trials[2].verdict.rule, "boot_session_changed");
  EXPECT_EQ(stage.journal.trials[2].boot_session, "BOOT-1");
  EXPECT_EQ(stage.recorded(), kAllTwelve);
  EXPECT_EQ(summary->progress.outcomes[Outcome::panicked], 1);
  EXPECT_THAT(summary->set_aside, IsEmpty());
  EXPECT_THAT(stage.processes.asked_for_survivors, IsEmpty());
}

TEST(CampaignResumeTest, ACellThatTakesTheMachineDownTwiceIsSetAside) {
  CampaignStage stage;
  int boots = 1;
  stage.processes.while_running = [](const TrialSpec& spec) {
    if (is_cell(spec, "4")) throw HarnessKilled{};
  };

  std::optional<RunSummary> summary;
  for (int attempt = 0; attempt < 10 && !summary; ++attempt) {
    summary = stage.execute();
    stage.host.boot = "BOOT-" + std::to_string(++boots);
  }

  ASSERT_TRUE(summary) << "a boot loop";
  EXPECT_EQ(stage.kills, 2);
  EXPECT_THAT(summary->set_aside, ElementsAre("n=4"));
  EXPECT_TRUE(stage.observer.was_told("n=4 took the machine down twice"));
  EXPECT_EQ(summary->progress.outcomes[Outcome::panicked], 2);
  EXPECT_EQ(summary->progress.trials_done, 11);
  EXPECT_EQ(summary->progress.trials_planned, 11);
  EXPECT_EQ(summary->record.state, RunState::finished);
}

TEST(CampaignResumeTest, ARestartLongAfterTheHarnessWasKilledIsNoPanic) {
  // The supervisor outlived the harness, ended the trial and said so: the machine was up then.
  CampaignStage stage;
  stage.processes.before_return = [&stage](const TrialSpec& spec) {
    if (stage.processes.specs.size() != 3) return;
    TrialStatus status = *read_trial_status(*read_file(spec.trial_folder / "status.json"));
    status.interrupted = true;
    std::ofstream(spec.trial_folder / "status.json") << write_trial_status(status);
    throw HarnessKilled{};
  };
  stage.execute();
  stage.processes.before_return = [](const TrialSpec&) {};
  stage.host.boot = "BOOT-2";

  const auto summary = stage.execute();

  EXPECT_EQ(summary->progress.outcomes[Outcome::panicked], 0);
  EXPECT_EQ(summary->progress.outcomes[Outcome::passed], 12);
}

TEST(CampaignResumeTest, ATrialWhoseCommandWasNeverLetGoIsNoPanic) {
  CampaignStage stage;
  stage.processes.while_running = [&stage](const TrialSpec& spec) {
    if (stage.processes.specs.size() != 3) return;
    std::ofstream(spec.trial_folder / "started.json") << "{\"pid\": 10";
    throw HarnessKilled{};
  };
  stage.execute();
  stage.processes.while_running = [](const TrialSpec&) {};
  stage.host.boot = "BOOT-2";

  EXPECT_EQ(stage.execute()->progress.outcomes[Outcome::panicked], 0);
}

TEST(CampaignResumeTest, ARestartAfterAnOrderlyStopIsNoTrialsDoing) {
  CampaignStage stage;
  stage.processes.while_running = [&stage](const TrialSpec&) {
    if (stage.processes.specs.size() == 3) stage.stop = true;
  };
  stage.execute();
  stage.stop = false;
  stage.processes.while_running = [](const TrialSpec&) {};
  stage.host.boot = "BOOT-2";

  const auto summary = stage.execute();

  EXPECT_EQ(summary->progress.outcomes[Outcome::panicked], 0);
  EXPECT_EQ(summary->progress.outcomes[Outcome::passed], 12);
}

TEST(CampaignResumeTest, TheSameHoldsAfterAnErrorOfOurOwn) {
  CampaignStage stage;
  stage.journal.next_error = Error(ErrorKind::database, "database or disk is full");
  const Error error = stage.execute_to_error();
  EXPECT_THAT(error.text(), HasSubstr("disk is full"));
  EXPECT_THAT(stage.recorded(), IsEmpty());
  stage.host.boot = "BOOT-2";

  const auto summary = stage.execute();

  EXPECT_EQ(summary->progress.outcomes[Outcome::panicked], 0);
  EXPECT_EQ(stage.recorded(), kAllTwelve);
}

TEST(CampaignResumeTest, MoreTrialsCanBeAskedForOnTheWay) {
  CampaignStage stage;
  stage.processes.while_running = [&stage](const TrialSpec&) {
    if (stage.processes.specs.size() == 3) stage.stop = true;
  };
  stage.execute();
  stage.stop = false;
  stage.processes.while_running = [](const TrialSpec&) {};
  stage.options.trials = 5;

  const auto summary = stage.execute();

  EXPECT_EQ(summary->progress.trials_done, 20);
  EXPECT_EQ(stage.journal.run->planned_blocks, 5);
}

TEST(CampaignResumeTest, OtherCellsAreAnotherRun) {
  CampaignStage stage;
  stage.processes.while_running = [&stage](const TrialSpec&) { stage.stop = true; };
  stage.execute();
  stage.stop = false;
  stage.options.only = *parse_filter("n = 1");

  EXPECT_THAT(stage.execute_to_error().text(), HasSubstr("has other cells"));
}

TEST(CampaignRunnerTest, ALowDiskStopsTheRunInTime) {
  CampaignStage stage("min_free_bytes = 1000000000");
  stage.processes.while_running = [&stage](const TrialSpec&) {
    if (stage.processes.specs.size() == 2) stage.host.free = 999'999'999;
  };

  const auto summary = stage.execute();

  EXPECT_EQ(summary->record.state, RunState::stopped);
  EXPECT_THAT(summary->record.state_reason, HasSubstr("0.93 GiB are free"));
  EXPECT_EQ(stage.recorded(), (std::vector<std::int64_t>{0, 1}));
}

TEST(CampaignRunnerTest, NoTrialStartsAfterTheDuration) {
  CampaignStage stage;
  stage.options.duration = milliseconds(350);

  const auto summary = stage.execute();

  EXPECT_EQ(summary->record.state, RunState::interrupted) << "a slice: the same command goes on";
  EXPECT_TRUE(summary->is_slice);
  EXPECT_EQ(summary->executed, 4);  // At 0, 100, 200 and 300 ms.
  EXPECT_THAT(summary->record.state_reason, HasSubstr("350ms were over after 4 of 12 trials"));
}

TEST(CampaignRunnerTest, TheTimeLeftIsToldFromTheTrialsSoFar) {
  CampaignStage stage;

  stage.execute();

  EXPECT_EQ(stage.observer.last.trials_done, 12);
  EXPECT_EQ(stage.observer.last.time_left, seconds(0));
  EXPECT_EQ(stage.observer.last.elapsed, milliseconds(1200));
  EXPECT_EQ(stage.observer.ended, kAllTwelve);
}

TEST(CampaignRunnerTest, ASupervisorThatDiesIsTriedAgainAndThenAnError) {
  CampaignStage twice;
  twice.processes.failures = 2;
  EXPECT_EQ(twice.execute()->executed, 12);
  EXPECT_TRUE(twice.observer.was_told("supervisor was killed by signal 9"));

  CampaignStage always;
  always.processes.failures = 1000;
  const std::string error = always.execute_to_error().text();
  EXPECT_THAT(error, HasSubstr("while running trial 0: "));
  EXPECT_EQ(always.journal.run->state, RunState::interrupted);
  EXPECT_THAT(always.journal.run->state_reason, HasSubstr("while running trial 0"));
  EXPECT_THAT(error, HasSubstr("it was tried 3 times"));
  EXPECT_THAT(error, HasSubstr("the same run command goes on with trial 0"));
  EXPECT_THAT(always.processes.specs, SizeIs(3));
  EXPECT_THAT(always.recorded(), IsEmpty());
}

TEST(CampaignRunnerTest, TheControlSaysWhetherTheRunProvesAnything) {
  const auto run = [](bool control_crashes) {
    CampaignStage stage("control = \"n = 4\"");
    stage.processes.script = [control_crashes](const TrialSpec& spec) {
      return control_crashes == is_cell(spec, "4") ? dying_execution(SIGSEGV) : passing_execution();
    };
    return stage.execute()->control;
  };

  EXPECT_TRUE(run(true)->reproduced());
  EXPECT_EQ(run(true)->trials, 3);
  EXPECT_EQ(run(true)->crashed, 3);
  // Crashes elsewhere do not help.
  EXPECT_FALSE(run(false)->reproduced());
  EXPECT_EQ(CampaignStage().execute()->control.has_value(), false);
}

TEST(CampaignRunnerTest, AControlThatOnlyLeavesOutProvesNothing) {
  CampaignStage stage("control = \"n = 4\"");
  stage.options.only = *parse_filter("n = 1");

  const auto summary = stage.execute();

  ASSERT_TRUE(summary->control);
  EXPECT_EQ(summary->control->trials, 0);
  EXPECT_FALSE(summary->control->reproduced());
}

TEST(CampaignRunnerTest, FactsAreAskedForOnceAndWhatFailsIsUnknown) {
  CampaignStage stage("[facts]\ntorch = [\"python3\", \"{samples}/v.py\"]\nmlx = [\"missing\"]");
  stage.commands.outputs[{"python3", "/samples/v.py"}] = "2.14.0";

  const auto summary = stage.execute();

  EXPECT_THAT(summary->record.facts, ElementsAre(Pair("torch", "2.14.0")));
  EXPECT_TRUE(stage.observer.was_told("fact mlx is not known: missing exited with 1"));
  EXPECT_EQ(stage.journal.run->host.agx_version, "329.2");
}

TEST(CampaignRunnerTest, ProcessesThatWouldNotDieAreCountedAndNamed) {
  CampaignStage stage;
  stage.processes.script = [](const TrialSpec& spec) {
    FakeExecution execution = passing_execution();
    if (is_cell(spec, "2")) execution.status.unkillable = {31, 32};
    return execution;
  };

  EXPECT_EQ(stage.execute()->reconciliation.unkillable, 6);
  EXPECT_TRUE(stage.observer.was_told("process 31 of trial"));
}

TEST(CampaignRunnerTest, AVictimOfAGpuResetIsContaminated) {
  CampaignStage stage("control = \"n = 4\"");
  stage.processes.script = [](const TrialSpec& spec) {
    FakeExecution execution = dying_execution(SIGABRT);
    if (is_cell(spec, "4")) execution.stderr_text = "kIOGPUCommandBufferCallbackErrorInnocentVictim\n";
    return execution;
  };

  const auto summary = stage.execute();

  for (const auto& [index, trial] : stage.journal.trials)
    EXPECT_EQ(trial.contaminated, stage.cell_value(index) == "4");
  EXPECT_EQ(summary->control->trials, 0);
}

TEST(ResumableTest, OnlyTheSameCampaignOnTheSameSystemGoesOn) {
  CampaignStage stage;
  const RunParts parts{stage.clock,    stage.processes, stage.host,
                       stage.commands, stage.journal,   stage.observer};
  const RunRecord wanted = *plan_run(stage.campaign, stage.options, parts);
  RunRecord found = wanted;
  found.state = RunState::interrupted;
  const auto why = [&](const RunRecord& record, WallTime now) {
    return why_not_resumable(record, wanted, now).value_or("");
  };
  const WallTime now = wanted.started + std::chrono::hours(19);

  EXPECT_EQ(why(found, now), "");
  EXPECT_THAT(why(found, wanted.started + std::chrono::hours(21)), HasSubstr("20 hours"));
  RunRecord other = found;
  other.campaign_hash = "x";
  EXPECT_THAT(why(other, now), HasSubstr("campaign has changed"));
  other = found;
  other.cells.pop_back();
  EXPECT_THAT(why(other, now), HasSubstr("other cells"));
  other = found;
  other.host.host_key = "x";
  EXPECT_THAT(why(other, now), HasSubstr("another host"));
  other = found;
  other.host.os_build = "24G500";
  EXPECT_THAT(why(other, now), HasSubstr("operating system"));
  other = found;
  other.host.agx_version = "330";
  EXPECT_THAT(why(other, now), HasSubstr("driver"));
  other = found;
  other.state = RunState::finished;
  EXPECT_THAT(why(other, now), HasSubstr("finished"));
  other = found;
  other.planned_blocks = 99;  // --trials belongs to the run, not to what it is.
  EXPECT_EQ(why(other, now), "");
}

}  // namespace
}  // namespace faultline
