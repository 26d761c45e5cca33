#include "core/text/leading_number.h"

#include <gtest/gtest.h>

namespace faultline {
namespace {

TEST(LeadingNumberTest, GivesTheNumberAndWhatFollows) {
  const auto share = leading_number("30 %");
  ASSERT_TRUE(share.has_value());
  EXPECT_EQ(share->value, 30.0);
  EXPECT_EQ(share->rest, " %");
  EXPECT_EQ(leading_number("2.5e-1")->value, 0.25);
  EXPECT_EQ(leading_number("-4")->value, -4.0);
  EXPECT_EQ(leading_number("3e")->rest, "e");
}

TEST(LeadingNumberTest, WhatBeginsWithNoneIsNone) {
  for (const char* text : {"", " 1", "+1", "nan", "inf", "x", "%", "-"})
    EXPECT_FALSE(leading_number(text).has_value()) << text;
  EXPECT_EQ(leading_number("0x10")->rest, "x10");
}

}  // namespace
}  // namespace faultline
