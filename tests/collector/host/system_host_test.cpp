#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "collector/host/environment_facts.h"
#include "collector/host/host_probe.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using ::testing::Contains;
using ::testing::Pair;

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
