// The sample programs end as samples/README.md says, run bare: everything that is tested with them relies
// on that.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "core/files/text_file.h"
#include "tests/support/scoped_temp_folder.h"

extern char** environ;

namespace faultline {
namespace {

using ::testing::HasSubstr;

std::filesystem::path samples_folder() { return std::filesystem::path(FAULTLINE_BINARY_DIR) / "samples"; }

/// One sample program, started with its output going to files. What still runs is killed at the end.
class SampleProcess {
 public:
  SampleProcess(const std::string& name, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), (samples_folder() / name).string());
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, (folder_ / "out").c_str(), O_CREAT | O_WRONLY, 0600);
    posix_spawn_file_actions_addopen(&actions, 2, (folder_ / "err").c_str(), O_CREAT | O_WRONLY, 0600);
    const int error = ::posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
      ADD_FAILURE() << "cannot start " << argv[0] << ": error " << error;
      pid_ = -1;
    }
  }
  SampleProcess(const SampleProcess&) = delete;
  SampleProcess& operator=(const SampleProcess&) = delete;
  ~SampleProcess() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      wait();
    }
  }

  /// The wait status, waited for as long as it takes.
  int wait() {
    int status = -1;
    if (pid_ > 0) ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return status;
  }

  /// Waits until stdout holds `count` lines.
  void wait_for_lines(std::ptrdiff_t count) {
    for (std::string text = out(); std::count(text.begin(), text.end(), '\n') < count; text = out()) {
      ASSERT_TRUE(is_running()) << "ended after: " << text;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  [[nodiscard]] bool is_running() const {
    siginfo_t info{};
    return pid_ > 0 && ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == 0;
  }

  void kill() const { ::kill(pid_, SIGKILL); }
  [[nodiscard]] std::string out() const { return read_file(folder_ / "out").value_or(""); }
  [[nodiscard]] std::string err() const { return read_file(folder_ / "err").value_or(""); }

 private:
  ScopedTempFolder folder_;
  pid_t pid_ = -1;
};

struct Ended {
  int status = -1;
  std::string out;
  std::string err;
};

Ended run_sample(const std::string& name, std::vector<std::string> arguments = {}) {
  SampleProcess process(name, std::move(arguments));
  const int status = process.wait();
  return {status, process.out(), process.err()};
}

class SamplesTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const rlimit no_cores{0, 0};  // Children inherit it; dozens of them are to die here.
    ::setrlimit(RLIMIT_CORE, &no_cores);
  }
};

// ---- deaths by signal

struct DeathBySignal {
  const char* program;
  std::vector<int> signals;  // More than one where systems differ.
  const char* err;           // Part of what stderr says.
};

class SamplesDeathTest : public SamplesTest, public ::testing::WithParamInterface<DeathBySignal> {};

TEST_P(SamplesDeathTest, EndsByItsSignal) {
  const Ended ended = run_sample(GetParam().program);

  ASSERT_TRUE(WIFSIGNALED(ended.status)) << "status " << ended.status;
  EXPECT_THAT(GetParam().signals, ::testing::Contains(WTERMSIG(ended.status)));
  EXPECT_THAT(ended.err, HasSubstr(GetParam().err));
  EXPECT_THAT(ended.out, ::testing::Not(HasSubstr("still alive")));
}

INSTANTIATE_TEST_SUITE_P(
    Crashers, SamplesDeathTest,
    ::testing::Values(
        DeathBySignal{"abort", {SIGABRT}, ""}, DeathBySignal{"bus_error", {SIGBUS}, ""},
        DeathBySignal{"cpp_exception", {SIGABRT}, "no encoder for this command buffer"},
        DeathBySignal{"divide_by_zero", {SIGFPE}, ""}, DeathBySignal{"eight_threads_fault", {SIGSEGV}, ""},
        DeathBySignal{"execute_protected", {SIGSEGV, SIGBUS}, ""},
        DeathBySignal{"handler_reraise", {SIGSEGV}, "handler: saw the fault"},
        DeathBySignal{"illegal_instruction", {SIGILL}, ""}, DeathBySignal{"null_call", {SIGSEGV}, ""},
        DeathBySignal{"null_read", {SIGSEGV}, ""}, DeathBySignal{"null_write", {SIGSEGV}, ""},
        DeathBySignal{"stack_overflow", {SIGSEGV, SIGBUS}, ""}, DeathBySignal{"wild_jump", {SIGSEGV}, ""},
        DeathBySignal{"write_protected", {SIGSEGV, SIGBUS}, ""}),
    [](const auto& instance) { return std::string(instance.param.program); });

// ---- exits

struct Exit {
  const char* program;
  int code;
  const char* out;  // Part of what stdout says.
};

class SamplesExitTest : public SamplesTest, public ::testing::WithParamInterface<Exit> {};

