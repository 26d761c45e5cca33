#include "reports/documents/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "reports/documents/document_json.h"
#include "reports/documents/document_writers.h"
#include "reports/documents/wrapped_text.h"
#include "reports/formats/report_writer.h"

namespace faultline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Json = nlohmann::ordered_json;

TEST(DocumentTest, KeepsLinesOfCodeAndOneLineOfEverythingElse) {
  const Document document{
      "page",
      {},
      {{"Title", {Block::code("a\n\n  b\n"), Block::list({"one\ntwo"}), Block::facts({{"k", "v"}})}}}};
  EXPECT_EQ(document_text(document), "page\n\nTitle\n  a\n\n    b\n  - one\\ntwo\n  k  v\n");
  EXPECT_EQ(document_markdown(document),
            "# page\n\n## Title\n\n```\na\n\n  b\n```\n\n- one\\\\ntwo\n\n| | |\n|---|---|\n| k | v |\n");
}

TEST(DocumentTest, NobodyIsCalledAndNothingIsLinkedWhereMarkdownIsPasted) {
  const std::string data = "@everyone see https://evil.example/x or www.evil.example, GH-12 and #12";
  const Document document{
      data,
      {Block::strong(data)},
      {{data, {Block::paragraph(data), Block::list({data}), Block::facts({{"k", data}})}}}};

  const auto markdown = document_markdown(document);

  for (const auto* live : {"@everyone", "https://", "www.evil", "GH-12", " #12"})
    EXPECT_THAT(markdown, Not(HasSubstr(live)));
  EXPECT_THAT(markdown, HasSubstr("@<!-- -->everyone"));
}

Document folded_table() {
  Table table;
  table.columns = {text_column("cell"), number_column("crashed")};
  table.rows = {{"threads=8 <b>", std::int64_t{5}}};
  return {
      "page",
      {Block::strong("control: did not crash")},
      {{"Sites",
        {Block::fold("setComputePipelineState:", {Block::paragraph("Twice."), Block::table_of(table)})}}}};
}

TEST(DocumentTest, TablesAndFoldsStandInMarkdown) {
  EXPECT_EQ(
      document_markdown(folded_table()),
      "# page\n\n**control: did not crash**\n\n## Sites\n\n"
      "<details><summary>setComputePipelineState:</summary>\n\nTwice.\n\n" +
          write_table(folded_table().sections[0].blocks[0].blocks[1].table->people, TableFormat::markdown) +
          "\n</details>\n");
}

TEST(DocumentTest, TablesAndFoldsStandInTextAndHtml) {
  EXPECT_THAT(document_text(folded_table()), HasSubstr("setComputePipelineState:\n  Twice.\n"));
  const auto html = document_html(folded_table());
  EXPECT_THAT(html, HasSubstr("<details><summary>setComputePipelineState:</summary>\n<p>Twice.</p>"));
  EXPECT_THAT(html, HasSubstr("<td>threads=8 &lt;b&gt;</td><td>5</td>"));
}

TEST(DocumentTest, JsonHasItsBlocksByTheirKind) {
  Table table;
  table.columns = {row_name(text_column("cell")), number_column("crashed")};
  table.rows = {{"a\x1b", std::int64_t{5}}};
  const Document document{"page",
                          {Block::strong("control: did not crash")},
                          {{"Rates",
                            {Block::paragraph("one"), Block::list({"x", "y"}), Block::facts({{"host", "m1"}}),
                             Block::table_of(table, "rates"),
                             Block::plot_of({"plot", Plot::Kind::bars, "t", "x", "y", true, {}})},
                            "rates"}}};

  const Json programs = document_json(document, TableAudience::programs);
  const Json people = document_json(document, TableAudience::people);

  EXPECT_EQ(programs["findings"], Json({"control: did not crash"}));
  const auto& section = programs["sections"][0];
  EXPECT_EQ(section["id"], "rates");
  EXPECT_EQ(section["words"], Json({"one"}));
  EXPECT_EQ(section["lists"], Json::parse(R"([["x", "y"]])"));
  EXPECT_EQ(section["facts"], Json::parse(R"([[["host", "m1"]]])"));
  EXPECT_EQ(section["tables"][0]["rows"][0], Json::parse(R"({"cell": "a\u001b", "crashed": 5})"));
  EXPECT_EQ(section["plots"][0]["kind"], "bars");
  // People sort by the number, and see a control character instead of sending it.
  EXPECT_EQ(people["sections"][0]["tables"][0]["rows"][0][1], Json::parse(R"(["5", 5.0])"));
  EXPECT_THAT(people["sections"][0]["tables"][0]["rows"][0][0].get<std::string>(), testing::StrEq("a\\x1b"));
}

TEST(DocumentTest, APlotTakesNoPlaceWhereNobodyCanDrawIt) {
  const Block plot = Block::plot_of({"plot", Plot::Kind::bars, "t", "x", "y", true, {}});
  const Document document{"page", {}, {{"Rates", {Block::paragraph("one"), plot}}}};

  EXPECT_EQ(document_text(document), "page\n\nRates\n  one\n");
  EXPECT_EQ(document_markdown(document), "# page\n\n## Rates\n\none\n");
  EXPECT_EQ(plain_blocks(document.sections[0].blocks), "  one\n");
  EXPECT_THAT(document_html(document), HasSubstr("<p>one</p>\n</section>"));
}

TEST(DocumentTest, BlocksOfOneKindKeepTheirOrderAndLeaveFoldsAlone) {
  const std::vector<Block> blocks{Block::paragraph("a"), Block::fold("f", {Block::paragraph("inner")}),
                                  Block::paragraph("b")};

  const auto found = blocks_of(blocks, Block::Kind::paragraph);

  EXPECT_THAT(found, ElementsAre(&blocks[0], &blocks[2]));
  EXPECT_THAT(blocks_of(blocks, Block::Kind::table), IsEmpty());
}

}  // namespace
}  // namespace faultline
