#include "collector/reporter/process/trial_outputs.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "core/files/text_file.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(TrialOutputsTest, WithoutFilesTheCommandKeepsOurStreams) {
  TrialOutputs outputs;
  outputs.start_guard(seconds(10));
  outputs.guard(seconds(20));

  EXPECT_EQ(outputs.output_fd(), -1);
  EXPECT_EQ(outputs.error_fd(), -1);
  EXPECT_TRUE(outputs.finish().has_value());
}

TEST(TrialOutputsTest, BothStreamsHaveAFileOfTheirOwn) {
  const ScopedTempFolder folder;
  TrialOutputs outputs;
  ASSERT_TRUE(outputs.open(folder.path(), 100).has_value());
  ASSERT_EQ(::write(outputs.output_fd(), "out", 3), 3);
  ASSERT_EQ(::write(outputs.error_fd(), "err", 3), 3);

  ASSERT_TRUE(outputs.finish().has_value());

  EXPECT_EQ(*read_file(folder / "stdout"), "out");
  EXPECT_EQ(*read_file(folder / "stderr"), "err");
}

TEST(TrialOutputsTest, ABusyOutputIsLookedAtSoonerThanAQuietOne) {
  const ScopedTempFolder folder;
  TrialOutputs outputs;
  ASSERT_TRUE(outputs.open(folder.path(), 100).has_value());
  outputs.start_guard(seconds(10));
  EXPECT_EQ(outputs.guard_at(), seconds(11));
  outputs.guard(seconds(10));
  EXPECT_EQ(outputs.guard_at(), seconds(11)) << "it is not due yet";

  outputs.guard(seconds(11));
  EXPECT_EQ(outputs.guard_at(), seconds(12));
  const std::string much(5U << 20, 'x');
  ASSERT_EQ(::write(outputs.output_fd(), much.data(), much.size()), static_cast<ssize_t>(much.size()));
  outputs.guard(seconds(12));

  EXPECT_EQ(outputs.guard_at(), seconds(12) + milliseconds(50));
}

}  // namespace
}  // namespace faultline
