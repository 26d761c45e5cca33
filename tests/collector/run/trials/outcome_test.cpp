#include "collector/run/trials/outcome.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace faultline {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

/// A started command under test; each test changes what it is about.
class OutcomeTest : public ::testing::Test {
 protected:
  OutcomeTest() {
    evidence_.workload = &workload_;
    evidence_.argv = {"./prog", "8"};
    evidence_.status.started = true;
    evidence_.status.pid = 100;
    evidence_.status.exit_code = 0;
  }
  void exits(int code) { evidence_.status.exit_code = code; }
  void dies(int signal, bool sent_by_harness = false) {
    evidence_.status.exit_code.reset();
    evidence_.status.term_signal = signal;
    evidence_.status.crash_deaths.push_back({100, signal, sent_by_harness});
  }
  void leaves_report() {
    ReportFacts report;
    report.is_crash = true;
    evidence_.reports.push_back(report);
  }
  Verdict verdict() { return decide_outcome(evidence_); }
  void expect(Outcome outcome, std::string_view rule) {
    const Verdict found = verdict();
    EXPECT_EQ(outcome_text(found.outcome), outcome_text(outcome));
    EXPECT_EQ(found.rule, rule);
  }
  CaptureResult capture() { return decide_capture(evidence_, verdict()); }

  Workload workload_;
  TrialEvidence evidence_;
};

TEST_F(OutcomeTest, ExitZeroPasses) { expect(Outcome::passed, "exit_zero"); }

TEST_F(OutcomeTest, AnAcceptedExitCodePasses) {
  workload_.accepted_exit_codes = {3};
  exits(3);
  expect(Outcome::passed, "accepted_exit_code");
}

TEST_F(OutcomeTest, AnyOtherExitCodeIsAnErrorAndNoCrash) {
  for (const int code : {1, 2, 77, 126, 127, 128, 134, 139, 255}) {
    exits(code);
    expect(Outcome::exit_error, "exit_code");
  }
}

TEST_F(OutcomeTest, PassWhenMustBeSeen) {
  workload_.pass_when = "complete";
  expect(Outcome::exit_error, "pass_when_missing");

  evidence_.output.pass_line = "complete";
  expect(Outcome::passed, "exit_zero");
}

TEST_F(OutcomeTest, EachCrashSignalIsACrash) {
  for (const int signal : {SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS}) {
    evidence_.status.crash_deaths.clear();
    dies(signal);
    expect(Outcome::crashed, "crash_signal");
  }
}

TEST_F(OutcomeTest, OtherSignalsAreErrors) {
  for (const int signal : {SIGKILL, SIGTERM, SIGPIPE, SIGHUP, SIGUSR1}) {
    evidence_.status.exit_code.reset();
    evidence_.status.term_signal = signal;
    expect(Outcome::exit_error, "other_signal");
  }
}

TEST_F(OutcomeTest, ADeathInAChildIsACrashWhateverTheParentSays) {
  evidence_.status.crash_deaths.push_back({101, SIGSEGV, false});
  expect(Outcome::crashed, "crash_signal_in_child");
}

TEST_F(OutcomeTest, ExitZeroWithAReportOfItsOwnIsACrash) {
  leaves_report();
  expect(Outcome::crashed, "own_report");
  EXPECT_FALSE(capture().uncaptured);
}

TEST_F(OutcomeTest, ReportsThatAreNoCrashDoNotMakeOne) {
  evidence_.reports.push_back(ReportFacts{});
  expect(Outcome::passed, "exit_zero");
}

TEST_F(OutcomeTest, Exit134UnderAShellOrWrapperIsACrash) {
  exits(128 + SIGABRT);
  for (const auto& argv : std::vector<std::vector<std::string>>{{"sh", "-c", "./prog"},
                                                                {"/bin/bash", "run"},
                                                                {"/usr/bin/timeout", "5", "./prog"},
                                                                {"/usr/bin/env", "A=1", "./prog"},
                                                                {"uv", "run", "t.py"},
                                                                {"./run.sh"}}) {
    evidence_.argv = argv;
    expect(Outcome::crashed, "shell_exit_code");
    EXPECT_TRUE(capture().uncaptured);
  }
}

TEST_F(OutcomeTest, Exit134OfAProgramItselfIsNoCrashUnlessTheWorkloadSaysSo) {
  exits(134);
  expect(Outcome::exit_error, "exit_code");

  workload_.crash_exit_codes = {134};
  expect(Outcome::crashed, "crash_exit_code");
  EXPECT_EQ(capture().reason, "no death by a crash signal was seen");
}

