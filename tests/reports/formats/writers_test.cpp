#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/text/text_escape.h"
#include "reports/formats/json_writer.h"
#include "reports/formats/markdown_writer.h"
#include "reports/formats/report_writer.h"
#include "reports/formats/text_width.h"

namespace faultline {
namespace {

using nlohmann::json;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

Table two_cells() {
  Table table;
  table.caption = "Crash rate by threads.";
  table.columns = {row_name(number_column("threads")), text_column("lock"), rate_column("rate", "crashed"),
                   number_column("hung")};
  table.rows = {{8, "none", Rate{{28, 50}, {0.4125, 0.7001}}, 0},
                {16, "per-op", Rate{{0, 50}, {0.0, 0.0711}}, 2}};
  table.footnotes = {"Intervals: Clopper-Pearson, two-sided 95 %."};
  table.command = "faultline rates --by threads,lock";
  table.facts = {{"by", TextList{"threads", "lock"}}, {"level", 0.95}};
  return table;
}

Table one_text(std::string data) {
  Table table;
  table.columns = {text_column("function")};
  table.rows = {{std::move(data)}};
  return table;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::string line;
  for (const char c : text) {
    if (c == '\n') {
      lines.push_back(line);
      line.clear();
    } else {
      line += c;
    }
  }
  EXPECT_TRUE(line.empty()) << "the last line must end, too";
  return lines;
}

TEST(TextWriterTest, ColumnsAndThePartsOfRatesLineUp) {
  EXPECT_EQ(write_table(two_cells(), TableFormat::text),
            "Crash rate by threads.\n"
            "\n"
            "threads  lock                      crashed  hung\n"
            "-------  ------  -------------------------  ----\n"
            "      8  none    28/50  56 %  [41 %, 71 %]     0\n"
            "     16  per-op   0/50   0 %  [0 %, 7.2 %]     2\n"
            "\n"
            "Intervals: Clopper-Pearson, two-sided 95 %.\n"
            "Rerun: faultline rates --by threads,lock\n");
}

TEST(TextWriterTest, AnEmptyTableSaysSo) {
  Table table = two_cells();
  table.rows.clear();
  EXPECT_THAT(write_table(table, TableFormat::text), HasSubstr("Nothing matches."));
}

TEST(TextWriterTest, NoWordIsBroken) {
  Table table = one_text("AGXMetalG16X -[AGXG16XFamilyComputeContext setComputePipelineState:]+32 read");

  for (const int width : {20, 40, 60}) {
    EXPECT_THAT(write_table(table, TableFormat::text, {width, false}),
                HasSubstr("-[AGXG16XFamilyComputeContext"));
  }
}

TEST(TextWriterTest, AColumnOfOneLineLosesItsMiddle) {
  Table table = one_text("AGXMetalG16X -[AGXG16XFamilyComputeContext setComputePipelineState:]+32 read");
  table.columns[0] = one_line(table.columns[0]);

  EXPECT_THAT(write_table(table, TableFormat::text, {40, false}),
              HasSubstr("AGXMetalG16X -[AGXG…elineState:]+32 read"));
}

TEST(TextWriterTest, ColumnsAreLeftOutByRank) {
  Table table;
  table.columns = {row_name(text_column("a")), text_column("b"), text_column("c")};
  table.columns[1].rank = 2;
  table.columns[2].rank = 1;
  table.rows = {{"aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc"}};

  const auto text = write_table(table, TableFormat::text, {30, false});

  EXPECT_THAT(text, HasSubstr("aaaaaaaaaa  cccccccccc\n"));
  EXPECT_THAT(text, HasSubstr("No room for: b (--wide)."));
  EXPECT_THAT(write_table(table, TableFormat::text), HasSubstr("aaaaaaaaaa  bbbbbbbbbb  cccccccccc\n"));
}

TEST(TextWriterTest, NoLineIsWiderThanTheTerminal) {
  Table table = two_cells();
  table.command.clear();
  table.columns.push_back(text_column("site"));
  for (auto& row : table.rows) {
    row.emplace_back(
        "AGXMetalG16X -[AGXG16XFamilyComputeContext setComputePipelineState:]+32 null+0x5c8 read");
  }
  for (const int width : {40, 60, 80, 100, 120}) {
    const auto lines = lines_of(write_table(table, TableFormat::text, {width, false}));
    for (const auto& line : lines) EXPECT_LE(display_width(line), static_cast<std::size_t>(width)) << line;
  }
}

TEST(TextWriterTest, BlocksOfAWideTableBeginWithTheNameOfTheRow) {
  Table table;
  table.columns = {row_name(number_column("threads"))};
  std::vector<TableCell> row{8};
  for (int i = 0; i < 6; ++i) {
    table.columns.push_back(rate_column("lock" + std::to_string(i)));
    row.emplace_back(Rate{{i, 50}, {0.1, 0.2}});
  }
  table.rows = {row};

  const std::string text = write_table(table, TableFormat::text, {80, false});

  const auto lines = lines_of(text);
  EXPECT_EQ(
      std::count_if(lines.begin(), lines.end(), [](const auto& line) { return line.starts_with("threads"); }),
      3);
  for (int i = 0; i < 6; ++i) EXPECT_THAT(text, HasSubstr(std::to_string(i) + "/50"));
}

TEST(TextWriterTest, NothingFromDataReachesTheTerminalUnescaped) {
  Table table = one_text(
      "evil\x1b[2J\n\xe2\x80\xae"
      "x");
  table.caption = "from \x1b]0;title\x07";
  table.columns[0].title = "a\x1b[1m";
  table.footnotes = {
      "\x9b"
      "1m"};
  table.command = "x\x1b[m";

  const std::string text = write_table(table, TableFormat::text);

  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\x9b'), std::string::npos);
  EXPECT_THAT(text, HasSubstr("evil\\x1b[2J\\n\\u202ex"));
}

TEST(TextWriterTest, ColorAddsNothingButColor) {
  Table table = two_cells();
  table.rows[0][2].emphasis = Emphasis::alarm;

  const std::string plain = write_table(table, TableFormat::text);
  std::string colored = write_table(table, TableFormat::text, {0, true});

  EXPECT_THAT(colored, HasSubstr("\x1b[1;31m"));
  for (std::size_t at = colored.find('\x1b'); at != std::string::npos; at = colored.find('\x1b')) {
    colored.erase(at, colored.find('m', at) - at + 1);
  }
  EXPECT_EQ(colored, plain);
}

TEST(MarkdownWriterTest, WritesATableToPaste) {
  EXPECT_EQ(write_table(two_cells(), TableFormat::markdown),
            "Crash rate by threads.\n"
            "\n"
            "| threads | lock | crashed | hung |\n"
            "| ---: | --- | ---: | ---: |\n"
            "| 8 | none | 28/50  56 %  [41 %, 71 %] | 0 |\n"
            "| 16 | per-op | 0/50  0 %  [0 %, 7.2 %] | 2 |\n"
            "\n"
            "Intervals: Clopper-Pearson, two-sided 95 %.\n"
            "\n"
            "Rerun: `faultline rates --by threads,lock`\n");
}

TEST(MarkdownWriterTest, DataIsNeverMarkup) {
  struct Case {
    const char* data;
    const char* markdown;
  };
  const Case kCases[] = {
      {"per-op", "per-op"},
      {"-[AGXG16XFamilyComputeContext setComputePipelineState:]",
       "`-[AGXG16XFamilyComputeContext setComputePipelineState:]`"},
      {"a|b", "<code>a&#124;b</code>"},
      {"`x`", "<code>&#96;x&#96;</code>"},
      {"operator||<T>(`\\|)", "<code>operator&#124;&#124;&#60;T&#62;&#40;&#96;&#92;&#124;&#41;</code>"},
      {"<script>alert(1)</script>", "`<script>alert(1)</script>`"},
      {"**bold** _it_", "`**bold** _it_`"},
      {"@somebody", "`@somebody`"},
      {"@everyone", "`@everyone`"},
      {"see http://x.example/a", "`see http://x.example/a`"},
      {"GH-12", "`GH-12`"},
      {"fixes #12", "`fixes #12`"},
      {"https://example.com", "`https://example.com`"},
      {"www.example.com", "`www.example.com`"},
      {"[a](b)", "`[a](b)`"},
      {"line\nbreak", "`line\\nbreak`"},
      {" ", "<code> </code>"},
  };
  for (const Case& c : kCases) EXPECT_EQ(markdown_inline(c.data), c.markdown) << c.data;
}

TEST(MarkdownWriterTest, EachRowHasAsManyBordersAsTheHeader) {
  for (const char* data : {"a|b|c", "\\|", "|", "``|``", "x\n| y |"}) {
    const auto lines = lines_of(write_table(one_text(data), TableFormat::markdown));
    EXPECT_EQ(std::count(lines[2].begin(), lines[2].end(), '|'), 2) << lines[2];
  }
}

TEST(MarkdownWriterTest, SentencesKeepTheirWordsAndLoseTheirMarkup) {
  Table table = one_text("x");
  table.caption = "1. *Rates* of <b>";
  table.footnotes = {"see @somebody"};

  const std::string text = write_table(table, TableFormat::markdown);

  EXPECT_THAT(text, HasSubstr("1\\. \\*Rates\\* of \\<b\\>"));
  EXPECT_THAT(text, HasSubstr("`see @somebody`"));
}

TEST(CsvWriterTest, CompoundCellsAreOneFieldANumber) {
  EXPECT_EQ(write_table(two_cells(), TableFormat::csv),
            "threads,lock,trials,counted,rate,low,high,hung\n"
            "8,none,50,28,0.56,0.4125,0.7001,0\n"
            "16,per-op,50,0,0,0,0.0711,2\n");
}

TEST(CsvWriterTest, QuotesWhatNeedsIt) {
  EXPECT_THAT(write_table(one_text("a,b"), TableFormat::csv), EndsWith("\n\"a,b\"\n"));
  EXPECT_THAT(write_table(one_text("say \"x\""), TableFormat::csv), EndsWith("\n\"say \"\"x\"\"\"\n"));
  EXPECT_THAT(write_table(one_text("two\nlines"), TableFormat::csv), EndsWith("\ntwo\\nlines\n"));
}

TEST(CsvWriterTest, FormulasAreTextAndNumbersStayNumbers) {
  EXPECT_THAT(write_table(one_text("=cmd|'/c calc'!A1"), TableFormat::csv),
              EndsWith("\n'=cmd|'/c calc'!A1\n"));
  EXPECT_THAT(write_table(one_text("-[C f]"), TableFormat::csv), EndsWith("\n'-[C f]\n"));
  EXPECT_THAT(write_table(one_text("@SUM(1)"), TableFormat::csv), EndsWith("\n'@SUM(1)\n"));
  EXPECT_THAT(write_table(one_text("  =1"), TableFormat::csv), EndsWith("\n'  =1\n"));

  Table table;
  table.columns = {number_column("difference")};
  table.rows = {{-0.5}};
  EXPECT_THAT(write_table(table, TableFormat::csv), EndsWith("\n-0.5\n"));
}

TEST(CsvWriterTest, NullsAreEmptyAndKeepTheirPlaces) {
  Table table = two_cells();
  table.rows = {{8, TableCell(), TableCell(), true}};
  EXPECT_THAT(write_table(table, TableFormat::csv), EndsWith("\n8,,,,,,,true\n"));
}

TEST(JsonWriterTest, RowsAreTypedAndFactsStandBeforeThem) {
  const std::string text = write_table(two_cells(), TableFormat::json);
  const auto parsed = json::parse(text);

  EXPECT_EQ(parsed["by"], json({"threads", "lock"}));
  EXPECT_EQ(parsed["level"], 0.95);
  ASSERT_EQ(parsed["rows"].size(), 2U);
  EXPECT_EQ(parsed["rows"][0], json::parse(R"({"threads": 8, "lock": "none", "trials": 50, "counted": 28,
    "rate": 0.56, "low": 0.4125, "high": 0.7001, "hung": 0})"));
  EXPECT_LT(text.find("\"trials\""), text.find("\"counted\"")) << "keys keep the order of the columns";
}

TEST(JsonWriterTest, ARateWithoutTrialsIsNull) {
  Table table;
  table.columns = {rate_column("rate")};
  table.rows = {{Rate{{0, 0}, {}}}};
  EXPECT_TRUE(json::parse(write_table(table, TableFormat::json))["rows"][0]["rate"].is_null());
}

TEST(JsonWriterTest, OffsetsStayExactAndUndefinedNumbersAreNull) {
  Table table;
  table.columns = {number_column("offset", "", Unit::hex), number_column("value")};
  table.rows = {{UINT64_MAX, std::numeric_limits<double>::infinity()}};

  const auto row = json::parse(write_table(table, TableFormat::json))["rows"][0];

  EXPECT_EQ(row["offset"].get<std::uint64_t>(), UINT64_MAX);
  EXPECT_TRUE(row["value"].is_null());
}

TEST(JsonWriterTest, BrokenTextBecomesValidJson) {
  const std::string text =
      write_table(one_text("a\xff\x1b[2J\xc2\x9b\xe2\x80\xae\xf3\xa0\x80\x81z"), TableFormat::json);

  EXPECT_THAT(text, HasSubstr("\\u001b[2J\\u009b\\u202e\\udb40\\udc01z"));
  EXPECT_EQ(json::parse(text)["rows"][0]["function"],
            "a\xef\xbf\xbd\x1b[2J\xc2\x9b\xe2\x80\xae\xf3\xa0\x80\x81z");
}

TEST(JsonWriterTest, ReadableTextStaysReadable) {
  EXPECT_EQ(terminal_safe_json("{\"a\": \"caf\xc3\xa9 …\"}"), "{\"a\": \"caf\xc3\xa9 …\"}");
}

TEST(TableFormatTest, FormatsAreKnownByName) {
  EXPECT_EQ(parse_table_format("markdown"), TableFormat::markdown);
  EXPECT_EQ(parse_table_format("html"), std::nullopt);
  EXPECT_TRUE(is_machine_format(TableFormat::csv));
  EXPECT_FALSE(is_machine_format(TableFormat::text));
}

}  // namespace
}  // namespace faultline
