#include "reports/formats/table_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "reports/formats/report_writer.h"

namespace faultline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Table sites() {
  Table table;
  table.columns = {row_name(text_column("key", "site")), number_column("reports"), rate_column("rate")};
  table.rows = {{"b", 3, Rate{{1, 10}, {0.1, 0.2}}},
                {"a", 30, Rate{{9, 10}, {0.1, 0.2}}},
                {"c", TableCell(), TableCell()}};
  return table;
}

std::vector<std::string> keys_of(const Table& table) {
  std::vector<std::string> keys;
  for (const auto& row : table.rows) keys.push_back(std::get<std::string>(row[0].value));
  return keys;
}

TEST(TableViewTest, RowsAreSortedByAColumnsNumbersOrTexts) {
  Table table = sites();
  ASSERT_TRUE(sort_rows(table, "reports:desc"));
  EXPECT_THAT(keys_of(table), ElementsAre("a", "b", "c")) << "what is not known comes last";
  ASSERT_TRUE(sort_rows(table, "reports"));
  EXPECT_THAT(keys_of(table), ElementsAre("b", "a", "c"));
  ASSERT_TRUE(sort_rows(table, "site:desc"));
  EXPECT_THAT(keys_of(table), ElementsAre("c", "b", "a"));
  ASSERT_TRUE(sort_rows(table, "rate"));
  EXPECT_THAT(keys_of(table), ElementsAre("b", "a", "c"));
}

TEST(TableViewTest, AColumnThatIsNotThereIsNamedWithThoseThatAre) {
  Table table = sites();
  const auto sorted = sort_rows(table, "report");
  ASSERT_FALSE(sorted);
  EXPECT_THAT(sorted.error().text(), HasSubstr("key, reports, rate"));
}

TEST(TableViewTest, ALimitSaysWhatItLeftOut) {
  Table table = sites();
  limit_rows(table, 2);
  EXPECT_EQ(table.rows.size(), 2U);
  EXPECT_THAT(table.footnotes, ElementsAre("The first 2 of 3 rows; --limit 0 shows all."));

  Table all = sites();
  limit_rows(all, 0);
  limit_rows(all, 3);
  EXPECT_EQ(all.rows.size(), 3U);
  EXPECT_TRUE(all.footnotes.empty());
}

TEST(TableViewTest, ProgramsReadTheWholeValueAndPeopleTheBriefOne) {
  Table table;
  table.columns = {text_column("key")};
  table.rows = {{brief_cell("0123456789abcdef", "01234567")}};

  EXPECT_THAT(write_table(table, TableFormat::csv), HasSubstr("0123456789abcdef"));
  EXPECT_THAT(write_table(table, TableFormat::json), HasSubstr("0123456789abcdef"));
  EXPECT_THAT(write_table(table, TableFormat::text), Not(HasSubstr("0123456789abcdef")));
  EXPECT_THAT(write_table(table, TableFormat::text, {0, false, true}), HasSubstr("0123456789abcdef"));
}

}  // namespace
}  // namespace faultline