TEST_F(OutcomeTest, AShellsCodeForAnOrdinarySignalIsNoCrash) {
  evidence_.argv = {"sh", "-c", "x"};
  exits(128 + SIGTERM);
  expect(Outcome::exit_error, "exit_code");
  exits(1);
  expect(Outcome::exit_error, "exit_code");
}

TEST_F(OutcomeTest, ACommandThatAShellDidNotFindNeverRan) {
  evidence_.argv = {"sh", "-c", "no-such-program"};
  for (const int code : {126, 127}) {
    exits(code);
    expect(Outcome::setup_failed, "shell_could_not_run");
  }
  workload_.accepted_exit_codes = {127};
  expect(Outcome::passed, "accepted_exit_code");
}

TEST_F(OutcomeTest, ACommandThatCouldNotBeExecutedNeverRan) {
  evidence_.status.started = false;
  evidence_.status.start_error = "cannot execute x: no such file or directory";
  expect(Outcome::setup_failed, "not_started");
  EXPECT_THAT(verdict().notes, Contains("cannot execute x: no such file or directory"));
}

TEST_F(OutcomeTest, LoaderDeathsAreSetupFailures) {
  dies(SIGABRT);
  evidence_.output.loader_error = "dyld[7]: Library not loaded: @rpath/x";
  expect(Outcome::setup_failed, "loader_error");

  evidence_.output.loader_error.reset();
  leaves_report();
  evidence_.reports[0].launch_failure = "DYLD: Library missing";
  expect(Outcome::setup_failed, "launch_failure");
}

TEST_F(OutcomeTest, ALoadersWordsOnStderrOfAProgramThatRanAreOnlyWords) {
  evidence_.output.loader_error = "python: error while loading shared libraries: tried and went on";
  expect(Outcome::passed, "exit_zero");
}

TEST_F(OutcomeTest, AnArmThatWasNotWhatItSaysIsASetupFailureEvenIfItCrashed) {
  workload_.expect_output = "lock: global";
  dies(SIGSEGV);

  expect(Outcome::setup_failed, "expect_output_missing");
  EXPECT_THAT(verdict().notes, Contains(HasSubstr("died of SIGSEGV")));
  EXPECT_THAT(verdict().notes, Contains(HasSubstr("flush")));

  evidence_.output.expected_line = "lock: global";
  expect(Outcome::crashed, "crash_signal");
}

TEST_F(OutcomeTest, ACrashWithoutTheExpectedImageStaysACrashAndIsMarked) {
  workload_.expect_image = "AGXMetal*";
  dies(SIGSEGV);
  leaves_report();
  evidence_.reports[0].image_names = {"prog", "libc"};
  expect(Outcome::crashed, "image_not_seen");
  EXPECT_THAT(verdict().notes, Contains(HasSubstr("image \"AGXMetal*\" was not loaded")));
  EXPECT_THAT(verdict().notes, Contains("decided by crash_signal"));

  evidence_.reports[0].image_names.emplace_back("AGXMetalG16X");
  expect(Outcome::crashed, "crash_signal");
}

TEST_F(OutcomeTest, APassWithoutTheExpectedImageIsNone) {
  workload_.expect_image = "libcuda*";
  expect(Outcome::passed, "image_not_seen");  // Nobody looked in time: it is not said to be missing.
  EXPECT_THAT(verdict().notes, Contains(HasSubstr("was not seen")));

  evidence_.status.image_seen = true;
  expect(Outcome::passed, "exit_zero");

  evidence_.status.image_seen = false;
  expect(Outcome::setup_failed, "expect_image_missing");
}

TEST_F(OutcomeTest, OtherEndsWithoutTheExpectedImageStayWhatTheyAre) {
  workload_.expect_image = "libcuda*";
  evidence_.status.image_seen = false;
  evidence_.status.exit_code = 3;
  expect(Outcome::exit_error, "image_not_seen");
  evidence_.status.timed_out = true;
  expect(Outcome::hung, "image_not_seen");
}

TEST_F(OutcomeTest, AnEndAtTheTimeLimitIsAHangNotTheAbortThatEndedIt) {
  evidence_.status.timed_out = true;
  dies(SIGABRT, /*sent_by_harness=*/true);
  leaves_report();
  expect(Outcome::hung, "time_limit");
  EXPECT_THAT(verdict().notes, Contains(HasSubstr("slow")));

  evidence_.status.stuck = true;
  EXPECT_THAT(verdict().notes, Contains(HasSubstr("stuck")));
}

TEST_F(OutcomeTest, AHangSaysWhyItsStacksCouldNotBeTaken) {
  evidence_.status.timed_out = true;
  evidence_.status.capture_note = "no stacks of process 7: it was refused";

  expect(Outcome::hung, "time_limit");
  EXPECT_THAT(verdict().notes, Contains("no stacks of process 7: it was refused"));
}

