#include "core/text/ascii.h"

#include <gtest/gtest.h>

namespace faultline {
namespace {

TEST(AsciiTest, OnlyLettersOfAsciiChangeTheirCase) {
  EXPECT_EQ(to_lower("ABZ-\xc3\x84[@"), "abz-\xc3\x84[@");
  EXPECT_EQ(to_upper("abz-\xc3\xa4{`"), "ABZ-\xc3\xa4{`");
}

TEST(AsciiTest, TrimmedTextKeepsWhitespaceInside) {
  EXPECT_EQ(trimmed(" \t a b\r\n"), "a b");
  EXPECT_EQ(trimmed(" \t\r\n"), "");
  EXPECT_EQ(trimmed(""), "");
  EXPECT_EQ(trimmed("--a-b-", "-"), "a-b");
}

TEST(AsciiTest, TextsAreComparedWithoutRegardToCase) {
  EXPECT_TRUE(equal_ignoring_case("Phase", "pHASE"));
  EXPECT_FALSE(equal_ignoring_case("phase", "phases"));
  EXPECT_TRUE(contains_ignoring_case("AGXMetalG16X", "metal"));
  EXPECT_TRUE(contains_ignoring_case("", ""));
  EXPECT_FALSE(contains_ignoring_case("AGX", "metal"));
}

TEST(AsciiTest, DigitsAreThoseOfAsciiOnly) {
  EXPECT_TRUE(is_all_digits("0189"));
  EXPECT_FALSE(is_all_digits(""));
  EXPECT_FALSE(is_all_digits("1 2"));
  EXPECT_TRUE(is_hex_digit('F'));
  EXPECT_FALSE(is_hex_digit('g'));
  EXPECT_FALSE(is_digit('\xb2'));
}

}  // namespace
}  // namespace faultline
