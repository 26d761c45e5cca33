#include "app/questions/metric_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/formats/report_writer.h"
#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::HasSubstr;

/// A night without a crash in which trials with n threads print 100 n operations per second.
class MetricRequestTest : public testing::Test {
 protected:
  MetricRequestTest() {
    run = make_run();
    EXPECT_TRUE(store.begin_run(run).has_value());
    for (std::int64_t i = 0; i < 12; ++i) {
      const auto cell = static_cast<std::size_t>(i % 6);
      Trial trial = make_trial(run, i, cell, Outcome::passed);
      trial.metrics = {{"ops_per_second", cell < 3 ? 100.0 : 800.0}};
      EXPECT_TRUE(store.record_trial(trial, {}).has_value());
    }
  }
  Store store = std::move(*Store::open_in_memory());
  RunRecord run;
};

TEST_F(MetricRequestTest, TheOnlyMetricNeedsNoName) {
  MetricRequest wanted;
  wanted.by = {"threads"};

  ASSERT_VALUE(const auto table, answer_metrics(store, wanted, TableAudience::programs));

  EXPECT_EQ(table.rows.size(), 2U);
  EXPECT_THAT(write_table(table, TableFormat::csv), HasSubstr("800"));
}

TEST_F(MetricRequestTest, EfficiencyIsMeasuredAgainstTheBaselineThatIsNamed) {
  MetricRequest wanted;
  wanted.by = {"threads"};
  wanted.efficiency = "threads";
  wanted.baseline = "threads=1";
  EXPECT_TRUE(answer_metrics(store, wanted, TableAudience::people).has_value());

  wanted.baseline = "lock=none";
  const auto mixed = answer_metrics(store, wanted, TableAudience::people);
  ASSERT_FALSE(mixed.has_value());
  EXPECT_THAT(mixed.error().text(), HasSubstr("threads=1"));
}

TEST_F(MetricRequestTest, ABaselineGoesWithEfficiencyAlone) {
  MetricRequest wanted;
  wanted.baseline = "threads=1";

  EXPECT_FALSE(check_metric_request(wanted).has_value());
}

TEST(MetricRequestOfNothingTest, WithoutAnyMetricTheErrorShowsHowAWorkloadPrintsOne) {
  NightStore night;

  const auto answer = answer_metrics(night.store, {}, TableAudience::people);

  ASSERT_FALSE(answer.has_value());
  EXPECT_THAT(answer.error().text(), HasSubstr("\"metric\""));
}

}  // namespace
}  // namespace faultline