TEST_F(OutcomeTest, ACrashBeforeTheTimeLimitIsTheStrongerEvidence) {
  evidence_.status.timed_out = true;
  dies(SIGKILL, /*sent_by_harness=*/true);
  evidence_.status.crash_deaths.push_back({101, SIGSEGV, false});
  expect(Outcome::crashed, "crash_signal_in_child");
  EXPECT_THAT(verdict().notes, Contains(HasSubstr("time limit")));
}

TEST_F(OutcomeTest, ATimeLimitWithoutKnowledgeOfSendersIsAHang) {
  // macOS: only the wait status is known, and the abort was ours.
  evidence_.status.timed_out = true;
  evidence_.status.exit_code.reset();
  evidence_.status.term_signal = SIGABRT;
  expect(Outcome::hung, "time_limit");
}

TEST_F(OutcomeTest, WrongResultsAreWrongWhateverTheExitCode) {
  evidence_.output.ok = OkCount{28, 30};
  expect(Outcome::wrong, "ok_count");
  exits(1);
  expect(Outcome::wrong, "ok_count");
  evidence_.output.wrong_line = "nan";
  expect(Outcome::wrong, "wrong_when");

  exits(0);
  evidence_.output.wrong_line.reset();
  evidence_.output.ok = OkCount{30, 30};
  expect(Outcome::passed, "exit_zero");
}

TEST_F(OutcomeTest, CrashWhenIsACrashThatTheExitStatusHides) {
  exits(1);
  evidence_.output.crash_line = "Fatal Python error: Segmentation fault";
  expect(Outcome::crashed, "crash_when");
}

TEST_F(OutcomeTest, AUncapturedDeathSaysWhyWhereThatIsKnown) {
  dies(SIGSEGV);
  EXPECT_TRUE(capture().uncaptured);
  EXPECT_EQ(capture().reason, "");

  evidence_.status.capture_note = "the report could not be written: no space left on device";
  EXPECT_EQ(capture().reason, "the report could not be written: no space left on device");
  evidence_.status.capture_refused = true;
  EXPECT_EQ(capture().reason, "ptrace was refused");
  evidence_.capture = CaptureMode::off;
  EXPECT_EQ(capture().reason, "capture is off for this cell");
}

TEST_F(OutcomeTest, ALateReportTurnsASilentPassIntoACrashAndKeepsAHang) {
  ReportFacts report;
  report.is_crash = true;
  Trial passed;
  passed.verdict = {Outcome::passed, "exit_zero", {}};
  Trial uncaptured;
  uncaptured.verdict = {Outcome::crashed, "crash_signal", {"died of SIGSEGV"}};
  uncaptured.uncaptured = true;
  uncaptured.uncaptured_reason = "no report came in time";
  Trial hung;
  hung.verdict = {Outcome::hung, "time_limit", {}};

  for (Trial* trial : {&passed, &uncaptured, &hung}) decide_with_late_report(*trial, report, workload_);

  EXPECT_EQ(passed.verdict.outcome, Outcome::crashed);
  EXPECT_EQ(passed.verdict.rule, "own_report");
  EXPECT_THAT(passed.verdict.notes, Contains(HasSubstr("was passed (exit_zero)")));
  EXPECT_EQ(uncaptured.verdict.rule, "crash_signal");
  EXPECT_FALSE(uncaptured.uncaptured);
  EXPECT_EQ(uncaptured.uncaptured_reason, "");
  EXPECT_EQ(hung.verdict.outcome, Outcome::hung);
}

TEST_F(OutcomeTest, ALateReportIsJudgedByTheRulesThatJudgeOneThatComesInTime) {
  workload_.expect_image = "libwanted.dylib";
  ReportFacts report;
  report.is_crash = true;
  report.image_names = {"libother.dylib"};
  dies(SIGSEGV);
  Trial trial;
  trial.term_signal = SIGSEGV;
  trial.verdict = decide_outcome(evidence_);
  ASSERT_THAT(trial.verdict.notes, Contains("decided by crash_signal"));

  decide_with_late_report(trial, report, workload_);

  evidence_.reports = {report};
  const Verdict in_time = decide_outcome(evidence_);
  EXPECT_EQ(in_time.rule, "image_not_seen");
  EXPECT_EQ(trial.verdict, in_time);
}

