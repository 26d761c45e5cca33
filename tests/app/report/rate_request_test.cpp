#include "app/report/rate_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/formats/report_writer.h"
#include "tests/support/stored_night.h"

namespace faultline {
namespace {

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

TEST(RateRequestTest, ACountOfASiteSaysWhatUncapturedCrashesMayBe) {
  NightStore night;
  Trial trial = make_trial(night.run, 1000, 3, Outcome::crashed);
  trial.uncaptured = true;
  ASSERT_DONE(night.store.record_trial(trial, {}));
  RateRequest of_site;
  of_site.count = "site~setComputePipelineState";
  // The word alone, in a value, asks for no site.
  RateRequest of_workload;
  of_workload.count = "crashed";
  of_workload.where = "workload~site or workload=agx-sim";

  EXPECT_THAT(text_of(night, of_site), HasSubstr("uncaptured"));
  ASSERT_VALUE(const auto table, answer_rates(night.store, of_site, TableAudience::people));
  ASSERT_VALUE(const auto other, answer_rates(night.store, of_workload, TableAudience::people));
  EXPECT_NE(table.footnotes, other.footnotes);
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
