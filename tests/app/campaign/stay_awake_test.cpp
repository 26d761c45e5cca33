#include "app/campaign/stay_awake.h"

#include <gtest/gtest.h>

namespace faultline {
namespace {

TEST(StayAwakeTest, TheCommandRunsAsLongAsTheObject) {
  const StayAwake awake({"/bin/sleep", "600"});

  EXPECT_TRUE(awake.is_running());
}

TEST(StayAwakeTest, WithoutACommandNothingHappens) {
  const StayAwake awake({});

  EXPECT_FALSE(awake.is_running());
}

TEST(StayAwakeTest, AProgramThatIsNotThereIsNoFailure) {
  const StayAwake awake({"/no/such/program"});

  EXPECT_FALSE(awake.is_running());
}

}  // namespace
}  // namespace faultline
