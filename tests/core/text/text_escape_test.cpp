#include "core/text/text_escape.h"

#include <gtest/gtest.h>

#include <random>

namespace faultline {
namespace {

TEST(TextEscapeTest, PlainTextStaysAsItIs) {
  for (const char* text :
       {"", "plain", "caf\xc3\xa9 …", "\xe6\xbc\xa2\xe5\xad\x97", "\xf0\x9f\x92\xa5", "back\\slash"}) {
    EXPECT_EQ(escape_line(text), text);
    EXPECT_EQ(escape_text(text), text);
  }
}

TEST(TextEscapeTest, ControlCharactersAreShownNotObeyed) {
  EXPECT_EQ(escape_line("\x1b[2J\x07\x7f"), "\\x1b[2J\\x07\\x7f");
  EXPECT_EQ(escape_line(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(escape_line("\xc2\x9b"
                        "1m"),
            "\\x9b1m")
      << "a C1 control in UTF-8";
}

TEST(TextEscapeTest, OnlyWholeTextsKeepTheirLines) {
  EXPECT_EQ(escape_line("a\n\tb\r"), "a\\n\\tb\\x0d");
  EXPECT_EQ(escape_text("a\n\tb\r"), "a\n\tb\\x0d");
}

TEST(TextEscapeTest, MarksThatTurnTextAroundAreShown) {
  EXPECT_EQ(escape_line("a\xe2\x80\xae"
                        "b"),
            "a\\u202eb");
  EXPECT_EQ(escape_line("\xe2\x81\xa6\xe2\x80\x8b\xef\xbb\xbf"), "\\u2066\\u200b\\ufeff");
}

TEST(TextEscapeTest, BrokenUtf8IsShownByteByByte) {
  EXPECT_EQ(escape_line("a\xff\xc3"), "a\\xff\\xc3");
  EXPECT_EQ(escape_line("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
  EXPECT_EQ(escape_line("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
  EXPECT_EQ(escape_line("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "above U+10FFFF";
  EXPECT_EQ(escape_line("\xe2\x80"), "\\xe2\\x80") << "cut off";
}

TEST(TextEscapeTest, ValidUtf8ReplacesEachBrokenByte) {
  EXPECT_EQ(valid_utf8("a\xff\xfe"
                       "b"),
            "a\xef\xbf\xbd\xef\xbf\xbd"
            "b");
  EXPECT_EQ(valid_utf8("caf\xc3\xa9"), "caf\xc3\xa9");
}

TEST(TextEscapeTest, NoBytesEverReachATerminalThatItObeys) {
  std::mt19937 random(3);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes;
    for (unsigned i = 0; i < random() % 12; ++i) bytes += static_cast<char>(random());
    const std::string line = escape_line(bytes);
    for (const char c : line) {
      const auto byte = static_cast<unsigned char>(c);
      EXPECT_TRUE(byte >= 0x20 && byte != 0x7f);
    }
    EXPECT_EQ(valid_utf8(line), line);
    EXPECT_EQ(escape_line(line), line) << "escaping twice changes nothing";
    EXPECT_EQ(line.find("\xc2\x9b"), std::string::npos);
  }
}

TEST(TextEscapeTest, MarkupIsEntitiesAndQuotesAreSoInAttributesAlone) {
  EXPECT_EQ(escape_markup("a < b & c > \"d\" 'e'", MarkupPlace::element), "a &lt; b &amp; c &gt; \"d\" 'e'");
  EXPECT_EQ(escape_markup("\"d\" 'e'", MarkupPlace::attribute), "&quot;d&quot; &#39;e&#39;");
}

}  // namespace
}  // namespace faultline
