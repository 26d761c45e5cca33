#include "reports/tables/metric_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "reports/formats/report_writer.h"

namespace faultline {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using json = nlohmann::json;

QueryValue text(std::string value) { return value; }
QueryValue number(std::int64_t value) { return value; }

/// `mps` scales badly, `mlx` crashes from two threads on.
struct Seeds {
  RatesResult rates;
  std::vector<MetricRow> metrics;

  Seeds() {
    rates.columns = {"threads", "workload"};
    for (const auto& [threads, ops] : {std::pair(1, 1000.0), std::pair(2, 1100.0), std::pair(8, 1040.0)}) {
      add(threads, "mps", 10, 0, ops);
      add(threads, "mlx", threads == 1 ? 10 : 0, threads == 1 ? 0 : 5, 900.0);
    }
  }

  void add(std::int64_t threads, const std::string& workload, int passed, int crashed, double ops) {
    RatesRow row{{number(threads), text(workload)}, {}};
    row.counts.trials = passed + crashed;
    row.counts.outcomes[Outcome::passed] = passed;
    row.counts.outcomes[Outcome::crashed] = row.counts.counted = crashed;
    rates.rows.push_back(row);
    for (int i = 0; i < passed; ++i) {
      MetricRow metric;
      metric.values = row.values;
      metric.run = "run";
      metric.trial_index = static_cast<std::int64_t>(metrics.size());
      metric.value = ops * (0.95 + 0.01 * i);
      metrics.push_back(metric);
    }
  }

