#include "app/questions/rate_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/formats/report_writer.h"
#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

std::string csv_of(NightStore& night, const RateRequest& wanted) {
  const auto table = answer_rates(night.store, wanted, TableAudience::programs);
  EXPECT_TRUE(table.has_value());
  return table ? write_table(*table, TableFormat::csv) : "";
}

std::string text_of(NightStore& night, const RateRequest& wanted) {
  const auto table = answer_rates(night.store, wanted, TableAudience::people);
  EXPECT_TRUE(table.has_value());
  return table ? write_table(*table, TableFormat::text) : "";
}

TEST(RateRequestTest, GroupsAreCountedAndNameTheirCommand) {
  NightStore night;
  RateRequest wanted;
  wanted.by = {"threads"};
  wanted.where = "lock=none";

  EXPECT_THAT(csv_of(night, wanted), HasSubstr("\n8,10,5,0.5,"));
  EXPECT_THAT(text_of(night, wanted), HasSubstr("faultline rates --by threads --where lock=none"));
}

TEST(RateRequestTest, APivotIsSpreadForPeopleAndARowForPrograms) {
  NightStore night;
  RateRequest wanted;
  wanted.by = {"threads"};
  wanted.pivot = "lock";

  EXPECT_THAT(text_of(night, wanted), HasSubstr("per-op"));
  EXPECT_THAT(csv_of(night, wanted), HasSubstr("\n8,none,10,5,"));
}

std::vector<std::string> column_keys(NightStore& night, const std::string& count) {
  RateRequest wanted;
  wanted.count = count;
  const auto table = answer_rates(night.store, wanted, TableAudience::programs);
  EXPECT_TRUE(table.has_value());
  std::vector<std::string> keys;
  if (!table) return keys;
  for (const Column& column : table->columns) keys.push_back(column.key);
  return keys;
}

TEST(RateRequestTest, OnlyACountOfReportsSaysWhatUncapturedCrashesMayBe) {
  NightStore night;

  EXPECT_THAT(column_keys(night, "site~setComputePipelineState"), Contains("with_uncaptured"));
  EXPECT_THAT(column_keys(night, "process=model"), Contains("with_uncaptured"));
  // The word in a value asks for no site.
  EXPECT_THAT(column_keys(night, "outcome=crashed and workload!=website"), Not(Contains("with_uncaptured")));
}

TEST(RateRequestTest, TheFirstCrashIsFoundAlongAColumn) {
  NightStore night;
  RateRequest wanted;
  wanted.by = {"lock"};
  wanted.first_crash = "threads";

  EXPECT_THAT(csv_of(night, wanted), HasSubstr("none"));
}

TEST(RateRequestTest, WorkPerCrashGoesWithRowsAlone) {
  RateRequest wanted;
  wanted.per = "operations";
  EXPECT_TRUE(check_rate_request(wanted).has_value());
  wanted.pivot = "lock";
  EXPECT_FALSE(check_rate_request(wanted).has_value());
}

TEST(RateRequestTest, AModelSaysWhatEachSettingDoes) {
  NightStore night;
  RateRequest wanted;
  wanted.model = {"threads", "lock"};
  ASSERT_TRUE(check_rate_request(wanted).has_value());

  ASSERT_VALUE(const auto table, answer_rates(night.store, wanted, TableAudience::people));

  ASSERT_EQ(table.rows.size(), 3U) << "one of two values of threads, two of three of lock";
  EXPECT_EQ(std::get<std::string>(table.rows[0][1].value), "threads=8");
  EXPECT_GT(std::get<Estimate>(table.rows[0][2].value).value, 1.0);
  EXPECT_EQ(table.command, "faultline rates --model threads,lock");
}

TEST(RateRequestTest, AModelNamesItsColumnsItself) {
  RateRequest wanted;
  wanted.model = {"threads"};
  wanted.by = {"lock"};
  EXPECT_FALSE(check_rate_request(wanted).has_value());
  wanted.by.clear();
  for (const char* wrong : {"", "threads:", "threads:threads"}) {
    wanted.model = {wrong};
    EXPECT_FALSE(check_rate_request(wanted).has_value()) << wrong;
  }
}

TEST(RateRequestTest, AMistakeNamesItsOption) {
  NightStore night;
  RateRequest wanted;
  wanted.count = "crashes";

  const auto answer = answer_rates(night.store, wanted, TableAudience::people);

  ASSERT_FALSE(answer.has_value());
  EXPECT_THAT(answer.error().text(), HasSubstr("--count"));
}

}  // namespace
}  // namespace faultline
