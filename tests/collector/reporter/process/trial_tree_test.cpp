#include "collector/reporter/process/trial_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "core/process/subprocess.h"

namespace faultline {
namespace {

using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST(TrialTreeTest, TheCommandComesFirstAndIsGoneWhenItHasEnded) {
  SubprocessCommand command;
  command.argv = {"sleep", "1000"};
  auto process = Subprocess::start(command);
  ASSERT_TRUE(process.has_value());
  TrialTree tree;
  tree.start(process->pid(), 0, seconds(5));

  ASSERT_THAT(tree.living(), Not(IsEmpty()));
  EXPECT_EQ(tree.living().front(), process->pid());
  process->signal_group(SIGKILL);
  ASSERT_TRUE(process->wait().has_value());
  tree.main_ended();

  EXPECT_THAT(tree.living(), Not(Contains(process->pid())));
}

TEST(TrialTreeTest, ADescendantIsRememberedOnceInTheOrderOfItsFirstSightAndTheCommandIsNone) {
  TrialTree tree;
  tree.start(100, 0, seconds(5));
  for (const pid_t pid : {103, 101, 100, 103}) tree.note(pid);

  EXPECT_THAT(tree.descendants(), ElementsAre(103, 101));
}

TEST(TrialTreeTest, NotMoreThanAThousandAreRemembered) {
  TrialTree tree;
  tree.start(100, 0, seconds(5));
  for (pid_t pid = 1'000; pid < 3'000; ++pid) tree.note(pid);

  EXPECT_THAT(tree.descendants(), SizeIs(1'000));
}

}  // namespace
}  // namespace faultline
