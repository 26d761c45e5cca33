#include "collector/trial/clock_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace faultline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ClockWatchTest, AClockThatNobodySetsHasNoSegments) {
  FakeClock clock;
  ClockWatch watch(clock);
  clock.advance(milliseconds(20));
  watch.start();
  clock.advance(seconds(60));
  watch.look();

  EXPECT_THAT(watch.segments(), IsEmpty());
  EXPECT_EQ(watch.looked_before_start(), milliseconds(20));
  EXPECT_EQ(watch.start_steady(), milliseconds(20));
}

TEST(ClockWatchTest, AStepIsPlacedBetweenTheTwoLooksThatSawIt) {
  FakeClock clock;
  ClockWatch watch(clock);
  watch.start();
  clock.advance(seconds(1));
  watch.look();
  clock.step_wall(std::chrono::hours(-1));
  clock.advance(seconds(1));
  watch.look();
  clock.advance(seconds(1));
  watch.look();

  EXPECT_THAT(watch.segments(), ElementsAre(ClockSegment{seconds(0), seconds(2), seconds(0)},
                                            ClockSegment{seconds(1), seconds(3), seconds(-3600)}));
}

TEST(ClockWatchTest, AStepBeforeTheStartIsToldFromTheStart) {
  FakeClock clock;
  ClockWatch watch(clock);
  clock.advance(milliseconds(10));
  clock.step_wall(seconds(30));
  watch.start();

  EXPECT_THAT(watch.segments(), ElementsAre(ClockSegment{milliseconds(-10), milliseconds(0), seconds(-30)},
                                            ClockSegment{milliseconds(-10), milliseconds(0), seconds(0)}));
}

TEST(ClockWatchTest, ASlewIsNotedOnceItHasGoneFarEnough) {
  FakeClock clock;
  ClockWatch watch(clock);
  watch.start();
  for (int i = 0; i < 11; ++i) {
    clock.advance(seconds(1));
    clock.step_wall(std::chrono::microseconds(500));
    watch.look();
  }

  ASSERT_EQ(watch.segments().size(), 2U);
  EXPECT_EQ(watch.segments()[1].ahead, std::chrono::microseconds(5500));
}

}  // namespace
}  // namespace faultline
