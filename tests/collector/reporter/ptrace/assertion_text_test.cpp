#include "collector/reporter/ptrace/assertion_text.h"

#include <gmock/gmock.h>

namespace faultline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(AssertionTextTest, EachLibrarysWayOfGivingUpIsKnown) {
  const std::vector<std::string> lines{
      "-[IOGPUMetalCommandBuffer validate]:214: failed assertion `commit an already committed command "
      "buffer'",
      "prog: a.cpp:3: int main(): Assertion `x == 1' failed.",
      "Assertion failed: (x), function main, file a.c, line 3.",
      "terminate called after throwing an instance of 'std::runtime_error'",
      "libc++abi: terminating due to uncaught exception of type std::runtime_error: no",
      "free(): invalid pointer",
      "double free or corruption (out)",
      "*** stack smashing detected ***: terminated",
      "Fatal Python error: Segmentation fault",
      "thread 'main' panicked at src/main.rs:2:5:",
  };
  for (const auto& line : lines) {
    EXPECT_THAT(find_assertion_lines("before\n" + line + "\nafter\n"), ElementsAre(line));
  }
}

TEST(AssertionTextTest, OrdinaryOutputIsNone) {
  EXPECT_THAT(find_assertion_lines(""), IsEmpty());
  EXPECT_THAT(find_assertion_lines("12 of 12 passed\nwarning: slow\n"), IsEmpty());
}

TEST(AssertionTextTest, ReasonFollowsItsExceptionInOrder) {
  EXPECT_THAT(find_assertion_lines("terminate called after throwing an instance of 'E'\n  what():  no\n"),
              ElementsAre("terminate called after throwing an instance of 'E'", "  what():  no"));
}

TEST(AssertionTextTest, LastFourLinesCountAndNoneIsEndless) {
  std::string text;
  for (int i = 0; i < 9; ++i) text += "failed assertion " + std::to_string(i) + "\n";
  EXPECT_THAT(find_assertion_lines(text), ElementsAre("failed assertion 5", "failed assertion 6",
                                                      "failed assertion 7", "failed assertion 8"));
  const auto lines = find_assertion_lines("failed assertion " + std::string(100'000, 'x'));
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0].size(), 4096U);
}

}  // namespace
}  // namespace faultline
