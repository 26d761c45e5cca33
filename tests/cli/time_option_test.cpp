#include "cli/time_option.h"

#include <gtest/gtest.h>

#include "core/model/filter.h"

namespace faultline {
namespace {

const WallTime kNow = *parse_utc("2025-12-21T12:00:00.000Z");

TEST(SinceTest, ADurationCountsBackFromNow) {
  EXPECT_EQ(parse_since("24h", kNow).value(), parse_utc("2025-12-20T12:00:00.000Z"));
}

TEST(SinceTest, ADateMeansItsMidnightInUtc) {
  EXPECT_EQ(parse_since("2025-12-01", kNow).value(), parse_utc("2025-12-01T00:00:00.000Z"));
}

TEST(SinceTest, WordsAndTimesOfDayAreInUtc) {
  EXPECT_EQ(parse_since("today", kNow).value(), parse_utc("2025-12-21T00:00:00.000Z"));
  EXPECT_EQ(parse_since("yesterday", kNow).value(), parse_utc("2025-12-20T00:00:00.000Z"));
  EXPECT_EQ(parse_since("10:27", kNow).value(), parse_utc("2025-12-21T10:27:00.000Z"));
  EXPECT_EQ(parse_since("22:30:15", kNow).value(), parse_utc("2025-12-20T22:30:15.000Z"));
}

TEST(SinceTest, IsoTimesMayLeaveOutWhatTheyDoNotNeed) {
  for (const char* text :
       {"2025-12-01T22:00", "2025-12-01 22:00", "2025-12-01T22:00Z", "2025-12-01T22:00:00Z",
        "2025-12-01T23:00:00+01:00", "2025-12-01T14:00-0800", "2025-12-01T22:00:00.000Z"}) {
    const auto since = parse_since(text, kNow);
    ASSERT_TRUE(since) << text;
    EXPECT_EQ(*since, parse_utc("2025-12-01T22:00:00.000Z")) << text;
  }
}

TEST(SinceTest, NoTimeOfAnyDayIsRefused) {
  for (const char* text : {"25:00", "2025-13-01", "2025-12-01T22", "2025-12-01T22:00+1", "10:2"})
    EXPECT_FALSE(parse_since(text, kNow)) << text;
}

TEST(SinceTest, NothingGivenIsNoLimit) { EXPECT_EQ(parse_since("", kNow).value(), std::nullopt); }

TEST(SinceTest, AnythingElseIsRefusedWithExamples) {
  const auto result = parse_since("lately", kNow);

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::invalid_argument);
  EXPECT_NE(result.error().text().find("24h"), std::string::npos);
}

}  // namespace
}  // namespace faultline
