#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "collector/host/environment_facts.h"
#include "collector/host/host_probe.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(SystemHostTest, ACommandsOutputIsTrimmedAndNoShellSeesIt) {
  SystemHost host;

  EXPECT_EQ(*host.command_output({"printf", "  2.14 \\n\\n"}, seconds(10)), "2.14");
  EXPECT_EQ(*host.command_output({"printf", "%s", "$HOME `id` ; rm x"}, seconds(10)), "$HOME `id` ; rm x");
  EXPECT_EQ(*host.command_output({"true"}, seconds(10)), "");
}

TEST(SystemHostTest, ACommandThatFailsIsAnErrorAndNoFact) {
  SystemHost host;

  const auto missing = host.command_output({"/no/such/program"}, seconds(10));
  const auto failing = host.command_output({"sh", "-c", "echo partial; exit 3"}, seconds(10));
  const auto dying = host.command_output({"sh", "-c", "kill -9 $$"}, seconds(10));

  ASSERT_FALSE(missing.has_value());
  EXPECT_THAT(missing.error().text(), HasSubstr("cannot execute /no/such/program"));
  ASSERT_FALSE(failing.has_value());
  EXPECT_THAT(failing.error().text(), HasSubstr("exited with 3"));
  ASSERT_FALSE(dying.has_value());
  EXPECT_THAT(dying.error().text(), HasSubstr("died of signal 9"));
}

TEST(SystemHostTest, ACommandThatDoesNotEndIsEndedWithItsChildren) {
  SystemHost host;

  const auto hanging = host.command_output({"sh", "-c", "sleep 1000 & wait"}, milliseconds(200));

  ASSERT_FALSE(hanging.has_value());
  EXPECT_EQ(hanging.error().kind(), ErrorKind::timeout);
}

TEST(SystemHostTest, EndlessOutputIsCutNotKept) {
  SystemHost host;

  const auto output =
      host.command_output({"sh", "-c", "head -c 1000000 /dev/zero | tr '\\0' 'x'"}, seconds(30));

  ASSERT_TRUE(output.has_value());
  EXPECT_EQ(output->size(), 4096U);
}

TEST(SystemHostTest, TheMachineIsDescribedAndItsKeyIsStableAndTellsNoName) {
  SystemHost host;

  const HostFacts facts = host.facts();

  EXPECT_EQ(facts.host_key.size(), 32U);
  EXPECT_EQ(facts.host_key, host.facts().host_key);
  EXPECT_TRUE(facts.os_name.has_value());
  EXPECT_TRUE(facts.os_build.has_value());
  EXPECT_GT(facts.cpu_count.value_or(0), 0);
  EXPECT_GT(facts.memory_bytes.value_or(0), 1 << 20);
  EXPECT_EQ(facts.boot_session, host.boot_session());
  EXPECT_TRUE(std::is_sorted(facts.more.begin(), facts.more.end()));
}

TEST(SystemHostTest, FreeSpaceIsKnownForAFolderAndUnknownForNone) {
  SystemHost host;
  const ScopedTempFolder folder;

  EXPECT_GT(host.free_bytes(folder.path()).value_or(0), 0U);
  EXPECT_EQ(host.free_bytes("/no/such/folder"), std::nullopt);
}

TEST(SystemHostTest, OnlyVariablesThatMatterAreRecorded) {
  ::setenv("MTL_DEBUG_LAYER", "1", 1);
  ::setenv("MY_SECRET_TOKEN", "hunter2", 1);

  const auto facts = environment_facts();

  EXPECT_THAT(facts, Contains(Pair("env.MTL_DEBUG_LAYER", "1")));
  EXPECT_FALSE(
      std::any_of(facts.begin(), facts.end(), [](const auto& fact) { return fact.second == "hunter2"; }));
  ::unsetenv("MTL_DEBUG_LAYER");
  ::unsetenv("MY_SECRET_TOKEN");
}

}  // namespace
}  // namespace faultline
