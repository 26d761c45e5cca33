#include "reports/privacy/text_folding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>

namespace faultline {
namespace {

using ::testing::ElementsAre;

std::string folded(std::string_view text) { return fold_text(text).text; }

TEST(TextFoldingTest, SpellingsOfOneNameBecomeTheSameBytes) {
  for (const std::string_view spelling :
       {"JOS\xc3\x89", "Jos%C3%A9", "Jose\xcc\x81", "jos\\u00e9", "jos\\303\\251"}) {
    EXPECT_EQ(folded(spelling), "jose") << spelling;
  }
}

TEST(TextFoldingTest, NamesOfEveryScriptLoseCaseAndMarks) {
  EXPECT_EQ(folded("Nguy\xe1\xbb\x85n"), "nguyen");
  EXPECT_EQ(folded("\xd0\x96\xd0\xa3\xd0\x9a"), "\xd0\xb6\xd1\x83\xd0\xba");
  EXPECT_EQ(folded("\xce\x86\xcf\x81\xce\xb7\xcf\x82"), folded("\xce\x91\xce\xa1\xce\x97\xce\xa3"));
  EXPECT_EQ(folded("STRASSE"), folded("stra\xc3\x9f"
                                      "e"));
}

TEST(TextFoldingTest, EachByteKnowsWhereItCameFrom) {
  const auto text = fold_text("a\xc3\x89%C3%9Fz");

  EXPECT_EQ(text.text, "aessz");
  EXPECT_THAT(text.starts, ElementsAre(0, 1, 3, 3, 9, 10));
}

TEST(TextFoldingTest, WhatIsNoUtf8StaysAsItIs) {
  EXPECT_EQ(folded("a\xff\xc3(B"), "a\xff\xc3(b");
  EXPECT_EQ(folded("\xed\xa0\x80"), "\xed\xa0\x80") << "half of a surrogate pair";
}

}  // namespace
}  // namespace faultline
