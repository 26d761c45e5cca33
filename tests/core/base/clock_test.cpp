#include "core/base/clock.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "tests/support/fake_clock.h"

namespace faultline {
namespace {

using namespace std::chrono_literals;

TEST(ClockTest, UtcIsWrittenAndReadBack) {
  const auto time = parse_utc("2025-12-21T01:36:18.286Z");

  ASSERT_TRUE(time.has_value());
  EXPECT_EQ(format_utc(*time), "2025-12-21T01:36:18.286Z");
  EXPECT_EQ(format_utc_precise(*time), "2025-12-21T01:36:18.286000Z");
  EXPECT_EQ(parse_utc(format_utc_precise(*time + 7us)), *time + 7us);
}

TEST(ClockTest, MillisecondsAreCutNotRounded) {
  // Rounded, the last microsecond of a year would be in the next.
  EXPECT_EQ(format_utc(*parse_utc("2025-12-31T23:59:59.999999Z")), "2025-12-31T23:59:59.999Z");
}

TEST(ClockTest, TimesBefore1970AreTimes) {
  EXPECT_EQ(format_utc(WallTime(-1ms)), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(parse_utc("1969-12-31T23:59:59.999Z"), WallTime(-1ms));
}

TEST(ClockTest, WhatIsNoUtcTimeIsRefused) {
  for (const char* text :
       {"", "2025", "2025-12-21", "2025-12-21T01:36:18", "2025-12-21 01:36:18Z", "2025-13-01T00:00:00Z",
        "2025-02-29T00:00:00Z", "2025-12-21T24:00:00Z", "2025-12-21T01:60:00Z", "2025-12-21T01:36:18.286Zx",
        "2025-12-21T01:36:18+0100", "2025-1a-21T01:36:18Z"}) {
    EXPECT_EQ(parse_utc(text), std::nullopt) << text;
  }
}

TEST(ClockTest, ReportTimesCarryTheirZone) {
  const auto time = parse_report_time("2025-12-20 17:36:18.2860 -0800");

  ASSERT_TRUE(time.has_value());
  EXPECT_EQ(format_utc(*time), "2025-12-21T01:36:18.286Z");
  EXPECT_EQ(format_report_time(*time, -480), "2025-12-20 17:36:18.2860 -0800");
  EXPECT_EQ(format_report_time(*time, 345), "2025-12-21 07:21:18.2860 +0545");
}

TEST(ClockTest, FractionsOfReportTimesMayBeAbsentOrLong) {
  EXPECT_EQ(parse_report_time("2025-12-21 01:36:18 +0000"), parse_utc("2025-12-21T01:36:18Z"));
  EXPECT_EQ(parse_report_time("2025-12-21 01:36:18.28 +0000"), parse_utc("2025-12-21T01:36:18.280Z"));
  EXPECT_EQ(parse_report_time("2025-12-21 01:36:18.123456789 +0000"),
            parse_utc("2025-12-21T01:36:18.123456Z"));
}

TEST(ClockTest, WhatIsNoReportTimeIsRefused) {
  for (const char* text :
       {"", "2025-12-21", "2025-12-21 01:36:18", "2025-12-21 01:36:18.28", "2025-12-21 01:36:18 +01",
        "2025-12-21 01:36:18 0100", "2025-12-21 01:36:18 +0100 x", "Sun Dec 21 01:36:18 2025"}) {
    EXPECT_EQ(parse_report_time(text), std::nullopt) << text;
  }
}

TEST(ClockTest, LocalZoneFollowsSummerTime) {
  const char* before = std::getenv("TZ");
  const std::string saved = before == nullptr ? "" : before;
  // POSIX form, so that no zone files are needed.
  ::setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  ::tzset();

  EXPECT_EQ(local_zone_minutes(*parse_utc("2025-12-21T00:00:00Z")), 60);
  EXPECT_EQ(local_zone_minutes(*parse_utc("2025-07-01T00:00:00Z")), 120);

  before == nullptr ? ::unsetenv("TZ") : ::setenv("TZ", saved.c_str(), 1);
  ::tzset();
}

TEST(ClockTest, TheSystemClockNeverGoesBack) {
  SystemClock clock;
  const MonotonicTime first = clock.monotonic();
  clock.sleep(1ms);
  EXPECT_GE(clock.monotonic(), first + 1ms);
}

TEST(FakeClockTest, MovesOnlyWhenToldTo) {
  FakeClock clock;
  const WallTime wall = clock.wall();
  const MonotonicTime monotonic = clock.monotonic();
  clock.sleep(5s);
  EXPECT_EQ(clock.wall() - wall, 5s);
  EXPECT_EQ(clock.monotonic() - monotonic, 5s);
  clock.step_wall(-1h);
  EXPECT_EQ(clock.wall() - wall, 5s - 1h);
  EXPECT_EQ(clock.monotonic() - monotonic, 5s) << "a step of the wall clock is no time passed";
}

}  // namespace
}  // namespace faultline
