#include "app/report/report_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

CampaignReport small_report() {
  CampaignReport report;
  report.document.title = "agx-race";
  Table table;
  table.columns = {text_column("cell")};
  table.rows = {{"threads=8"}};
  report.document.sections = {
      {"Crash rates", {Block::paragraph("Words."), Block::table_of(table, "rates")}, "rates"}};
  return report;
}

TEST(ReportFilesTest, EachFormatIsAFileAndCsvAFolderOfTables) {
  const ScopedTempFolder folder;
  const auto out = folder / "morning";

  ASSERT_VALUE(const auto written,
               write_report_files(small_report(), {"markdown", "csv", "json", "junit"}, out));

  EXPECT_THAT(written,
              ElementsAre(out / "report.md", out / "tables", out / "report.json", out / "report.junit.xml"));
  for (const auto& path : written) EXPECT_TRUE(std::filesystem::exists(path)) << path;
  EXPECT_TRUE(std::filesystem::exists(out / "tables/rates.csv"));
}

TEST(ReportFilesTest, OneFormatIsText) {
  EXPECT_THAT(report_text(small_report(), "markdown"), HasSubstr("# agx-race"));
}

TEST(ReportFilesTest, FormatsThatAreNotKnownOrNeedAFolderAreRefused) {
  EXPECT_TRUE(check_report_formats({"markdown"}, false).has_value());
  EXPECT_TRUE(check_report_formats({"markdown", "csv"}, true).has_value());
  EXPECT_FALSE(check_report_formats({"csv"}, false).has_value());
  EXPECT_FALSE(check_report_formats({"markdown", "json"}, false).has_value());
  const auto unknown = check_report_formats({"pdf"}, true);
  ASSERT_FALSE(unknown.has_value());
  EXPECT_THAT(unknown.error().text(), HasSubstr("junit"));
}

TEST(ReportFilesTest, AFolderThatCannotBeMadeIsAnError) {
  const ScopedTempFolder folder;
  write_text(folder / "file", "x");

  EXPECT_FALSE(write_report_files(small_report(), {"markdown"}, folder / "file").has_value());
}

}  // namespace
}  // namespace faultline
