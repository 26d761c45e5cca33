#include "core/text/duration.h"

#include <gtest/gtest.h>

namespace faultline {
namespace {

using std::chrono::milliseconds;

TEST(DurationTest, EachUnitIsReadAndSumsAreAdded) {
  EXPECT_EQ(parse_duration("250ms"), milliseconds(250));
  EXPECT_EQ(parse_duration("60s"), milliseconds(60'000));
  EXPECT_EQ(parse_duration("5m"), milliseconds(300'000));
  EXPECT_EQ(parse_duration("2h"), milliseconds(7'200'000));
  EXPECT_EQ(parse_duration("1d"), milliseconds(86'400'000));
  EXPECT_EQ(parse_duration("1h30m"), milliseconds(5'400'000));
  EXPECT_EQ(parse_duration("0.5s"), milliseconds(500));
}

TEST(DurationTest, WhatHasNoUnitOrNoNumberIsRefused) {
  for (const char* text :
       {"", "60", "s", "5 m", "-5s", "5mm", "1..5s", "1.s", "0.0001s", "1h30", "9999999999d", "5x"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(DurationTest, TheShortestFormIsWrittenAndReadBack) {
  EXPECT_EQ(format_duration(milliseconds(90'000)), "90s");
  EXPECT_EQ(format_duration(milliseconds(300'000)), "5m");
  EXPECT_EQ(format_duration(milliseconds(250)), "250ms");
  EXPECT_EQ(format_duration(milliseconds(0)), "0s");
  EXPECT_EQ(format_duration(milliseconds(86'400'000)), "1d");
  for (const std::int64_t count : {0, 1, 999, 1'000, 61'000, 3'600'000, 129'600'000}) {
    EXPECT_EQ(parse_duration(format_duration(milliseconds(count))), milliseconds(count)) << count;
  }
}

}  // namespace
}  // namespace faultline
