#include "collector/folders/attribution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace faultline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::Contains;
using ::testing::HasSubstr;

const WallTime kStart = *parse_utc("2025-12-21T01:36:17.000Z");

/// Half a second after the start, seen a tenth later.
std::vector<ClockSegment> set_by(std::chrono::microseconds step) {
  return {{milliseconds(0), milliseconds(600), milliseconds(0)}, {milliseconds(500), seconds(2), step}};
}
const std::vector<ClockSegment> kSetBackAnHour = set_by(std::chrono::hours(-1));

/// A trial of pid 4242 that ran for two seconds.
TrialProcesses trial_at(std::int64_t index, WallTime started = kStart, std::int64_t pid = 4242) {
  TrialProcesses trial;
  trial.trial_index = index;
  trial.pid = pid;
  trial.started = started;
  trial.ended = started + seconds(2);
  trial.boot_session = "BOOT-1";
  return trial;
}

/// Its report, captured 50 ms after its end.
ReportIdentity report_of(const TrialProcesses& trial) {
  ReportIdentity report;
  report.incident = "A";
  report.pid = trial.pid;
  report.parent_pid = 1;
  report.process_name = "Python";
  report.launch_time = trial.started + milliseconds(3);
  report.capture_time = trial.ended + milliseconds(50);
  report.boot_session = trial.boot_session;
  return report;
}

std::optional<std::int64_t> attributed(const ReportIdentity& report,
                                       const std::vector<TrialProcesses>& trials) {
  return attribute_report(report, trials).trial_index;
}

TEST(AttributionTest, SamePidAndLaunchIsTheTrials) {
  const auto found = attribute_report(report_of(trial_at(7)), std::vector{trial_at(7)});

  EXPECT_EQ(found.trial_index, 7);
  EXPECT_EQ(found.basis, AttributionBasis::pid_and_start);
}

TEST(AttributionTest, ThePidAloneIsNeverEnough) {
  const auto trial = trial_at(7);
  auto hours_later = report_of(trial);
  hours_later.launch_time = trial.started + std::chrono::hours(3);
  hours_later.capture_time = *hours_later.launch_time + seconds(2);
  auto without_times = report_of(trial);
  without_times.launch_time.reset();

  const auto found = attribute_report(hours_later, std::vector{trial});
  EXPECT_EQ(found.trial_index, std::nullopt);
  EXPECT_EQ(found.basis, AttributionBasis::none);
  EXPECT_THAT(found.notes, Contains(HasSubstr("the number was used again")));
  EXPECT_EQ(attributed(without_times, {trial}), std::nullopt);
}

TEST(AttributionTest, AStrangerWithTheSamePidInTheSameSecondIsToldApart) {
  // A trial of 300 ms; the number is given away before and after it, all within the windows of a clock
  // that is read by others.
  auto trial = trial_at(7);
  trial.ended = trial.started + milliseconds(300);
  auto before = report_of(trial);
  before.launch_time = trial.started - milliseconds(600);
  before.capture_time = trial.started - milliseconds(100);
  auto after = report_of(trial);
  after.launch_time = trial.ended + milliseconds(200);
  after.capture_time = trial.ended + milliseconds(400);

  EXPECT_EQ(attributed(before, {trial}), std::nullopt);
  EXPECT_EQ(attributed(after, {trial}), std::nullopt);
  EXPECT_EQ(attributed(report_of(trial), {trial}), 7);
}

TEST(AttributionTest, StartTicksDecideWhereBothSidesHaveThem) {
  auto trial = trial_at(7);
  trial.start_ticks = 5'000'000'000;
  auto report = report_of(trial);
  report.start_ticks = 5'000'000'000;
  // The wall clock was set back by an hour meanwhile: ticks do not care.
  report.launch_time = trial.started - std::chrono::hours(1);
  EXPECT_EQ(attributed(report, {trial}), 7);

  report = report_of(trial);
  report.start_ticks = 5'100'000'000;
  EXPECT_EQ(attributed(report, {trial}), std::nullopt);
}

// Where no start ticks are known, both times of a report are wall times, and the clock may be set between
// them.
class ClockStepTest : public ::testing::TestWithParam<std::chrono::seconds> {};

TEST_P(ClockStepTest, AReportStaysItsTrialsWhenTheClockIsSetWhileTheTrialRuns) {
  auto trial = trial_at(7);
  trial.clock = set_by(GetParam());
  auto report = report_of(trial);
  report.capture_time = trial.ended + milliseconds(50) + GetParam();

  const auto found = attribute_report(report, std::vector{trial});

  EXPECT_EQ(found.trial_index, 7);
  EXPECT_THAT(found.notes, Contains(HasSubstr("the wall clock was set meanwhile")));
}

