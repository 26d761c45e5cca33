#include "reports/documents/campaign_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "reports/documents/report_page.h"
#include "reports/formats/report_writer.h"
#include "tests/support/require.h"
#include "tests/support/run_program.h"

namespace faultline {
namespace {

using testing::HasSubstr;
using testing::Not;

/// What a hostile process would call itself: markup, quotes, table bars, formulas, terminal and bidirectional
/// signs.
const std::string kHostile =
    "</script><script>window.pwned=1</script><img src=x onerror=\"window.pwned=1\">'\"|`]]>--> =cmd() "
    "\x1b]0;owned\x07\x1b[31m \xE2\x80\xAE"
    "evil\nsecond line";

CampaignReport hostile_report() {
  CampaignReport report;
  report.document.title = kHostile;
  report.document.lead = {Block::strong("new-site: " + kHostile)};
  Table table;
  table.caption = kHostile;
  table.columns = {row_name(number_column("threads")), text_column("lock", kHostile),
                   rate_column("rate", "crashed")};
  Plot plot{"plot_rates", Plot::Kind::points, kHostile, "threads", "crash rate", true, {}};
  for (const auto* lock : {"none", kHostile.c_str()}) {
    plot.series.push_back({lock, {}});
    for (const std::int64_t threads : {1, 2, 4, 8}) {
      const Proportion of{threads, 20};
      const Interval interval{0.01 * static_cast<double>(threads), 0.06 * static_cast<double>(threads)};
      table.rows.push_back({threads, std::string(lock), Rate{of, interval}});
      plot.series.back().points.push_back({static_cast<double>(threads), "", of.ratio(), interval, of});
    }
  }
  table.footnotes = {kHostile};
  table.command = kHostile;
  const Block detail = Block::fold(kHostile, {Block::paragraph(kHostile), Block::code(kHostile),
                                              Block::rerun(kHostile), Block::table_of(table, "detail_1")});
  report.document.sections.push_back({kHostile,
                                      {Block::paragraph(kHostile), Block::table_of(table, "rates_1"),
                                       Block::plot_of(std::move(plot)), detail},
                                      "rates"});
  DocumentSection sites{"Crash sites", {}, "sites"};
  Table named;
  named.columns = {row_name(text_column("key", "site")), text_column("text")};
  named.rows.push_back({"3f9c0a12", kHostile});
  sites.blocks.push_back(Block::table_of(named, "sites"));
  sites.blocks.push_back(Block::plot_of(
      {"plot_sites",
       Plot::Kind::bars,
       "Share",
       "site",
       "share",
       true,
       {{"", {{0, kHostile, 0.6, {0.4, 0.8}, {12, 20}}, {1, "other", 0.4, {0.2, 0.6}, {8, 20}}}}}}));
  sites.blocks.push_back(Block::plot_of({"plot_survival",
                                         Plot::Kind::steps,
                                         "Survival",
                                         "seconds",
                                         "alive",
                                         true,
                                         {{kHostile, {{0, "", 1, {1, 1}, {}}, {1, "", 0.5, {0.3, 0.7}, {}}}},
                                          {"b", {{0, "", 1, {1, 1}, {}}, {2, "", 0.2, {0.1, 0.4}, {}}}}}}));
  report.document.sections.push_back(std::move(sites));
  report.cases = {{kHostile, kHostile, kHostile, kHostile, 0.5}, {kHostile, "fine", "", "", 0.1}};
  return report;
}

TEST(CampaignReportTest, MarkdownHoldsNoMarkupOfTheReport) {
  const auto text = report_markdown(hostile_report());

  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\xE2\x80\xAE")));
  // Outside of fences every sign of it stands behind a backslash, or is a reference.
  bool fenced = false;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) fenced = !fenced;
    for (auto at = line.find("<script"); at != std::string::npos && !fenced;
         at = line.find("<script", at + 1)) {
      EXPECT_TRUE(at > 0 && line[at - 1] == '\\') << line;
    }
  }
  EXPECT_FALSE(fenced);
  // Tables keep their columns: as many bars in each row as in the head.
  EXPECT_THAT(text, HasSubstr("| ---: | --- | ---: |"));
}