TEST_F(OutcomeTest, ALateReportMakesACrashOfAnEndThatIsMarkedForItsImage) {
  workload_.expect_image = "libwanted.dylib";
  evidence_.status.image_seen = false;
  evidence_.status.exit_code = 3;
  Trial trial;
  trial.exit_code = 3;
  trial.verdict = decide_outcome(evidence_);
  ASSERT_EQ(trial.verdict.rule, "image_not_seen");
  ReportFacts report;
  report.is_crash = true;

  decide_with_late_report(trial, report, workload_);

  EXPECT_EQ(trial.verdict.outcome, Outcome::crashed);
  EXPECT_EQ(trial.verdict.rule, "image_not_seen");
  EXPECT_EQ(trial.verdict.notes.back(), "decided by own_report");
}

/// A pass that was none for want of its image is a crash all the same once its report comes.
TEST_F(OutcomeTest, ALateReportMakesACrashOfAPassWithoutItsImage) {
  workload_.expect_image = "libwanted.dylib";
  evidence_.status.image_seen = false;
  evidence_.status.exit_code = 0;
  Trial trial;
  trial.exit_code = 0;
  trial.verdict = decide_outcome(evidence_);
  ASSERT_EQ(trial.verdict.rule, "expect_image_missing");
  ReportFacts report;
  report.is_crash = true;

  decide_with_late_report(trial, report, workload_);

  EXPECT_EQ(trial.verdict.outcome, Outcome::crashed);
  EXPECT_EQ(trial.verdict.rule, "image_not_seen");
}

TEST_F(OutcomeTest, ALateReportThatListsTheImageTakesTheMarkBack) {
  workload_.expect_image = "libwanted.dylib";
  evidence_.status.image_seen = false;
  evidence_.status.exit_code = 3;
  Trial trial;
  trial.exit_code = 3;
  trial.verdict = decide_outcome(evidence_);
  ReportFacts report;
  report.image_names = {"libwanted.dylib"};

  decide_with_late_report(trial, report, workload_);

  EXPECT_EQ(trial.verdict.rule, "exit_code");
  EXPECT_THAT(trial.verdict.notes, Not(Contains(HasSubstr("was not loaded"))));
}

TEST_F(OutcomeTest, TheReportOfAHelperSaysNothingOfTheCommandsImages) {
  workload_.expect_image = "libwanted.dylib";
  evidence_.status.pid = 100;
  evidence_.status.exit_code = 0;
  ReportFacts report;
  report.pid = 101;
  report.is_crash = true;
  report.image_names = {"libother.dylib"};
  evidence_.reports = {report};

  expect(Outcome::crashed, "image_not_seen");
  EXPECT_THAT(verdict().notes, Not(Contains(HasSubstr("was not loaded"))));

  evidence_.reports[0].pid = 100;
  EXPECT_THAT(verdict().notes, Contains(HasSubstr("was not loaded")));
}

TEST_F(OutcomeTest, AReportOfASecondProcessDoesNotTakeBackAnImageThatAnotherReportMayHaveListed) {
  workload_.expect_image = "libwanted.dylib";
  ReportFacts report;
  report.is_crash = true;
  report.image_names = {"libother.dylib"};
  Trial trial;
  trial.verdict = {Outcome::crashed, "crash_signal", {}};
  trial.incidents = {"A"};

  decide_with_late_report(trial, report, workload_);

  EXPECT_EQ(trial.verdict.rule, "crash_signal");
}

TEST_F(OutcomeTest, ALateReportLeavesATrialThatPanickedOrWasNotSetUp) {
  ReportFacts report;
  report.is_crash = true;
  report.launch_failure = "DYLD: Library missing";
  Trial panicked;
  panicked.verdict = {Outcome::panicked, "boot_session_changed", {}};
  Trial not_ready;
  not_ready.verdict = {Outcome::setup_failed, "before_trial_failed", {}};
  Trial passed;
  passed.verdict = {Outcome::passed, "exit_zero", {}};

  for (Trial* trial : {&panicked, &not_ready, &passed}) decide_with_late_report(*trial, report, workload_);

  EXPECT_EQ(panicked.verdict.rule, "boot_session_changed");
  EXPECT_EQ(not_ready.verdict.rule, "before_trial_failed");
  EXPECT_EQ(passed.verdict.outcome, Outcome::setup_failed);
  EXPECT_EQ(passed.verdict.rule, "launch_failure");
}

TEST_F(OutcomeTest, ALateReportThatIsNoCrashChangesNothing) {
  Trial trial;
  trial.verdict = {Outcome::crashed, "crash_signal", {}};
  trial.uncaptured = true;

  decide_with_late_report(trial, ReportFacts{}, workload_);

  EXPECT_TRUE(trial.uncaptured);
  EXPECT_EQ(trial.verdict.outcome, Outcome::crashed);
}

}  // namespace
}  // namespace faultline