TEST_P(ClockStepTest, AChildThatWasLaunchedAfterTheClockWasSetIsFound) {
  auto trial = trial_at(7);
  trial.clock = set_by(GetParam());
  auto child = report_of(trial);
  child.pid = 4300;
  child.parent_pid = trial.pid;
  child.launch_time = trial.started + milliseconds(1500) + GetParam();
  child.capture_time = trial.ended + milliseconds(50) + GetParam();

  EXPECT_EQ(attributed(child, {trial}), 7);
}

TEST_P(ClockStepTest, AClockThatIsSetBetweenDeathAndCaptureIsFollowed) {
  auto trial = trial_at(7);
  trial.start_steady = seconds(500);
  auto report = report_of(trial);
  report.capture_time = trial.ended + milliseconds(50) + GetParam();
  ASSERT_EQ(attributed(report, {trial}).has_value(), false);

  note_clocks(trial, {trial.ended + milliseconds(100) + GetParam(), seconds(502) + milliseconds(100)});

  EXPECT_EQ(attributed(report, {trial}), 7);
}

TEST_P(ClockStepTest, StrangersWithTheSamePidStayStrangers) {
  auto trial = trial_at(7);
  trial.held = milliseconds(20);
  trial.clock = set_by(GetParam());
  auto before = report_of(trial);
  before.launch_time = trial.started - milliseconds(600);
  before.capture_time = trial.started - milliseconds(100);
  auto after = report_of(trial);
  after.launch_time = trial.ended + milliseconds(200) + GetParam();
  after.capture_time = trial.ended + milliseconds(400) + GetParam();
  // Launched when the clock, as it was set, showed the time of our start.
  auto again = report_of(trial);
  again.launch_time = trial.started + milliseconds(3);
  again.capture_time = trial.started + seconds(20) + GetParam() * 2;

  EXPECT_EQ(attributed(before, {trial}), std::nullopt);
  EXPECT_EQ(attributed(after, {trial}), std::nullopt);
  EXPECT_EQ(attributed(again, {trial}), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(BackAndForward, ClockStepTest,
                         ::testing::Values(seconds(-3600), seconds(-90), seconds(90), seconds(3600)));

TEST(AttributionTest, AClockThatStandsAsBeforeIsNotNoted) {
  auto trial = trial_at(7);
  trial.start_steady = seconds(500);

  note_clocks(trial, {trial.ended + milliseconds(104), seconds(502) + milliseconds(100)});
  EXPECT_TRUE(trial.clock.empty());
  // Long after the end nothing of the trial is captured any more.
  note_clocks(trial, {trial.ended + std::chrono::hours(2), seconds(600)});
  EXPECT_TRUE(trial.clock.empty());
}

TEST(AttributionTest, ACommandThatWasHeldBackIsFoundByItsLaunch) {
  // The start record took long to reach a busy disk: the process is older than the moment it was let go.
  auto trial = trial_at(7);
  trial.held = seconds(3);
  auto report = report_of(trial);
  report.launch_time = trial.started - milliseconds(2990);
  EXPECT_EQ(attributed(report, {trial}), 7);

  trial.held = milliseconds(20);
  EXPECT_EQ(attributed(report, {trial}), std::nullopt);
}

TEST(AttributionTest, WhatIsCapturedLongAfterTheTrialIsNotItsDoing) {
  auto report = report_of(trial_at(7));
  report.capture_time = trial_at(7).ended + std::chrono::minutes(2);

  EXPECT_EQ(attributed(report, {trial_at(7)}), std::nullopt);
}

TEST(AttributionTest, AnotherBootSessionIsAnotherProcess) {
  auto report = report_of(trial_at(7));
  report.boot_session = "BOOT-0";
  EXPECT_EQ(attributed(report, {trial_at(7)}), std::nullopt);

  report.boot_session.reset();  // Old reports have none: no contradiction.
  EXPECT_EQ(attributed(report, {trial_at(7)}), 7);
}

TEST(AttributionTest, AChildOfTheCommandIsFoundByItsParent) {
  const auto trial = trial_at(7);
  auto report = report_of(trial);
  report.pid = 4300;
  report.parent_pid = trial.pid;
  report.process_name = "python3.14";
  report.launch_time = trial.started + milliseconds(900);

  const auto found = attribute_report(report, std::vector{trial});

  EXPECT_EQ(found.trial_index, 7);
  EXPECT_EQ(found.basis, AttributionBasis::parent_chain);
}

TEST(AttributionTest, AGrandchildIsFoundByADescendantThatIsKnown) {
  auto trial = trial_at(7);
  trial.other_pids = {4300};
  auto by_pid = report_of(trial);
  by_pid.pid = 4300;
  by_pid.launch_time = trial.started + milliseconds(500);
  auto by_parent = by_pid;
  by_parent.pid = 4301;
  by_parent.parent_pid = 4300;

  EXPECT_EQ(attribute_report(by_pid, std::vector{trial}).basis, AttributionBasis::pid_and_start);
  EXPECT_EQ(attribute_report(by_parent, std::vector{trial}).basis, AttributionBasis::parent_chain);
}

TEST(AttributionTest, TheCaseOfABootSessionSaysNothing) {
  auto report = report_of(trial_at(7));
  report.boot_session = "boot-1";

  EXPECT_EQ(attributed(report, {trial_at(7)}), 7);
}

TEST(AttributionTest, AServiceIsOfTheTrialOnWhoseBehalfItRan) {
  const auto trial = trial_at(7);
  auto report = report_of(trial);
  report.pid = 4400;
  report.process_name = "MTLCompilerService";
  report.responsible_pid = trial.pid;
  report.launch_time = trial.started - seconds(60);

  const auto found = attribute_report(report, std::vector{trial});
  EXPECT_EQ(found.trial_index, 7);
  EXPECT_EQ(found.basis, AttributionBasis::responsible);

  report.capture_time = trial.ended + seconds(3600);
  EXPECT_EQ(attributed(report, {trial}), std::nullopt);
}

TEST(AttributionTest, AnOrphanOfLaunchdIsNobodys) {
  auto report = report_of(trial_at(7));
  report.pid = 4300;
  report.parent_pid = 1;

  EXPECT_EQ(attributed(report, {trial_at(7, kStart, 1)}), std::nullopt);
}

TEST(AttributionTest, ANameIsNoEvidenceEitherWay) {
  auto same_name = report_of(trial_at(7));
  same_name.pid = 999;
  auto other_name = report_of(trial_at(7));
  other_name.process_name = "SomethingElse";

  EXPECT_EQ(attributed(same_name, {trial_at(7)}), std::nullopt);
  EXPECT_EQ(attributed(other_name, {trial_at(7)}), 7);
}

TEST(AttributionTest, OfTwoTrialsWithOnePidTheNearerInTimeIsTaken) {
  const std::vector<TrialProcesses> trials{trial_at(1), trial_at(2, kStart + milliseconds(1500))};

  EXPECT_EQ(attributed(report_of(trials[0]), trials), 1);
  EXPECT_EQ(attributed(report_of(trials[1]), trials), 2);
}

TEST(AttributionTest, AProcessDiesOnce) {
  auto trial = trial_at(7);
  trial.reported_pids = {trial.pid};

  const auto found = attribute_report(report_of(trial), std::vector{trial});

  EXPECT_EQ(found.trial_index, std::nullopt);
  EXPECT_THAT(found.notes, Contains(HasSubstr("has left its report already")));
}

TEST(AttributionTest, AReportWithoutPidIsForeignAndSaysSo) {
  const auto found = attribute_report(ReportIdentity{}, std::vector{trial_at(7)});

  EXPECT_EQ(found.trial_index, std::nullopt);
  EXPECT_THAT(found.notes, Contains("the report names no pid"));
}

TEST(AttributionTest, ATrialTellsItsProcesses) {
  Trial trial;
  trial.index = 3;
  trial.pid = 50;
  trial.start_ticks = 9;
  trial.boot_session = "B";
  trial.started = kStart;
  trial.duration = seconds(1);

  TrialStatus status;
  status.crash_deaths = {{50, 11, false}, {51, 11, false}};
  status.held = milliseconds(30);
  status.started_steady = seconds(100);
  status.clock = kSetBackAnHour;

  const auto processes = processes_of(trial, status);

  EXPECT_EQ(processes.trial_index, 3);
  EXPECT_EQ(processes.start_ticks, 9U);
  EXPECT_EQ(processes.ended, kStart + seconds(1));
  EXPECT_EQ(processes.other_pids, std::vector<std::int64_t>{51});
  EXPECT_EQ(processes.held, milliseconds(30));
  EXPECT_EQ(processes.start_steady, seconds(100));
  EXPECT_EQ(processes.clock, kSetBackAnHour);
}

}  // namespace
}  // namespace faultline