TEST(CampaignReportTest, JunitIsXmlWithEveryCase) {
  const auto text = report_junit(hostile_report());

  EXPECT_THAT(text, HasSubstr("tests=\"2\" failures=\"1\""));
  EXPECT_THAT(text, Not(HasSubstr("<script")));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, HasSubstr("name=\"fine\" time=\"0.100\"/>"));
}

TEST(CampaignReportTest, JunitHasTimesAndStacksAndAWantedCrashIsNoFailure) {
  CampaignReport report;
  report.cases.push_back(
      {"w", "threads=8", "", "5 of 5 crash reports at a (1f)\n   0 lib f<int> + 4\n", 1.5});
  report.cases.push_back({"w", "threads=1", "bad outcomes: 1/5", "1 of 1 crash reports at b (2f)\n", 0.25});

  const auto text = report_junit(report);

  EXPECT_THAT(text, HasSubstr("<testsuite name=\"w\" tests=\"2\" failures=\"1\" time=\"1.750\">"));
  EXPECT_THAT(text,
              HasSubstr("name=\"threads=8\" time=\"1.500\">\n      <system-out>5 of 5 crash reports at a"));
  EXPECT_THAT(text, HasSubstr("lib f&lt;int&gt; + 4"));
  EXPECT_THAT(text, HasSubstr("<failure message=\"bad outcomes: 1/5\">1 of 1 crash reports at b"));
}

TEST(CampaignReportTest, JsonHasEverySectionAndTable) {
  const auto json = nlohmann::json::parse(report_json(hostile_report()));

  EXPECT_EQ(json["title"], kHostile);
  ASSERT_EQ(json["sections"].size(), 2U);
  EXPECT_EQ(json["sections"][0]["tables"][0]["id"], "rates_1");
  EXPECT_EQ(json["sections"][0]["tables"][0]["rows"].size(), 8U);
  EXPECT_EQ(json["sections"][0]["words"], nlohmann::json({kHostile}));
  EXPECT_EQ(json["sections"][0]["details"][0]["text"], kHostile);
  EXPECT_EQ(json["sections"][0]["details"][0]["command"], kHostile);
  EXPECT_EQ(json["sections"][0]["plots"][0]["series"][1]["points"][3]["k"], 8);
  EXPECT_EQ(json["findings"][0], "new-site: " + kHostile);
}

TEST(CampaignReportTest, CsvStartsNoFormula) {
  Table table;
  table.columns = {text_column("a")};
  for (const auto* text : {"=cmd()", "+1", "-1", "@x"}) table.rows.push_back({std::string(text)});

  const auto csv = write_table(table, TableFormat::csv);

  for (const auto* start : {"\n=", "\n+", "\n-", "\n@", "\n\"=", "\n\"+"})
    EXPECT_THAT(csv, Not(HasSubstr(start)));
}

TEST(ReportPageTest, DataCannotEndItsScript) {
  REQUIRE_OR_SKIP(has_report_page(), "this build has no HTML page: Node or its packages were not there");

  const auto page = report_page(hostile_report());

  EXPECT_LT(page.size(), 3U << 20);
  EXPECT_THAT(page, Not(HasSubstr("<script>window")));
  EXPECT_THAT(page, Not(HasSubstr("@@")));
  // Two scripts of the page's own, and nothing that loads anything.
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, Not(HasSubstr("\x1b")));
}

TEST(ReportPageTest, ABrowserShowsPlotsTablesAndHostileTextAsTheyAre) {
  REQUIRE_OR_SKIP(has_report_page(), "this build has no HTML page: Node or its packages were not there");
  const char* given = std::getenv("CHROMIUM");
  const std::string browser = given != nullptr ? given : "/usr/bin/chromium";
  REQUIRE_ON_LINUX(std::filesystem::exists(browser), "no Chromium at " + browser);
  const std::string node = FAULTLINE_NODE;
  const std::string folder = FAULTLINE_SOURCE_DIR "/reports/page";
  REQUIRE_ON_LINUX(std::filesystem::exists(folder + "/node_modules/playwright-core"),
                   "no playwright-core; see script/bootstrap");
  const ScopedTempFolder place;
  std::ofstream(place / "page.html") << report_page(hostile_report());

  const auto result = run_program({node, folder + "/test/page_test.mjs", (place / "page.html").string()});

  EXPECT_EQ(result.exit_status, 0) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("ok   plot plot_rates draws 8 marks"));
}

}  // namespace
}  // namespace faultline