  MetricGroups groups(bool passed_only = true) const {
    return metric_groups("ops_per_second", rates, metrics, passed_only);
  }
};

MetricTableOptions by_threads() {
  MetricTableOptions options;
  options.efficiency_by = "threads";
  return options;
}

TEST(MetricGroupsTest, ATrialThatPrintedSeveralValuesIsOneNumber) {
  Seeds seeds;
  MetricRow again = seeds.metrics[0];
  again.value = 3000.0;
  seeds.metrics.push_back(again);

  const MetricGroups groups = seeds.groups();

  EXPECT_EQ(groups.groups[0].numbers.size(), 10U);
  EXPECT_EQ(groups.groups[0].numbers[0], (950.0 + 3000.0) / 2);
}

TEST(MetricGroupsTest, TrialsThatDidNotPassAreLeftOutAndCounted) {
  Seeds seeds;
  seeds.metrics[0].outcome = Outcome::wrong;

  EXPECT_EQ(seeds.groups().groups[0].numbers.size(), 9U);
  EXPECT_EQ(seeds.groups().left_out, 1);
  EXPECT_EQ(seeds.groups(false).groups[0].numbers.size(), 10U);
}

TEST(MetricTableTest, AMedianStandsWithItsIntervalAndItsNumberOfTrials) {
  const auto table = metric_table(Seeds().groups(), {});

  ASSERT_TRUE(table.has_value());
  const auto median = std::get<Estimate>(table->rows[0][2].value);
  EXPECT_NEAR(median.value, 995.0, 1e-9);
  EXPECT_GT(median.interval.high, median.value);
  EXPECT_LT(median.interval.low, median.value);
  EXPECT_EQ(std::get<std::int64_t>(table->rows[0][3].value), 10);
}

TEST(MetricTableTest, EfficiencyIsAgainstTheLeastThreadsOfTheSameGroup) {
  const auto table = metric_table(Seeds().groups(), by_threads());

  ASSERT_TRUE(table.has_value());
  EXPECT_EQ(std::get<Estimate>(table->rows[0][4].value).value, 1.0);
  EXPECT_NEAR(std::get<Estimate>(table->rows[2][4].value).value, 0.55, 1e-9) << "2 threads of mps";
  EXPECT_NEAR(std::get<Estimate>(table->rows[4][4].value).value, 0.13, 1e-9) << "8 threads of mps";
  EXPECT_TRUE(std::holds_alternative<std::monostate>(table->rows[3][4].value)) << "mlx crashed";
  EXPECT_EQ(std::get<Rate>(table->rows[3][5].value).of, (Proportion{5, 5}));
}

TEST(MetricTableTest, ANamedBaselineIsOneForAllGroupsAndIsNamed) {
  MetricTableOptions options = by_threads();
  options.baseline = MetricBaseline{"threads=1 and workload=mps", {1000.0}, 1.0};

  const auto table = metric_table(Seeds().groups(), options);

  ASSERT_TRUE(table.has_value());
  EXPECT_NEAR(std::get<Estimate>(table->rows[1][4].value).value, 0.8955, 1e-9) << "1 thread of mlx";
  EXPECT_THAT(write_table(*table, TableFormat::text), HasSubstr("Baseline: threads=1 and workload=mps."));
}

TEST(MetricTableTest, CrashRatesOfARunWithAStopRuleAreAnytimeValid) {
  Seeds seeds;
  seeds.rates.stop_rule = true;

  const auto table = metric_table(seeds.groups(), {});

  ASSERT_TRUE(table.has_value());
  EXPECT_EQ(std::get<Rate>(table->rows[3][4].value).interval,
            proportion_interval(IntervalMethod::anytime, {5, 5}));
  EXPECT_THAT(write_table(*table, TableFormat::text), HasSubstr("Crash rates: anytime-valid"));
}

TEST(MetricTableTest, FewValuesHaveNoInterval) {
  Seeds seeds;
  seeds.rates.rows.clear();
  seeds.metrics.clear();
  seeds.add(1, "mps", 4, 0, 1000.0);

  const auto table = metric_table(seeds.groups(), {});

  ASSERT_TRUE(table.has_value());
  const json row = json::parse(write_table(*table, TableFormat::json))["rows"][0];
  EXPECT_TRUE(row["median"].is_number());
  EXPECT_TRUE(row["median_low"].is_null());
  EXPECT_THAT(write_table(*table, TableFormat::text), Not(HasSubstr("[")));
}

TEST(MetricTableTest, EfficiencyOverAColumnThatIsNotThereIsAnError) {
  MetricTableOptions options;
  options.efficiency_by = "thread";
  const auto table = metric_table(Seeds().groups(), options);
  ASSERT_FALSE(table.has_value());
  EXPECT_THAT(table.error().message(), HasSubstr("--efficiency thread"));
}

TEST(MetricPivotTableTest, CellsThatCrashedSaySo) {
  const auto table = metric_pivot_table(Seeds().groups(), by_threads());

  ASSERT_TRUE(table.has_value());
  const std::string markdown = write_table(*table, TableFormat::markdown);
  EXPECT_THAT(markdown, HasSubstr("| threads | workload mps | workload mlx |"));
  EXPECT_THAT(markdown, HasSubstr("| 1 | 100 %  [100 %, 100 %]  n 10 | 100 %  [100 %, 100 %]  n 10 |"));
  EXPECT_THAT(markdown, HasSubstr("| 8 | 13 %  ["));
  EXPECT_THAT(markdown, HasSubstr("| **crashed 5/5** |"));
}

TEST(MetricPivotTableTest, ACellWithBothSaysBoth) {
  Seeds seeds;
  seeds.rates.rows[0].counts.outcomes[Outcome::crashed] = 2;
  seeds.rates.rows[0].counts.trials = 12;

  const auto table = metric_pivot_table(seeds.groups(), {});

  ASSERT_TRUE(table.has_value());
  EXPECT_THAT(write_table(*table, TableFormat::text), HasSubstr("]  n 10, crashed 2/12"));
}

/// Two kinds of lock, the second slower by a third.
MetricTableOptions against_none(const Seeds& seeds) {
  MetricTableOptions options;
  MetricReference against{"workload=mps", {"workload"}, {}};
  for (const MetricGroup& group : seeds.groups().groups) {
    if (group.values[1] == text("mps")) against.groups.push_back(group);
  }
  options.against = std::move(against);
  return options;
}

TEST(MetricTableTest, GroupsAreComparedWithTheirLikeByRatioIntervalAndTest) {
  const Seeds seeds;
  const auto table = metric_table(seeds.groups(), against_none(seeds));

  ASSERT_TRUE(table.has_value());
  EXPECT_THAT(write_table(*table, TableFormat::text),
              AllOf(HasSubstr("Ratio to workload=mps"), HasSubstr("Mann and Whitney's test;"),
                    HasSubstr("a ratio compares those that passed")));
  MetricTableOptions programs = against_none(seeds);
  programs.audience = TableAudience::programs;
  const json rows =
      json::parse(write_table(*metric_table(seeds.groups(), programs), TableFormat::json))["rows"];
  EXPECT_TRUE(rows[0]["ratio"].is_null()) << "what is compared with is not compared";
  EXPECT_NEAR(rows[1]["ratio"], 0.9, 0.01) << "mlx at one thread";
  EXPECT_LT(rows[1]["ratio_high"], 1.0);
  EXPECT_LT(rows[1]["ratio_p"], 0.01);
  EXPECT_EQ(rows[1]["ratio_verdict"], "lower");
  EXPECT_TRUE(rows[3]["ratio"].is_null()) << "no trial of it passed";
}

TEST(MetricPivotTableTest, CellsSayTheirNumberOfTrialsAndTheRatio) {
  const Seeds seeds;
  const auto table = metric_pivot_table(seeds.groups(), against_none(seeds));
  ASSERT_TRUE(table.has_value());
  EXPECT_THAT(write_table(*table, TableFormat::text), HasSubstr("]  n 10, 0.9x (lower)"));
}

TEST(MetricTableTest, TwoModesAreNamedWithTheirShares) {
  Seeds seeds;
  seeds.add(16, "mps", 15, 0, 4000.0);
  seeds.rates.rows.pop_back();
  for (auto& metric : seeds.metrics) metric.values = {number(1), text("mps")};
  const auto table = metric_table(seeds.groups(), {});
  ASSERT_TRUE(table.has_value());
  EXPECT_THAT(write_table(*table, TableFormat::text),
              AllOf(HasSubstr("two modes"), HasSubstr("near 4080"), HasSubstr("is the number of no trial")));
  const auto plain = metric_table(Seeds().groups(), {});
  EXPECT_THAT(write_table(*plain, TableFormat::text), Not(HasSubstr("two modes")));
}

TEST(MetricTableTest, WhatIsTheSameInEveryTrialIsSaidToBeASetting) {
  Seeds seeds;
  for (auto& metric : seeds.metrics) metric.value = 1000.0;
  EXPECT_TRUE(is_constant(seeds.groups()));
  EXPECT_FALSE(is_constant(Seeds().groups()));
  EXPECT_THAT(write_table(*metric_table(seeds.groups(), {}), TableFormat::text),
              HasSubstr("it is a setting"));
}

TEST(MetricTableTest, EveryGroupOfTheRatesIsARow) {
  const Seeds seeds;
  const auto table = metric_table(seeds.groups(), {});
  ASSERT_TRUE(table.has_value());
  EXPECT_EQ(table->rows.size(), seeds.rates.rows.size());
}

}  // namespace
}  // namespace faultline