TEST_P(SamplesExitTest, ExitsWithItsCode) {
  const Ended ended = run_sample(GetParam().program);

  ASSERT_TRUE(WIFEXITED(ended.status)) << "status " << ended.status;
  EXPECT_EQ(WEXITSTATUS(ended.status), GetParam().code);
  EXPECT_THAT(ended.out, HasSubstr(GetParam().out));
}

INSTANTIATE_TEST_SUITE_P(Programs, SamplesExitTest,
                         ::testing::Values(Exit{"exit_error", 3, ""},
                                           Exit{"exit_zero_caught_fault", 0, "complete"},
                                           Exit{"exit_zero_dead_child", 0, "child died of signal 11"},
                                           Exit{"passes", 0, "complete"}, Exit{"shell_child_fault", 139, ""},
                                           Exit{"shell_exit_134", 134, ""},
                                           Exit{"wrong_result", 0, R"({"ok": 28, "of": 30})"}),
                         [](const auto& instance) { return std::string(instance.param.program); });

TEST_F(SamplesTest, EightThreadsNameEightDifferentAddresses) {
  std::istringstream lines(run_sample("eight_threads_fault").out);

  std::set<std::string> addresses;
  std::string thread;
  std::string word;
  std::string address;
  while (lines >> thread >> word >> word >> address) {
    EXPECT_EQ(thread, "fault-" + std::to_string(addresses.size()));
    addresses.insert(address);
  }

  EXPECT_EQ(addresses.size(), 8U);
}

// ---- hangs and what is left behind

