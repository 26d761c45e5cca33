#include "collector/host/command_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace faultline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

TEST(SystemCommandRunnerTest, ACommandsOutputIsTrimmedAndNoShellSeesIt) {
  SystemCommandRunner commands;

  EXPECT_EQ(*commands.output_of({"printf", "  2.14 \\n\\n"}, seconds(10)), "2.14");
  EXPECT_EQ(*commands.output_of({"printf", "%s", "$HOME `id` ; rm x"}, seconds(10)), "$HOME `id` ; rm x");
  EXPECT_EQ(*commands.output_of({"true"}, seconds(10)), "");
}

TEST(SystemCommandRunnerTest, ACommandThatFailsIsAnErrorAndNoFact) {
  SystemCommandRunner commands;

  const auto missing = commands.output_of({"/no/such/program"}, seconds(10));
  const auto failing = commands.output_of({"sh", "-c", "echo partial; exit 3"}, seconds(10));
  const auto dying = commands.output_of({"sh", "-c", "kill -9 $$"}, seconds(10));

  ASSERT_FALSE(missing.has_value());
  EXPECT_THAT(missing.error().text(), HasSubstr("cannot execute /no/such/program"));
  ASSERT_FALSE(failing.has_value());
  EXPECT_THAT(failing.error().text(), HasSubstr("exited with 3"));
  ASSERT_FALSE(dying.has_value());
  EXPECT_THAT(dying.error().text(), HasSubstr("died of signal 9"));
}

TEST(SystemCommandRunnerTest, ACommandThatDoesNotEndIsEndedWithItsChildren) {
  SystemCommandRunner commands;

  const auto hanging = commands.output_of({"sh", "-c", "sleep 1000 & wait"}, milliseconds(200));

  ASSERT_FALSE(hanging.has_value());
  EXPECT_EQ(hanging.error().kind(), ErrorKind::timeout);
}

TEST(SystemCommandRunnerTest, EndlessOutputIsCutNotKept) {
  SystemCommandRunner commands;

  const auto output =
      commands.output_of({"sh", "-c", "head -c 1000000 /dev/zero | tr '\\0' 'x'"}, seconds(30));

  ASSERT_TRUE(output.has_value());
  EXPECT_EQ(output->size(), 4096U);
}

TEST(SystemCommandRunnerTest, AHookSeesItsVariablesAndItsErrorsAreInTheOutput) {
  SystemCommandRunner commands;
  HostCommand hook;
  hook.argv = {"sh", "-c", "echo $FAULTLINE_TRIAL; echo oops >&2"};
  hook.env.push_back({"FAULTLINE_TRIAL", "7"});
  EXPECT_EQ(*commands.run(hook), "7");

  hook.with_errors = true;
  EXPECT_EQ(*commands.run(hook), "7\noops");
}

TEST(SystemCommandRunnerTest, AFailureEndsWithTheLastLineThatWasPrinted) {
  SystemCommandRunner commands;
  HostCommand hook;
  hook.argv = {"sh", "-c", "echo first; echo the card is not there >&2; exit 4"};
  hook.with_errors = true;

  const auto failed = commands.run(hook);

  ASSERT_FALSE(failed.has_value());
  EXPECT_THAT(failed.error().text(), HasSubstr("exited with 4"));
  EXPECT_THAT(failed.error().text(), HasSubstr("the card is not there"));
}

}  // namespace
}  // namespace faultline
