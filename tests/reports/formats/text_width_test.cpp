#include "reports/formats/text_width.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace faultline {
namespace {

using testing::ElementsAre;

TEST(TextWidthTest, CountsColumnsNotBytes) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("caf\xc3\xa9"), 4U);
  EXPECT_EQ(display_width("e\xcc\x81"), 1U) << "a combining accent takes no column";
  EXPECT_EQ(display_width("\xe6\xbc\xa2\xe5\xad\x97"), 4U) << "two wide characters";
  EXPECT_EQ(display_width("…"), 1U);
  EXPECT_EQ(display_width("\xf0\x9f\x98\x80"), 2U) << "an emoji";
  EXPECT_EQ(display_width("\xe0\xa4\xa8\xe0\xa5\x81"), 1U) << "a letter and a vowel sign below it";
  EXPECT_EQ(display_width("\xef\xbd\xb1"), 1U) << "a halfwidth letter";
  EXPECT_EQ(display_width("\xff"), 1U) << "a stray byte";
}

TEST(TextWidthTest, BreaksAtSpaces) {
  EXPECT_THAT(wrap_text("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(wrap_text("one two three", 8), ElementsAre("one two", "three"));
  EXPECT_THAT(wrap_text("", 8), ElementsAre(""));
}

TEST(TextWidthTest, BreaksLongWordsInside) {
  EXPECT_THAT(wrap_text("setComputePipelineState:", 10), ElementsAre("setCompute", "PipelineSt", "ate:"));
  EXPECT_THAT(wrap_text("a setComputePipeline", 10), ElementsAre("a", "setCompute", "Pipeline"));
}

TEST(TextWidthTest, NeverBreaksACharacter) {
  EXPECT_THAT(wrap_text("\xe6\xbc\xa2\xe5\xad\x97", 1), ElementsAre("\xe6\xbc\xa2", "\xe5\xad\x97"));
}

TEST(TextWidthTest, NoLineIsTooWide) {
  const std::string text =
      "AGXMetalG16X -[AGXG16XFamilyComputeContext setComputePipelineState:]+32 null+0x5c8 read";
  for (std::size_t width = 1; width < 100; ++width) {
    std::string joined;
    for (const auto& line : wrap_text(text, width)) {
      EXPECT_LE(display_width(line), width);
      joined += line;
    }
    std::string without_spaces;
    for (const char c : text) without_spaces += c == ' ' ? "" : std::string(1, c);
    std::string joined_without;
    for (const char c : joined) joined_without += c == ' ' ? "" : std::string(1, c);
    EXPECT_EQ(joined_without, without_spaces) << "nothing may get lost at width " << width;
  }
}

}  // namespace
}  // namespace faultline
