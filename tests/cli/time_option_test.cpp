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

TEST(SinceTest, NothingGivenIsNoLimit) { EXPECT_EQ(parse_since("", kNow).value(), std::nullopt); }

TEST(SinceTest, AnythingElseIsRefusedWithExamples) {
  const auto result = parse_since("yesterday", kNow);

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::invalid_argument);
  EXPECT_NE(result.error().text().find("24h"), std::string::npos);
}

TEST(OptionalFilterTest, AMistakeNamesTheOption) {
  const auto result = parse_optional_filter("--where", "threads=");

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().text().rfind("--where", 0), 0U);
}

}  // namespace
}  // namespace faultline
