#include "collector/trial/process_runner.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>
#include <thread>

#include "collector/trial/process_tree.h"
#include "collector/trial/supervisor_process.h"
#include "tests/collector/reporter/trial_fixture.h"

namespace faultline {
namespace {

using ::testing::AnyOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class ProcessRunnerTest : public TrialTest {
 protected:
  /// Our own children that still live: supervisors.
  static std::vector<pid_t> supervisors() { return living_descendants(::getpid(), 0); }
  /// A signal is sent before it has done its work. The dead child stays for the runner to reap.
  static void wait_until_dead(pid_t child) {
    siginfo_t ended{};
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
  }
};

TEST_F(ProcessRunnerTest, ExitStatusTimesAndResourcesAreRecorded) {
  const auto status = run(child("exit", "7"));

  EXPECT_TRUE(status.started);
  EXPECT_EQ(status.exit_code, 7);
  EXPECT_FALSE(status.term_signal.has_value());
  EXPECT_GT(status.pid, 0);
  EXPECT_GT(status.start_ticks, 0U);
  EXPECT_GT(status.duration.count(), 0);
  EXPECT_GT(status.resources.peak_memory_bytes.value_or(0), 100'000);
  EXPECT_EQ(status.stray_count, 0);
  EXPECT_THAT(status.unkillable, IsEmpty());
}

TEST_F(ProcessRunnerTest, OutputIsInTheFolderStreamByStream) {
  run(shell("echo out; echo err >&2"));

  EXPECT_EQ(output(), "out\n");
  EXPECT_EQ(error_output(), "err\n");
}

TEST_F(ProcessRunnerTest, EnvironmentFolderAndInputAreAsAsked) {
  ::setenv("FAULTLINE_TEST_VALUE", "inherited", 1);
  spec.working_folder = std::filesystem::canonical(folder.path());

  EXPECT_EQ(run(child("show-environment")).exit_code, 0);  // End of file on its input.
  EXPECT_EQ(output(), "inherited\n" + spec.working_folder.string() + "\n");

  spec.env.push_back({"FAULTLINE_TEST_VALUE", "given\xff"});  // Any bytes, not only UTF-8.
  run(child("show-environment"));
  EXPECT_THAT(output(), StartsWith("given\xff\n"));

  spec.env.back().value.reset();
  run(child("show-environment"));
  EXPECT_THAT(output(), StartsWith("(unset)\n"));
  ::unsetenv("FAULTLINE_TEST_VALUE");
}

TEST_F(ProcessRunnerTest, StartRecordIsOnDiskBeforeTheCommandRuns) {
  spec.boot_session = "boot-1";

  const auto status = run({"/bin/cat", (spec.trial_folder / "started.json").string()});

  const auto record = read_start_record(output());
  ASSERT_TRUE(record) << record.error().text();
  EXPECT_EQ(record->pid, status.pid);
  EXPECT_EQ(record->start_ticks, status.start_ticks);
  EXPECT_EQ(record->boot_session, "boot-1");
  // The record is on the disk before the command is let go.
  ASSERT_TRUE(status.held);
  EXPECT_LE(record->started_at, status.started_at);
  EXPECT_GE(record->started_at, status.started_at - *status.held);
}

TEST_F(ProcessRunnerTest, CommandThatCannotBeExecutedIsNotOneThatFailed) {
  const auto plain = (folder / "plain").string();
  std::ofstream(plain) << "text";
  const auto orphan = (folder / "orphan").string();
  std::ofstream(orphan) << "#!/no/such/interpreter\n";
  ::chmod(orphan.c_str(), 0755);
  const std::vector<std::pair<std::string, std::string>> cases{
      {"/no/such/program", "cannot execute /no/such/program: No such file or directory"},
      {"no-such-program-in-path", "cannot execute no-such-program-in-path: No such file or directory"},
      {plain, "Permission denied"},
      {orphan, "its interpreter"},
      {folder.path().string(), "Permission denied"},
  };
  for (const auto& [program, message] : cases) {
    SCOPED_TRACE(program);
    const auto status = run({program});
    EXPECT_FALSE(status.started);
    EXPECT_THAT(status.start_error, HasSubstr(message));
    EXPECT_FALSE(status.exit_code.has_value());
    EXPECT_FALSE(status.term_signal.has_value());
  }
  spec.working_folder = "/no/such/folder";
  EXPECT_THAT(run(child("exit", "0")).start_error,
              HasSubstr("cannot enter the working folder /no/such/folder"));
}

TEST_F(ProcessRunnerTest, LongOutputKeepsHeadAndTail) {
  spec.output_limit_bytes = 1000;

  run(child("print", "5000"));

  const auto text = output();
  EXPECT_THAT(text, StartsWith("line 00000000 "));
  EXPECT_THAT(text, EndsWith("line 00004999 of the output of a chatty program\n"));
  EXPECT_THAT(text, HasSubstr("\n[faultline: 238000 bytes left out]\n"));
  EXPECT_LT(text.size(), 2100U);
}

TEST_F(ProcessRunnerTest, CommandThatIgnoresItsEndIsKilled) {
  spec.timeout = std::chrono::milliseconds(200);
  spec.grace = std::chrono::milliseconds(100);

  const auto status = run(child("ignores-abort"));

  EXPECT_TRUE(status.timed_out);
  EXPECT_EQ(status.term_signal, SIGKILL);
  EXPECT_THAT(status.unkillable, IsEmpty());
}

TEST_F(ProcessRunnerTest, DescendantsThatOutliveTheCommandAreEnded) {
  for (const auto* how : {"stray", "stray-twice"}) {
    SCOPED_TRACE(how);
    const auto status = run(child(how));
    EXPECT_EQ(status.exit_code, 0);
#ifdef __linux__
    EXPECT_GE(status.stray_count, 1);
    EXPECT_THAT(processes_of_trial(0, spec.trial_folder), IsEmpty());
#endif
  }
}

TEST_F(ProcessRunnerTest, StopEndsTheTree) {
  std::thread stopper([this] {
    while (!std::filesystem::exists(spec.trial_folder / "running")) std::this_thread::yield();
    stop = true;
  });

  const auto status =
      run(shell("touch " + (spec.trial_folder / "running").string() + "; sleep 60 & sleep 60"));
  stopper.join();

  EXPECT_TRUE(status.interrupted);
  EXPECT_FALSE(status.timed_out);
  EXPECT_LT(status.duration, std::chrono::seconds(30));
#ifdef __linux__
  EXPECT_THAT(processes_of_trial(0, spec.trial_folder), IsEmpty());
#endif
}

TEST_F(ProcessRunnerTest, ATrialThatKillsItsSupervisorTwiceIsSetAside) {
  spec.boot_session = read_boot_session();
  for (const auto capture : {CaptureMode::on, CaptureMode::off}) {
    spec.capture = capture;
    const auto status = run(shell("kill -9 $PPID; sleep 60"));

    EXPECT_FALSE(status.started);
    EXPECT_THAT(status.start_error, HasSubstr("supervisor was killed by signal 9"));
#ifdef __linux__
    EXPECT_THAT(processes_of_trial(0, spec.trial_folder), IsEmpty());
#endif
  }
}

TEST_F(ProcessRunnerTest, ASupervisorThatItsTrialStoppedGoesOn) {
  const auto status = run(shell("kill -STOP $PPID; exit 3"));

  EXPECT_TRUE(status.started);
  EXPECT_EQ(status.exit_code, 3);
}

TEST_F(ProcessRunnerTest, ASupervisorThatIsStoppedForEverIsSetAside) {
  const auto status = run(shell("while kill -STOP $PPID; do :; done"));

  EXPECT_FALSE(status.started);
  EXPECT_THAT(status.start_error, HasSubstr("supervisor was killed by signal 9"));
}

TEST_F(ProcessRunnerTest, ASupervisorThatSaysNothingIsKilledWhenPatienceEnds) {
  spec.capture = CaptureMode::off;
  spec.boot_session = read_boot_session();
  spec.argv = shell("sleep 60");
  auto supervisor = SupervisorProcess::spawn(FAULTLINE_REPORT_PROGRAM);
  ASSERT_TRUE(supervisor);
  ASSERT_TRUE(supervisor->give(spec));

  const auto broken =
      supervisor->wait(stop, {std::chrono::milliseconds(300), std::chrono::milliseconds(300)});

  ASSERT_TRUE(broken && *broken);
  EXPECT_THAT(**broken, HasSubstr("did not answer"));
  EXPECT_TRUE(end_surviving_trial(spec.trial_folder, spec.boot_session));
}

TEST_F(ProcessRunnerTest, WhatAKilledSupervisorLeftIsEndedLater) {
  spec.capture = CaptureMode::off;  // Under ptrace the kernel does it.
  spec.boot_session = read_boot_session();
  spec.argv = shell("kill -9 $PPID; sleep 60");
  auto supervisor = SupervisorProcess::spawn(FAULTLINE_REPORT_PROGRAM);
  ASSERT_TRUE(supervisor);
  ASSERT_TRUE(supervisor->give(spec));
  const auto broken = supervisor->wait(stop, {std::chrono::minutes(1), std::chrono::minutes(1)});
  ASSERT_TRUE(broken && *broken);

  const auto in_another_boot = end_surviving_trial(spec.trial_folder, "another boot");
  const auto ended = end_surviving_trial(spec.trial_folder, spec.boot_session);
  const auto again = end_surviving_trial(spec.trial_folder, spec.boot_session);

  ASSERT_TRUE(in_another_boot && ended && again);
  EXPECT_EQ(*in_another_boot, 0);
  EXPECT_GE(*ended, 1);
  EXPECT_EQ(*again, 0);
}

TEST_F(ProcessRunnerTest, NothingToEndWhereNothingStarted) {
  std::ofstream(spec.trial_folder / "started.json") << R"({"pid": 1, "start_)";  // The power went.

  const auto never = end_surviving_trial(folder / "never", "boot");
  const auto cut = end_surviving_trial(spec.trial_folder, "boot");

  ASSERT_TRUE(never && cut);
  EXPECT_EQ(*never, 0);
  EXPECT_EQ(*cut, 0);
}

TEST_F(ProcessRunnerTest, ReplacesAWaitingSupervisorThatDied) {
  std::signal(SIGPIPE, SIG_IGN);  // As the program does.
  ProcessRunnerPosix runner(FAULTLINE_REPORT_PROGRAM);
  spec.argv = child("exit", "3");
  ASSERT_TRUE(runner.run(spec, stop));
  const auto waiting = supervisors();
  ASSERT_EQ(waiting.size(), 1U) << "the next trial's supervisor is not there yet";
  ::kill(waiting.front(), SIGKILL);
  wait_until_dead(waiting.front());

  const auto status = runner.run(spec, stop);

  ASSERT_TRUE(status) << status.error().text();
  EXPECT_EQ(status->exit_code, 3);
}

TEST_F(ProcessRunnerTest, LeavesNoSupervisorBehind) {
  spec.argv = child("exit", "0");
  {
    ProcessRunnerPosix runner(FAULTLINE_REPORT_PROGRAM);
    ASSERT_TRUE(runner.run(spec, stop));
  }

  EXPECT_THAT(supervisors(), IsEmpty());
}

TEST_F(ProcessRunnerTest, OwnTroublesAreErrorsThatSayWhat) {
  spec.argv = child("exit", "0");
  const auto no_program = ProcessRunnerPosix("/no/such/faultline-report").run(spec, stop);
  ASSERT_FALSE(no_program);
  EXPECT_THAT(no_program.error().text(), HasSubstr("cannot start the supervisor /no/such/faultline-report"));

  spec.trial_folder = folder / "missing";
  const auto no_folder = try_run(child("exit", "0"));
  ASSERT_FALSE(no_folder);
  EXPECT_THAT(no_folder.error().text(), HasSubstr("missing"));

  // The trial folder's `stdout` cannot be made: it is a folder.
  std::filesystem::create_directories(spec.trial_folder / "stdout");
  const auto no_output = try_run(child("exit", "0"));
  ASSERT_FALSE(no_output);
  EXPECT_THAT(no_output.error().text(), HasSubstr("supervisor failed: cannot create"));
}

}  // namespace
}  // namespace faultline