TEST_F(SamplesTest, StuckProgramTakesNoCpuTime) {
  SampleProcess process("hang_stuck", {});
  process.wait_for_lines(1);
  // Long enough for a spinning thread to be seen at the 100 ms below.
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  EXPECT_TRUE(process.is_running());

  rusage before{};
  ::getrusage(RUSAGE_CHILDREN, &before);
  process.kill();
  const int status = process.wait();
  rusage after{};
  ::getrusage(RUSAGE_CHILDREN, &after);

  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
  const auto used_us = (after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1'000'000 +
                       (after.ru_utime.tv_usec - before.ru_utime.tv_usec);
  EXPECT_LT(used_us, 100'000);
}

TEST_F(SamplesTest, SlowProgramGoesOnStepByStep) {
  SampleProcess process("hang_slow", {});

  process.wait_for_lines(3);

  EXPECT_TRUE(process.is_running());
  EXPECT_THAT(process.out(), HasSubstr("step 3"));
}

TEST_F(SamplesTest, ChildInItsOwnSessionOutlivesItsParent) {
  const Ended ended = run_sample("setsid_child");
  ASSERT_TRUE(WIFEXITED(ended.status));
  EXPECT_EQ(WEXITSTATUS(ended.status), 0);
  int child = -1;
  ASSERT_EQ(std::sscanf(ended.out.c_str(), "left behind: %d", &child), 1) << ended.out;

  const bool lives = ::kill(child, 0) == 0;
  if (lives) ::kill(child, SIGKILL);

  EXPECT_TRUE(lives);
}

// ---- the model of the driver race

Ended run_agx_sim(int threads, const std::string& lock, const std::string& style, int ops = 250) {
  return run_sample("agx_sim", {"--threads", std::to_string(threads), "--lock", lock, "--style", style,
                                "--ops", std::to_string(ops)});
}

class AgxSimTest : public SamplesTest {
 protected:
  static void expect_always_complete(int threads, const std::string& lock) {
    for (int trial = 0; trial < 40; ++trial) {
      const std::string style = trial % 2 == 0 ? "shared" : "per-thread";
      const Ended ended = run_agx_sim(threads, lock, style, 100);
      ASSERT_TRUE(WIFEXITED(ended.status)) << "trial " << trial << " died: " << ended.status << ended.err;
      ASSERT_EQ(WEXITSTATUS(ended.status), 0);
      ASSERT_THAT(ended.out, ::testing::EndsWith("\ncomplete\n"));
    }
  }

  /// Runs until `wanted` trials have died, and returns those. How many trials that takes is up to the
  /// scheduler; some 10 are usual.
  static std::vector<Ended> collect_deaths(int threads, const std::string& lock, const std::string& style,
                                           std::size_t wanted) {
    std::vector<Ended> deaths;
    for (int trial = 0; trial < 300 && deaths.size() < wanted; ++trial) {
      Ended ended = run_agx_sim(threads, lock, style);
      if (WIFSIGNALED(ended.status)) deaths.push_back(std::move(ended));
    }
    EXPECT_EQ(deaths.size(), wanted) << "too few deaths in 300 trials";
    return deaths;
  }
};

TEST_F(AgxSimTest, GlobalLockNeverCrashes) { expect_always_complete(8, "global"); }

TEST_F(AgxSimTest, WhatIsEachThreadsOwnNeverCrashesAsBareMetalPassed) {
  for (int trial = 0; trial < 40; ++trial) {
    const Ended ended = run_agx_sim(8, "none", "isolated", 100);
    ASSERT_TRUE(WIFEXITED(ended.status)) << "trial " << trial << " died: " << ended.status << ended.err;
    ASSERT_EQ(WEXITSTATUS(ended.status), 0);
  }
}

TEST_F(AgxSimTest, OneThreadNeverCrashes) { expect_always_complete(1, "none"); }

TEST_F(AgxSimTest, SharedContextsDieOfNullAccesses) {
  for (const Ended& death : collect_deaths(8, "none", "per-thread", 8)) {
    EXPECT_EQ(WTERMSIG(death.status), SIGSEGV);
    EXPECT_EQ(death.err, "");
    EXPECT_THAT(death.out, HasSubstr(R"({"faultline": {"phase": "encoding"}})"));
    EXPECT_THAT(death.out, ::testing::Not(HasSubstr("complete")));
  }
}

TEST_F(AgxSimTest, SharedCommandBuffersDieOfTheAssertion) {
  for (const Ended& death : collect_deaths(8, "none", "shared", 8)) {
    EXPECT_EQ(WTERMSIG(death.status), SIGABRT);
    EXPECT_THAT(death.err,
                ::testing::StartsWith(
                    "-[AGXG16XFamilyCommandBuffer tryCoalescingPreviousComputeCommandEncoderWithConfig:"
                    "nextEncoderClass:]:1091: failed assertion 'A command encoder is already encoding to "
                    "this command buffer'\n"));
  }
}

TEST_F(AgxSimTest, EveryLockButTheGlobalOneCrashes) {
  for (const char* lock : {"per-op", "per-stream", "rwlock"}) {
    for (const char* style : {"shared", "per-thread"}) {
      SCOPED_TRACE(std::string(lock) + " " + style);
      EXPECT_EQ(collect_deaths(16, lock, style, 1).size(), 1U);
    }
  }
}

/// Every value of the metric that it printed, in order.
std::vector<double> printed_metric(const std::string& output, const std::string& name) {
  const std::string before = R"({"faultline": {"metric": ")" + name + R"(", "value": )";
  std::vector<double> values;
  for (auto at = output.find(before); at != std::string::npos; at = output.find(before, at + 1))
    values.push_back(std::stod(output.substr(at + before.size())));
  return values;
}

TEST_F(AgxSimTest, PrintsItsThroughput) {
  const Ended ended =
      run_sample("agx_sim", {"--threads", "1", "--ops", "10", "--lock", "global", "--style", "shared"});

  const auto values = printed_metric(ended.out, "ops_per_second");
  ASSERT_EQ(values.size(), 1U) << ended.out;
  EXPECT_GT(values[0], 0);
}

TEST_F(AgxSimTest, PrintsItsOperationsAsTheyGrowAndAtLastAllOfThem) {
  const Ended ended = run_agx_sim(2, "global", "per-thread", 500);

  const auto values = printed_metric(ended.out, "operations");
  ASSERT_GE(values.size(), 2U) << ended.out;
  EXPECT_TRUE(std::is_sorted(values.begin(), values.end()));
  EXPECT_EQ(values.back(), 1000);
}

TEST_F(AgxSimTest, RefusesWhatItDoesNotUnderstand) {
  const std::vector<std::vector<std::string>> wrong = {{"--threads", "0"},  {"--threads", "8x"},
                                                       {"--lock", "magic"}, {"--style", "own"},
                                                       {"--ops"},           {"--colour", "red"}};
  for (const std::vector<std::string>& arguments : wrong) {
    const Ended ended = run_sample("agx_sim", arguments);

    ASSERT_TRUE(WIFEXITED(ended.status));
    EXPECT_EQ(WEXITSTATUS(ended.status), 2) << arguments[0];
    EXPECT_THAT(ended.err, ::testing::StartsWith("usage: agx_sim"));
  }
}

TEST_F(AgxSimTest, DriverCarriesTheNamesOfRealReports) {
  const std::string library = read_file(samples_folder() / "AGXMetalG16X").value_or("");

  EXPECT_THAT(library, HasSubstr("-[AGXG16XFamilyComputeContext setComputePipelineState:]"));
  EXPECT_THAT(library, HasSubstr("_ZN3AGX13ContextCommon17useResourceCommonEP18IOGPUMetalResource"));
  EXPECT_THAT(library, HasSubstr("-[AGXG16XFamilyCommandBuffer "
                                 "tryCoalescingPreviousComputeCommandEncoderWithConfig:nextEncoderClass:]"));
  EXPECT_THAT(library, HasSubstr("17prepareForEnqueueEb"));
  EXPECT_THAT(library, HasSubstr("22allocateUSCSpillBuffer"));
}

}  // namespace
}  // namespace faultline
