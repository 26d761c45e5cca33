#include "app/questions/trend_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/formats/report_writer.h"
#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::HasSubstr;

TEST(TrendRequestTest, EachRunIsAPointOfItsCell) {
  NightStore night;
  NightOptions later;
  later.number = 2;
  later.started = "2025-12-22T01:00:00.000Z";
  later.control_crashes = 9;
  store_night(night.store, later);
  TrendRequest wanted;
  wanted.by = {"workload", "cell"};
  wanted.where = "threads=8 and lock=none";

  ASSERT_VALUE(const auto trends, answer_trend(night.store, wanted));

  const auto csv = write_trend(trends.programs, TableFormat::csv, {});
  EXPECT_THAT(csv, HasSubstr(uuid_of(1).text()));
  EXPECT_THAT(csv, HasSubstr(uuid_of(2).text()));
}

TEST(TrendRequestTest, MistakesNameTheirOption) {
  TrendRequest wanted;
  wanted.count = "crashes";
  const auto count = trend_query(wanted);
  ASSERT_FALSE(count.has_value());
  EXPECT_THAT(count.error().text(), HasSubstr("--count"));

  wanted.count = "crashed";
  wanted.where = "threads=";
  const auto where = trend_query(wanted);
  ASSERT_FALSE(where.has_value());
  EXPECT_THAT(where.error().text(), HasSubstr("--where"));
}

}  // namespace
}  // namespace faultline
