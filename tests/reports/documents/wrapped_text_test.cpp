#include "reports/documents/wrapped_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "reports/formats/text_width.h"

namespace faultline {
namespace {

using testing::HasSubstr;
using testing::Not;

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, display_width(line));
  return widest;
}

std::string words(int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += (i == 0 ? "word" : " word") + std::to_string(i);
  return out;
}

TEST(WrappedTextTest, EveryKindOfBlockIsBrokenBelowItsOwnBeginning) {
  const auto text = plain_blocks({Block::paragraph(words(30)), Block::list({words(30)}),
                                  Block::facts({{"key", words(30)}, {"a longer name", "short"}})});

  EXPECT_LE(widest_line(text), kWrappedColumns);
  EXPECT_THAT(text, HasSubstr("\n  word"));
  EXPECT_THAT(text, HasSubstr("\n    word"));
  EXPECT_THAT(text, HasSubstr("\n  key            word0 "));
  EXPECT_THAT(text, HasSubstr("\n                 word"));
  EXPECT_THAT(text, HasSubstr("\n  a longer name  short\n"));
}

TEST(WrappedTextTest, FramesAreBrokenBetweenTheirColumns) {
  const std::string frame =
      "0   AGXMetalG16X + 0x1234  <5a1c3f52-5c0f-3b0e-9a51-0d6c3a1f7e11>  "
      "-[AGXG16XFamilyComputeContext setComputePipelineState:] + 32\n";

  EXPECT_EQ(plain_blocks({Block::code(frame)}),
            "  0   AGXMetalG16X + 0x1234  <5a1c3f52-5c0f-3b0e-9a51-0d6c3a1f7e11>\n"
            "      -[AGXG16XFamilyComputeContext setComputePipelineState:] + 32\n");
}

TEST(WrappedTextTest, CodeKeepsItsColumnsAndLosesACommonIndent) {
  EXPECT_EQ(plain_blocks({Block::code("    x0: 0x1      x1: 0x2\n\n   x20: 0x3\n")}),
            "   x0: 0x1      x1: 0x2\n\n  x20: 0x3\n");
}

TEST(WrappedTextTest, ACommandIsNeverBroken) {
  const std::string command = "python3 " + words(30);

  EXPECT_THAT(plain_blocks({Block::command(command)}), HasSubstr("  " + command + "\n"));
}

TEST(WrappedTextTest, ARowIsItsNamesAndThenItsValues) {
  Table table;
  table.columns = {row_name(number_column("threads")), row_name(text_column("lock")),
                   rate_column("rate", "died at these sites"), number_column("passed"),
                   text_column("command")};
  table.rows.push_back({8, std::string("none"), Rate{{28, 50}, {0.41, 0.70}}, 22, "race " + words(30)});

  const auto text = plain_table(table);

  EXPECT_THAT(text, HasSubstr("  - threads 8, lock none: 28/50 56 % [41 %, 70 %]; passed 22\n"));
  EXPECT_THAT(text, HasSubstr("\n    race " + words(30) + "\n"));
}

TEST(WrappedTextTest, ARateIsNeverBrokenInsideANumberOrAnInterval) {
  for (int filler = 4; filler < 16; ++filler) {
    const auto text = plain_blocks({Block::list({words(filler) + " 5/8  62 %  [24 %, 91 %] died"})});

    EXPECT_THAT(text, HasSubstr("62 %")) << text;
    EXPECT_THAT(text, HasSubstr("[24 %, 91 %]")) << text;
    EXPECT_THAT(text, Not(HasSubstr("\xC2\xA0")));
    EXPECT_LE(widest_line(text), kWrappedColumns);
  }
}

TEST(WrappedTextTest, AWordIsNeverBroken) {
  const std::string word(120, 'x');

  EXPECT_EQ(plain_blocks({Block::paragraph("before " + word + " after")}),
            "  before\n  " + word + "\n  after\n");
}

TEST(WrappedTextTest, ProseKeepsItsLinesAndTheirIndent) {
  EXPECT_EQ(plain_prose("one\n\n  - two"), "one\n\n  - two\n");
  EXPECT_LE(widest_line(plain_prose("  - " + words(40))), kWrappedColumns);
}

TEST(WrappedTextTest, NothingReachesATerminalAsItIs) {
  const std::string hostile = "\x1b[31mred\xE2\x80\xAE";
  const auto text =
      plain_blocks({Block::paragraph(hostile), Block::list({hostile}), Block::facts({{hostile, hostile}}),
                    Block::code(hostile), Block::command(hostile)});

  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\xE2\x80\xAE")));
}

}  // namespace
}  // namespace faultline
