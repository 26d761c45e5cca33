#include "cli/filter_option.h"

#include <gtest/gtest.h>

namespace faultline {
namespace {

TEST(OptionalFilterTest, AMistakeNamesTheOption) {
  const auto result = parse_optional_filter("--where", "threads=");

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().text().rfind("--where", 0), 0U);
}

}  // namespace
}  // namespace faultline
