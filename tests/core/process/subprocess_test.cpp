#include "core/process/subprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <thread>
#include <utility>

namespace faultline {
namespace {

using ::testing::HasSubstr;

/// Until the other end is closed.
std::string read_all(int fd) {
  std::string text;
  std::array<char, 256> buffer{};
  while (true) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

SubprocessCommand shell(const std::string& script, ChildLine line = ChildLine::none) {
  SubprocessCommand command;
  command.argv = {"sh", "-c", script};
  command.line = line;
  return command;
}

std::string output_of(const SubprocessCommand& command) {
  auto process = Subprocess::start(command);
  EXPECT_TRUE(process.has_value()) << process.error().text();
  if (!process) return {};
  std::string text = read_all(process->line().get());
  EXPECT_TRUE(process->wait().has_value());
  return text;
}

TEST(SubprocessTest, SaysHowTheChildEnded) {
  auto exits = Subprocess::start(shell("exit 3"));
  auto dies = Subprocess::start(shell("kill -9 $$"));
  ASSERT_TRUE(exits.has_value() && dies.has_value());

  const auto exit = exits->wait();
  const auto death = dies->wait();

  EXPECT_EQ(exit->exit_code, 3);
  EXPECT_EQ(exit->text(), "exited with 3");
  EXPECT_FALSE(exit->succeeded());
  EXPECT_EQ(death->signal, SIGKILL);
  EXPECT_EQ(death->text(), "died of signal 9");
  EXPECT_EQ(exits->wait()->exit_code, 3) << "asked again it answers the same";
}

TEST(SubprocessTest, WhatCannotBeExecutedIsAnErrorThatNamesIt) {
  SubprocessCommand command;
  command.argv = {"/no/such/program"};

  const auto started = Subprocess::start(command);

  ASSERT_FALSE(started.has_value());
  EXPECT_EQ(started.error().kind(), ErrorKind::process);
  EXPECT_THAT(started.error().text(), HasSubstr("cannot execute /no/such/program: No such file"));
  EXPECT_FALSE(Subprocess::start(SubprocessCommand{}).has_value());
}

TEST(SubprocessTest, TheOutputLineHasStandardOutputAndErrorsOnlyWhereWanted) {
  EXPECT_EQ(output_of(shell("echo out; echo err >&2", ChildLine::output)), "out\n");
  EXPECT_EQ(output_of(shell("echo out; echo err >&2", ChildLine::output_and_errors)), "out\nerr\n");
}

TEST(SubprocessTest, TheControlLineGoesBothWays) {
  auto process = Subprocess::start(shell("read word <&3; echo \"got $word\" >&3", ChildLine::control));
  ASSERT_TRUE(process.has_value());

  ASSERT_EQ(::write(process->line().get(), "ping\n", 5), 5);

  EXPECT_EQ(read_all(process->line().get()), "got ping\n");
  EXPECT_TRUE(process->wait()->succeeded());
}

TEST(SubprocessTest, VariablesAreAddedReplacedAndRemoved) {
  ::setenv("FAULTLINE_TEST_OLD", "old", 1);
  ::setenv("FAULTLINE_TEST_GONE", "there", 1);
  auto command =
      shell("echo $FAULTLINE_TEST_OLD,${FAULTLINE_TEST_GONE-none},$FAULTLINE_TEST_NEW", ChildLine::output);
  command.env = {{"FAULTLINE_TEST_OLD", "new"}, {"FAULTLINE_TEST_GONE", {}}, {"FAULTLINE_TEST_NEW", "1"}};

  EXPECT_EQ(output_of(command), "new,none,1\n");
  ::unsetenv("FAULTLINE_TEST_OLD");
  ::unsetenv("FAULTLINE_TEST_GONE");
}

TEST(SubprocessTest, SignalsThatWeIgnoreOrBlockAreTheChildsDefault) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  sigset_t blocked;
  sigset_t mask_before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &mask_before);

  auto of_pipe = Subprocess::start(shell("kill -PIPE $$; exit 0"));
  auto of_term = Subprocess::start(shell("kill -TERM $$; exit 0"));
  ASSERT_TRUE(of_pipe.has_value() && of_term.has_value());

  EXPECT_EQ(of_pipe->wait()->signal, SIGPIPE);
  EXPECT_EQ(of_term->wait()->signal, SIGTERM);
  ::pthread_sigmask(SIG_SETMASK, &mask_before, nullptr);
  std::signal(SIGPIPE, before);
}

TEST(SubprocessTest, ItsGroupCanBeEndedWithIt) {
  // The child's own child keeps the line open: it is closed only if that one is ended, too.
  auto process = Subprocess::start(shell("sleep 1000 & wait", ChildLine::output));
  ASSERT_TRUE(process.has_value());
  EXPECT_EQ(*process->poll(), std::nullopt);

  process->signal_group(SIGKILL);

  EXPECT_EQ(process->wait()->signal, SIGKILL);
  EXPECT_EQ(read_all(process->line().get()), "");
}

TEST(SubprocessTest, AChildThatIsStoppedIsSeenOnceAndGoesOn) {
  auto process = Subprocess::start(shell("kill -STOP $$; exit 7"));
  ASSERT_TRUE(process.has_value());
  // It closes nothing when it stops: there is only looking.
  while (!process->take_stop()) ASSERT_EQ(*process->poll(), std::nullopt);

  EXPECT_FALSE(process->take_stop());
  EXPECT_EQ(*process->poll(), std::nullopt);
  process->signal_process(SIGCONT);

  EXPECT_EQ(process->wait()->exit_code, 7);
}

TEST(SubprocessTest, WhoIsDestroyedEndsItsChild) {
  pid_t pid = -1;
  {
    auto process = Subprocess::start(shell("sleep 1000"));
    ASSERT_TRUE(process.has_value());
    pid = process->pid();
    const Subprocess moved = std::move(*process);
    EXPECT_EQ(moved.pid(), pid);
  }
  EXPECT_NE(::kill(pid, 0), 0) << "it is gone, and reaped";
}

/// Its line would stay open for as long as the other child lives.
TEST(SubprocessTest, ChildrenThatAreStartedAtTheSameMomentDoNotInheritEachOthersLines) {
  constexpr int kRounds = 20;
  std::thread others([] {
    for (int i = 0; i < kRounds; ++i) {
      auto other = Subprocess::start(shell("sleep 1000", ChildLine::output));
      ASSERT_TRUE(other.has_value());
      // Ended with the scope.
    }
  });
  for (int i = 0; i < kRounds; ++i) {
    EXPECT_EQ(output_of(shell("echo mine", ChildLine::output)), "mine\n");
  }
  others.join();
}

}  // namespace
}  // namespace faultline
